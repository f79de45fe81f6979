/** The inspector's Kernel tab: what computes a layer, to be read, copied and timed. */
import { expect, test, type Page } from '@playwright/test';
import { chooseEngine, node, openReady } from './crema-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** The panel of a layer of the opening network with its kernels in front. */
async function openKernels(page: Page, layer: string) {
  await node(page, layer).click();
  const inspector = page.getByRole('complementary', { name: `Layer ${layer}` });
  await inspector.getByRole('tab', { name: 'Kernel' }).click();
  await expect(inspector.getByRole('region', { name: 'Forward', exact: true })).toBeVisible();
  return inspector;
}

test('shows expression, WGSL, schedule and measured time of each kernel, forward and backward', async ({ page }) => {
  await openReady(page);
  await chooseEngine(page, 'WebGPU');
  const inspector = await openKernels(page, 'conv1');
  const forward = inspector.getByRole('article', { name: /^conv1\/forward/ }).first();
  await expect(forward.getByRole('region', { name: /^Expression of conv1\/forward/ })).toContainText('acc = sum(');
  await expect(forward).toContainText(/schedule.*\d+×\d+/);
  await expect(inspector.getByRole('region', { name: 'Backward', exact: true })).toContainText(
    'conv1/backward/weights',
  );

  // The text is what the clipboard gets: without the numbers beside its lines.
  const wgsl = forward.getByRole('region', { name: /^WGSL of conv1\/forward/ });
  await expect(wgsl).toContainText('@compute');
  await forward.getByRole('button', { name: 'Copy the WGSL' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('fn main(');
  expect((await wgsl.textContent())?.trimEnd()).toBe(copied.trimEnd());

  await expect(forward).toContainText('not measured');
  await inspector.getByRole('button', { name: 'Measure times' }).click();
  await expect(inspector.getByRole('button', { name: 'Measure again' })).toBeVisible({ timeout: 120_000 });
  await expect(forward).toContainText(/time\s*[\d.]+ ms/);
  await expect(forward).toContainText('GFLOPS');
});

test('on the processor too, by keyboard, and in front from layer to layer', async ({ page }) => {
  await openReady(page);
  const inspector = await openKernels(page, 'conv1');
  await expect(inspector).toContainText(/On CPU, /);
  await expect(inspector.getByRole('article').first()).toContainText('WebAssembly SIMD');
  // Closed on the processor, which is given something else; Enter opens it.
  const wgsl = inspector.getByRole('button', { name: /^WGSL/ }).first();
  await expect(wgsl).toHaveAttribute('aria-expanded', 'false');
  await wgsl.focus();
  await page.keyboard.press('Enter');
  await expect(inspector.getByRole('region', { name: /^WGSL of / }).first()).toContainText('@compute');

  // A kernel that does the next layer's work with its own says so.
  await node(page, 'conv2').click();
  const other = page.getByRole('complementary', { name: 'Layer conv2' });
  await expect(other.getByRole('article', { name: /^conv2\/forward \+ relu2\/forward/ })).toBeVisible();
});
