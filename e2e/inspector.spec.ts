/** The form of the selected layers: each change is exactly this edit of the text, one step of undo, by pointer or by keyboard. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { editor, expectText, graph, node, openReady, paste } from './crema-page.ts';
import { tinyNet } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** The panel of the selected layers. */
const panel = (page: Page): Locator => page.locator('.inspector');
const number = (page: Page, name: string): Locator => panel(page).getByRole('spinbutton', { name, exact: true });
const menu = (page: Page, name: string): Locator => panel(page).getByRole('combobox', { name, exact: true });
const toggle = (page: Page, name: string): Locator => panel(page).getByRole('switch', { name, exact: true });
const button = (page: Page, name: string): Locator => panel(page).getByRole('button', { name, exact: true });
const group = (page: Page, name: string): Locator => panel(page).getByRole('region', { name, exact: true });
const fold = (page: Page, name: string): Locator => group(page, name).getByRole('button', { expanded: false }).first();

const convLine = 'convolution_param { num_output: 8 kernel_size: 5 stride: 2 weight_filler { type: "msra" } }';
const withConv = (line: string): string => tinyNet.replace(convLine, line);

async function openTinyNet(page: Page): Promise<void> {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(node(page, 'score')).toBeVisible();
  await page.getByRole('button', { name: 'Fit' }).click();
}

async function select(page: Page, layer: string, add = false): Promise<void> {
  await node(page, layer).click({ position: { x: 30, y: 10 }, ...(add ? { modifiers: ['Shift'] } : {}) });
}

/** The text is this, and one undo, with the keyboard still in the form, makes it the net of before again. */
async function expectChange(page: Page, changed: string): Promise<void> {
  await expectText(page, 'Network', changed);
  await button(page, 'Close').focus();
  await page.keyboard.press('Control+z');
  await expectText(page, 'Network', tinyNet);
}

test('numbers, menus, fillers, multipliers and lists change the text by exactly that', async ({ page }) => {
  await openTinyNet(page);
  await select(page, 'conv');
  await expect(panel(page)).toHaveAccessibleName('Layer conv');

  await test.step('a stepper, by pointer and by keyboard', async () => {
    const kernel = number(page, 'kernel_size');
    await expect(kernel).toHaveValue('5');
    await kernel.focus();
    await page.keyboard.press('ArrowUp');
    await expect(kernel).toHaveValue('6');
    await expectChange(page, withConv(convLine.replace('kernel_size: 5', 'kernel_size: 6')));
    await expect(kernel).toHaveValue('5');
    await number(page, 'num_output').focus();
    await page.keyboard.press('Shift+ArrowUp');
    await expectChange(page, withConv(convLine.replace('num_output: 8', 'num_output: 18')));
    await kernel.hover();
    await kernel.locator('xpath=..').locator('button').last().click();
    await expectChange(page, withConv(convLine.replace('kernel_size: 5', 'kernel_size: 4')));
  });

  await test.step('nonsense is said to be so, kept, and not written', async () => {
    const kernel = number(page, 'kernel_size');
    await kernel.fill('five');
    await page.keyboard.press('Enter');
    await expect(panel(page).getByRole('alert')).toHaveText('kernel_size takes a whole number, such as 3.');
    await expect(kernel).toHaveAttribute('aria-invalid', 'true');
    await button(page, 'Close').focus();
    await expect(kernel).toHaveValue('five');
    await expectText(page, 'Network', tinyNet);
    await kernel.focus();
    await page.keyboard.press('Escape');
    await expect(kernel).toHaveValue('5');
    await expect(panel(page).getByRole('alert')).toHaveCount(0);
  });

  await test.step('a default is a placeholder, and comes back', async () => {
    const stride = number(page, 'stride');
    await expect(stride).toHaveValue('2');
    await button(page, 'Reset stride to default').click();
    await expect(stride).toHaveValue('');
    await expect(stride).toHaveAttribute('placeholder', '1');
    await expectChange(page, withConv(convLine.replace(' stride: 2', '')));
    const pad = number(page, 'pad');
    await expect(pad).toHaveAttribute('placeholder', '0');
    await pad.fill('2');
    await page.keyboard.press('Enter');
    await expectChange(page, withConv(convLine.replace('} }', '} pad: 2 }')));
  });

  await test.step('a list takes a second value, exchanges and loses it', async () => {
    await button(page, 'Add a value to kernel_size').click();
    await expect(number(page, 'kernel_size 2')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    const both = convLine.replace('kernel_size: 5', 'kernel_size: 5 kernel_size: 4');
    await expectText(page, 'Network', withConv(both));
    await button(page, 'Move kernel_size 2 up').click();
    await expectText(page, 'Network', withConv(convLine.replace('kernel_size: 5', 'kernel_size: 4 kernel_size: 5')));
    await button(page, 'Remove kernel_size 1').click();
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('a filler, by its menu', async () => {
    await fold(page, 'weight_filler').click();
    await menu(group(page, 'weight_filler').page(), 'type').last().selectOption('gaussian');
    await expect(number(page, 'std')).toBeVisible();
    await expectChange(page, withConv(convLine.replace('"msra"', '"gaussian"')));
  });

  await test.step('a multiplier of the second parameter blob', async () => {
    await group(page, 'bias').getByRole('spinbutton', { name: 'lr_mult' }).focus();
    await page.keyboard.press('ArrowUp');
    await expectChange(page, withConv(`${convLine}\n  param {}\n  param {\n    lr_mult: 2\n  }`));
  });
});

test('phases, types and names; F2 from the graph and Escape back', async ({ page }) => {
  await openTinyNet(page);
  await graph(page).locator('[data-layer="relu"]').click();
  await expect(panel(page)).toHaveAccessibleName('Layer relu');

  await test.step('a phase switch', async () => {
    await toggle(page, 'TEST').click();
    await expectText(
      page,
      'Network',
      tinyNet.replace(
        'bottom: "conv"\n  top: "conv"\n}',
        'bottom: "conv"\n  top: "conv"\n  include {\n    phase: TRAIN\n  }\n}',
      ),
    );
    await expect(toggle(page, 'TRAIN')).toBeDisabled();
    await toggle(page, 'TEST').click();
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('another type', async () => {
    await menu(page, 'type').selectOption('TanH');
    await expect(panel(page)).toContainText('tanh_param');
    await expectChange(page, tinyNet.replace('"ReLU"', '"TanH"'));
  });

  await test.step('a name, with the blob that is called like it', async () => {
    await select(page, 'score');
    await page.keyboard.press('F2');
    const name = panel(page).getByRole('textbox', { name: 'name', exact: true }).first();
    await expect(name).toBeFocused();
    await page.keyboard.type('conv');
    await page.keyboard.press('Enter');
    await expect(panel(page).getByRole('alert')).toContainText('There is a layer "conv" already');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('classes');
    await page.keyboard.press('Enter');
    await expect(panel(page)).toHaveAccessibleName('Layer classes');
    await expect(name).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(node(page, 'classes')).toBeFocused();
    await expectText(page, 'Network', tinyNet.replaceAll('"score"', '"classes"'));
    await page.keyboard.press('Control+z');
    await expectText(page, 'Network', tinyNet);
  });
});

test('several layers: shared settings, mixed where they differ, changed in one step', async ({ page }) => {
  await openTinyNet(page);
  await select(page, 'conv');
  await select(page, 'score', true);
  await expect(panel(page)).toHaveAccessibleName('2 layers');
  const outputs = number(page, 'num_output');
  await expect(outputs).toHaveAttribute('placeholder', 'mixed');
  await expect(number(page, 'kernel_size')).toHaveCount(0);
  await outputs.fill('12');
  await page.keyboard.press('Enter');
  await expect(outputs).toHaveValue('12');
  await expectChange(
    page,
    tinyNet.replace('num_output: 8', 'num_output: 12').replace('num_output: 10', 'num_output: 12'),
  );
  await toggle(page, 'bias_term').click();
  await expectChange(
    page,
    tinyNet.replaceAll(/weight_filler \{ type: "\w+" \} \}/g, (filler) =>
      filler.replace(/ \}$/, ' bias_term: false }'),
    ),
  );
});

test('shapes, cost and neighbours; what is wrong stands at its field; the text shows where the layer is', async ({
  page,
}) => {
  await openTinyNet(page);
  await select(page, 'conv');
  await expect(panel(page)).toContainText('10×3×32×32 → 10×8×14×14');

  await test.step('what a field means, for the pointer and for the keyboard', async () => {
    const meaning = /^[A-Z].*\. Default: 1\.$/;
    await panel(page)
      .locator('label', { hasText: /^group$/ })
      .hover();
    await expect(page.getByRole('tooltip')).toHaveText(meaning);
    await number(page, 'group').focus();
    await expect(panel(page).locator('.inspector-help')).toHaveText(meaning);
    await expect(number(page, 'group')).toHaveAccessibleDescription(meaning);
  });

  await test.step('findings', async () => {
    await number(page, 'kernel_size').fill('40');
    await page.keyboard.press('Enter');
    const field = panel(page).locator('.field', { hasText: 'kernel_size' });
    await expect(field.locator('.finding-error')).toContainText(/[A-Z].*\./);
    await expect(number(page, 'kernel_size')).toHaveAttribute('aria-invalid', 'true');
    await page.keyboard.press('Control+z');
    await expect(field.locator('.finding-error')).toHaveCount(0);
  });

  await test.step('lines', async () => {
    await expect(panel(page).locator('.excerpt')).toHaveText(/^layer \{\n {2}name: "conv"[\s\S]*\}$/);
    await panel(page).getByRole('button', { name: 'lines 20–26' }).click();
    await expect(editor(page, 'Network')).toBeFocused();
  });

  await test.step('shapes and cost', async () => {
    await panel(page).getByRole('tab', { name: 'Shapes & cost' }).click();
    await expect(group(page, 'Parameters')).toContainText('8×3×5×5 = 600');
    await expect(group(page, 'Parameters')).toContainText('608');
    // 10 images × 8 filters × 14×14 places × 75 taps.
    await expect(group(page, 'Cost')).toContainText('1.18 M');
    await expect(group(page, 'Cost')).toContainText('5×5, every 2×2');
    await group(page, 'In').getByRole('button', { name: 'Select images' }).click();
    await expect(panel(page)).toHaveAccessibleName('Layer images');
    await expect(graph(page).locator('.react-flow__node.selected')).toHaveCount(1);
  });
});

test('what a layer reads is chosen, what it makes is named, by pointer and by keyboard', async ({ page }) => {
  await openTinyNet(page);
  const choices = page.getByRole('menu');
  const rewired = tinyNet.replace('bottom: "conv"\n  top: "score"', 'bottom: "data"\n  top: "score"');

  await test.step('another blob, with its shape', async () => {
    await select(page, 'score');
    await button(page, 'bottom: conv').click();
    await expect(choices.getByRole('menuitemradio')).toHaveText(['data10×3×32×32', 'conv10×8×14×14', 'label10']);
    await expect(choices.getByRole('menuitemradio', { name: /^conv/ })).toBeChecked();
    await choices.getByRole('menuitemradio', { name: /^data/ }).click();
    await expect(button(page, 'bottom: data')).toBeFocused();
    await expectChange(page, rewired);
    await button(page, 'bottom: conv').focus();
    await page.keyboard.press('Enter');
    await expect(choices).toBeVisible();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await expectChange(page, rewired);
  });

  await test.step('a shape that does not fit cannot be chosen, and one that is written is said to be wrong there', async () => {
    await select(page, 'loss');
    await button(page, 'bottom 1: score').click();
    await expect(choices.getByRole('menuitemradio', { name: /^conv/ })).toBeDisabled();
    await expect(choices.getByRole('menuitemradio', { name: /^loss/ })).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(button(page, 'bottom 1: score')).toBeFocused();
    await paste(
      page,
      'Network',
      tinyNet.replace(
        'bottom: "score"\n  bottom: "label"\n  top: "loss"',
        'bottom: "scores"\n  bottom: "label"\n  top: "loss"',
      ),
    );
    await select(page, 'loss');
    const field = panel(page).locator('.field', { hasText: 'bottom' });
    await expect(field.locator('.finding-error').first()).toContainText('no blob "scores"');
    await field.getByRole('button', { name: 'bottom 1: scores' }).click();
    await choices.getByRole('menuitemradio', { name: /^score/ }).click();
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('bottoms change places', async () => {
    await button(page, 'Move bottom 1 down').click();
    await expect(button(page, 'bottom 2: score')).toBeFocused();
    await expectText(
      page,
      'Network',
      tinyNet.replace(
        'bottom: "score"\n  bottom: "label"\n  top: "loss"',
        'bottom: "label"\n  bottom: "score"\n  top: "loss"',
      ),
    );
    await button(page, 'Move bottom 2 up').click();
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('a blob is renamed wherever it is read', async () => {
    await select(page, 'conv');
    const top = panel(page).getByRole('textbox', { name: 'top', exact: true });
    await top.fill('label');
    await page.keyboard.press('Enter');
    await expect(panel(page).getByRole('alert')).toContainText('There is a blob "label" already');
    await top.fill('features');
    await page.keyboard.press('Enter');
    await expectChange(page, tinyNet.replaceAll(/(bottom|top): "conv"/g, '$1: "features"'));
  });

  await test.step('in place, or not', async () => {
    await graph(page).locator('[data-layer="relu"]').click();
    await expect(panel(page).getByRole('textbox', { name: 'top', exact: true })).toHaveAttribute('readonly');
    await toggle(page, 'in place').click();
    await expectChange(
      page,
      tinyNet
        .replace('bottom: "conv"\n  top: "conv"', 'bottom: "conv"\n  top: "relu"')
        .replace('bottom: "conv"\n  top: "score"', 'bottom: "relu"\n  top: "score"'),
    );
  });
});
