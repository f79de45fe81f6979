/** Layers on WebGPU against the interpreter, forward and backward, at sizes that no tile or workgroup divides. */
import { afterAll, describe, expect, it } from 'vitest';
import { relativeError } from '../compiler/golden-errors.ts';
import { runCase } from '../compiler/run-case.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import type { SafeTensor, SafetensorsFile } from '../formats/safetensors.ts';
import { interpretNet } from './testing/interpreted-net.ts';
import { spreadValues } from './testing/numeric-gradient.ts';
import { oneLayer } from './testing/one-layer.ts';

/** Floats on a device against double precision. */
const TOLERANCE = 1e-4;

interface Case {
  readonly net: string;
  /** Inputs that are not spread over ±1, by blob name: labels, marks, indices. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  readonly positive?: boolean;
}

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
const labels = (count: number, classes: number): number[] => Array.from({ length: count }, (_, i) => (i * 7) % classes);
/** Sequences start at the first time and here and there later. */
const marks = (times: number, batch: number): number[] =>
  Array.from({ length: times * batch }, (_, i) => (i < batch || i % 7 === 0 ? 0 : 1));

const cases: Readonly<Record<string, Case>> = {
  'ArgMax of 65, top 3': { net: oneLayer('ArgMax', [[33, 65]], 'argmax_param { top_k: 3 out_max_val: true }') },
  'ArgMax along an axis': { net: oneLayer('ArgMax', [[3, 17, 5]], 'argmax_param { axis: 1 }') },
  Axpy: {
    net: oneLayer('Axpy', [
      [3, 17],
      [3, 17, 5, 13],
      [3, 17, 5, 13],
    ]),
  },
  BatchNorm: { net: oneLayer('BatchNorm', [[3, 17, 13, 5]]) },
  BatchReindex: { net: oneLayer('BatchReindex', [[17, 33], [65]]), values: { b: labels(65, 17) } },
  ContrastiveLoss: {
    net: oneLayer('ContrastiveLoss', [[17, 33], [17, 33], [17]], 'contrastive_loss_param { margin: 5 }'),
    values: { c: labels(17, 2) },
  },
  'Convolution, strided and grouped': {
    net: oneLayer(
      'Convolution',
      [[3, 6, 17, 13]],
      'convolution_param { num_output: 9 kernel_size: 3 stride: 2 group: 3 }',
    ),
  },
  DepthwiseConvolution: {
    net: oneLayer(
      'DepthwiseConvolution',
      [[1, 17, 9, 33]],
      'convolution_param { num_output: 17 group: 17 kernel_size: 3 pad: 1 }',
    ),
  },
  Embed: {
    net: oneLayer('Embed', [[65]], 'embed_param { input_dim: 17 num_output: 33 }'),
    values: { a: labels(65, 17) },
  },
  Im2col: {
    net: oneLayer('Im2col', [[3, 5, 17, 13]], 'convolution_param { kernel_size: 3 pad: 2 stride: 2 dilation: 2 }'),
  },
  InfogainLoss: {
    net: oneLayer('InfogainLoss', [
      [3, 17, 5],
      [3, 5],
      [17, 17],
    ]),
    values: { b: labels(15, 17) },
  },
  LSTM: {
    net: oneLayer(
      'LSTM',
      [
        [13, 3, 65],
        [13, 3],
      ],
      'recurrent_param { num_output: 33 }',
    ),
    values: { b: marks(13, 3) },
  },
  'LSTM with a static input, exposed': {
    net: oneLayer(
      'LSTM',
      [
        [5, 1, 17],
        [5, 1],
        [1, 13],
        [1, 1, 3],
        [1, 1, 3],
      ],
      'recurrent_param { num_output: 3 expose_hidden: true }',
      ['y', 'h', 'c_'],
    ),
    values: { b: ones(5) },
  },
  LSTMUnit: {
    net: oneLayer(
      'LSTMUnit',
      [
        [1, 17, 13],
        [1, 17, 52],
        [1, 17],
      ],
      '',
      ['y', 'z'],
    ),
    values: { c: labels(17, 2) },
  },
  MultinomialLogisticLoss: {
    net: oneLayer('MultinomialLogisticLoss', [[33, 17], [33]]),
    values: { b: labels(33, 17) },
    positive: true,
  },
  MVN: { net: oneLayer('MVN', [[3, 17, 13, 5]]) },
  'MVN across channels': { net: oneLayer('MVN', [[3, 17, 13, 5]], 'mvn_param { across_channels: true }') },
  Parameter: { net: oneLayer('Parameter', [], 'parameter_param { shape { dim: 17 dim: 3 } }') },
  'Pooling STOCHASTIC': {
    net: oneLayer('Pooling', [[3, 5, 17, 13]], 'pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }'),
    positive: true,
  },
  ReLU6: { net: oneLayer('ReLU6', [[33, 65]], '') },
  RNN: {
    net: oneLayer(
      'RNN',
      [
        [13, 3, 65],
        [13, 3],
      ],
      'recurrent_param { num_output: 33 }',
    ),
    values: { b: marks(13, 3) },
  },
  'SPP MAX': { net: oneLayer('SPP', [[3, 5, 33, 17]], 'spp_param { pyramid_height: 3 }') },
  'SPP AVE': { net: oneLayer('SPP', [[1, 17, 13, 33]], 'spp_param { pyramid_height: 3 pool: AVE }') },
};

/** The case as a file: spread values for everything that is not given. */
async function fileOf(text: string, { values = {}, positive = false }: Case): Promise<SafetensorsFile> {
  const { given, outputs } = await interpretNet(text);
  const tensors = new Map<string, SafeTensor>();
  const put = (name: string, shape: readonly number[], salt: number): void => {
    const own = values[name.slice(name.indexOf('/') + 1)];
    const count = shape.reduce((n, d) => n * d, 1);
    const data = Float32Array.from(own ?? spreadValues(count, 1, salt, positive && name.startsWith('bottom/')));
    tensors.set(name, { dtype: 'F32', shape, data });
  };
  given.forEach(({ name, shape }, salt) => {
    put(name, shape, salt);
  });
  outputs.forEach(({ name, shape, lossWeight }, salt) => {
    if (lossWeight === 0) put(name.replace('top/', 'top_diff/'), shape, 100 + salt);
  });
  return {
    tensors,
    metadata: new Map([
      ['prototxt', text],
      ['phase', 'TRAIN'],
    ]),
  };
}

describe('layers on WebGPU at odd sizes', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(Object.entries(cases))('%s', async (_, one) => {
    const text = `force_backward: true\n${one.net}`;
    const file = await fileOf(text, one);
    const [ours, exact] = [await runCase(file, await engine), await runCase(file, createReferenceEngine())];
    expect(exact.size).toBeGreaterThan(0);
    expect([...ours.keys()]).toEqual([...exact.keys()]);
    for (const [name, theirs] of exact) {
      const mine = ours.get(name);
      if (mine?.dtype !== 'F32' || theirs.dtype !== 'F32') throw new Error(`${name} is not of floats.`);
      expect(relativeError(mine.data, theirs.data), name).toBeLessThan(TOLERANCE);
    }
  });
});
