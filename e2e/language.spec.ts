/** The language in the editor, by keyboard: completion, hover, rename, definition, references, fixes, outline, formatting. */
import { expect, test, type Page } from '@playwright/test';
import { editor, expectText, focusEditor, openReady, paste } from './crema-page.ts';

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
async function goBehind(page: Page, text: string, net = NET): Promise<void> {
  await focusEditor(page, 'Network');
  const before = net.slice(0, net.indexOf(text) + text.length);
  const lines = before.split('\n');
  const keys = editor(page, 'Network');
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
  await keys.press('Control+k');
  await keys.press('Control+i');
  await expect(page.locator('.monaco-hover').filter({ hasText: 'Extent of the filter' }).first()).toBeVisible();
  await page.keyboard.press('Escape');

  // Shift+Alt+F lays the text out.
  const messy = NET.replace('  top: "conv"\n', 'top :"conv" # made\n\n\n');
  await paste(page, 'Network', messy);
  await keys.press('Shift+Alt+F');
  await expectText(page, 'Network', NET.replace('  top: "conv"\n', '  top: "conv"  # made\n\n'));
});
