/** Gestures on the canvas are text edits, in one history with typing; a mistake in the text leaves the last good graph. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import {
  editor,
  exportText,
  expectText,
  focusEditor,
  graph,
  node,
  nodes,
  openReady,
  paste,
  shapeLabels,
  showTab,
} from './crema-page.ts';
import { tinyNet } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** Drags a layer from the palette over the middle of something, checks what the drag promises, and drops it. */
async function dragLayer(page: Page, type: string, onto: Locator, promise: string): Promise<void> {
  const item = page.getByRole('region', { name: 'Palette of layers' }).getByRole('button', { name: type, exact: true });
  const [from, to] = [await centre(item), await centre(onto)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await expect(page.getByText(promise, { exact: true })).toBeVisible();
  await page.mouse.up();
  await expect(page.getByText(promise, { exact: true })).toBeHidden();
}

async function centre(place: Locator): Promise<{ x: number; y: number }> {
  const box = await place.boundingBox();
  if (box === null) throw new Error('Not on the page.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The line of a blob from one layer to another. */
const edge = (page: Page, description: string): Locator =>
  graph(page).locator(`.blob-edge[aria-label="${description}"]`);

const tinyNodes = 4;

async function openTinyNet(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(nodes(page)).toHaveCount(tinyNodes);
  await expect(shapeLabels(page).getByText('10×8×14×14', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Fit' }).click();
}

const spliced = tinyNet.replace(
  `  top: "conv"
}
layer {
  name: "score"
  type: "InnerProduct"
  bottom: "conv"`,
  `  top: "conv"
}
layer {
  name: "pool1"
  type: "Pooling"
  bottom: "conv"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "score"
  type: "InnerProduct"
  bottom: "pool1"`,
);

const appended = tinyNet.replace(
  `  inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
}
`,
  `  inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
}
layer {
  name: "drop1"
  type: "Dropout"
  bottom: "score"
  top: "score"
  dropout_param {
    dropout_ratio: 0.5
  }
}
`,
);

const healed = tinyNet
  .replace(/layer \{\n  name: "conv"[\s\S]*?\n\}\n/, '')
  .replace(/layer \{\n  name: "relu"[\s\S]*?\n\}\n/, '')
  .replace('type: "InnerProduct"\n  bottom: "conv"', 'type: "InnerProduct"\n  bottom: "data"');

test('a layer dropped on an edge is spliced in, one dropped on a node appended, a deleted one heals the chain', async ({
  page,
}) => {
  await openTinyNet(page);

  await test.step('splice', async () => {
    await dragLayer(
      page,
      'Pooling',
      edge(page, 'conv 10×8×14×14, from relu to score'),
      'Insert between relu and score',
    );
    await expectText(page, 'Network', spliced);
    await expect(node(page, 'pool1')).toBeVisible();
    await expect(shapeLabels(page).getByText('10×8×7×7', { exact: true })).toBeVisible();
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', tinyNet);
    await expect(nodes(page)).toHaveCount(tinyNodes);
  });

  await test.step('append', async () => {
    await dragLayer(page, 'Dropout', node(page, 'score'), 'Add after score');
    await expectText(page, 'Network', appended);
    await expect(node(page, 'score')).toContainText('drop1');
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', tinyNet);
    await expect(node(page, 'score')).not.toContainText('drop1');
  });

  await test.step('delete by keyboard', async () => {
    await node(page, 'conv').click({ position: { x: 30, y: 10 } });
    await page.keyboard.press('Delete');
    await expectText(page, 'Network', healed);
    await expect(nodes(page)).toHaveCount(tinyNodes - 1);
    await expect(edge(page, 'data 10×3×32×32, from images to score')).toBeAttached();
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', tinyNet);
    await expect(node(page, 'conv')).toBeVisible();
  });
});

test('typing and gestures share one history', async ({ page }) => {
  await openTinyNet(page);
  const typed = `# typed\n${tinyNet}`;
  await focusEditor(page, 'Network');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# typed\n');
  await expectText(page, 'Network', typed);
  await dragLayer(page, 'Pooling', edge(page, 'conv 10×8×14×14, from relu to score'), 'Insert between relu and score');
  await expectText(page, 'Network', `# typed\n${spliced}`);

  // Back through both in the editor, forth again on the canvas.
  await editor(page, 'Network').focus();
  await page.keyboard.press('Control+z');
  await expectText(page, 'Network', typed);
  // Typing is undone in as many steps as the editor made of it.
  await expect
    .poll(async () => {
      await editor(page, 'Network').press('Control+z');
      return exportText(page, 'Network');
    })
    .toBe(tinyNet);
  await node(page, 'score').click({ position: { x: 30, y: 10 } });
  await expect
    .poll(async () => {
      await page.keyboard.press('Control+Shift+z');
      return node(page, 'pool1').count();
    })
    .toBe(1);
  await expectText(page, 'Network', `# typed\n${spliced}`);
});

test('a syntax error is underlined and said in a sentence; the last good graph stays, marked stale', async ({
  page,
}) => {
  await openTinyNet(page);
  const stale = graph(page).getByRole('status').filter({ hasText: 'Stale' });
  await expect(stale).toHaveCount(0);
  await focusEditor(page, 'Network');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('name "');
  await expect(page.locator('.squiggly-error').first()).toBeVisible();
  await expect(stale).toBeVisible();
  await expect(nodes(page)).toHaveCount(tinyNodes);
  await showTab(page, 'Problems');
  const problem = page.getByRole('tabpanel', { name: 'Problems' }).getByRole('button').first();
  await expect(problem).toContainText('network:1:');
  await expect(problem).toContainText(/[A-Z].*\./);
  await graph(page).getByRole('button', { name: 'Show the mistake' }).click();
  await expect(editor(page, 'Network')).toBeFocused();

  // One undo takes back a word: as many as it takes, and none more.
  await expect
    .poll(async () => {
      await editor(page, 'Network').press('Control+z');
      return exportText(page, 'Network');
    })
    .toBe(tinyNet);
  await expect(stale).toHaveCount(0);
  await expect(page.locator('.squiggly-error')).toHaveCount(0);
});
