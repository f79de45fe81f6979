/** Shapes and refusals: Caffe's own arithmetic, in particular where it is odd. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { layerTable } from './index.ts';
import { oneLayer } from './testing/one-layer.ts';

interface Outcome {
  readonly tops: Readonly<Record<string, Shape | undefined>>;
  readonly params: readonly Shape[];
  readonly errors: readonly string[];
}

function build(text: string, options: { readonly phase?: Phase; readonly record?: Shape } = {}): Outcome {
  const net = buildNet(text, { phase: options.phase ?? 'TRAIN', layers: layerTable, record: options.record });
  return {
    tops: Object.fromEntries([...net.blobs.values()].map((b) => [b.name, b.shape])),
    params: net.layers.find((l) => l.name === 'op')?.params.map((p) => p.shape) ?? [],
    errors: net.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message),
  };
}

/** Bottom shapes, settings, and the shapes of `y` and of the parameters. */
type Row = readonly [type: string, bottoms: readonly Shape[], settings: string, top: Shape, params?: readonly Shape[]];

const image: Shape = [2, 3, 32, 32];

const rows: readonly Row[] = [
  [
    'Convolution',
    [[1, 3, 227, 227]],
    'convolution_param { num_output: 96 kernel_size: 11 stride: 4 }',
    [1, 96, 55, 55],
    [[96, 3, 11, 11], [96]],
  ],
  [
    'Convolution',
    [image],
    'convolution_param { num_output: 8 kernel_size: 5 pad: 2 stride: 2 bias_term: false }',
    [2, 8, 16, 16],
    [[8, 3, 5, 5]],
  ],
  [
    'Convolution',
    [[2, 4, 9, 9]],
    'convolution_param { num_output: 6 kernel_size: 3 dilation: 3 group: 2 }',
    [2, 6, 3, 3],
    [[6, 2, 3, 3], [6]],
  ],
  [
    'Convolution',
    [image],
    'convolution_param { num_output: 4 kernel_h: 1 kernel_w: 5 pad_w: 2 stride_h: 3 stride_w: 1 }',
    [2, 4, 11, 32],
    [[4, 3, 1, 5], [4]],
  ],
  [
    'Convolution',
    [[1, 2, 5, 6, 4]],
    'convolution_param { num_output: 3 kernel_size: 3 pad: 1 }',
    [1, 3, 5, 6, 4],
    [[3, 2, 3, 3, 3], [3]],
  ],
  // C++ divides towards zero: a kernel a little larger than the image still has one place when the stride is larger.
  [
    'Convolution',
    [[1, 1, 4, 4]],
    'convolution_param { num_output: 1 kernel_size: 5 stride: 2 }',
    [1, 1, 1, 1],
    [[1, 1, 5, 5], [1]],
  ],
  [
    'Deconvolution',
    [[2, 4, 4, 5]],
    'convolution_param { num_output: 4 kernel_size: 3 stride: 2 group: 4 bias_term: false }',
    [2, 4, 9, 11],
    [[4, 1, 3, 3]],
  ],
  ['Im2col', [[2, 4, 7, 6]], 'convolution_param { kernel_size: 3 pad: 1 stride: 2 }', [2, 36, 4, 3]],
  // Rounded up: the last window hangs over the edge.
  ['Pooling', [image], 'pooling_param { kernel_size: 3 stride: 2 }', [2, 3, 16, 16]],
  ['Pooling', [image], 'pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }', [2, 3, 15, 15]],
  // A window that would start behind the padded image is dropped.
  ['Pooling', [[1, 1, 3, 3]], 'pooling_param { kernel_size: 2 stride: 2 pad: 1 }', [1, 1, 2, 2]],
  [
    'Pooling',
    [[2, 4, 7, 6]],
    'pooling_param { pool: AVE kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 2 pad_h: 1 pad_w: 0 }',
    [2, 4, 8, 3],
  ],
  ['Pooling', [image], 'pooling_param { pool: AVE global_pooling: true }', [2, 3, 1, 1]],
  ['Pooling', [image], 'pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }', [2, 3, 16, 16]],
  ['SPP', [[2, 3, 9, 9]], 'spp_param { pyramid_height: 3 }', [2, 63]],
  ['InnerProduct', [image], 'inner_product_param { num_output: 10 }', [2, 10], [[10, 3072], [10]]],
  [
    'InnerProduct',
    [[2, 3, 4]],
    'inner_product_param { num_output: 5 axis: -1 transpose: true bias_term: false }',
    [2, 3, 5],
    [[4, 5]],
  ],
  ['Embed', [[5, 2]], 'embed_param { input_dim: 6 num_output: 4 }', [5, 2, 4], [[6, 4], [4]]],
  [
    'LSTM',
    [
      [4, 2, 5],
      [4, 2],
      [2, 3],
    ],
    'recurrent_param { num_output: 4 }',
    [4, 2, 4],
    [[16, 5], [16], [16, 3], [16, 4]],
  ],
  [
    'RNN',
    [
      [5, 3, 6],
      [5, 3],
    ],
    'recurrent_param { num_output: 4 }',
    [5, 3, 4],
    [[4, 6], [4], [4, 4], [4, 4], [4]],
  ],
  ['BatchNorm', [image], '', image, [[3], [3], [1]]],
  ['Scale', [image], 'scale_param { bias_term: true }', image, [[3], [3]]],
  ['Scale', [image], 'scale_param { axis: 2 num_axes: -1 }', image, [[32, 32]]],
  ['Scale', [image, [2, 3]], 'scale_param { axis: 0 bias_term: true }', image, [[2, 3]]],
  ['Bias', [image], 'bias_param { num_axes: 0 }', image, [[]]],
  ['PReLU', [image], '', image, [[3]]],
  ['PReLU', [image], 'prelu_param { channel_shared: true }', image, [[]]],
  ['Concat', [image, [2, 5, 32, 32]], '', [2, 8, 32, 32]],
  [
    'Concat',
    [
      [2, 3],
      [4, 3],
    ],
    'concat_param { concat_dim: 0 }',
    [6, 3],
  ],
  ['Flatten', [image], '', [2, 3072]],
  ['Flatten', [image], 'flatten_param { axis: 0 end_axis: -2 }', [192, 32]],
  ['Reshape', [[2, 4, 7, 6]], 'reshape_param { shape { dim: 0 dim: -1 dim: 2 } }', [2, 84, 2]],
  ['Reshape', [[2, 4, 7, 6]], 'reshape_param { shape { dim: 3 dim: 2 } axis: 3 num_axes: 1 }', [2, 4, 7, 3, 2]],
  ['Reshape', [[2, 6]], 'reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }', [2, 6, 1]],
  [
    'Crop',
    [
      [2, 3, 8, 9],
      [2, 3, 5, 4],
    ],
    'crop_param { offset: 2 offset: 3 }',
    [2, 3, 5, 4],
  ],
  ['Tile', [image], 'tile_param { axis: 1 tiles: 3 }', [2, 9, 32, 32]],
  ['Reduction', [image], 'reduction_param { axis: 2 }', [2, 3]],
  ['Reduction', [image], '', []],
  ['ArgMax', [[3, 6]], 'argmax_param { out_max_val: true top_k: 3 }', [3, 2, 3]],
  ['ArgMax', [[2, 5, 3]], 'argmax_param { axis: 1 }', [2, 1, 3]],
  ['BatchReindex', [[4, 3, 2], [6]], '', [6, 3, 2]],
  [
    'SoftmaxWithLoss',
    [
      [2, 5, 3, 3],
      [2, 1, 3, 3],
    ],
    '',
    [],
  ],
  ['Accuracy', [[4, 10], [4]], 'accuracy_param { top_k: 5 }', []],
];

test.each(rows.map(([type, bottoms, settings, top, params]) => [type, bottoms, settings, top, params ?? []] as const))(
  '%s of %j with %s is %j',
  (type, bottoms, settings, top, params) => {
    const { tops, params: declared, errors } = build(oneLayer(type, bottoms, settings));
    expect(errors).toEqual([]);
    expect(tops.y).toEqual(top);
    expect(declared).toEqual(params);
  },
);

test('layers with several tops', () => {
  const split = build(oneLayer('Slice', [[2, 6, 3]], 'slice_param { slice_point: 1 slice_point: 4 }', ['x', 'y', 'z']));
  expect([split.tops.x, split.tops.y, split.tops.z]).toEqual([
    [2, 1, 3],
    [2, 3, 3],
    [2, 2, 3],
  ]);
  expect(build(oneLayer('Pooling', [image], 'pooling_param { kernel_size: 2 }', ['y', 'mask'])).tops.mask).toEqual([
    2, 3, 31, 31,
  ]);
  expect(build(oneLayer('Accuracy', [[4, 7], [4]], '', ['y', 'each'])).tops.each).toEqual([7]);
  expect(build(oneLayer('SoftmaxWithLoss', [[4, 7], [4]], 'loss_weight: 1 loss_weight: 0', ['y', 'p'])).tops.p).toEqual(
    [4, 7],
  );
  expect(
    build(
      oneLayer(
        'LSTM',
        [
          [4, 2, 5],
          [4, 2],
          [1, 2, 3],
          [1, 2, 3],
        ],
        'recurrent_param { num_output: 3 expose_hidden: true }',
        ['y', 'h', 'c'],
      ),
    ).tops.c,
  ).toEqual([1, 2, 3]);
});

describe('data layers without data', () => {
  const data = (settings: string): string => `layer { name: "op" type: "Data" top: "y" top: "label" ${settings} }`;
  test.each<[string, string, Shape | undefined, Shape]>([
    ['assume a colour image', 'data_param { batch_size: 7 }', undefined, [7, 3, 32, 32]],
    ['take one record without a batch size', '', undefined, [1, 3, 32, 32]],
    ['assume one channel with force_gray', 'transform_param { force_gray: true }', undefined, [1, 1, 32, 32]],
    ['assume the size of the crop', 'transform_param { crop_size: 227 }', undefined, [1, 3, 227, 227]],
    [
      'know MNIST by its name',
      'data_param { source: "examples/mnist/mnist_train_lmdb" batch_size: 64 }',
      undefined,
      [64, 1, 28, 28],
    ],
    [
      'take a shape as of an Input layer',
      'input_param { shape { dim: 2 dim: 1 dim: 5 dim: 6 } }',
      undefined,
      [2, 1, 5, 6],
    ],
    ['take the record of the data set', 'data_param { batch_size: 2 }', [3, 40, 36], [2, 3, 40, 36]],
    [
      'crop the record of the data set',
      'transform_param { crop_size: 28 } data_param { batch_size: 2 }',
      [3, 32, 32],
      [2, 3, 28, 28],
    ],
  ])('%s', (_, settings, record, shape) => {
    const { tops, errors } = build(data(settings), record === undefined ? {} : { record });
    expect(errors).toEqual([]);
    expect(tops).toEqual({ y: shape, label: [shape[0]] });
  });

  test('refuse a crop larger than the images', () => {
    const { errors } = build(data('transform_param { crop_size: 40 }'), { record: [3, 32, 32] });
    expect(errors).toEqual(['crop_size is 40, which is larger than the images (3×32×32): use at most 32.']);
  });

  test('refuse two means', () => {
    const { errors } = build(data('transform_param { mean_file: "m" mean_value: 1 }'));
    expect(errors).toEqual(['mean_file and mean_value are both given: keep one of them.']);
  });

  test('ImageData takes the size it resizes to', () => {
    const text = `layer { name: "op" type: "ImageData" top: "y" image_data_param { batch_size: 4 new_height: 20 new_width: 30 is_color: false } }`;
    expect(build(text).tops.y).toEqual([4, 1, 20, 30]);
  });
});

describe('refusals say what is wrong and what to do', () => {
  test.each<[string, string, string]>([
    [
      'a kernel that does not fit',
      oneLayer('Convolution', [[1, 3, 4, 4]], 'convolution_param { num_output: 2 kernel_size: 7 }'),
      'A kernel of 7 and pad 0 leaves nothing of axis 2 of "a" (1×3×4×4): use a smaller kernel or a larger pad.',
    ],
    [
      'no kernel',
      oneLayer('Convolution', [image], 'convolution_param { num_output: 2 }'),
      'kernel_size is missing: say how large the filter is, for example kernel_size: 3.',
    ],
    [
      'no outputs',
      oneLayer('Convolution', [image], 'convolution_param { kernel_size: 3 }'),
      'num_output is missing: say how many.',
    ],
    [
      'a group that does not divide',
      oneLayer('Convolution', [image], 'convolution_param { num_output: 4 kernel_size: 3 group: 2 }'),
      '"a" (2×3×32×32) has 3 channels, which group: 2 does not divide: use a group that divides the channels.',
    ],
    [
      'two spellings',
      oneLayer('Convolution', [image], 'convolution_param { num_output: 4 kernel_size: 3 kernel_h: 3 kernel_w: 3 }'),
      'kernel_size is given beside kernel_h and kernel_w: keep one of the two spellings.',
    ],
    [
      'a pooling pad as large as the window',
      oneLayer('Pooling', [image], 'pooling_param { kernel_size: 2 pad: 2 }'),
      'pad must be smaller than the kernel: a window would lie wholly outside the image.',
    ],
    [
      'pooling of vectors',
      oneLayer('Pooling', [[4, 10]], 'pooling_param { kernel_size: 2 }'),
      'Pooling takes a blob of 4 axes (batch, channels, height, width), but "a" (4×10) has 2.',
    ],
    [
      'a window for global pooling',
      oneLayer('Pooling', [image], 'pooling_param { global_pooling: true kernel_size: 2 }'),
      'global_pooling takes the whole image as its window: remove the kernel size.',
    ],
    [
      'an axis that is not there',
      oneLayer('InnerProduct', [[4, 10]], 'inner_product_param { num_output: 2 axis: 3 }'),
      '"a" (4×10) has 2 axes, so there is no axis 3: use -2 to 1.',
    ],
    [
      'unequal sums',
      oneLayer('Eltwise', [image, [2, 3, 16, 16]]),
      '"b" (2×3×16×16) and "a" (2×3×32×32) must have the same shape: they are combined value by value.',
    ],
    [
      'coefficients of a product',
      oneLayer('Eltwise', [image, image], 'eltwise_param { operation: PROD coeff: 1 coeff: 2 }'),
      'coeff has a meaning with SUM only: remove it, or use operation: SUM.',
    ],
    [
      'blobs that do not join',
      oneLayer('Concat', [image, [2, 3, 16, 32]]),
      '"b" (2×3×16×32) and "a" (2×3×32×32) may differ only along axis 1, which they are joined by.',
    ],
    [
      'an even LRN window',
      oneLayer('LRN', [image], 'lrn_param { local_size: 4 }'),
      'local_size is 4: it must be odd, so that a window has a centre.',
    ],
    [
      'learned statistics',
      oneLayer('BatchNorm', [image], 'param { lr_mult: 1 }'),
      'The blobs of BatchNorm are statistics, not weights: the solver must not change them. Set lr_mult: 0 in each param of this layer, or remove them.',
    ],
    [
      'labels of another count',
      oneLayer('SoftmaxWithLoss', [[4, 10, 2], [4]]),
      '"a" (4×10×2) has 8 positions to label (all axes but axis 1), but "b" (4) holds 4 labels. The counts must be equal: is the axis right, and is the second bottom the labels?',
    ],
    [
      'more classes than there are',
      oneLayer('Accuracy', [[4, 3], [4]], 'accuracy_param { top_k: 5 }'),
      'top_k is 5, but "a" (4×3) has only 3 classes.',
    ],
    [
      'a shape of another count',
      oneLayer('Reshape', [[2, 6]], 'reshape_param { shape { dim: 5 } }'),
      '5 holds 5 values, but "a" (2×6) holds 12.',
    ],
    [
      'a dropout of all',
      oneLayer('Dropout', [image], 'dropout_param { dropout_ratio: 1 }'),
      'dropout_ratio is 1: it is the part of the values to drop, from 0 to below 1.',
    ],
    [
      'a scale that does not match',
      oneLayer('Scale', [image, [4]]),
      '"b" (4) must match the axes of "a" (2×3×32×32) from axis 1 on: check scale_param.axis and the second bottom.',
    ],
  ])('%s', (_, text, sentence) => {
    expect(build(text).errors).toEqual([sentence]);
  });

  test('a program of its own leaves shapes open, which is no mistake', () => {
    const net = buildNet(oneLayer('Python', [image]), { phase: 'TRAIN', layers: layerTable });
    expect(net.complete).toBe(false);
    expect(net.diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      "warning: The shapes of a Python layer are in its program, which Crema cannot run: replace it by a layer of Caffe's own.",
    ]);
  });
});
