/** Snapshots in Caffe's HDF5 form leave the page and come back; what a run takes of memory stands there before it. */
import { expect, test } from '@playwright/test';
import { sourceOf } from '../app/caffe/wire/byte-source.ts';
import { readHdf5Solverstate } from '../app/formats/caffe-hdf5.ts';
import {
  chooseEngine,
  chooseFiles,
  downloadOf,
  drop,
  iteration,
  monitorTab,
  openReady,
  paste,
  showTab,
  stateText,
  step,
  train,
} from './crema-page.ts';
import { singleBatch } from './test-set.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });
test.setTimeout(300_000);

test('a run with AdamW, a warm-up and HDF5 snapshots goes on from its own files', async ({ page }) => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
  });
  await openReady(page);
  await drop(page, [singleBatch('data_batch_1'), singleBatch('test_batch')]);
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  await chooseEngine(page, 'Processor');
  await paste(page, 'Network', tinyNet);
  const solver = `${tinySolver({ maxIter: 40, testInterval: 15, snapshot: 25 })}
snapshot_format: HDF5
type: "Adam"
# crema: type AdamW
# crema: warmup_iter 10
`;
  await paste(page, 'Solver', solver);
  await expect(step(page, 'Solver')).toContainText('AdamW · 40 it');
  const panel = page.getByRole('region', { name: 'Run' });
  await expect(panel.getByText('Needs about')).toBeVisible({ timeout: 30_000 });
  await train(page);
  await expect(stateText(page)).toContainText('Finished', { timeout: 120_000 });
  await showTab(page, 'Snapshots');
  const row = monitorTab(page)
    .getByRole('row')
    .filter({ has: page.getByText('tiny_iter_25', { exact: true }) });
  const [model, state] = [
    await downloadOf(page, () => row.getByRole('button', { name: '.caffemodel.h5' }).click()),
    await downloadOf(page, () => row.getByRole('button', { name: '.solverstate.h5' }).click()),
  ];
  expect(model.name).toBe('tiny_iter_25.caffemodel.h5');
  expect((await readHdf5Solverstate(sourceOf(state.bytes))).iteration).toBe(25);
  await chooseFiles(page, 'Load weights or state', [model, state]);
  await showTab(page, 'Log');
  // The log is that of the run that went on: it begins behind the snapshot.
  await expect(monitorTab(page)).not.toContainText('Snapshotting to tiny_iter_25');
  await expect(monitorTab(page)).toContainText('Snapshotting to tiny_iter_40.caffemodel.h5', { timeout: 120_000 });
  await expect(stateText(page)).toContainText('Finished', { timeout: 120_000 });
  await expect.poll(() => iteration(page)).toBe(40);
  expect(refused).toEqual([]);
});
