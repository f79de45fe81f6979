/** Gradients of every layer that has one, against differences of its forward pass, at odd sizes. */
import { expect, test } from 'vitest';
import { checkGradients, type GradientCheck } from './testing/numeric-gradient.ts';
import { oneLayer } from './testing/one-layer.ts';

const image = [2, 3, 5, 4];

const recurrent = 'recurrent_param { num_output: 4 }';
/** Where sequences go on, for five times of three items. Every one starts here: what the last pass left has no part. */
const marks = [0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1];

interface Case extends GradientCheck {
  readonly net: string;
}

const cases: Readonly<Record<string, Case>> = {
  AbsVal: { net: oneLayer('AbsVal', [image]) },
  BNLL: { net: oneLayer('BNLL', [image], '', ['y']), range: 4 },
  Clip: { net: oneLayer('Clip', [image], 'clip_param { min: -0.501 max: 0.702 }') },
  ELU: { net: oneLayer('ELU', [image], 'elu_param { alpha: 0.7 }') },
  'ELU, negative alpha': { net: oneLayer('ELU', [image], 'elu_param { alpha: -0.7 }') },
  Exp: { net: oneLayer('Exp', [image], 'exp_param { base: 3 scale: 0.5 shift: 0.2 }') },
  Log: { net: oneLayer('Log', [image], 'log_param { base: 10 scale: 2 shift: 0.5 }'), positive: true },
  'Power 1.5': { net: oneLayer('Power', [image], 'power_param { power: 1.5 scale: 2 shift: 0.1 }'), positive: true },
  'Power 3 of negative values': { net: oneLayer('Power', [image], 'power_param { power: 3 scale: 2 shift: 0.1 }') },
  'Power −2': { net: oneLayer('Power', [image], 'power_param { power: -2 }'), positive: true },
  'Power 0': { net: oneLayer('Power', [image], 'power_param { power: 0 }') },
  PReLU: { net: oneLayer('PReLU', [image]) },
  'PReLU, shared': { net: oneLayer('PReLU', [image], 'prelu_param { channel_shared: true }') },
  ReLU: { net: oneLayer('ReLU', [image]) },
  'ReLU, leaky': { net: oneLayer('ReLU', [image], 'relu_param { negative_slope: 0.1 }') },
  'ReLU, negative slope below 0': { net: oneLayer('ReLU', [image], 'relu_param { negative_slope: -0.2 }') },
  'ReLU in place': { net: oneLayer('ReLU', [image], '', ['a']) },
  Sigmoid: { net: oneLayer('Sigmoid', [image]), range: 5 },
  Swish: { net: oneLayer('Swish', [image], 'swish_param { beta: 1.5 }') },
  TanH: { net: oneLayer('TanH', [image]) },
  Dropout: { net: oneLayer('Dropout', [image], 'dropout_param { dropout_ratio: 0.3 }') },
  Convolution: { net: oneLayer('Convolution', [image], 'convolution_param { num_output: 5 kernel_size: 3 pad: 1 }') },
  'Convolution, stride divides the image': {
    net: oneLayer('Convolution', [[2, 3, 6, 4]], 'convolution_param { num_output: 2 kernel_size: 3 pad: 1 stride: 2 }'),
  },
  'Convolution, stride larger than the kernel': {
    net: oneLayer('Convolution', [[1, 2, 6, 6]], 'convolution_param { num_output: 2 kernel_size: 2 pad: 1 stride: 3 }'),
  },
  'Convolution, stride does not divide': {
    net: oneLayer('Convolution', [[1, 2, 7, 5]], 'convolution_param { num_output: 2 kernel_size: 3 stride: 2 }'),
  },
  'Convolution, groups, dilation and stride': {
    net: oneLayer(
      'Convolution',
      [[1, 4, 8, 8]],
      'convolution_param { num_output: 6 kernel_size: 2 group: 2 dilation: 3 stride: 2 pad: 2 }',
    ),
  },
  'Convolution, rectangular': {
    net: oneLayer(
      'Convolution',
      [image],
      'convolution_param { num_output: 2 kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 2 stride_h: 2 stride_w: 1 bias_term: false }',
    ),
  },
  'Convolution over one axis, behind two of batch': {
    net: oneLayer('Convolution', [[2, 2, 3, 7]], 'convolution_param { num_output: 2 kernel_size: 3 axis: 2 pad: 1 }'),
  },
  'Convolution of two bottoms': {
    net: oneLayer('Convolution', [image, image], 'convolution_param { num_output: 2 kernel_size: 2 }', ['y', 'z']),
  },
  Deconvolution: {
    net: oneLayer(
      'Deconvolution',
      [[2, 4, 3, 4]],
      'convolution_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 group: 2 }',
    ),
  },
  InnerProduct: { net: oneLayer('InnerProduct', [image], 'inner_product_param { num_output: 7 }') },
  'InnerProduct, axis and transpose': {
    net: oneLayer('InnerProduct', [[2, 3, 5]], 'inner_product_param { num_output: 4 axis: -1 transpose: true }'),
  },
  'Pooling MAX, overlapping, padded': {
    net: oneLayer('Pooling', [[2, 2, 7, 6]], 'pooling_param { pool: MAX kernel_size: 3 stride: 2 pad: 1 }'),
  },
  'Pooling MAX, overhanging': {
    net: oneLayer('Pooling', [[1, 2, 6, 8]], 'pooling_param { pool: MAX kernel_size: 3 stride: 2 }'),
  },
  'Pooling AVE, padded': {
    net: oneLayer('Pooling', [[2, 2, 7, 6]], 'pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }'),
  },
  'Pooling AVE, gaps between windows': {
    net: oneLayer('Pooling', [[1, 2, 7, 7]], 'pooling_param { pool: AVE kernel_size: 2 stride: 3 }'),
  },
  'Pooling AVE, global': { net: oneLayer('Pooling', [image], 'pooling_param { pool: AVE global_pooling: true }') },
  'Pooling MAX, global': { net: oneLayer('Pooling', [image], 'pooling_param { pool: MAX global_pooling: true }') },
  'LRN across channels': {
    net: oneLayer('LRN', [[2, 7, 3, 2]], 'lrn_param { local_size: 5 alpha: 0.8 beta: 0.75 k: 1.5 }'),
  },
  'LRN within a channel': {
    net: oneLayer(
      'LRN',
      [[2, 2, 5, 4]],
      'lrn_param { local_size: 3 alpha: 0.8 beta: 0.75 norm_region: WITHIN_CHANNEL }',
    ),
  },
  BatchNorm: { net: oneLayer('BatchNorm', [image]), without: ['op/0', 'op/1', 'op/2'] },
  'BatchNorm of one axis': { net: oneLayer('BatchNorm', [[7]]), without: ['op/0', 'op/1', 'op/2'] },
  Scale: { net: oneLayer('Scale', [image], 'scale_param { bias_term: true }') },
  'Scale over two axes': { net: oneLayer('Scale', [image], 'scale_param { axis: 1 num_axes: 2 }') },
  'Scale by one number': { net: oneLayer('Scale', [image], 'scale_param { num_axes: 0 bias_term: true }') },
  'Scale of two blobs with a bias': {
    net: oneLayer('Scale', [image, [2, 3]], 'scale_param { axis: 0 bias_term: true }'),
  },
  Bias: { net: oneLayer('Bias', [image], 'bias_param { axis: -2 num_axes: -1 }') },
  'Bias of two blobs': { net: oneLayer('Bias', [image, [3]]) },
  'Eltwise SUM': { net: oneLayer('Eltwise', [image, image, image], 'eltwise_param { coeff: 2 coeff: -1 coeff: 0.5 }') },
  'Eltwise PROD': { net: oneLayer('Eltwise', [image, image, image], 'eltwise_param { operation: PROD }') },
  'Eltwise PROD by division': {
    net: oneLayer('Eltwise', [image, image], 'eltwise_param { operation: PROD stable_prod_grad: false }'),
  },
  'Eltwise MAX': { net: oneLayer('Eltwise', [image, image, image], 'eltwise_param { operation: MAX }') },
  Concat: { net: oneLayer('Concat', [image, [2, 1, 5, 4], [2, 2, 5, 4]]) },
  'Concat, last axis': { net: oneLayer('Concat', [image, [2, 3, 5, 2]], 'concat_param { axis: -1 }') },
  Slice: { net: oneLayer('Slice', [[2, 6, 3]], 'slice_param { slice_point: 1 slice_point: 4 }', ['x', 'y', 'z']) },
  Split: { net: oneLayer('Split', [image], '', ['x', 'y']) },
  Flatten: { net: oneLayer('Flatten', [image]) },
  Reshape: { net: oneLayer('Reshape', [image], 'reshape_param { shape { dim: 0 dim: -1 dim: 2 } }') },
  Crop: { net: oneLayer('Crop', [image, [2, 3, 2, 3]], 'crop_param { offset: 2 offset: 1 }') },
  Tile: { net: oneLayer('Tile', [image], 'tile_param { axis: 1 tiles: 3 }') },
  Reduction: { net: oneLayer('Reduction', [image], 'reduction_param { operation: ASUM axis: 2 coeff: 0.7 }') },
  'Reduction of squares': { net: oneLayer('Reduction', [image], 'reduction_param { operation: SUMSQ axis: 1 }') },
  Softmax: { net: oneLayer('Softmax', [[2, 5, 3]]), range: 3 },
  SoftmaxWithLoss: {
    net: oneLayer(
      'SoftmaxWithLoss',
      [
        [2, 4, 3],
        [2, 3],
      ],
      'loss_weight: 0.4 loss_param { ignore_label: 2 }',
    ),
    values: { b: [0, 2, 3, 1, 1, 2] },
    without: ['b'],
    range: 3,
  },
  EuclideanLoss: {
    net: oneLayer('EuclideanLoss', [
      [3, 4, 2],
      [3, 8],
    ]),
  },
  'HingeLoss L1': {
    net: oneLayer('HingeLoss', [[3, 5], [3]], 'hinge_loss_param { norm: L1 }'),
    values: { b: [0, 4, 2] },
    without: ['b'],
  },
  'HingeLoss L2': {
    net: oneLayer('HingeLoss', [[3, 5], [3]], 'hinge_loss_param { norm: L2 }'),
    values: { b: [0, 4, 2] },
    without: ['b'],
    range: 2,
  },
  BatchReindex: {
    net: oneLayer('BatchReindex', [[3, 2, 5], [4]]),
    values: { b: [2, 0, 2, 2] },
    without: ['b'],
  },
  'ContrastiveLoss, legacy': {
    net: oneLayer(
      'ContrastiveLoss',
      [[5, 3], [5, 3], [5]],
      'contrastive_loss_param { margin: 1.7 legacy_version: true }',
    ),
    values: { c: [1, 0, 0, 1, 0] },
    without: ['c'],
  },
  'ContrastiveLoss of like pairs': {
    net: oneLayer('ContrastiveLoss', [[3, 5], [3, 5], [3]], 'loss_weight: 2'),
    values: { c: [1, 1, 1] },
    without: ['c'],
  },
  Embed: {
    net: oneLayer('Embed', [[3, 2]], 'embed_param { input_dim: 5 num_output: 3 }'),
    values: { a: [0, 4, 2, 4, 4, 1] },
    without: ['a'],
  },
  Im2col: { net: oneLayer('Im2col', [[2, 3, 7, 5]], 'convolution_param { kernel_size: 3 stride: 2 pad: 1 }') },
  'Im2col, rectangular, dilated': {
    net: oneLayer(
      'Im2col',
      [[1, 2, 7, 6]],
      'convolution_param { kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 3 pad_h: 0 pad_w: 2 dilation: 2 }',
    ),
  },
  'Im2col over one axis, behind two of batch': {
    net: oneLayer('Im2col', [[2, 3, 2, 7]], 'convolution_param { kernel_size: 2 axis: 2 }'),
  },
  Axpy: { net: oneLayer('Axpy', [[2, 3, 1, 1], image, image]) },
  DepthwiseConvolution: {
    net: oneLayer(
      'DepthwiseConvolution',
      [[2, 3, 7, 5]],
      'convolution_param { num_output: 3 group: 3 kernel_size: 3 stride: 2 pad: 1 }',
    ),
  },
  Permute: { net: oneLayer('Permute', [image], 'permute_param { order: 0 order: 2 order: 3 order: 1 }') },
  'Permute, first to last': { net: oneLayer('Permute', [[3, 1, 5]], 'permute_param { order: 2 }') },
  'Normalize each place': {
    net: oneLayer('Normalize', [image], 'norm_param { across_spatial: false channel_shared: false eps: 0.01 }'),
  },
  'Normalize each place, one factor': {
    net: oneLayer('Normalize', [[3, 17]], 'norm_param { across_spatial: false }'),
  },
  'Normalize the image': { net: oneLayer('Normalize', [image], 'norm_param { channel_shared: false }') },
  'Normalize the image, one factor': { net: oneLayer('Normalize', [image]) },
  ShuffleChannel: { net: oneLayer('ShuffleChannel', [[2, 6, 3, 1]], 'shuffle_channel_param { group: 3 }') },
  'Interp, larger': { net: oneLayer('Interp', [[1, 2, 3, 5]], 'interp_param { height: 7 width: 8 }') },
  'Interp, smaller': { net: oneLayer('Interp', [[1, 2, 9, 7]], 'interp_param { height: 4 width: 3 }') },
  'Interp, cut and zoomed': {
    net: oneLayer('Interp', [[2, 1, 6, 7]], 'interp_param { zoom_factor: 3 pad_beg: -1 pad_end: -2 }'),
  },
  'Interp, from and to one row': {
    net: oneLayer('Interp', [[1, 2, 1, 5]], 'interp_param { height: 3 width: 1 }'),
  },
  SmoothL1Loss: {
    net: oneLayer('SmoothL1Loss', [image, image]),
    range: 2,
  },
  'SmoothL1Loss, weighted': {
    net: oneLayer('SmoothL1Loss', [image, image, image, image], 'smooth_l1_loss_param { sigma: 2 }'),
    without: ['c', 'd'],
  },
  Upsample: { net: oneLayer('Upsample', [[2, 3, 3, 4]], 'upsample_param { scale: 2 pad_out_w: true }') },
  'Upsample to a smaller size': {
    net: oneLayer('Upsample', [[1, 2, 7, 5]], 'upsample_param { upsample_h: 3 upsample_w: 8 }'),
  },
  'Eltwise PROD of eight': {
    net: oneLayer(
      'Eltwise',
      Array.from({ length: 8 }, () => [2, 3]),
      'eltwise_param { operation: PROD }',
    ),
  },
  ROIPooling: {
    net: oneLayer(
      'ROIPooling',
      [
        [2, 3, 9, 7],
        [4, 5],
      ],
      'roi_pooling_param { pooled_h: 3 pooled_w: 2 spatial_scale: 0.5 }',
    ),
    values: { b: [0, 0, 0, 12, 16, 1, 3, 5, 9, 10, 1, -4, 2, 7, 40, 0, 8, 8, 8, 8] },
    without: ['b'],
  },
  ReLU6: { net: oneLayer('ReLU6', [image]), range: 9.001 },
  Filter: {
    net: `${oneLayer('Sigmoid', [[5, 2, 3]], '', ['p'])}
      layer { name: "s" type: "Input" top: "s" input_param { shape { dim: 5 } } }
      layer { name: "filter" type: "Filter" bottom: "p" bottom: "a" bottom: "s" top: "y" top: "z" }`,
    values: { s: [0, 1, 1, 0, 2] },
    passing: new Map([['filter', 3]]),
  },
  InfogainLoss: {
    net: oneLayer(
      'InfogainLoss',
      [
        [2, 4, 3],
        [2, 3],
        [4, 4],
      ],
      'loss_weight: 0.7 loss_param { ignore_label: 1 }',
    ),
    values: { b: [0, 2, 3, 1, 3, 2] },
    without: ['b', 'c'],
    range: 2,
  },
  MultinomialLogisticLoss: {
    net: oneLayer('MultinomialLogisticLoss', [[3, 5], [3]]),
    values: { b: [0, 4, 2] },
    without: ['b'],
    positive: true,
  },
  MVN: { net: oneLayer('MVN', [image]) },
  'MVN across channels': { net: oneLayer('MVN', [image], 'mvn_param { across_channels: true }') },
  'MVN, mean only': {
    net: oneLayer('MVN', [[3, 17]], 'mvn_param { across_channels: true normalize_variance: false }'),
  },
  Parameter: { net: oneLayer('Parameter', [], 'parameter_param { shape { dim: 3 dim: 5 } }') },
  'SPP MAX': { net: oneLayer('SPP', [[2, 3, 9, 7]], 'spp_param { pyramid_height: 3 }') },
  'SPP AVE': { net: oneLayer('SPP', [[2, 2, 9, 10]], 'spp_param { pyramid_height: 3 pool: AVE }') },
  'SPP of one level': { net: oneLayer('SPP', [[2, 3, 5, 4]], 'spp_param { pyramid_height: 1 pool: AVE }') },
  'Pooling STOCHASTIC': {
    net: oneLayer('Pooling', [[2, 2, 7, 6]], 'pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }'),
    positive: true,
  },
  LSTM: {
    net: oneLayer(
      'LSTM',
      [
        [5, 3, 2, 3],
        [5, 3],
      ],
      recurrent,
    ),
    values: { b: marks },
    without: ['b'],
  },
  'LSTM with a static input': {
    net: oneLayer(
      'LSTM',
      [
        [3, 3, 2],
        [3, 3],
        [3, 5],
      ],
      recurrent,
    ),
    values: { b: marks.slice(0, 9) },
    without: ['b'],
  },
  'LSTM of one time': {
    net: oneLayer(
      'LSTM',
      [
        [1, 3, 2],
        [1, 3],
      ],
      recurrent,
    ),
    values: { b: [0, 0, 0] },
    without: ['b'],
  },
  RNN: {
    net: oneLayer(
      'RNN',
      [
        [5, 3, 4],
        [5, 3],
      ],
      recurrent,
    ),
    values: { b: marks },
    without: ['b'],
  },
  'RNN with a static input': {
    net: oneLayer(
      'RNN',
      [
        [3, 3, 2],
        [3, 3],
        [3, 5],
      ],
      recurrent,
    ),
    values: { b: marks.slice(0, 9) },
    without: ['b'],
  },
  LSTMUnit: {
    net: oneLayer(
      'LSTMUnit',
      [
        [1, 3, 2],
        [1, 3, 8],
        [1, 3],
      ],
      '',
      ['y', 'z'],
    ),
    values: { c: [1, 0, 1] },
    without: ['c'],
  },
  SigmoidCrossEntropyLoss: {
    net: oneLayer(
      'SigmoidCrossEntropyLoss',
      [
        [3, 4],
        [3, 4],
      ],
      'loss_param { normalization: FULL }',
    ),
    values: { b: [0, 1, 1, 0, 0.5, 0.2, 1, 0, 0, 0, 1, 1] },
    without: ['b'],
    range: 4,
  },
};

test.each(Object.entries(cases))('%s', async (_, { net, ...check }) => {
  expect(await checkGradients(net, check)).toBeGreaterThan(0);
});
