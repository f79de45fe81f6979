/** Layers on WebGPU against the interpreter, forward and backward, at sizes that no tile or workgroup divides. */
import { afterAll, describe, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { forkCases } from './testing/fork-cases.ts';
import { expectLikeReference, type EngineCase } from './testing/engine-case.ts';
import { oneLayer } from './testing/one-layer.ts';

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
const labels = (count: number, classes: number): number[] => Array.from({ length: count }, (_, i) => (i * 7) % classes);
/** Sequences start at the first time and here and there later. */
const marks = (times: number, batch: number): number[] =>
  Array.from({ length: times * batch }, (_, i) => (i < batch || i % 7 === 0 ? 0 : 1));

const cases: Readonly<Record<string, EngineCase>> = {
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
  ...forkCases,
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

describe('layers on WebGPU at odd sizes', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(Object.entries(cases))('%s', async (_, one) => {
    await expectLikeReference(await engine, one);
  });
});
