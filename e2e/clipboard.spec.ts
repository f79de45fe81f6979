/** Copying, cutting, pasting and duplicating on the canvas: the clipboard holds prototxt. */
import { expect, test, type Page } from '@playwright/test';
import { expectText, focusEditor, graph, node, nodes, openReady, paste } from './crema-page.ts';
import { wiringNet } from './wiring-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const score = wiringNet.slice(wiringNet.indexOf('layer {\n  name: "score"'));

const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
const select = (page: Page, layer: string): Promise<void> => node(page, layer).click({ position: { x: 12, y: 8 } });

async function openWiringNet(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Fit' }).click();
}

test('layers are copied as prototxt, cut, pasted and duplicated, one undo each', async ({ page }) => {
  await openWiringNet(page);

  await test.step('copy and paste', async () => {
    await select(page, 'score');
    await page.keyboard.press('Control+c');
    expect(await copied(page)).toBe(score);
    await page.keyboard.press('Control+v');
    const second = score
      .replace('name: "score"', 'name: "score2"')
      .replace('top: "score"', 'top: "score2"')
      // What reads one blob from elsewhere goes on from the selected layer.
      .replace('bottom: "join"', 'bottom: "score"');
    await expectText(page, 'Network', wiringNet + second);
    await expect(node(page, 'score2')).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('duplicate', async () => {
    await select(page, 'score');
    await page.keyboard.press('Control+d');
    await expect(nodes(page)).toHaveCount(6);
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('cut', async () => {
    await select(page, 'score');
    await page.keyboard.press('Control+x');
    expect(await copied(page)).toBe(score);
    await expectText(page, 'Network', wiringNet.replace(score, ''));
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('a fragment from anywhere is joined to the selected layer', async () => {
    await page.evaluate(() =>
      navigator.clipboard.writeText('layer {\n  name: "act"\n  type: "ReLU"\n  bottom: "somewhere"\n  top: "act"\n}\n'),
    );
    await select(page, 'left');
    await page.keyboard.press('Control+v');
    await expectText(
      page,
      'Network',
      wiringNet.replace(
        'layer {\n  name: "right"',
        'layer {\n  name: "act"\n  type: "ReLU"\n  bottom: "left"\n  top: "act"\n}\nlayer {\n  name: "right"',
      ),
    );
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('what is no prototxt is said and changes nothing', async () => {
    await page.evaluate(() => navigator.clipboard.writeText('{"not": "prototxt"}'));
    await select(page, 'left');
    await page.keyboard.press('Control+v');
    await expect(page.getByText(/^What was pasted (is not prototxt|holds no layers)/)).toBeVisible();
    await expectText(page, 'Network', wiringNet);
  });
});

test('layers go to another tab, and a whole net becomes the document', async ({ page, context }) => {
  await openWiringNet(page);
  await graph(page).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  const layers = await copied(page);
  expect(wiringNet.endsWith(layers)).toBe(true);

  const other = await context.newPage();
  // The other tab begins with the same document.
  await other.goto('/');
  await expect(nodes(other)).toHaveCount(5);
  // Typed, so that the clipboard keeps what it holds.
  await focusEditor(other, 'Network');
  await other.keyboard.press('Control+a');
  await other.keyboard.type('# empty\n');
  await expectText(other, 'Network', '# empty\n');
  await graph(other).focus();
  await other.keyboard.press('Control+v');
  await expectText(other, 'Network', `# empty\n${layers}`);
  await expect(nodes(other)).toHaveCount(5);
});
