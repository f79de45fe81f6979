/** The self-test: every engine of this browser is right on it, it can be cancelled, and its report can be copied. */
import { readdirSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { numberIn } from './crema-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'], actionTimeout: 30_000 });

// The software adapter is slow, and two busy processor cores are, too.
test.setTimeout(300_000);

const goldenCases = readdirSync('app/layers/fixtures/golden').filter((name) => name.endsWith('.safetensors')).length;

async function openSelfTest(page: Page): Promise<void> {
  await page.goto('/#/selftest');
  await expect(page.getByRole('heading', { name: 'Self-test' })).toBeVisible();
}

const choose = (page: Page, group: string, name: string): Promise<void> =>
  page.getByRole('radiogroup', { name: group }).getByRole('radio', { name, exact: true }).click();

const state = (page: Page): Locator => page.getByRole('status');

/** The cells of an engine's row: device, result, cases, worst error, where, GFLOPS. */
const cells = (page: Page, engine: string | RegExp): Promise<string[]> =>
  page
    .getByRole('table', { name: 'Results' })
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: engine, exact: true }) })
    .getByRole('cell')
    .allInnerTexts();

async function expectRight(page: Page, engine: string, device: RegExp, cases: number): Promise<void> {
  const [name, result, right, error, , speed] = await cells(page, engine);
  expect(name).toMatch(device);
  expect(result).toBe('Right');
  expect(right).toBe(`${cases} / ${cases}`);
  expect(Number(error)).toBeLessThan(1e-4);
  expect(speed).toMatch(/^[\d.,]+ \(\d+³\)$/);
  expect(numberIn(speed?.split(' ')[0] ?? '')).toBeGreaterThan(0.1);
}

test('the quick test finds every engine right, and its report can be copied', async ({ page }) => {
  const broken: string[] = [];
  page.on('console', (message) => {
    if (/content security policy|refused to/i.test(message.text())) broken.push(message.text());
  });
  await openSelfTest(page);
  await page.getByRole('button', { name: 'Run the test' }).click();
  await expect(state(page)).toHaveText('Done', { timeout: 240_000 });

  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const processors = cores > 1 ? [`Processor, ${cores} threads`, 'Processor, 1 thread'] : ['Processor, 1 thread'];
  for (const engine of processors) await expectRight(page, engine, /^CPU, /, 12);
  await expectRight(page, 'WebGPU', /./, 12);
  await expect(page.getByRole('region', { name: /^Trouble/ })).toHaveCount(0);

  await page.getByRole('button', { name: 'Copy report' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain('Crema self-test\nBrowser: Mozilla/5.0');
  expect(report).toContain(`Processor: ${cores} threads; page cross-origin isolated`);
  expect(report).toContain('cases right: 12 of 12');
  expect(report).toMatch(/WebGPU: .+\n {2}cases right: 12 of 12\n {2}worst error: .+\n {2}matrix product: .+ GFLOPS/);
  expect(report).not.toContain('FAILED');
  expect(broken).toEqual([]);
});

for (const [engines, row, device] of [
  ['Processor', 'Processor, 1 thread', /^CPU, 1 thread, /],
  ['WebGPU', 'WebGPU', /./],
] as const)
  test(`the whole set is right on: ${engines}`, async ({ page }) => {
    test.setTimeout(900_000);
    await openSelfTest(page);
    await choose(page, 'Cases', 'Whole set');
    await choose(page, 'Engines', engines);
    await page.getByRole('button', { name: 'Run the test' }).click();
    await expect(state(page)).toHaveText('Done', { timeout: 840_000 });
    await expect(page.getByRole('region', { name: /^Trouble/ })).toHaveCount(0);
    await expectRight(page, row, device, goldenCases);
  });

test('it is reached from the badge, and can be cancelled', async ({ page, context }) => {
  await page.goto('/');
  await page.getByRole('button', { name: /^Engine: / }).click();
  const opening = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Test the engines of this browser' }).click();
  const tab = await opening;
  await choose(tab, 'Cases', 'Whole set');
  await tab.getByRole('button', { name: 'Run the test' }).click();
  await expect(state(tab)).toContainText(/: case \d+ of \d+/);
  await tab.getByRole('button', { name: 'Cancel' }).click();
  await expect(state(tab)).toHaveText('Cancelled');
  await expect(tab.getByRole('button', { name: 'Run the test' })).toBeVisible();
  await expect.poll(() => tab.workers().length).toBe(0);
  await tab.getByRole('link', { name: 'Open Crema' }).click();
  await expect(tab.getByRole('navigation', { name: 'Steps' })).toBeVisible();
});
