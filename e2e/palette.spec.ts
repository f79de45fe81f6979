/** Adding layers and blocks from the palette, by hand and by keyboard: exactly this text changes, and one undo takes it back. */
import { expect, test, type Page } from '@playwright/test';
import { dragLayer, edge, paletteItem } from './canvas-hand.ts';
import { expectText, graph, node, nodes, openReady, paste } from './crema-page.ts';
import { wiringNet } from './wiring-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

async function openWiringNet(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Fit' }).click();
}

async function undone(page: Page): Promise<void> {
  await page.keyboard.press('Control+z');
  await expectText(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
}

const chained = wiringNet.replace(
  'layer {\n  name: "score"',
  'layer {\n  name: "sigmoid1"\n  type: "Sigmoid"\n  bottom: "join"\n  top: "join"\n}\nlayer {\n  name: "score"',
);

test('layers and blocks are dropped on an edge, a node and the empty canvas', async ({ page }) => {
  await openWiringNet(page);

  await test.step('a block on an edge', async () => {
    await dragLayer(
      page,
      'Squeeze and excite',
      edge(page, 'join 1×8×8×8, from join to score'),
      'Insert between join and score',
    );
    await expect(nodes(page)).not.toHaveCount(5);
    await expect(graph(page).locator('.has-problem')).toHaveCount(0);
    await undone(page);
  });

  await test.step('a layer on a node, in front of what reads it', async () => {
    await dragLayer(page, 'Sigmoid', node(page, 'join'), 'Add after join');
    await expectText(page, 'Network', chained);
    await undone(page);
  });

  await test.step('a double click adds after the selection', async () => {
    await node(page, 'join').click({ position: { x: 12, y: 8 } });
    await paletteItem(page, 'Sigmoid').dblclick();
    await expectText(page, 'Network', chained);
    await undone(page);
  });
});

test('layers are added from the keyboard', async ({ page }) => {
  await openWiringNet(page);
  await node(page, 'join').click({ position: { x: 12, y: 8 } });

  await test.step('Escape leaves everything as it was', async () => {
    await page.keyboard.press('/');
    await expect(page.getByRole('combobox', { name: 'Add after join' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('combobox', { name: 'Add after join' })).toBeHidden();
    await expect(node(page, 'join')).toHaveAttribute('aria-pressed', 'true');
  });

  await test.step('slash, a few letters, Enter', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('sigm');
    await page.keyboard.press('Enter');
    await expectText(page, 'Network', chained);
    await undone(page);
  });
});
