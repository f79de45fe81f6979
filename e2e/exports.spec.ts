/** What the Export menu makes for other programs: ONNX Runtime runs the trained network, the project's zip is whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { runOnnx } from '../app/exports/testing/onnx-runtime.ts';
import { tensorsOf } from '../app/exports/weights-files.ts';
import { readCaffemodel } from '../app/caffe/wire/caffemodel.ts';
import { readNpz, writeNpz } from '../app/formats/npz.ts';
import { downloadOf, drop, monitorTab, openReady } from './crema-page.ts';

test.setTimeout(180_000);

test('a trained network leaves for ONNX Runtime and PyTorch', async ({ page }) => {
  await openReady(page);
  const bytes = new Uint8Array(readFileSync('public/models/opening/weights.caffemodel'));
  await drop(page, [{ name: 'weights.caffemodel', bytes }]);
  await expect(monitorTab(page)).toContainText('weights.caffemodel', { timeout: 30_000 });
  const exported = async (item: RegExp) => {
    await page.getByRole('button', { name: 'Export' }).click();
    return downloadOf(page, () => page.getByRole('menuitem', { name: item }).click());
  };
  const onnx = await exported(/^ONNX/);
  const images = new Map([['images', { shape: [2, 3, 32, 32], data: new Float32Array(2 * 3072).fill(90) }]]);
  const found = (await runOnnx(onnx.bytes, images)).get('prob');
  expect(found?.shape).toEqual([2, 10]);
  expect(found?.data.subarray(0, 10).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
  const bundle = Object.keys(unzipSync((await exported(/^Verify bundle/)).bytes)).map((path) =>
    path.replace(/^.*\//, ''),
  );
  expect(bundle.sort()).toEqual(
    ['README.md', 'deploy.prototxt', 'expected.npz', 'images.npy', 'verify.py', 'weights.caffemodel'].sort(),
  );
  const files = unzipSync((await exported(/^PyTorch project/)).bytes);
  const names = Object.keys(files).map((name) => name.replace(/^[^/]*\//, ''));
  expect(names).toEqual(expect.arrayContaining(['model.py', 'train.py', 'weights.npz', 'data/train_images.npy']));
  const weights = Object.entries(files).find(([name]) => name.endsWith('weights.npz'))?.[1] ?? new Uint8Array();
  expect([...readNpz(weights).keys()]).toContain('ip2/1');
});

test('curves of a run made elsewhere lie on the charts, stay over a reload, and go again', async ({ page }) => {
  await openReady(page);
  const rows = Array.from({ length: 40 }, (_, i) => `${i * 10},${(2.3 * Math.exp(-i / 30)).toFixed(4)},0.01,,`);
  const text = ['iteration,train_loss,learning_rate,test_loss,test_accuracy', ...rows, '400,,,0.7,0.75'].join('\n');
  await drop(page, [{ name: 'losses.csv', bytes: new TextEncoder().encode(text) }]);
  const loss = page.getByRole('figure', { name: 'Loss' });
  await expect(loss.locator('.plot-entry', { hasText: 'other' }).locator('output')).toHaveText(/^0\.\d/);
  const accuracy = page.getByRole('figure', { name: 'Accuracy' }).locator('.plot-entry', { hasText: 'other' });
  await expect(accuracy.locator('output')).toHaveText('75.0%');
  await page.reload();
  await expect(loss.locator('.plot-entry', { hasText: 'other' })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Stop comparing with losses.csv' }).click();
  await expect(page.getByText('No run yet')).toBeVisible();
  await page.reload();
  await expect(page.getByText('No run yet')).toBeVisible({ timeout: 30_000 });
});

test('weights that PyTorch left as npz are loaded when they are dropped', async ({ page }) => {
  await openReady(page);
  const { layers } = readCaffemodel(new Uint8Array(readFileSync('public/models/opening/weights.caffemodel')));
  await drop(page, [{ name: 'Opening_iter_20.npz', bytes: writeNpz(tensorsOf({ name: '', layers })) }]);
  await expect(monitorTab(page)).toContainText('Opening_iter_20.npz', { timeout: 30_000 });
  await expect(monitorTab(page)).toContainText('5 layers conv1, conv2, conv3, ip1, ip2');
});
