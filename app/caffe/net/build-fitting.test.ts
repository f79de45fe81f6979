/** Nets seen beside a data set that they are not made for. */
import { expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { galleryText } from '../testing/gallery-files.ts';
import { buildFitting } from './build-fitting.ts';
import { buildNet } from './build-net.ts';
import type { Shape } from './layer-table.ts';

const built = (text: string, record: Shape | undefined) =>
  buildFitting(text, { phase: 'TRAIN', layers: layerTable, record });

test('an ImageNet network beside small images is whole, and says why it cannot train on them', () => {
  const net = built(galleryText('alexnet/train_test.prototxt'), [3, 32, 32]);
  expect(net.complete).toBe(true);
  expect(net.blobs.get('pool5')?.shape).toEqual([256, 256, 6, 6]);
  const [misfit, ...others] = net.diagnostics.filter(({ severity }) => severity !== 'info');
  expect(others).toEqual([]);
  expect(misfit).toMatchObject({ code: 'misfit', severity: 'warning' });
  expect(misfit?.message).toContain('3×32×32');
  expect(misfit?.message).toContain('3×227×227');
  expect(misfit?.related?.[0]?.message).toContain('crop_size');
});

test('the autoencoder of digits beside colour images is shown for digits', () => {
  const net = built(galleryText('autoencoder/train_test.prototxt'), [3, 32, 32]);
  expect(net.blobs.get('flatdata')?.shape).toEqual([100, 784]);
  expect(net.diagnostics.filter(({ severity }) => severity === 'warning')).toHaveLength(1);
});

test('a network that takes the images as they are is built for them', () => {
  const text = galleryText('lenet/train_test.prototxt');
  expect(built(text, [3, 32, 32]).blobs.get('data')?.shape).toEqual([64, 3, 32, 32]);
  expect(built(text, [3, 32, 32]).diagnostics).toEqual(
    buildNet(text, { phase: 'TRAIN', layers: layerTable, record: [3, 32, 32] }).diagnostics,
  );
});

test('a mistake that has nothing to do with the images stays an error', () => {
  const text = galleryText('alexnet/train_test.prototxt').replace('kernel_size: 11', 'kernel_size: 1100');
  const net = built(text, [3, 32, 32]);
  expect(net.complete).toBe(false);
  expect(net.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
});
