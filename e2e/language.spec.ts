/** The language in the editor, by keyboard: completion, hover, rename, definition, references, fixes, outline, formatting. */
import { expect, test, type Page } from '@playwright/test';
import { editor, expectText, focusEditor, monitorTab, node, openReady, paste, showTab } from './crema-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const NET = `name: "small"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } }
}
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 }
}
layer {
  name: "relu"
  type: "ReLU"
  bottom: "conv"
  top: "conv"
}
`;

/** Puts the cursor behind the first place where the text stands in the net, with the keyboard alone. */
async function goBehind(page: Page, text: string, whole = NET, name: 'Network' | 'Solver' = 'Network'): Promise<void> {
  await focusEditor(page, name);
  const before = whole.slice(0, whole.indexOf(text) + text.length);
  const lines = before.split('\n');
  const keys = editor(page, name);
  await keys.press('Control+Home');
  for (let i = 1; i < lines.length; i++) await keys.press('ArrowDown');
  // From the end of the line before, one step right is the very beginning of this one.
  if (lines.length > 1) {
    await keys.press('ArrowUp');
    await keys.press('End');
    await keys.press('ArrowRight');
  }
  for (let i = 0; i < (lines.at(-1)?.length ?? 0); i++) await keys.press('ArrowRight');
}

test('the keys of an editor work on a network', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', NET);
  const keys = editor(page, 'Network');

  // F2 renames a blob everywhere.
  await goBehind(page, 'top: "con');
  await keys.press('F2');
  const box = page.getByRole('textbox', { name: /rename/i });
  await expect(box).toHaveValue('conv');
  await box.fill('features');
  await page.keyboard.press('Enter');
  const renamed = NET.replaceAll('bottom: "conv"', 'bottom: "features"').replaceAll('top: "conv"', 'top: "features"');
  await expectText(page, 'Network', renamed);
  await keys.press('Control+z');
  await expectText(page, 'Network', NET);

  // F12 goes from a bottom to the top that makes it.
  await goBehind(page, 'bottom: "dat');
  await keys.press('F12');
  await page.keyboard.press('End');
  await page.keyboard.type(' # here');
  await expectText(page, 'Network', NET.replace('top: "data"\n', 'top: "data" # here\n'));
  await paste(page, 'Network', NET);

  // Shift+F12 lists all uses.
  await goBehind(page, 'bottom: "dat');
  await keys.press('Shift+F12');
  await expect(page.getByRole('tree').filter({ hasText: 'bottom: "data"' }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  // Ctrl+Shift+O goes to a layer.
  await focusEditor(page, 'Network');
  await keys.press('Control+Shift+O');
  await page.keyboard.type('relu');
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.type(' # found');
  await expectText(page, 'Network', NET.replace('name: "relu"\n', 'name: "relu" # found\n'));
});

test('completion, hover, fixes and formatting by keyboard', async ({ page }) => {
  await openReady(page);
  const keys = editor(page, 'Network');

  // A slip of the pen is mended by Ctrl+.
  const slip = NET.replace('num_output', 'num_ouput');
  await paste(page, 'Network', slip);
  await goBehind(page, 'num_ou', slip);
  await expect(page.locator('.squiggly-error')).not.toHaveCount(0);
  await keys.press('Control+.');
  await page
    .getByRole('option', { name: 'Change to num_output' })
    .or(page.getByText('Change to num_output'))
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await expectText(page, 'Network', NET);

  // Completion proposes values as one types.
  await goBehind(page, 'type: "ReLU');
  for (let i = 0; i < 4; i++) await keys.press('Backspace');
  await page.keyboard.type('Sigm');
  await expect(page.locator('.suggest-widget')).toContainText('Sigmoid');
  await page.keyboard.press('Enter');
  await expectText(page, 'Network', NET.replace('type: "ReLU"', 'type: "Sigmoid"'));

  // Hover, on demand.
  await paste(page, 'Network', NET);
  await goBehind(page, 'kernel_si');
  await keys.press('F1');
  await expect(page.locator('.monaco-hover').filter({ hasText: 'Extent of the filter' }).first()).toBeVisible();
  await page.keyboard.press('Escape');

  // Shift+Alt+F lays the text out.
  const messy = NET.replace('  top: "conv"\n', 'top :"conv" # made\n\n\n');
  await paste(page, 'Network', messy);
  await keys.press('Shift+Alt+F');
  await expectText(page, 'Network', NET.replace('  top: "conv"\n', '  top: "conv"  # made\n\n'));
});

test('cursor, graph and problems lead to each other', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', NET);
  const keys = editor(page, 'Network');
  const selected = (layer: string) => expect(node(page, layer)).toHaveAttribute('aria-pressed', 'true');

  // The layer that the cursor is in is the selected node.
  await goBehind(page, 'name: "da');
  await selected('data');
  await goBehind(page, 'num_out');
  await selected('conv');
  await expect(page.locator('.editor-layer-mark').first()).toBeVisible();

  // A node that is selected has the cursor at its layer.
  await node(page, 'data').click();
  await selected('data');
  await focusEditor(page, 'Network');
  await page.keyboard.press('End');
  await page.keyboard.type(' # here');
  await expectText(page, 'Network', NET.replace('layer {\n  name: "data"', 'layer { # here\n  name: "data"'));
  await paste(page, 'Network', NET);

  // Shift+Enter draws at once, and writes nothing.
  await goBehind(page, 'num_output: 4');
  await keys.press('Backspace');
  await page.keyboard.type('7');
  await keys.press('Shift+Enter');
  await expect(node(page, 'conv')).toContainText('7 · 3×3');
  await expectText(page, 'Network', NET.replace('num_output: 4', 'num_output: 7'));

  // A problem in the list leads to its place, by keyboard.
  await paste(page, 'Network', NET.replace('bottom: "conv"', 'bottom: "cnov"'));
  await showTab(page, 'Problems');
  const problem = monitorTab(page).getByRole('button', { name: /cnov/ }).first();
  await problem.focus();
  await page.keyboard.press('Enter');
  await expect(keys).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.type(' # jumped');
  await expectText(page, 'Network', NET.replace('bottom: "conv"', 'bottom: "cnov" # jumped'));

  // F8 goes from problem to problem.
  await keys.press('Control+Home');
  await keys.press('F8');
  await expect(page.locator('.peekview-widget')).toContainText('cnov');
  await page.keyboard.press('Escape');
});

const SOLVER = `net: "small"
base_lr: 0.01
lr_policy: "step"
gamma: 0.1
stepsize: 400
max_iter: 1000
snapshot: 500
`;

test('the solver has the same keys, and its learning rate drawn', async ({ page }) => {
  await openReady(page);
  const keys = editor(page, 'Solver');
  const preview = page.getByRole('region', { name: 'Planned learning rate' });

  // A slip is mended by Ctrl+.
  const slip = SOLVER.replace('stepsize', 'stepsiez');
  await paste(page, 'Solver', slip);
  await expect(preview).toContainText('Drawn here once');
  await goBehind(page, 'stepsi', slip, 'Solver');
  await expect(page.locator('.squiggly-error')).not.toHaveCount(0);
  await keys.press('Control+.');
  await page.getByText('Change to stepsize').first().waitFor();
  await page.keyboard.press('Enter');
  await expectText(page, 'Solver', SOLVER);

  // What is planned: in words, as a drawing, and at any iteration by keyboard.
  const slider = preview.getByRole('slider', { name: /policy step: 0.01 at first, 0.001 from iteration 400 on/ });
  await expect(slider).toBeVisible();
  await expect(preview.getByText('0.01 → 1.00e-4 · step').or(preview.getByText(/0\.01 → .* · step/))).toBeVisible();
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', /at iteration 999$/);
  await page.keyboard.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', '0.01 at iteration 0');
  const { x = 0, y = 0, width = 0, height = 0 } = (await slider.boundingBox()) ?? {};
  await page.mouse.move(x + width / 2, y + height / 2);
  await expect(preview.getByRole('status')).toContainText(/^0\.001 at (4|5)\d\d$/);
  await page.mouse.move(0, 0);

  // Live while typing.
  await goBehind(page, 'base_lr: 0.01', SOLVER, 'Solver');
  await page.keyboard.type('5');
  await expect(preview.getByRole('slider', { name: /0.015 at first/ })).toBeVisible();
  await keys.press('Control+z');
  await expectText(page, 'Solver', SOLVER);

  // Completion of a policy, then hover.
  await goBehind(page, 'lr_policy: "step', SOLVER, 'Solver');
  for (let i = 0; i < 4; i++) await keys.press('Backspace');
  await page.keyboard.type('po');
  await expect(page.locator('.suggest-widget')).toContainText('poly');
  await page.keyboard.press('Enter');
  await expectText(page, 'Solver', SOLVER.replace('"step"', '"poly"'));
  await paste(page, 'Solver', SOLVER);
  await goBehind(page, 'stepsi', SOLVER, 'Solver');
  await keys.press('F1');
  const hover = page.locator('.monaco-hover').filter({ hasText: '0.001 from iteration 400 on' });
  await expect(hover.first()).toContainText('stepsize');
  await page.keyboard.press('Escape');

  // The text says the last rate beside max_iter.
  await expect(page.locator('.editor')).toContainText('last rate 1.00e-4');
});

test('layers fold, and come back', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', NET);
  const lines = page.locator('.editor .view-lines');
  /** Runs a command of the palette until the lines are as wanted: what folds is known a moment after the text. */
  const until = async (command: string, shown: RegExp, hidden?: RegExp): Promise<void> => {
    await expect(async () => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(command);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(lines).toHaveText(shown, { timeout: 2_000 });
      if (hidden !== undefined) await expect(lines).not.toHaveText(hidden, { timeout: 1_000 });
    }).toPass();
  };
  await until('Fold all layers', /layer\s\{/, /ReLU/);
  await until('Unfold all layers', /ReLU/);
  await expectText(page, 'Network', NET);
});
