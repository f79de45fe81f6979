/** Lines between layers, drawn by hand and by keyboard: exactly this text changes, and one undo takes it back. */
import { expect, test, type Page } from '@playwright/test';
import { centre, drag, edge, exitPort, wireHint } from './canvas-hand.ts';
import { expectText, graph, node, nodes, openReady, paste } from './crema-page.ts';
import { wiringNet } from './wiring-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const joined = wiringNet.replace(
  '  bottom: "right"\n  top: "join"',
  '  bottom: "right"\n  bottom: "data"\n  top: "join"',
);

async function openWiringNet(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
  await expect(node(page, 'join')).toBeVisible();
  await page.getByRole('button', { name: 'Fit' }).click();
}

/** The text as it was, after one undo. */
async function undone(page: Page): Promise<void> {
  await page.keyboard.press('Control+z');
  await expectText(page, 'Network', wiringNet);
  await expect(nodes(page)).toHaveCount(5);
}

/** Selects the line of a blob by a click in its middle. */
async function clickEdge(page: Page, description: string): Promise<void> {
  const place = await middleOf(page, description);
  await page.mouse.move(place.x, place.y);
  await page.mouse.click(place.x, place.y);
  await expect(graph(page).locator('.edge-mark.is-selected')).toBeAttached();
}

/** The middle of a line, along it. */
async function middleOf(page: Page, description: string): Promise<{ x: number; y: number }> {
  await expect(edge(page, description)).toBeAttached();
  return edge(page, description).evaluate((path) => {
    const line = path as unknown as SVGPathElement;
    const point = line.getPointAtLength(line.getTotalLength() / 2);
    const at = point.matrixTransform(line.getScreenCTM() as DOMMatrix);
    return { x: at.x, y: at.y };
  });
}

test('a line is drawn from an output to a layer; what it does not fit says why', async ({ page }) => {
  await openWiringNet(page);

  await test.step('connect', async () => {
    const port = await exitPort(node(page, 'data'), 'data');
    await drag(page, await centre(port), await centre(node(page, 'join')));
    await expect(wireHint(page)).toHaveText('Connect data to join');
    // The others take no more.
    await expect(graph(page).locator('.cannot-wire')).toHaveCount(3);
    await page.mouse.up();
    await expectText(page, 'Network', joined);
    await expect(edge(page, 'data 1×4×8×8, from data to join')).toBeAttached();
    await undone(page);
  });

  await test.step('a circle', async () => {
    const port = await exitPort(node(page, 'join'), 'join');
    await drag(page, await centre(port), await centre(node(page, 'left')));
    await expect(wireHint(page)).toContainText(/as many already|circle/);
    await expect(wireHint(page)).toHaveClass(/is-refused/);
    await page.mouse.up();
    await expect(wireHint(page)).toBeHidden();
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('a circle back to a layer with room', async () => {
    const port = await exitPort(node(page, 'score'), 'score');
    await drag(page, await centre(port), await centre(node(page, 'join')));
    await expect(wireHint(page)).toHaveText('"score" needs what "join" makes: joining them would make a circle.');
    await expect(wireHint(page)).toHaveClass(/is-refused/);
    await page.mouse.up();
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('Escape lets go', async () => {
    const port = await exitPort(node(page, 'data'), 'data');
    await drag(page, await centre(port), await centre(node(page, 'join')));
    await expect(wireHint(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(wireHint(page)).toBeHidden();
    await page.mouse.up();
    await expectText(page, 'Network', wiringNet);
  });

  await test.step('let go on the empty canvas', async () => {
    const port = await exitPort(node(page, 'left'), 'left');
    const from = await centre(port);
    const pane = await graph(page).boundingBox();
    if (pane === null) throw new Error('The graph is not on the page.');
    await drag(page, from, { x: pane.x + pane.width / 2, y: pane.y + pane.height - 60 });
    await expect(wireHint(page)).toHaveText('Let go for a new layer here');
    await page.mouse.up();
    const search = graph(page).getByRole('combobox', { name: 'What is to read left' });
    await expect(search).toBeFocused();
    await search.fill('pool');
    await page.keyboard.press('Enter');
    await expectText(
      page,
      'Network',
      wiringNet.replace(
        `layer {
  name: "right"`,
        `layer {
  name: "pool1"
  type: "Pooling"
  bottom: "left"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "right"`,
      ),
    );
    await expect(node(page, 'pool1')).toHaveAttribute('aria-pressed', 'true');
    await undone(page);
  });
});

test('a line to a layer that cannot work with its shape is refused with the reason before it is let go', async ({
  page,
}) => {
  await openReady(page);
  const net = `${wiringNet}layer {
  name: "small"
  type: "Pooling"
  bottom: "data"
  top: "small"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 }
}
`;
  await paste(page, 'Network', net);
  await expect(nodes(page)).toHaveCount(6);
  await page.getByRole('button', { name: 'Fit' }).click();
  const port = await exitPort(node(page, 'small'), 'small');
  await drag(page, await centre(port), await centre(node(page, 'join')));
  await expect(wireHint(page)).toHaveClass(/is-refused/);
  await expect(wireHint(page)).toContainText(/4/);
  await page.mouse.up();
  await expectText(page, 'Network', net);
});

test('a line is selected, moved to another layer, and taken away', async ({ page }) => {
  await openWiringNet(page);
  const line = 'right 1×4×8×8, from right to join';

  await test.step('its source', async () => {
    await clickEdge(page, line);
    const grip = graph(page).getByRole('button', { name: `Start of ${line}` });
    await drag(page, await centre(grip), await centre(node(page, 'data')));
    await expect(wireHint(page)).toHaveText('Let join read data instead of right');
    await page.mouse.up();
    await expectText(
      page,
      'Network',
      wiringNet.replace('  bottom: "right"\n  top: "join"', '  bottom: "data"\n  top: "join"'),
    );
    await undone(page);
  });

  await test.step('delete', async () => {
    await clickEdge(page, line);
    await page.keyboard.press('Delete');
    await expectText(page, 'Network', wiringNet.replace('  bottom: "right"\n  top: "join"', '  top: "join"'));
    await expect(edge(page, line)).toHaveCount(0);
    await undone(page);
  });
});

test('lines are drawn and taken away by keyboard', async ({ page }) => {
  await openWiringNet(page);
  await node(page, 'data').click({ position: { x: 12, y: 8 } });

  await test.step('connect', async () => {
    await page.keyboard.press('c');
    await expect(graph(page).getByText('Connect data to: walk to a layer with the arrow keys')).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(graph(page).getByText('Connect data to join', { exact: true })).toBeVisible();
    await page.keyboard.press('Enter');
    await expectText(page, 'Network', joined);
    await undone(page);
  });

  await test.step('disconnect', async () => {
    await node(page, 'join').click({ position: { x: 12, y: 8 } });
    await page.keyboard.press('x');
    await expect(graph(page).locator('.edge-mark.is-selected')).toBeAttached();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await expectText(page, 'Network', wiringNet.replace('  bottom: "right"\n  top: "join"', '  top: "join"'));
    await undone(page);
  });

  await test.step('Escape lets go', async () => {
    await node(page, 'data').click({ position: { x: 12, y: 8 } });
    await page.keyboard.press('c');
    await expect(graph(page).locator('.wire-bar')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(graph(page).locator('.wire-bar')).toBeHidden();
    await expect(node(page, 'data')).toHaveAttribute('aria-pressed', 'true');
  });
});

test('layers are selected by rectangle, click and keys', async ({ page }) => {
  await openWiringNet(page);
  const selected = graph(page).locator('.react-flow__node[aria-pressed="true"]');

  const [left, right] = [await node(page, 'left').boundingBox(), await node(page, 'right').boundingBox()];
  if (left === null || right === null) throw new Error('The branches are not on the page.');
  const [start, end] = left.x < right.x ? [left, right] : [right, left];
  await page.keyboard.down('Shift');
  await drag(page, { x: start.x - 16, y: start.y - 6 }, { x: end.x + 20, y: end.y + 20 });
  await expect(graph(page).page().locator('.marquee')).toBeVisible();
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(selected).toHaveCount(2);

  await node(page, 'join').click({ position: { x: 12, y: 8 }, modifiers: ['Control'] });
  await expect(selected).toHaveCount(3);
  await page.keyboard.press('Control+a');
  await expect(selected).toHaveCount(5);
  await page.keyboard.press('Escape');
  await expect(selected).toHaveCount(0);
  await node(page, 'score').click({ position: { x: 12, y: 8 } });
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(selected).toHaveCount(3);
  await page.keyboard.press('Shift+ArrowDown');
  await expect(selected).toHaveCount(2);

  await page.keyboard.press('Shift+Delete');
  const open = wiringNet.slice(0, wiringNet.indexOf('layer {\n  name: "join"'));
  await expectText(page, 'Network', open);
  await undone(page);
});

test('the context menu does what the keys do, with the mouse and with the keyboard', async ({ page }) => {
  await openWiringNet(page);
  await node(page, 'left').click({ button: 'right', position: { x: 12, y: 8 } });
  const menu = page.getByRole('menu', { name: 'Layer' });
  await expect(menu.getByRole('menuitem', { name: /^Delete and close the gap/ })).toContainText('Delete');
  await menu.getByRole('menuitem', { name: /^Delete and close the gap/ }).click();
  await expectText(
    page,
    'Network',
    wiringNet.replace(/layer \{\n {2}name: "left"[\s\S]*?\n\}\n/, '').replace('bottom: "left"', 'bottom: "data"'),
  );
  await undone(page);

  await node(page, 'right').click({ position: { x: 12, y: 8 } });
  await page.keyboard.press('Shift+F10');
  await expect(menu).toBeVisible();
  await menu.getByRole('menuitem', { name: /^Duplicate/ }).press('Enter');
  await expect(nodes(page)).toHaveCount(6);
  await undone(page);

  const line = 'left 1×4×8×8, from left to join';
  const place = await middleOf(page, line);
  await page.mouse.click(place.x, place.y, { button: 'right' });
  await page
    .getByRole('menu', { name: 'Connection' })
    .getByRole('menuitem', { name: /^Disconnect/ })
    .click();
  await expectText(page, 'Network', wiringNet.replace('  bottom: "left"\n  bottom: "right"\n', '  bottom: "right"\n'));
});
