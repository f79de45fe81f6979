/** The fast CIFAR-10 recipe of the gallery: its first layer is whitened, its work is as it says, and it learns. */
import { expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { galleryText } from '../caffe/testing/gallery-files.ts';
import { meanImage } from '../data/dataset.ts';
import { generateSample } from '../data/sample.ts';
import { openNodeWasmEngine } from '../engine/wasm/node-wasm.ts';
import { layerTable } from '../layers/index.ts';
import { DatasetFeed } from './feed.ts';
import { TrainingSession } from './session.ts';

const text = galleryText('cifar10_fast/train_test.prototxt');
const solverText = galleryText('cifar10_fast/solver.prototxt');

test('is 0.4 PFLOP in all, forward and backward', () => {
  const { layers } = buildNet(text, { phase: 'TRAIN', layers: layerTable, record: [3, 32, 32] });
  // A gradient for the data and one for the weights; the first layer and its input have neither.
  const macs = layers.reduce((sum, { cost, name }) => sum + (cost?.macs ?? 0) * (name === 'whiten' ? 1 : 3), 0);
  expect((2 * macs * (readSolver(solverText).solver.max_iter ?? 0)) / 1e15).toBeCloseTo(0.39, 2);
});

test('learns, at a quarter of its width', { timeout: 120_000 }, async () => {
  const narrow = text
    .replaceAll('batch_size: 500', 'batch_size: 40')
    .replaceAll('num_output: 256', 'num_output: 64')
    .replaceAll('num_output: 64', 'num_output: 16')
    .replace('images: 5000', 'images: 200');
  const { solver, extensions, diagnostics } = readSolver(
    solverText
      .replace('base_lr: 0.75', 'base_lr: 0.2')
      .replace('warmup_iter 200', 'warmup_iter 5')
      .replace('max_iter: 900', 'max_iter: 60'),
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const dataset = generateSample(4, { train: 400, test: 100 });
  const losses: number[] = [];
  const engine = await openNodeWasmEngine({ threads: 2 });
  const session = await TrainingSession.create({
    engine,
    train: buildNet(narrow, { phase: 'TRAIN', layers: layerTable, record: [3, 32, 32] }),
    tests: [],
    solver,
    extensions,
    seed: 2,
    feed: new DatasetFeed(dataset, { seed: 2, shuffle: true, mean: meanImage(dataset.train) }),
    events: { losses: (_, some) => void losses.push(...some) },
  });
  await session.run(() => 'go');
  session.dispose();
  engine.dispose();
  const mean = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0) / some.length;
  expect(losses).toHaveLength(60);
  expect(mean(losses.slice(0, 3))).toBeCloseTo(Math.log(10), 0);
  expect(mean(losses.slice(-4))).toBeLessThan(mean(losses.slice(0, 4)) - 0.15);
});
