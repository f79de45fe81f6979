/** Finding one's way in a large net: overview, zoom and what it leaves out, jumps along the lines, paths, and aligned places. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { expectText, graph, node, nodes, openReady, paste } from './crema-page.ts';
import { wiringNet } from './wiring-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const zoom = async (page: Page): Promise<number> =>
  Number(/(\d+)\s*%/.exec(await graph(page).locator('.canvas-zoom').innerText())?.[1]);

const click = (page: Page, layer: string, modifiers: 'Control'[] = []): Promise<void> =>
  node(page, layer).click({ position: { x: 24, y: 7 }, modifiers });

const pressed = (page: Page) => graph(page).locator('.react-flow__node[aria-pressed="true"]');

const box = async (page: Page, layer: string) => {
  const found = await node(page, layer).boundingBox();
  if (found === null) throw new Error(`${layer} is not on the page.`);
  return found;
};

test('zoom to all, to the selection and to actual size; from afar only names are drawn; the overview leads elsewhere', async ({
  page,
}) => {
  await openReady(page);
  await paste(page, 'Network', await readFile('public/models/resnet50/deploy.prototxt', 'utf8'));
  await expect(nodes(page)).toHaveCount(16);
  const summary = node(page, 'fc1000').locator('.layer-node-summary');
  await graph(page).focus();

  await test.step('all of it', async () => {
    await page.keyboard.press('0');
    for (const layer of ['data', 'prob']) await expect(node(page, layer)).toBeInViewport({ ratio: 0.99 });
    expect(await zoom(page)).toBeLessThan(60);
  });

  await test.step('the selection', async () => {
    await click(page, 'fc1000');
    await page.keyboard.press('2');
    await expect.poll(() => zoom(page)).toBe(100);
    await expect(summary).toBeInViewport();
    await expect(node(page, 'data')).not.toBeInViewport();
  });

  await test.step('out to where nothing but names can be read', async () => {
    await page.keyboard.press('0');
    for (let left = 8; (await zoom(page)) > 40 && left > 0; left--) {
      await page.keyboard.press('-');
      await page.waitForTimeout(200);
    }
    await expect(graph(page)).toHaveAttribute('data-far');
    await expect(graph(page).locator('.far-view')).toHaveCSS('opacity', '1');
    await expect(graph(page).locator('.far-node')).toHaveCount(16);
    await page.keyboard.press('1');
    await expect.poll(() => zoom(page)).toBe(100);
    await expect(graph(page)).not.toHaveAttribute('data-far');
    await expect(graph(page).locator('.far-view')).toHaveCSS('opacity', '0');
  });

  await test.step('the overview', async () => {
    const overview = graph(page).locator('.react-flow__minimap');
    await expect(overview.locator('.react-flow__minimap-node')).toHaveCount(16);
    const map = await overview.boundingBox();
    if (map === null) throw new Error('There is no overview.');
    const { y: before } = await box(page, 'data');
    await page.mouse.move(map.x + map.width / 2, map.y + map.height * 0.8);
    await page.mouse.down();
    await page.mouse.move(map.x + map.width / 2, map.y + map.height * 0.3, { steps: 8 });
    await page.mouse.up();
    await expect.poll(async () => (await box(page, 'data')).y - before).toBeGreaterThan(150);
  });
});

test('jumps to what a layer reads and what reads it; paths light up', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Fit', exact: true }).click();

  await click(page, 'join');
  await page.keyboard.press('p');
  await expect(pressed(page)).toHaveCount(2);
  for (const layer of ['left', 'right']) await expect(node(page, layer)).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('r');
  await expect(pressed(page)).toHaveCount(1);
  await expect(node(page, 'join')).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(node(page, 'score')).toHaveAttribute('aria-pressed', 'true');

  await test.step('the way from one layer to another, and nothing beside it', async () => {
    await click(page, 'left');
    await click(page, 'score', ['Control']);
    await page.keyboard.press('h');
    await expect(graph(page).locator('.layer-node-box.is-dimmed')).toHaveCount(2);
    await expect(graph(page).locator('.blob-edge.is-dimmed')).toHaveCount(3);
    await page.keyboard.press('Escape');
    await expect(graph(page).locator('.is-dimmed')).toHaveCount(0);
  });

  await test.step('on the selected layer, its lines are stronger', async () => {
    await click(page, 'right');
    await expect(graph(page).locator('.blob-edge.is-related')).toHaveCount(3);
  });
});

test('layers are put into a row or a column by a command, and stay there', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Fit', exact: true }).click();
  await click(page, 'left');
  await click(page, 'score', ['Control']);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('align the selected layers in a column');
  await page.keyboard.press('Enter');
  const middle = async (layer: string) => {
    const { x, width } = await box(page, layer);
    return x + width / 2;
  };
  await expect.poll(async () => Math.abs((await middle('left')) - (await middle('score')))).toBeLessThan(2);
  await expectText(page, 'Network', wiringNet);
  await graph(page).getByRole('button', { name: 'Reset layout' }).click();
  await expect.poll(async () => Math.abs((await middle('left')) - (await middle('score')))).toBeGreaterThan(20);
});
