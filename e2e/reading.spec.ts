/** Reading a net at a glance: groups, search, direction, phases, places given by hand, and the exported picture. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import {
  downloadOf,
  exportText,
  focusEditor,
  graph,
  node,
  nodes,
  openReady,
  paste,
  shapeLabels,
} from './crema-page.ts';
import { tinyNet } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const network = (file: string): Promise<string> => readFile(`public/models/${file}.prototxt`, 'utf8');

const frames = (page: Page) => graph(page).locator('.group-frame');
const closedGroup = (page: Page, name: string) => graph(page).locator(`.react-flow__node[data-id="group:${name}"]`);

/** Puts the keyboard on the canvas, on no layer. */
async function focusGraph(page: Page): Promise<void> {
  await graph(page).focus();
  await expect(graph(page)).toBeFocused();
}

async function openResNet(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', await network('resnet50/deploy'));
  await expect(closedGroup(page, 'res2a')).toBeVisible();
}

test('a large net shows its groups, which open and close by mouse and by keyboard', async ({ page }) => {
  await openResNet(page);
  await expect(nodes(page)).toHaveCount(16);
  await expect(closedGroup(page, 'res4b … res4f')).toContainText('5 × the same');
  await expect(closedGroup(page, 'res2a')).toHaveAttribute(
    'aria-label',
    /^res2a, closed group of 16 layers; .*makes res2a 1×256×56×56/,
  );

  await test.step('by its button', async () => {
    await closedGroup(page, 'res2a').getByRole('button', { name: 'Open the group res2a' }).click();
    await expect(frames(page)).toHaveCount(1);
    await expect(node(page, 'res2a_branch1')).toBeVisible();
    await graph(page).getByRole('button', { name: 'Close the group res2a' }).click();
    await expect(frames(page)).toHaveCount(0);
    await expect(closedGroup(page, 'res2a')).toBeVisible();
  });

  await test.step('by keyboard', async () => {
    await closedGroup(page, 'res2b').click({ position: { x: 60, y: 10 } });
    await page.keyboard.press('Shift+g');
    await expect(node(page, 'res2b_branch2a')).toBeFocused();
    await page.keyboard.press('g');
    await expect(closedGroup(page, 'res2b')).toBeFocused();
    await page.keyboard.press(']');
    await expect(frames(page)).toHaveCount(18);
    await page.keyboard.press('[');
    await expect(frames(page)).toHaveCount(0);
  });

  await test.step('a layer selected in the text opens what holds it', async () => {
    await focusEditor(page, 'Network');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('"res3c_branch2b"');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowRight');
    await expect(node(page, 'res3c_branch2b')).toHaveAttribute('aria-pressed', 'true');
    await expect(frames(page).getByText('res3c', { exact: true })).toBeVisible();
  });
});

test('the search finds by name, type and blob, dims the rest, and opens groups', async ({ page }) => {
  await openResNet(page);
  await focusGraph(page);
  await page.keyboard.press('Control+f');
  const search = page.getByRole('search', { name: 'Search in the graph' });
  const field = search.getByRole('combobox');
  await expect(field).toBeFocused();
  await field.fill('res4d softmax');
  await expect(search.getByRole('status')).toHaveText('nothing');
  await field.fill('pooling');
  await expect(search.getByRole('option')).toHaveCount(2);
  await expect(search.getByRole('status')).toHaveText('1 of 2');
  await expect(graph(page).locator('.layer-node-box:not(.is-dimmed)')).toHaveCount(2);
  await field.fill('res4d_branch2b');
  await page.keyboard.press('Enter');
  await expect(node(page, 'res4d_branch2b')).toBeVisible();
  await expect(node(page, 'res4d_branch2b')).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(search).toBeHidden();
  await expect(graph(page).locator('.is-dimmed')).toHaveCount(0);
});

test('in-place layers are shown one by one, and the net flows to the right', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(nodes(page)).toHaveCount(4);
  await node(page, 'conv').click({ position: { x: 30, y: 10 } });
  await page.keyboard.press('u');
  await expect(nodes(page)).toHaveCount(5);
  await expect(node(page, 'relu')).toBeVisible();
  await page.keyboard.press('u');
  await expect(nodes(page)).toHaveCount(4);

  const box = async (name: string) => {
    const found = await node(page, name).boundingBox();
    if (found === null) throw new Error(`${name} is not on the page.`);
    return found;
  };
  await page.keyboard.press('d');
  await expect.poll(async () => (await box('score')).x - (await box('conv')).x).toBeGreaterThan(100);
  expect(
    Math.abs(
      (await box('score')).y +
        (await box('score')).height / 2 -
        ((await box('conv')).y + (await box('conv')).height / 2),
    ),
  ).toBeLessThan(2);
  await expect(shapeLabels(page).getByText('10×8×14×14', { exact: true })).toBeVisible();
  expect(await exportText(page, 'Network'), 'what is only seen changes no text').toBe(tinyNet);
});

test('places given by hand survive a reload, and can be taken back', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(nodes(page)).toHaveCount(4);
  const transform = () => node(page, 'score').evaluate((element) => (element as HTMLElement).style.transform);
  const before = await transform();
  const box = await node(page, 'score').boundingBox();
  if (box === null) throw new Error('Not on the page.');
  await page.mouse.move(box.x + 40, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 180, box.y + 40, { steps: 6 });
  await page.mouse.up();
  await expect.poll(transform).not.toBe(before);
  const moved = await transform();
  await expect(graph(page).locator('.guide-lines line')).toHaveCount(0);

  // The document is kept a moment after the change.
  await page.waitForTimeout(1500);
  await page.reload();
  await expect(node(page, 'score')).toBeVisible();
  expect(await transform()).toBe(moved);
  await graph(page).getByRole('button', { name: 'Reset layout' }).click();
  await expect.poll(transform).toBe(before);
});

test('Deploy shows the net as it is used after training, and refuses to change it', async ({ page }) => {
  await openReady(page);
  const text = await network('cifar10_quick/train_test');
  await paste(page, 'Network', text);
  const phases = page.getByRole('radiogroup', { name: 'Phase shown in the graph' });
  await phases.getByRole('radio', { name: 'Show the TEST phase' }).click();
  await expect(node(page, 'accuracy')).toBeVisible();
  await phases.getByRole('radio', { name: 'Show the net as it is used after training' }).click();
  await expect(node(page, 'accuracy')).toHaveCount(0);
  await expect(node(page, 'loss')).toHaveCount(0);
  await expect(graph(page).locator('.react-flow__node').filter({ hasText: 'Softmax' })).toContainText('prob');
  await expect(graph(page).locator('.react-flow__node').filter({ hasText: 'Input' })).toHaveCount(1);
  await node(page, 'conv1').click({ position: { x: 30, y: 10 } });
  await page.keyboard.press('Delete');
  await expect(page.getByText('switch to Train or Test to change it')).toBeVisible();
  expect(await exportText(page, 'Network')).toBe(text);
});

test('the picture of the whole graph is exported as SVG with its labels as text, and as PNG', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(nodes(page)).toHaveCount(4);
  const choose = async (name: RegExp) => {
    await page.getByRole('button', { name: 'Export' }).click();
    return downloadOf(page, () => page.getByRole('menuitem', { name }).click());
  };
  const svg = await choose(/graph as SVG/i);
  expect(svg.name).toMatch(/\.svg$/);
  const texts = await page.evaluate((source) => {
    const drawing = new DOMParser().parseFromString(source, 'image/svg+xml');
    return {
      error: drawing.querySelector('parsererror')?.textContent,
      nodes: drawing.querySelectorAll('.node').length,
      edges: drawing.querySelectorAll('path.edge').length,
      texts: [...drawing.querySelectorAll('text')].map((text) => text.textContent),
    };
  }, new TextDecoder().decode(svg.bytes));
  expect(texts).toMatchObject({ error: undefined, nodes: 4, edges: 4 });
  expect(texts.texts).toEqual(expect.arrayContaining(['conv', 'Convolution', 'relu', '10×8×14×14']));

  const png = await choose(/graph as PNG/i);
  expect(png.name).toMatch(/\.png$/);
  expect([...png.bytes.slice(1, 4)].map((byte) => String.fromCharCode(byte)).join('')).toBe('PNG');
  const size = new DataView(png.bytes.buffer, png.bytes.byteOffset);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(new TextDecoder().decode(svg.bytes)) ?? [];
  expect([size.getUint32(16), size.getUint32(20)]).toEqual([2 * Number(width), 2 * Number(height)]);
});

test('bars show what layers cost and how long they take', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(nodes(page)).toHaveCount(4);
  const show = async (what: string) => {
    await page.getByRole('button', { name: 'What nodes show by bars' }).click();
    await page.getByRole('menuitemradio', { name: what }).click();
  };
  const legend = page.getByRole('note');
  const bars = graph(page).locator('.react-flow__node .measure-bar > div');
  await show('Parameters');
  await expect(legend).toHaveText('15.7 k parameters (score)');
  await expect(bars).toHaveCount(2);
  await show('Measured time');
  await expect(legend).toHaveText(/^[\d.]+ ms forward and backward \((conv|score)\), on CPU, \d+ threads?/);
  // Not all: a layer's work may be done by another's kernel, or be too quick for the clock.
  await expect(bars).not.toHaveCount(0);
  await show('No bars');
  await expect(legend).toHaveCount(0);
});
