/** cifar10_quick from an empty document: once with nothing but the mouse, once with nothing but the keyboard. The result trains. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { atRest, centre, drag, dragLayer, edge, exitPort, paletteItem, wireHint } from './canvas-hand.ts';
import { expectText, graph, iteration, node, openReady, train } from './crema-page.ts';
import { cifar10Quick } from './quick-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const form = (page: Page, layer: string): Locator => page.getByRole('complementary', { name: `Layer ${layer}` });

const ITERATIONS = 3;

/** The net learns with the solver that a new document has: a few iterations are done. */
async function trains(page: Page): Promise<void> {
  await train(page);
  await expect.poll(() => iteration(page), { timeout: 240_000 }).toBeGreaterThanOrEqual(ITERATIONS);
}

test('with the mouse', async ({ page }) => {
  test.setTimeout(600_000);
  await openReady(page);
  await page.getByRole('button', { name: 'Documents' }).click();
  await page.getByRole('menuitem', { name: /^New/ }).click();
  await expect(graph(page).getByText('No network yet')).toBeVisible();

  /** Adds a layer behind the selected one. */
  const add = async (type: string, made: string): Promise<void> => {
    await paletteItem(page, type).dblclick();
    await expect(graph(page).getByText(made, { exact: true }).first()).toBeVisible();
  };
  /** Presses the steps of a number so often. */
  const step = async (layer: string, field: string, times: number, expected: string): Promise<void> => {
    await node(page, layer).click({ position: { x: 12, y: 8 } });
    const input = form(page, layer).getByRole('spinbutton', { name: field, exact: true });
    const up = input.locator('..').locator('.value-steps button').first();
    await input.scrollIntoViewIfNeeded();
    await input.hover();
    const place = await centre(up);
    for (let i = 0; i < times; i++) await page.mouse.click(place.x, place.y);
    await expect(input).toHaveValue(expected);
  };
  const average = async (layer: string): Promise<void> => {
    await node(page, layer).click({ position: { x: 12, y: 8 } });
    await form(page, layer).getByRole('combobox', { name: 'pool', exact: true }).selectOption('AVE');
  };

  await test.step('layers', async () => {
    await dragLayer(page, 'Data pair', graph(page).getByText('No network yet'), 'Add at the end');
    await expect(node(page, 'data')).toBeVisible();
    await dragLayer(page, 'Convolution', node(page, 'data'), 'Add after data');
    await expect(node(page, 'conv1')).toBeVisible();
    await add('Pooling', 'pool1');
    await add('ReLU', 'relu1');
    await add('Convolution', 'conv2');
    await add('ReLU', 'relu2');
    await add('Pooling', 'pool2');
    await add('Convolution', 'conv3');
    await add('ReLU', 'relu3');
    await add('Pooling', 'pool3');
    await add('InnerProduct', 'ip1');
    await add('InnerProduct', 'ip2');
    await add('Accuracy', 'accuracy');
    await node(page, 'accuracy').click({ button: 'right', position: { x: 12, y: 8 } });
    await page.getByRole('menuitem', { name: 'Only in TEST' }).click();
    await expect(node(page, 'accuracy')).toBeHidden();
  });

  await test.step('wires', async () => {
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    const pane = await graph(page).boundingBox();
    if (pane === null) throw new Error('The graph is not on the page.');
    const item = paletteItem(page, 'SoftmaxWithLoss');
    await item.scrollIntoViewIfNeeded();
    await drag(page, await centre(item), { x: pane.x + pane.width * 0.3, y: pane.y + pane.height - 40 });
    await page.mouse.up();
    await expect(node(page, 'loss')).toBeVisible();
    for (const [from, blob, line] of [
      ['ip2', 'ip2', 'ip2 100×10, from ip2 to loss'],
      ['data', 'label', 'label 100, from data to loss'],
    ] as const) {
      await page.getByRole('button', { name: 'Fit', exact: true }).click();
      await atRest(node(page, 'loss'));
      const port = await exitPort(node(page, from), blob);
      await drag(page, await centre(port), await centre(node(page, 'loss')));
      await expect(wireHint(page)).toHaveText(`Connect ${blob} to loss`);
      await page.mouse.up();
      await expect(wireHint(page)).toBeHidden();
      await expect(edge(page, line)).toBeAttached();
    }
  });

  await test.step('settings', async () => {
    for (const conv of ['conv1', 'conv2', 'conv3']) {
      await step(conv, 'kernel_size', 2, '5');
      await step(conv, 'pad', 1, '2');
    }
    for (const pool of ['pool1', 'pool2', 'pool3']) await step(pool, 'kernel_size', 1, '3');
    await average('pool2');
    await average('pool3');
    await step('conv3', 'num_output', 32, '64');
    await step('ip1', 'num_output', 54, '64');
  });

  await expectText(page, 'Network', cifar10Quick);
  await expect(graph(page).locator('.has-problem')).toHaveCount(0);
  await trains(page);
});

test('with the keyboard', async ({ page }) => {
  test.setTimeout(600_000);
  await openReady(page);
  /** Runs a command by its name, from the palette of commands. */
  const command = async (title: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(title);
    await expect(page.getByRole('option', { name: new RegExp(`^${title}`) }).first()).toBeVisible();
    await page.keyboard.press('Enter');
  };
  /** Adds a layer behind the selected one. */
  const add = async (search: string, made: string): Promise<void> => {
    await page.keyboard.press('/');
    await expect(graph(page).getByRole('combobox', { name: /^Add / })).toBeFocused();
    await page.keyboard.type(search);
    await page.keyboard.press('Enter');
    await expect(graph(page).getByText(made, { exact: true }).first()).toBeVisible();
    // The keyboard is on what was made.
    await expect(
      node(page, made)
        .or(graph(page).locator(`[data-layer="${made}"]`))
        .first(),
    ).toBeVisible();
  };
  /** Sets fields of the selected layer: F2 goes to its form, Tab on from field to field. */
  const set = async (layer: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    await page.keyboard.press('F2');
    for (const [field, value] of Object.entries(fields)) {
      const wanted = form(page, layer).getByRole(field === 'pool' ? 'combobox' : 'spinbutton', {
        name: field,
        exact: true,
      });
      for (let i = 0; i < 30 && !(await wanted.evaluate((element) => element === document.activeElement)); i++) {
        await page.keyboard.press('Tab');
      }
      await expect(wanted).toBeFocused();
      if (field === 'pool') {
        await page.keyboard.press(value[0] ?? '');
      } else {
        await page.keyboard.press('Control+a');
        await page.keyboard.type(value);
        await page.keyboard.press('Enter');
      }
      await expect(wanted).toHaveValue(value);
    }
    await page.keyboard.press('Escape');
  };

  await command('New document');
  await expect(graph(page).getByText('No network yet')).toBeVisible();
  await command('Add a layer after the selection');
  await page.keyboard.type('data pair');
  await page.keyboard.press('Enter');
  await expect(node(page, 'data')).toBeVisible();

  for (const [search, made, fields] of [
    ['convolution', 'conv1', { kernel_size: '5', pad: '2' }],
    ['pooling', 'pool1', { kernel_size: '3' }],
    ['relu', 'relu1', undefined],
    ['convolution', 'conv2', { kernel_size: '5', pad: '2' }],
    ['relu', 'relu2', undefined],
    ['pooling', 'pool2', { pool: 'AVE', kernel_size: '3' }],
    ['convolution', 'conv3', { num_output: '64', kernel_size: '5', pad: '2' }],
    ['relu', 'relu3', undefined],
    ['pooling', 'pool3', { pool: 'AVE', kernel_size: '3' }],
    ['innerproduct', 'ip1', { num_output: '64' }],
    ['innerproduct', 'ip2', undefined],
  ] as const) {
    await add(search, made);
    if (fields === undefined) continue;
    await set(made, fields);
    await graph(page).focus();
  }
  // The loss, then back to the scores and their accuracy beside it.
  await add('softmaxwithloss', 'loss');
  await page.keyboard.press('ArrowUp');
  await expect(node(page, 'ip2')).toHaveAttribute('aria-pressed', 'true');
  await add('accuracy', 'accuracy');
  await command('Only in TEST');
  await expect(node(page, 'accuracy')).toBeHidden();

  await expectText(page, 'Network', cifar10Quick);
  await trains(page);
});
