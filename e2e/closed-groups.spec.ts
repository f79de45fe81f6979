/** Closed groups take part in everything: lines to them and from them, drops into their lines, the selection, and dragging. */
import { expect, test, type Page } from '@playwright/test';
import { atRest, centre, drag, dragLayer, edge, exitPort, wireHint } from './canvas-hand.ts';
import { expectText, graph, node, nodes, openReady, paste } from './crema-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const conv = (name: string, bottom: string): string => `layer {
  name: "${name}"
  type: "Convolution"
  bottom: "${bottom}"
  top: "${name}"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 }
}
`;

const block = (
  name: string,
  bottom: string,
): string => `${conv(`${name}/left`, bottom)}${conv(`${name}/right`, bottom)}layer {
  name: "${name}/join"
  type: "Concat"
  bottom: "${name}/left"
  bottom: "${name}/right"
  top: "${name}/join"
}
${conv(`${name}/end`, `${name}/join`)}`;

/** data → a → b → head, where two layers of b read what leaves a. */
const net = `layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 1 dim: 4 dim: 8 dim: 8 } }
}
${block('a', 'data')}${block('b', 'a/end')}${conv('head', 'b/end')}`;

const toB = 'a/end 1×4×8×8, from a/end to b';

async function openClosed(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', net);
  await expect(nodes(page)).toHaveCount(10);
  await graph(page).focus();
  await page.keyboard.press('[');
  await expect(nodes(page)).toHaveCount(4);
  await page.getByRole('button', { name: 'Fit', exact: true }).click();
}

async function undone(page: Page): Promise<void> {
  await page.keyboard.press('Control+z');
  await expectText(page, 'Network', net);
  await expect(nodes(page)).toHaveCount(4);
}

const selected = (page: Page) => graph(page).locator('.react-flow__node[aria-pressed="true"]');

test('lines and drops at closed groups mean the layers that they stand for', async ({ page }) => {
  await openClosed(page);

  await test.step('a drop into the line between two groups is for all that read there', async () => {
    await dragLayer(page, 'Pooling', edge(page, toB), 'Insert between a/end and b');
    const pool =
      'layer {\n  name: "pool1"\n  type: "Pooling"\n  bottom: "a/end"\n  top: "pool1"\n  pooling_param {\n    pool: MAX\n    kernel_size: 2\n    stride: 2\n  }\n}\n';
    await expectText(
      page,
      'Network',
      net
        .replaceAll('bottom: "a/end"', 'bottom: "pool1"')
        .replace('layer {\n  name: "b/left"', `${pool}layer {\n  name: "b/left"`),
    );
    await expect(nodes(page)).toHaveCount(5);
    await undone(page);
  });

  await test.step('a line to a group goes to the only layer in it that takes one more', async () => {
    const port = await exitPort(node(page, 'data'), 'data');
    await drag(page, await centre(port), await centre(node(page, 'b')));
    await expect(wireHint(page)).toHaveText('Connect data to b/join');
    await page.mouse.up();
    await expectText(page, 'Network', net.replace('  bottom: "b/right"\n', '  bottom: "b/right"\n  bottom: "data"\n'));
    await expect(edge(page, 'data 1×4×8×8, from data to b')).toBeAttached();
    await expect(nodes(page)).toHaveCount(4);
    await undone(page);
  });

  await test.step('of several places one is chosen', async () => {
    const line = 'b/end 1×4×8×8, from b/end to head';
    // The port of the selected group would lie over its line.
    await graph(page).focus();
    await page.keyboard.press('Escape');
    await expect(selected(page)).toHaveCount(0);
    await atRest(node(page, 'head'));
    const place = await centre(edge(page, line));
    await page.mouse.click(place.x, place.y);
    await expect(graph(page).locator('.edge-mark.is-selected')).toBeAttached();
    await drag(
      page,
      await centre(graph(page).getByRole('button', { name: `Start of ${line}` })),
      await centre(node(page, 'a')),
    );
    await expect(wireHint(page)).toHaveText('Choose a place in a…');
    await page.mouse.up();
    const search = graph(page).getByRole('combobox', { name: 'Where in a' });
    await expect(search).toBeFocused();
    await expect(graph(page).getByRole('option')).toHaveCount(4);
    await search.fill('join');
    await page.keyboard.press('Enter');
    await expectText(page, 'Network', net.replace('bottom: "b/end"\n  top: "head"', 'bottom: "a/join"\n  top: "head"'));
    await undone(page);
  });

  await test.step('by keyboard, from the output of a group', async () => {
    await node(page, 'a').click({ position: { x: 90, y: 8 } });
    await page.keyboard.press('c');
    await page.keyboard.press('ArrowDown');
    await expect(graph(page).getByText('Connect a/end to b/join', { exact: true })).toBeVisible();
    await page.keyboard.press('Enter');
    await expectText(page, 'Network', net.replace('  bottom: "b/right"\n', '  bottom: "b/right"\n  bottom: "a/end"\n'));
    await undone(page);
  });
});

test('groups are selected and dragged as a whole, closed and open', async ({ page }) => {
  await openClosed(page);
  const place = async (name: string) => {
    const box = await node(page, name).boundingBox();
    if (box === null) throw new Error(`${name} is not on the page.`);
    return box;
  };

  await test.step('Ctrl and a click take a group in and out', async () => {
    const at = { position: { x: 90, y: 8 } };
    await node(page, 'data').click(at);
    await node(page, 'a').click({ ...at, modifiers: ['Control'] });
    await expect(selected(page)).toHaveCount(2);
    await node(page, 'a').click({ ...at, modifiers: ['Control'] });
    await expect(selected(page)).toHaveCount(1);
    await page.keyboard.press('Escape');
  });

  await test.step('an open group by its name, with its layers', async () => {
    await graph(page).getByRole('button', { name: 'Open the group b' }).click();
    await expect(nodes(page)).toHaveCount(7);
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    const name = graph(page).locator('.group-frame-name');
    const [left, end, data] = [await place('b/left'), await place('b/end'), await place('data')];
    const from = await centre(name);
    await drag(page, from, { x: from.x + 140, y: from.y + 20 });
    await page.mouse.up();
    const moved = await place('b/left');
    expect(moved.x - left.x).toBeGreaterThan(100);
    expect(Math.abs((await place('b/end')).x - end.x - (moved.x - left.x))).toBeLessThan(1);
    expect((await place('data')).x).toBe(data.x);
    // The end of the drag is no click.
    await expect(selected(page)).toHaveCount(0);
  });

  await test.step('it stays there when it closes, and goes back on demand', async () => {
    await graph(page).getByRole('button', { name: 'Close the group b' }).click();
    await expect(nodes(page)).toHaveCount(4);
    const [a, b] = [await place('a'), await place('b')];
    expect(b.x - a.x).toBeGreaterThan(80);
    await drag(page, { x: b.x + 90, y: b.y + 8 }, { x: b.x + 190, y: b.y + 30 });
    await page.mouse.up();
    await expect.poll(async () => (await place('b')).x - b.x).toBeGreaterThan(60);
    await graph(page).getByRole('button', { name: 'Reset layout' }).click();
    await expect.poll(async () => Math.abs((await place('b')).x - (await place('a')).x)).toBeLessThan(30);
  });
  await expectText(page, 'Network', net);
});
