/**
 * Every layer with a gradient at sizes that no tile, vector or workgroup divides (1, 3, 17, 33, 65 …), for the tests of
 * each engine. Values are kept off kinks.
 */
import type { EngineCase } from './engine-case.ts';
import { forkCases } from './fork-cases.ts';
import { oneLayer } from './one-layer.ts';

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
const labels = (count: number, classes: number): number[] => Array.from({ length: count }, (_, i) => (i * 7) % classes);
/** Sequences start at the first time and here and there later. */
const marks = (times: number, batch: number): number[] =>
  Array.from({ length: times * batch }, (_, i) => (i < batch || i % 7 === 0 ? 0 : 1));

/** By name. */
export const oddCases: Readonly<Record<string, EngineCase>> = {
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
    step: 2 ** -20,
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
    step: 2 ** -10,
  },
  'SPP MAX': { net: oneLayer('SPP', [[3, 5, 33, 17]], 'spp_param { pyramid_height: 3 }') },
  'SPP AVE': { net: oneLayer('SPP', [[1, 17, 13, 33]], 'spp_param { pyramid_height: 3 pool: AVE }') },
  'AbsVal of one': { net: oneLayer('AbsVal', [[1]]) },
  AbsVal: { net: oneLayer('AbsVal', [[3, 65]]) },
  Bias: { net: oneLayer('Bias', [[3, 17, 5, 13]]) },
  BNLL: { net: oneLayer('BNLL', [[17, 33]]), range: 4 },
  Clip: { net: oneLayer('Clip', [[65, 3]], 'clip_param { min: -0.501 max: 0.702 }'), step: 2 ** -13 },
  Concat: {
    net: oneLayer('Concat', [
      [3, 17, 5],
      [3, 1, 5],
      [3, 33, 5],
    ]),
  },
  Crop: {
    net: oneLayer(
      'Crop',
      [
        [3, 5, 17, 13],
        [3, 5, 9, 1],
      ],
      'crop_param { offset: 5 offset: 12 }',
    ),
  },
  'Convolution of one place': {
    net: oneLayer('Convolution', [[1, 1, 1, 1]], 'convolution_param { num_output: 1 kernel_size: 1 }'),
  },
  'Convolution, 33 to 65': {
    net: oneLayer('Convolution', [[1, 33, 17, 3]], 'convolution_param { num_output: 65 kernel_size: 3 pad: 1 }'),
  },
  'Convolution over three axes': {
    net: oneLayer(
      'Convolution',
      [[1, 3, 5, 17, 3]],
      'convolution_param { num_output: 5 kernel_size: 3 pad: 1 stride: 2 }',
    ),
  },
  Deconvolution: {
    net: oneLayer(
      'Deconvolution',
      [[3, 17, 5, 3]],
      'convolution_param { num_output: 33 kernel_size: 3 stride: 2 pad: 1 }',
    ),
  },
  Dropout: { net: oneLayer('Dropout', [[33, 65]], 'dropout_param { dropout_ratio: 0.3 }') },
  'Eltwise SUM': {
    net: oneLayer(
      'Eltwise',
      [
        [17, 65],
        [17, 65],
        [17, 65],
      ],
      'eltwise_param { coeff: 2 coeff: -1 coeff: 0.5 }',
    ),
  },
  'Eltwise PROD': {
    net: oneLayer(
      'Eltwise',
      [
        [17, 33],
        [17, 33],
        [17, 33],
      ],
      'eltwise_param { operation: PROD }',
    ),
  },
  'Eltwise PROD of nine': {
    net: oneLayer(
      'Eltwise',
      Array.from({ length: 9 }, () => [3, 17]),
      'eltwise_param { operation: PROD }',
    ),
    positive: true,
  },
  'Eltwise MAX': {
    net: oneLayer(
      'Eltwise',
      [
        [17, 33],
        [17, 33],
        [17, 33],
      ],
      'eltwise_param { operation: MAX }',
    ),
  },
  ELU: { net: oneLayer('ELU', [[33, 17]], 'elu_param { alpha: 0.7 }') },
  EuclideanLoss: {
    net: oneLayer('EuclideanLoss', [
      [17, 65],
      [17, 65],
    ]),
  },
  Exp: { net: oneLayer('Exp', [[65]], 'exp_param { base: 3 scale: 0.5 shift: 0.2 }') },
  Filter: {
    net: oneLayer('Filter', [[17, 33], [17, 3, 5], [17]], '', ['y', 'z']),
    values: { c: labels(17, 3) },
    passing: new Map([['op', 11]]),
  },
  Flatten: { net: oneLayer('Flatten', [[3, 17, 5]]) },
  HingeLoss: {
    net: oneLayer('HingeLoss', [[33, 17], [33]], 'hinge_loss_param { norm: L2 }'),
    values: { b: labels(33, 17) },
    range: 2,
  },
  'InnerProduct of one': { net: oneLayer('InnerProduct', [[1, 1]], 'inner_product_param { num_output: 1 }') },
  InnerProduct: { net: oneLayer('InnerProduct', [[3, 65]], 'inner_product_param { num_output: 33 }') },
  Log: { net: oneLayer('Log', [[3, 33]], 'log_param { base: 10 scale: 2 shift: 0.5 }'), positive: true },
  'LRN across channels': { net: oneLayer('LRN', [[3, 33, 3, 1]], 'lrn_param { local_size: 5 alpha: 0.8 beta: 0.75 }') },
  'LRN within a channel': {
    net: oneLayer(
      'LRN',
      [[1, 3, 17, 13]],
      'lrn_param { local_size: 3 alpha: 0.8 beta: 0.75 norm_region: WITHIN_CHANNEL }',
    ),
  },
  'Pooling AVE': {
    net: oneLayer('Pooling', [[3, 5, 17, 33]], 'pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }'),
  },
  'Pooling MAX': {
    net: oneLayer('Pooling', [[3, 5, 33, 17]], 'pooling_param { pool: MAX kernel_size: 3 stride: 2 pad: 1 }'),
  },
  Power: { net: oneLayer('Power', [[65]], 'power_param { power: 1.5 scale: 2 shift: 0.1 }'), positive: true },
  PReLU: { net: oneLayer('PReLU', [[3, 17, 5, 13]]) },
  Reduction: { net: oneLayer('Reduction', [[17, 65]], 'reduction_param { operation: SUMSQ axis: 1 coeff: 0.7 }') },
  'Reduction of all': { net: oneLayer('Reduction', [[33, 65]], 'reduction_param { operation: ASUM }') },
  ReLU: { net: oneLayer('ReLU', [[33, 65]], 'relu_param { negative_slope: 0.1 }') },
  Reshape: { net: oneLayer('Reshape', [[3, 17, 5]], 'reshape_param { shape { dim: 0 dim: -1 dim: 17 } }') },
  Scale: { net: oneLayer('Scale', [[3, 17, 5, 13]], 'scale_param { bias_term: true }') },
  Sigmoid: { net: oneLayer('Sigmoid', [[3, 65]]), range: 5 },
  SigmoidCrossEntropyLoss: {
    net: oneLayer('SigmoidCrossEntropyLoss', [
      [17, 33],
      [17, 33],
    ]),
    values: { b: labels(561, 2) },
    range: 4,
  },
  Slice: { net: oneLayer('Slice', [[3, 65, 5]], 'slice_param { slice_point: 17 slice_point: 18 }', ['x', 'y', 'z']) },
  'Softmax of 65': { net: oneLayer('Softmax', [[17, 65]]), range: 3 },
  'Softmax of one': { net: oneLayer('Softmax', [[3, 1, 5]]) },
  SoftmaxWithLoss: {
    net: oneLayer('SoftmaxWithLoss', [[33, 17], [33]], 'loss_weight: 0.4 loss_param { ignore_label: 2 }'),
    values: { b: labels(33, 17) },
    range: 3,
  },
  Split: { net: oneLayer('Split', [[33, 3]], '', ['x', 'y']) },
  Swish: { net: oneLayer('Swish', [[17, 3]], 'swish_param { beta: 1.5 }'), range: 3 },
  TanH: { net: oneLayer('TanH', [[65, 17]]), range: 3 },
  Tile: { net: oneLayer('Tile', [[3, 17, 5]], 'tile_param { axis: 1 tiles: 3 }') },
};

/** Words in the names of cases that no difference can check: ArgMax has no gradient; of states that come from bottoms, Caffe passes none on; a selector that moves lets others pass. */
const WITHOUT = ['ArgMax', 'exposed', 'Filter'];

/** The cases whose gradients a difference along a direction can check. */
export const directedCases: Readonly<Record<string, EngineCase>> = Object.fromEntries(
  Object.entries(oddCases).filter(([name]) => !WITHOUT.some((word) => name.includes(word))),
);
