/**
 * The page as a person handles it: what is read and done here goes through what is on the screen, the keyboard, the clipboard
 * and files. Tests say what they expect; this says where it is.
 */
import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';

/** The four items of the Export menu that come as text, and the two that come as bytes. */
export type ExportItem = 'Network' | 'Solver' | 'Curves' | '.caffemodel' | '.solverstate';

/** A file dropped or chosen. */
export interface TestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The numbers of the Curves export. */
export interface Curves {
  readonly text: string;
  readonly losses: readonly number[];
  readonly rates: readonly number[];
  readonly tests: readonly { readonly iteration: number; readonly loss: number; readonly accuracy: number }[];
}

/** Chromium's switches without those for WebGPU: no sandbox for root, and nothing sent to the network. */
export const offline: readonly string[] = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** What the page says where there is no WebGPU. */
export const namesBrowsers = /has no WebGPU: Chrome and Edge.*Safari.*Firefox/;

/** Opens the page and waits until all four steps are ready. */
export async function openReady(page: Page): Promise<void> {
  await page.goto('/');
  await expectStepsReady(page);
}

/** Data, Net, Solver and Train all carry the mark that says ready. */
export async function expectStepsReady(page: Page): Promise<void> {
  await expect(steps(page).getByLabel('ready', { exact: true })).toHaveCount(4, { timeout: 60_000 });
}

/** Chooses what computes, in the badge of the bar, and waits until it is there. */
export async function chooseEngine(page: Page, engine: 'WebGPU' | 'Processor'): Promise<void> {
  await page.getByRole('button', { name: /^Engine: / }).click();
  await page.getByRole('radiogroup', { name: 'Engine' }).getByRole('radio', { name: engine }).click();
  await page.keyboard.press('Escape');
  await expect(
    page.getByRole('button', { name: engine === 'WebGPU' ? /^Engine: WebGPU/ : /^Engine: CPU/ }),
  ).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByRole('radiogroup', { name: 'Engine' })).toBeHidden();
}

/** The bar of Caffe's four steps. */
export const steps = (page: Page): Locator => page.getByRole('navigation', { name: 'Steps' });

/** One of the four steps. */
export const step = (page: Page, title: 'Data' | 'Net' | 'Solver' | 'Train'): Locator =>
  steps(page).getByRole('button', { name: new RegExp(`^(ready|in progress|missing) ${title}`) });

/** A node of the graph, by the name of its layer. */
export const node = (page: Page, layer: string): Locator =>
  graph(page).getByRole('button', { name: new RegExp(`^${layer}, `) });

/** The canvas. */
export const graph = (page: Page): Locator => page.getByRole('region', { name: 'Network graph' });

/** All nodes of the graph. */
export const nodes = (page: Page): Locator => graph(page).locator('.react-flow__node');

/** The shapes beside the edges. */
export const shapeLabels = (page: Page): Locator => graph(page).locator('.layer-node-label');

/** The panel at the right of the monitor. */
export const runPanel = (page: Page): Locator => page.getByRole('region', { name: 'Run', exact: true });

/** A button of the run in the bar. */
export const runButton = (page: Page, name: string): Locator =>
  page.getByRole('group', { name: 'Run controls' }).getByRole('button', { name, exact: true });

/** Starts a run anew: the main button, or the one beside Continue once a snapshot is there. */
export const train = (page: Page): Promise<void> =>
  page
    .getByRole('group', { name: 'Run controls' })
    .getByRole('button', { name: /^Train/ })
    .click();

/** The body of the tab in front of the monitor. */
export const monitorTab = (page: Page): Locator => page.locator('.monitor').getByRole('tabpanel');

/** Iterations done, as the run's panel shows them. */
export async function iteration(page: Page): Promise<number> {
  return numberIn(await page.getByLabel('Iteration', { exact: true }).innerText());
}

/** What the run's panel says of the run: `Training`, `Paused`, … */
export const stateText = (page: Page): Locator => runPanel(page).locator('.run-line').first();

/** Brings a tab of the monitor to the front. */
export async function showTab(page: Page, name: string): Promise<void> {
  const tab = page.getByRole('tablist', { name: 'Monitor' }).getByRole('tab', { name });
  await tab.click();
  await expect(tab).toHaveAttribute('aria-selected', 'true');
}

/** The editor's text area with one of the two texts in it. */
export const editor = (page: Page, text: 'Network' | 'Solver'): Locator =>
  page.getByRole('textbox', { name: `${text}, Caffe prototxt` });

/** Brings one of the two texts to the front and puts the keyboard into it. */
export async function focusEditor(page: Page, text: 'Network' | 'Solver'): Promise<void> {
  await page.getByRole('tablist', { name: 'Text' }).getByRole('tab', { name: text }).click();
  await editor(page, text).focus();
  await expect(editor(page, text)).toBeFocused();
}

/** Replaces one of the two texts from the clipboard, as a person does: select all, paste. */
export async function paste(page: Page, name: 'Network' | 'Solver', text: string): Promise<void> {
  await focusEditor(page, name);
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+v');
  await expectText(page, name, text);
}

/** The text of the editor is exactly this. */
export async function expectText(page: Page, name: 'Network' | 'Solver', text: string): Promise<void> {
  await expect.poll(() => exportText(page, name), { message: `the text of the ${name}` }).toBe(text);
}

/** Chooses an item of the Export menu and returns the downloaded file. */
export async function exportBytes(page: Page, item: ExportItem): Promise<TestFile> {
  await page.getByRole('button', { name: 'Export' }).click();
  return downloadOf(page, () =>
    page.getByRole('menuitem', { name: new RegExp(`^${item.replace('.', '\\.')}`) }).click(),
  );
}

/** The file whose download an action starts. */
export async function downloadOf(page: Page, action: () => Promise<void>): Promise<TestFile> {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  return { name: download.suggestedFilename(), bytes: new Uint8Array(await readFile(await download.path())) };
}

/** An export as text. */
export async function exportText(page: Page, item: ExportItem): Promise<string> {
  return new TextDecoder().decode((await exportBytes(page, item)).bytes);
}

/** The curves as the Export menu gives them. */
export async function exportCurves(page: Page): Promise<Curves> {
  const text = await exportText(page, 'Curves');
  const [header, ...lines] = text.trimEnd().split('\n');
  expect(header).toBe('iteration,train_loss,learning_rate,test_loss,test_accuracy');
  const rows = lines.map((line) => line.split(',').map((cell) => (cell === '' ? undefined : Number(cell))));
  const column = (index: number) => rows.flatMap((row) => row[index] ?? []);
  return {
    text,
    losses: column(1),
    rates: column(2),
    tests: rows.flatMap(([at, , , loss, accuracy]) =>
      at === undefined || loss === undefined || accuracy === undefined ? [] : [{ iteration: at, loss, accuracy }],
    ),
  };
}

/** Drops files on the page, with the events a browser sends for a real drop. */
export async function drop(page: Page, files: readonly TestFile[]): Promise<void> {
  const parts = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  const transfer = await page.evaluateHandle((dropped) => {
    const data = new DataTransfer();
    for (const { name, base64 } of dropped) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    return data;
  }, parts);
  const target = page.locator('.page');
  await target.dispatchEvent('dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Drop to open')).toBeVisible();
  await target.dispatchEvent('dragover', { dataTransfer: transfer });
  await target.dispatchEvent('drop', { dataTransfer: transfer });
  await expect(page.getByText('Drop to open')).toBeHidden();
}

/** Chooses files in the dialog that a button opens. */
export async function chooseFiles(page: Page, button: string, files: readonly TestFile[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  await chooser.setFiles(
    files.map(({ name, bytes }) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) })),
  );
}

/** `12,345` as a number. */
export function numberIn(text: string): number {
  return Number(text.replaceAll(',', '').trim());
}

/** The mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
