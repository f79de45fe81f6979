/** What the Export menu makes for other programs: ONNX Runtime runs the trained network, the project's zip is whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { runOnnx } from '../app/exports/testing/onnx-runtime.ts';
import { readNpz } from '../app/formats/npz.ts';
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
  const files = unzipSync((await exported(/^PyTorch project/)).bytes);
  const names = Object.keys(files).map((name) => name.replace(/^[^/]*\//, ''));
  expect(names).toEqual(expect.arrayContaining(['model.py', 'train.py', 'weights.npz', 'data/train_images.npy']));
  const weights = Object.entries(files).find(([name]) => name.endsWith('weights.npz'))?.[1] ?? new Uint8Array();
  expect([...readNpz(weights).keys()]).toContain('ip2/1');
});
