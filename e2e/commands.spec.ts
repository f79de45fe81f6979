/** Commands: the palette and the sheet of shortcuts show what the keyboard does, wherever it is, and panels are put away and come back. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { editor, exportText, expectText, focusEditor, graph, node, openReady, paste, showTab } from './crema-page.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const palette = (page: Page): Locator => page.getByRole('dialog', { name: 'Commands' });
const lines = (page: Page): Locator => palette(page).getByRole('option');

/** Opens the palette, searches, and takes the first line. */
async function command(page: Page, query: string, expected: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('combobox')).toBeFocused();
  await page.keyboard.type(query);
  await expect(lines(page).first()).toContainText(expected);
  await page.keyboard.press('Enter');
  await expect(palette(page)).toBeHidden();
}

test('the palette runs commands, says why one is not possible, and finds layers, networks and tabs', async ({
  page,
}) => {
  await openReady(page);
  await graph(page).focus();

  await test.step('commands, with their strokes', async () => {
    await page.keyboard.press('Control+k');
    await expect(palette(page).getByRole('combobox')).toBeFocused();
    await page.keyboard.type('shortcuts');
    await expect(lines(page).first()).toContainText('Keyboard shortcuts');
    await expect(lines(page).first()).toContainText('?');
    await page.keyboard.press('Escape');
    await expect(palette(page)).toBeHidden();
    await expect(graph(page)).toBeFocused();
  });

  await test.step('what is not possible now, with the reason', async () => {
    await page.keyboard.press('Control+k');
    await expect(palette(page).getByRole('combobox')).toBeFocused();
    await page.keyboard.type('solverstate');
    await expect(lines(page).first()).toHaveAttribute('aria-disabled', 'true');
    await expect(lines(page).first()).toContainText('train first');
    await page.keyboard.press('Control+k');
    await expect(palette(page)).toBeHidden();
  });

  await test.step('a layer', async () => {
    await command(page, 'ip2', 'Go to layer ip2');
    await expect(node(page, 'ip2')).toBeInViewport();
    await expect(
      page
        .getByRole('complementary')
        .or(page.getByRole('region', { name: /ip2/ }))
        .first(),
    ).toBeVisible();
  });

  await test.step('a tab of the monitor', async () => {
    await command(page, 'show problems', 'Show Problems');
    await expect(page.getByRole('tab', { name: /^Problems/ })).toHaveAttribute('aria-selected', 'true');
  });

  await test.step('from within the editor and from a field', async () => {
    await focusEditor(page, 'Network');
    await command(page, 'show the solver', 'Show the solver as text');
    await expect(editor(page, 'Solver')).toBeFocused();
    await page.getByLabel('Name of the network').focus();
    await command(page, 'dark theme', 'Use the dark theme');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });

  await test.step('a network of the gallery', async () => {
    const start = Date.now();
    await command(page, 'open lenet', 'Open LeNet');
    await expect(node(page, 'ip1')).toBeVisible();
    await expect(page.getByLabel('Name of the network')).toHaveValue('lenet');
    // Well under a second where the machine does nothing else; the bound only catches what is altogether wrong.
    expect(Date.now() - start).toBeLessThan(15_000);
  });
});

test('the sheet lists the strokes that work, and the question mark opens it only where nothing is typed', async ({
  page,
}) => {
  await openReady(page);
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await focusEditor(page, 'Network');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# why?');
  await expect(sheet).toBeHidden();
  expect(await exportText(page, 'Network')).toMatch(/^# why\?/);
  await graph(page).focus();
  await page.keyboard.press('Shift+?');
  await expect(sheet).toBeVisible();
  for (const [title, key] of [
    ['Undo', 'Z'],
    ['All commands', 'K'],
    ['Rename the blob or layer at the cursor', 'F2'],
    ['Render the graph now', 'Enter'],
  ] as const) {
    await expect(sheet.getByRole('row').filter({ hasText: title }).first()).toContainText(key);
  }
  for (const [title, gesture] of [
    ['Connect an edge elsewhere', 'drag its end'],
    ['Select what lies in a rectangle', 'Shift drag'],
    ['Ten steps', 'Shift'],
  ] as const) {
    await expect(sheet.getByRole('row').filter({ hasText: title })).toContainText(gesture);
  }
  // The keys belong to the dialog while it is open.
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  expect(await exportText(page, 'Network')).toMatch(/^# why\?/);
});

test('one history covers both texts and the graph, wherever the keyboard is', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  const solver = tinySolver({ maxIter: 10 });
  await paste(page, 'Solver', solver);
  await focusEditor(page, 'Solver');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('#solver');
  await node(page, 'conv').click({ position: { x: 30, y: 10 } });
  await page.keyboard.press('Delete');
  await expect(node(page, 'conv')).toHaveCount(0);

  // In the solver's editor: what was done last was done on the canvas, and comes back first.
  await focusEditor(page, 'Solver');
  await page.keyboard.press('Control+z');
  await expect(node(page, 'conv')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Undone: Delete' })).toBeVisible();
  await expectText(page, 'Network', tinyNet);
  await expectText(page, 'Solver', `#solver${solver}`);

  // On the canvas: now the typing in the solver, which is shown.
  await graph(page).focus();
  await page.keyboard.press('Control+z');
  await expectText(page, 'Solver', solver);
  await expect(page.getByRole('tablist', { name: 'Text' }).getByRole('tab', { name: 'Solver' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await graph(page).focus();
  await page.keyboard.press('Control+y');
  await page.keyboard.press('Control+Shift+z');
  await expectText(page, 'Solver', `#solver${solver}`);
  await expect(node(page, 'conv')).toHaveCount(0);
});

test('panels are put away by key, by double click, and come back as they were', async ({ page }) => {
  await openReady(page);
  const width = async () => (await page.locator('.editor').boundingBox())?.width ?? 0;
  const height = async () => (await page.locator('.monitor').boundingBox())?.height ?? 0;
  const [wide, tall] = [await width(), await height()];
  await graph(page).focus();
  await page.keyboard.press('Control+b');
  await expect.poll(width).toBeLessThan(2);
  await page.getByRole('button', { name: 'Show the editor' }).click();
  await expect.poll(width).toBeCloseTo(wide, -1);
  await page.getByRole('separator', { name: 'Height of the monitor' }).dblclick();
  await expect.poll(height).toBeLessThan(60);
  await page.reload();
  await expect(graph(page)).toBeVisible();
  await expect.poll(height).toBeLessThan(60);
  await showTab(page, 'Charts');
  await expect.poll(height).toBeCloseTo(tall, -1);
});
