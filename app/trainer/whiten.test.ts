/** Whitened first layers: uncorrelated outputs of one deviation on the training set, and sentences where it cannot be. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { meanImage } from '../data/dataset.ts';
import { generateSample } from '../data/sample.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { layerTable } from '../layers/index.ts';
import { DatasetFeed } from './feed.ts';
import { TrainingSession } from './session.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { patchCovariance, whiteningFilters } from './whiten.ts';

const dataset = generateSample(3, { train: 60, test: 10 });
const record = [dataset.channels, dataset.height, dataset.width];

/** Weights of the first layer after a session was made, and of the layer's settings. */
async function firstWeights(conv: string, between = ''): Promise<Float32Array> {
  const text = `
layer { name: "in" type: "Data" top: "data" top: "label" transform_param { scale: 0.01 mean_value: 120 mirror: true }
  # crema: augment { pad: 4 cutout: 8 }
  data_param { batch_size: 4 } }
${between}
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" param { lr_mult: 0 } convolution_param { ${conv}
  weight_filler { type: "msra"
    # crema: whiten { epsilon: 0 images: 60 }
  } } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }`;
  const session = await TrainingSession.create({
    engine: createReferenceEngine(),
    train: buildNet(text, { phase: 'TRAIN', layers: layerTable, record }),
    tests: [],
    solver: readSolver('base_lr: 0.01 lr_policy: "fixed" max_iter: 2').solver,
    seed: 5,
    feed: new DatasetFeed(dataset, { seed: 5, shuffle: true, mean: meanImage(dataset.train) }),
    events: {},
  });
  const before = (await session.snapshot()).weights;
  await session.run(() => 'go', 2);
  const after = (await session.snapshot()).weights;
  session.dispose();
  const of = (weights: typeof before): Float32Array =>
    weights.layers.find(({ name }) => name === 'conv')?.blobs[0]?.data ?? new Float32Array();
  expect(of(after)).toEqual(of(before));
  return of(after);
}

describe('eigenvectors', () => {
  test('make up the matrix again, and are at right angles', () => {
    const n = 7;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = Math.sin(3 * i + j * j);
    const pairs = symmetricEigen(matrix, n);
    expect(pairs.map(({ value }) => value)).toEqual(pairs.map(({ value }) => value).sort((a, b) => b - a));
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const again = pairs.reduce(
          (sum, { value, vector }) => sum + value * (vector[i] as number) * (vector[j] as number),
          0,
        );
        expect(again).toBeCloseTo(matrix[i * n + j] as number, 10);
        const [a, b] = [pairs[i]?.vector, pairs[j]?.vector];
        expect(a?.reduce((sum, x, k) => sum + x * (b?.[k] as number), 0)).toBeCloseTo(i === j ? 1 : 0, 10);
      }
  });
});

describe('a whitened layer', () => {
  test('has outputs that are uncorrelated, of deviation 1, and once more with the other sign; it stays as it is', async () => {
    const weights = await firstWeights('num_output: 24 kernel_size: 2');
    // The covariance of outputs is that of the patches between two filters.
    const images = Float32Array.from(dataset.train.images, (v) => 0.01 * (v - 120));
    const covariance = patchCovariance({ shape: [60, ...record], values: images }, 2, 2);
    for (let a = 0; a < 24; a++)
      for (let b = 0; b < 24; b++) {
        let sum = 0;
        for (let i = 0; i < 12; i++)
          for (let j = 0; j < 12; j++)
            sum +=
              (weights[a * 12 + i] as number) * (covariance[i * 12 + j] as number) * (weights[b * 12 + j] as number);
        expect(sum).toBeCloseTo(a === b ? 1 : a % 12 === b % 12 ? -1 : 0, 3);
      }
  });

  test('with few outputs takes the components of the largest variance', () => {
    // The first channel has a deviation of 10 / √2, the second of 1 / √2, and they have nothing to do with each other.
    const values = Float32Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? Math.sin(i) * 10 : Math.cos(7 * i)));
    const [first, second] = whiteningFilters({ shape: [1000, 2, 1, 1], values }, [1, 2, 1, 1], 0);
    expect(Math.abs(second ?? NaN)).toBeLessThan(0.03);
    expect(Math.abs(first ?? NaN)).toBeCloseTo(1 / 7.07, 1);
  });

  test.each([
    ['num_output: 25 kernel_size: 2', '', 'its patches have 12 values, so it can have 24 outputs at most, not 25.'],
    ['num_output: 3 kernel_size: 2 group: 3', '', 'whiten is for the weights of a Convolution in one group.'],
    [
      'num_output: 3 kernel_size: 2',
      'layer { name: "p" type: "Power" bottom: "data" top: "data" power_param { scale: 2 } }',
      'it must read the images of a data layer directly.',
    ],
  ])('%s %s', async (conv, between, message) => {
    await expect(firstWeights(conv, between)).rejects.toThrow(`Layer "conv" cannot be whitened: ${message}`);
  });
});
