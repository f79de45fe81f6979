/** A browser that cannot train says so and names those that can; everything else works in it. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import {
  drop,
  expectStepsReady,
  expectText,
  exportText,
  monitorTab,
  namesBrowsers,
  node,
  nodes,
  paste,
  runButton,
  shapeLabels,
  stateText,
  step,
  steps,
  train,
} from './crema-page.ts';
import { singleBatch } from './test-set.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'], serviceWorkers: 'block' });

/** Opens the page in a browser of which something is missing, in the page and in the worker that trains. */
async function openWithout(page: Page, missing: readonly ('WebGPU' | 'WebAssembly')[]): Promise<void> {
  const removals = {
    WebGPU: 'delete Object.getPrototypeOf(navigator).gpu;',
    WebAssembly: 'delete globalThis.WebAssembly;',
  };
  const prelude = missing.map((name) => removals[name]).join(' ');
  await page.addInitScript(prelude);
  await page.route(/train\.worker.*\.js$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `${prelude}\n${await answer.text()}` });
  });
  await page.goto('/');
}

/** Everything but training: designing, shapes, phases, data, export, and what a reload keeps. */
async function expectAllButTraining(page: Page): Promise<void> {
  await expect(steps(page).getByLabel('ready', { exact: true })).toHaveCount(3, { timeout: 60_000 });
  await expect(step(page, 'Train')).toContainText('needs an engine');
  await expect(runButton(page, 'Train')).toHaveAttribute('aria-disabled', 'true');
  await runButton(page, 'Train').click({ force: true });
  await expect(page.getByText('No run yet')).toBeVisible();

  const quick = await readFile('public/models/cifar10_quick/train_test.prototxt', 'utf8');
  await paste(page, 'Network', quick);
  await expect(nodes(page)).toHaveCount(10);
  await expect(shapeLabels(page).getByText('100×32×16×16', { exact: true }).first()).toBeVisible();
  await paste(page, 'Network', tinyNet);
  await page.getByRole('radio', { name: 'Show the TEST phase' }).click();
  await expect(node(page, 'accuracy')).toBeVisible();
  await node(page, 'conv').click({ position: { x: 30, y: 10 } });
  await page.keyboard.press('Delete');
  await expect(node(page, 'conv')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expectText(page, 'Network', tinyNet);

  await drop(page, [singleBatch('data_batch_1'), singleBatch('test_batch')]);
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  await expect(monitorTab(page).getByRole('region', { name: 'Images' }).getByRole('img').first()).toBeVisible();
  expect(await exportText(page, 'Solver')).toContain('base_lr');
  await page.reload();
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  await expectText(page, 'Network', tinyNet);
}

test('without WebGPU the page names the browsers that have it, and the processor trains', async ({ page }) => {
  await openWithout(page, ['WebGPU']);
  const notice = page.getByRole('status').filter({ hasText: namesBrowsers });
  await expect(notice).toBeVisible({ timeout: 60_000 });
  await expect(notice).toContainText('The processor trains instead.');
  await expectStepsReady(page);
  await paste(page, 'Network', tinyNet);
  await paste(page, 'Solver', tinySolver({ maxIter: 20 }));
  await train(page);
  await expect(stateText(page)).toContainText('Finished', { timeout: 60_000 });
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
});

test('with nothing to train on the page says so, and all but training works', async ({ page }) => {
  await openWithout(page, ['WebGPU', 'WebAssembly']);
  await expect(page.getByRole('status').filter({ hasText: /^Training is not possible here: / })).toBeVisible({
    timeout: 60_000,
  });
  await expectAllButTraining(page);
});
