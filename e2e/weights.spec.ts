/** Weights and solver states as Caffe's files, continuing with the losses of an unbroken run, and what a reload keeps. */
import { expect, test, type Page } from '@playwright/test';
import { readCaffemodel } from '../app/caffe/wire/caffemodel.ts';
import { readSolverstate } from '../app/caffe/wire/solverstate.ts';
import {
  chooseEngine,
  chooseFiles,
  downloadOf,
  drop,
  expectText,
  exportBytes,
  exportCurves,
  iteration,
  monitorTab,
  openReady,
  paste,
  runButton,
  showTab,
  stateText,
  step,
  train,
} from './crema-page.ts';
import { singleBatch } from './test-set.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });
test.setTimeout(300_000);

const solver = tinySolver({ maxIter: 40, testInterval: 15, snapshot: 25 });

async function openTiny(page: Page): Promise<void> {
  await openReady(page);
  await drop(page, [singleBatch('data_batch_1'), singleBatch('test_batch')]);
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  await paste(page, 'Network', tinyNet);
  await paste(page, 'Solver', solver);
  await expect(step(page, 'Solver')).toContainText('SGD · 40 it');
}

async function expectFinished(page: Page): Promise<void> {
  await expect(stateText(page)).toContainText('Finished', { timeout: 120_000 });
  await expect.poll(() => iteration(page)).toBe(40);
}

/** The row of a snapshot in the Snapshots tab. */
const snapshot = (page: Page, name: string) =>
  monitorTab(page)
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });

test('weights and states leave and come back as Caffe files, and a continued run is the unbroken one', async ({
  page,
}) => {
  await openTiny(page);
  await chooseEngine(page, 'WebGPU');
  await train(page);
  await expectFinished(page);
  const unbroken = await exportCurves(page);
  expect(unbroken.losses).toHaveLength(40);
  expect(unbroken.tests.map((one) => one.iteration)).toEqual([15, 30]);

  const model = await exportBytes(page, '.caffemodel');
  await test.step('.caffemodel', () => {
    expect(model.name).toMatch(/_iter_40\.caffemodel$/);
    const { name, layers } = readCaffemodel(model.bytes);
    expect(name).toBe('Tiny');
    const withBlobs = layers.filter(({ blobs }) => blobs.length > 0);
    expect(withBlobs.map((layer) => [layer.name, layer.type, layer.blobs.map(({ shape }) => shape)])).toEqual([
      ['conv', 'Convolution', [[8, 3, 5, 5], [8]]],
      ['score', 'InnerProduct', [[10, 8 * 14 * 14], [10]]],
    ]);
    for (const { blobs } of withBlobs) {
      for (const { data } of blobs) expect([...data].every(Number.isFinite)).toBe(true);
    }
  });

  await test.step('.solverstate', async () => {
    const state = await exportBytes(page, '.solverstate');
    expect(state.name).toBe('tiny_iter_40.solverstate');
    const { iteration: at, history, seed } = readSolverstate(state.bytes);
    expect(at).toBe(40);
    expect(seed).toBe(7);
    expect(history.map(({ shape }) => shape)).toEqual([[8, 3, 5, 5], [8], [10, 8 * 14 * 14], [10]]);
  });

  await showTab(page, 'Snapshots');
  const halfway = await test.step('a snapshot has both files', async () => {
    const row = snapshot(page, 'tiny_iter_25');
    const fileOf = (name: string) => downloadOf(page, () => row.getByRole('button', { name, exact: true }).click());
    return [await fileOf('.caffemodel'), await fileOf('.solverstate')];
  });

  await test.step('continuing from a snapshot gives the losses of the unbroken run', async () => {
    await snapshot(page, 'tiny_iter_25').getByRole('button', { name: 'Continue from here' }).click();
    // The log is the new run's own: it begins behind the snapshot.
    await showTab(page, 'Log');
    await expect(page.getByRole('log')).not.toContainText('Iteration 20, loss');
    await expect(page.getByRole('log')).toContainText(/Iteration 30, loss[^]*Optimization Done/, { timeout: 120_000 });
    await expectFinished(page);
    expect((await exportCurves(page)).text).toBe(unbroken.text);
  });

  await test.step('so does continuing from its files', async () => {
    await runButton(page, 'Forget this run and its weights').click();
    await expect.poll(() => iteration(page)).toBe(0);
    await showTab(page, 'Snapshots');
    await chooseFiles(page, 'Load weights or state', halfway);
    await expectFinished(page);
    const { losses } = await exportCurves(page);
    expect(losses).toEqual(unbroken.losses.slice(25));
  });

  await test.step('a run stopped anywhere and continued is the unbroken one too', async () => {
    await paste(page, 'Solver', tinySolver({ maxIter: 100_000 }));
    await train(page);
    await expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(2);
    await runButton(page, 'Stop and keep a snapshot').click();
    await expect(runButton(page, 'Continue')).toBeVisible({ timeout: 60_000 });
    const stopped = await iteration(page);
    await runButton(page, 'Continue').click();
    await expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(stopped + 2);
    await runButton(page, 'Stop and keep a snapshot').click();
    await expect(runButton(page, 'Continue')).toBeVisible({ timeout: 60_000 });
    const { losses } = await exportCurves(page);
    expect(losses.length).toBeGreaterThan(stopped + 2);
    await paste(page, 'Solver', tinySolver({ maxIter: losses.length }));
    await train(page);
    await expect(stateText(page)).toContainText('Finished', { timeout: 120_000 });
    expect((await exportCurves(page)).losses).toEqual(losses);
  });

  await test.step('loading copies by layer name and says what was copied and what not', async () => {
    const renamed = tinyNet.replaceAll('"score"', '"score10"');
    await paste(page, 'Network', renamed);
    await drop(page, [model]);
    const report = monitorTab(page).getByRole('status').filter({ hasText: model.name });
    await expect(report).toContainText('copied1 layer conv');
    await expect(report).toContainText('score');
    await expect(report).toContainText(/missing1 layer score10/);
  });

  await test.step('a shape that does not fit is said', async () => {
    await paste(page, 'Network', tinyNet.replace('num_output: 8', 'num_output: 9'));
    await drop(page, [model]);
    await expect(monitorTab(page).getByRole('alert').or(page.getByRole('alert')).first()).toContainText('conv');
  });
});

test('a reload keeps network, solver, data, snapshots and curves', async ({ page }) => {
  await openTiny(page);
  await train(page);
  await expectFinished(page);
  const { text } = await exportCurves(page);
  await page.reload();
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  await expect(stateText(page)).toContainText('Finished', { timeout: 60_000 });
  await expectText(page, 'Network', tinyNet);
  await expectText(page, 'Solver', solver);
  expect((await exportCurves(page)).text).toBe(text);
  await showTab(page, 'Charts');
  await expect(monitorTab(page).getByRole('figure', { name: 'Loss' }).locator('canvas').first()).toBeVisible();
  await showTab(page, 'Snapshots');
  for (const name of ['tiny_iter_25', 'tiny_iter_40']) await expect(snapshot(page, name)).toBeVisible();
  const file = await downloadOf(page, () =>
    snapshot(page, 'tiny_iter_40').getByRole('button', { name: '.caffemodel', exact: true }).click(),
  );
  expect(readCaffemodel(file.bytes).layers.some(({ name }) => name === 'conv')).toBe(true);
});
