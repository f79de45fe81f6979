/** Forms that few networks use and Caffe takes all the same, each with the shapes that Caffe's sources give by hand. */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import type { Phase } from '../schema/net-messages.ts';
import { buildNet } from './build-net.ts';
import { sensibleStages } from './states.ts';

const layer = (name: string, type: string, bottoms: string[], tops: string[] = [name], rest = ''): string =>
  `layer { name: "${name}" type: "${type}" ${bottoms.map((b) => `bottom: "${b}" `).join('')}${tops.map((t) => `top: "${t}" `).join('')}${rest} }\n`;
const input = (name: string, ...dims: number[]): string =>
  layer(name, 'Input', [], [name], `input_param { shape { ${dims.map((dim) => `dim: ${dim}`).join(' ')} } }`);
const conv = (name: string, bottom: string, outputs: number, kernel: number, rest = ''): string =>
  layer(
    name,
    'Convolution',
    [bottom],
    [name],
    `convolution_param { num_output: ${outputs} kernel_size: ${kernel} ${rest} }`,
  );

const build = (text: string, phase: Phase = 'TEST', stages = sensibleStages(text, phase)[0]) =>
  buildNet(text, { phase, layers: layerTable, stages });

/** Shapes of the blobs asked for, `3x4` each. */
function shapes(text: string, ids: readonly string[], phase?: Phase, stages?: readonly string[]): string[] {
  const net = build(text, phase, stages);
  return ids.map((id) => `${id} ${net.blobs.get(id)?.shape?.join('x')}`);
}

const troubles = (text: string, phase: Phase = 'TEST'): string[] =>
  build(text, phase)
    .diagnostics.filter(({ severity }) => severity !== 'info')
    .map(({ message }) => message);

interface Case {
  readonly text: string;
  readonly shapes: readonly string[];
}

const whole: Readonly<Record<string, Case>> = {
  'two inputs with a shape each, as in R-CNN': {
    text:
      'input: "data"\ninput_shape { dim: 1 dim: 3 dim: 224 dim: 224 }\ninput: "rois"\ninput_shape { dim: 5 dim: 5 }\n' +
      conv('c', 'data', 8, 3) +
      layer(
        'p',
        'ROIPooling',
        ['c', 'rois'],
        ['p'],
        'roi_pooling_param { pooled_w: 6 pooled_h: 6 spatial_scale: 0.0625 }',
      ),
    shapes: ['c 1x8x222x222', 'p 5x8x6x6'],
  },
  'two inputs in one row of dims': {
    text:
      'input: "a" input: "b" input_dim: [1, 3, 8, 8] input_dim: [1, 1, 8, 8]\n' + layer('cat', 'Concat', ['a', 'b']),
    shapes: ['cat 1x4x8x8'],
  },
  'Faster R-CNN: reshapes around a Softmax, a proposal in Python': {
    text:
      input('data', 1, 3, 224, 224) +
      input('im_info', 1, 3) +
      conv('conv', 'data', 32, 3, 'stride: 16 pad: 1') +
      conv('rpn', 'conv', 18, 1) +
      layer('two', 'Reshape', ['rpn'], ['two'], 'reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 0 } }') +
      layer('prob', 'Softmax', ['two']) +
      layer('back', 'Reshape', ['prob'], ['back'], 'reshape_param { shape { dim: 0 dim: 18 dim: -1 dim: 0 } }') +
      conv('boxes', 'conv', 36, 1) +
      layer('rois', 'Python', ['back', 'boxes', 'im_info'], ['rois'], 'python_param { layer: "ProposalLayer" }') +
      layer('pool5', 'ROIPooling', ['conv', 'rois'], ['pool5'], 'roi_pooling_param { pooled_w: 7 pooled_h: 7 }'),
    shapes: ['two 1x2x126x14', 'back 1x18x14x14', 'rois 1x5', 'pool5 1x32x7x7'],
  },
  'SSD: priors, permuted and flattened heads, detections': {
    text:
      input('data', 1, 3, 300, 300) +
      conv('conv', 'data', 16, 3, 'pad: 1 stride: 8') +
      layer('n', 'Normalize', ['conv'], ['n'], 'norm_param { across_spatial: false channel_shared: false }') +
      conv('loc', 'n', 16, 3, 'pad: 1') +
      layer('perm', 'Permute', ['loc'], ['perm'], 'permute_param { order: [0, 2, 3, 1] }') +
      layer('flat', 'Flatten', ['perm']) +
      layer(
        'prior',
        'PriorBox',
        ['n', 'data'],
        ['prior'],
        'prior_box_param { min_size: 30 max_size: 60 aspect_ratio: 2 flip: true variance: [0.1, 0.1, 0.2, 0.2] }',
      ) +
      conv('conf', 'n', 84, 3, 'pad: 1') +
      layer('cflat', 'Flatten', ['conf']) +
      layer(
        'found',
        'DetectionOutput',
        ['flat', 'cflat', 'prior'],
        ['found'],
        'detection_output_param { num_classes: 21 }',
      ),
    shapes: ['perm 1x38x38x16', 'flat 1x23104', 'prior 1x2x23104', 'cflat 1x121296', 'found 1x1x1x7'],
  },
  'FCN-8s: a pad of 100, enlarged scores cropped to earlier ones': {
    text:
      input('data', 1, 3, 500, 353) +
      conv('conv1', 'data', 8, 3, 'pad: 100') +
      layer('pool1', 'Pooling', ['conv1'], ['pool1'], 'pooling_param { kernel_size: 2 stride: 2 }') +
      layer('pool2', 'Pooling', ['pool1'], ['pool2'], 'pooling_param { kernel_size: 2 stride: 2 }') +
      layer('pool3', 'Pooling', ['pool2'], ['pool3'], 'pooling_param { kernel_size: 2 stride: 2 }') +
      conv('fc6', 'pool3', 16, 7) +
      layer('up', 'Deconvolution', ['fc6'], ['up'], 'convolution_param { num_output: 21 kernel_size: 4 stride: 2 }') +
      conv('score2', 'pool2', 21, 1) +
      layer('cut', 'Crop', ['score2', 'up'], ['cut'], 'crop_param { axis: 2 offset: 5 }') +
      layer('sum', 'Eltwise', ['up', 'cut']) +
      layer(
        'up8',
        'Deconvolution',
        ['sum'],
        ['up8'],
        'convolution_param { num_output: 21 group: 21 kernel_size: 8 stride: 4 }',
      ) +
      layer('final', 'Crop', ['up8', 'data'], ['final'], 'crop_param { axis: 2 offset: 31 }'),
    shapes: ['pool1 1x8x349x276', 'pool3 1x8x88x69', 'up 1x21x166x128', 'cut 1x21x166x128', 'final 1x21x500x353'],
  },
  'captions: an LSTM with an image for all times, classes along the last axis': {
    text:
      input('cont', 20, 16) +
      input('words', 20, 16) +
      input('image', 16, 1000) +
      input('target', 20, 16) +
      layer(
        'embedded',
        'Embed',
        ['words'],
        ['embedded'],
        'embed_param { input_dim: 8801 num_output: 1000 bias_term: false }',
      ) +
      layer('lstm', 'LSTM', ['embedded', 'cont', 'image'], ['lstm'], 'recurrent_param { num_output: 500 }') +
      layer('predict', 'InnerProduct', ['lstm'], ['predict'], 'inner_product_param { num_output: 8801 axis: 2 }') +
      layer(
        'loss',
        'SoftmaxWithLoss',
        ['predict', 'target'],
        ['loss'],
        'softmax_param { axis: 2 } loss_param { ignore_label: -1 }',
      ) +
      layer('hits', 'Accuracy', ['predict', 'target'], ['hits'], 'accuracy_param { axis: 2 ignore_label: -1 }'),
    shapes: ['embedded 20x16x1000', 'lstm 20x16x500', 'predict 20x16x8801', 'loss ', 'hits '],
  },
  'volumes and rows: windows over three axes and over one': {
    text:
      input('v', 2, 1, 16, 32, 32) +
      layer(
        'c3',
        'Convolution',
        ['v'],
        ['c3'],
        'convolution_param { num_output: 4 kernel_size: [3, 5, 5] stride: [1, 2, 2] pad: 1 }',
      ) +
      input('row', 2, 8, 100) +
      conv('c1', 'row', 4, 3, 'stride: 2'),
    shapes: ['c3 2x4x16x15x15', 'c1 2x4x49'],
  },
  'pyramids, tiles, reductions, negative axes': {
    text:
      input('x', 2, 3, 37, 50) +
      layer('spp', 'SPP', ['x'], ['spp'], 'spp_param { pyramid_height: 3 }') +
      layer('tile', 'Tile', ['x'], ['tile'], 'tile_param { axis: -1 tiles: 3 }') +
      layer('mean', 'Reduction', ['x'], ['mean'], 'reduction_param { axis: 1 operation: MEAN }') +
      layer('all', 'Reduction', ['x']) +
      layer('last', 'InnerProduct', ['x'], ['last'], 'inner_product_param { num_output: 2 axis: -1 }') +
      layer('one', 'InnerProduct', ['x'], ['one'], 'inner_product_param { num_output: 2 axis: 0 }') +
      layer('best', 'ArgMax', ['mean'], ['best'], 'argmax_param { axis: 0 }'),
    shapes: ['spp 2x63', 'tile 2x3x37x150', 'mean 2', 'all ', 'last 2x3x37x2', 'one 2', 'best 1'],
  },
  'reshapes: a place kept, one worked out, a part of the axes, one put in': {
    text:
      input('x', 2, 8, 4, 4) +
      layer('a', 'Reshape', ['x'], ['a'], 'reshape_param { shape { dim: 0 dim: -1 } }') +
      layer('b', 'Reshape', ['x'], ['b'], 'reshape_param { shape { dim: 2 dim: 4 } axis: 1 num_axes: 1 }') +
      layer('c', 'Reshape', ['x'], ['c'], 'reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }') +
      layer('d', 'Flatten', ['x'], ['d'], 'flatten_param { axis: 1 end_axis: 2 }'),
    shapes: ['a 2x128', 'b 2x2x4x4x4', 'c 2x8x4x4x1', 'd 2x32x4'],
  },
  'pooling: a window that would begin behind the edge is left out; a mask; two spellings': {
    text:
      input('x', 1, 3, 7, 7) +
      layer('pad', 'Pooling', ['x'], ['pad'], 'pooling_param { kernel_size: 2 stride: 2 pad: 1 }') +
      layer('both', 'Pooling', ['x'], ['both'], 'pooling_param { kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 }') +
      layer('max', 'Pooling', ['x'], ['max', 'mask'], 'pooling_param { kernel_size: 3 stride: 2 }'),
    shapes: ['pad 1x3x4x4', 'both 1x3x3x6', 'mask 1x3x3x3'],
  },
  'weights shared by name: a decoder that turns them over, one that only counts them': {
    text:
      input('x', 4, 8) +
      layer(
        'in',
        'InnerProduct',
        ['x'],
        ['in'],
        'param { name: "w" } inner_product_param { num_output: 3 bias_term: false }',
      ) +
      layer(
        'out',
        'InnerProduct',
        ['in'],
        ['out'],
        'param { name: "w" } inner_product_param { num_output: 8 bias_term: false transpose: true }',
      ).replace('param { name: "w" }', 'param { name: "w" share_mode: PERMISSIVE }'),
    shapes: ['in 4x3', 'out 4x8'],
  },
  'old spellings: slice_dim, concat_dim, dummy data of four numbers': {
    text:
      layer(
        'd',
        'DummyData',
        [],
        ['x', 'l'],
        'dummy_data_param { num: [4, 4] channels: [3, 1] height: [8, 1] width: [8, 1] }',
      ) +
      layer('s', 'Slice', ['x'], ['p', 'q'], 'slice_param { slice_dim: 1 slice_point: 1 }') +
      layer('c', 'Concat', ['q', 'p'], ['c'], 'concat_param { concat_dim: 1 }'),
    shapes: ['l 4x1x1x1', 'q 4x2x8x8', 'c 4x3x8x8'],
  },
  'a scale given as a blob, and sides that a parameter covers': {
    text:
      input('x', 2, 3, 4, 4) +
      input('s', 2, 3) +
      layer('a', 'Scale', ['x', 's'], ['a'], 'scale_param { axis: 0 }') +
      layer('b', 'Scale', ['x'], ['b'], 'scale_param { axis: 1 num_axes: 2 bias_term: true }') +
      layer('c', 'Bias', ['x'], ['c'], 'bias_param { axis: 0 num_axes: -1 }'),
    shapes: ['a 2x3x4x4', 'b 2x3x4x4', 'c 2x3x4x4'],
  },
};

describe('whole nets', () => {
  test.each(Object.entries(whole))('%s', (_, { text, shapes: expected }) => {
    expect(troubles(text)).toEqual([]);
    expect(
      shapes(
        text,
        expected.map((line) => line.split(' ')[0] ?? ''),
      ),
    ).toEqual(expected);
  });

  test('stages of one text for training, testing and use, as DIGITS writes them', () => {
    const data = (stage: string, batch: number): string =>
      layer('d', 'Data', [], ['data', 'label'], `include { stage: "${stage}" } data_param { batch_size: ${batch} }`);
    const text =
      data('train', 64) +
      data('val', 32) +
      layer(
        'data',
        'Input',
        [],
        ['data'],
        'include { stage: "deploy" } input_param { shape { dim: [1, 3, 32, 32] } }',
      ) +
      layer(
        'ip',
        'InnerProduct',
        ['data'],
        ['ip'],
        'inner_product_param { num_output: 10 weight_filler { type: "xavier" } }',
      ) +
      layer('loss', 'SoftmaxWithLoss', ['ip', 'label'], ['loss'], 'exclude { stage: "deploy" }') +
      layer('acc', 'Accuracy', ['ip', 'label'], ['acc'], 'include { stage: "val" }') +
      layer('prob', 'Softmax', ['ip'], ['prob'], 'include { stage: "deploy" }');
    expect(sensibleStages(text, 'TEST')).toEqual([['train'], ['val'], ['deploy']]);
    expect(shapes(text, ['ip', 'acc'], 'TEST', ['val'])).toEqual(['ip 32x10', 'acc ']);
    expect(shapes(text, ['prob', 'loss'], 'TEST', ['deploy'])).toEqual(['prob 1x10', 'loss undefined']);
    expect(troubles(text, 'TRAIN')).toEqual([]);
  });

  test('two layers of one name and blob for the two phases, one of them in place behind', () => {
    const text =
      layer(
        'd',
        'Data',
        [],
        ['data', 'label'],
        'include { phase: TRAIN } transform_param { crop_size: 24 } data_param { batch_size: 8 }',
      ) +
      layer(
        'd',
        'ImageData',
        [],
        ['data', 'label'],
        'include { phase: TEST } image_data_param { batch_size: 3 new_height: 40 new_width: 50 }',
      ) +
      layer('r', 'ReLU', ['data'], ['data']);
    expect(shapes(text, ['data@1', 'label'], 'TRAIN')).toEqual(['data@1 8x3x24x24', 'label 8']);
    expect(shapes(text, ['data@1', 'label'], 'TEST')).toEqual(['data@1 3x3x40x50', 'label 3']);
  });

  test('a siamese pair has its weights once', () => {
    const half = (name: string, bottom: string): string =>
      layer(
        name,
        'InnerProduct',
        [bottom],
        [name],
        'param { name: "w" } param { name: "b" } inner_product_param { num_output: 2 }',
      );
    const net = build(
      input('pair', 64, 2, 28, 28) +
        input('sim', 64) +
        layer('s', 'Slice', ['pair'], ['a', 'b'], 'slice_param { axis: 1 slice_point: 1 }') +
        half('one', 'a') +
        half('two', 'b') +
        layer('loss', 'ContrastiveLoss', ['one', 'two', 'sim']),
    );
    expect(net.params.map(({ declaration }) => declaration.shape)).toEqual([[2, 784], [2]]);
    expect(net.blobs.get('loss')?.shape).toEqual([]);
  });
});

test.each([
  [
    'a sum of unlike blobs',
    input('a', 2, 3) + input('b', 2, 5) + layer('e', 'Eltwise', ['a', 'b']),
    'must have the same shape',
  ],
  [
    'a blob summed with itself into itself',
    input('e', 2, 3) + layer('x', 'Eltwise', ['e', 'e'], ['e']),
    'reads it twice',
  ],
  [
    'an image of three axes',
    input('v', 2, 1, 4, 8, 8) + layer('p', 'Pooling', ['v'], ['p'], 'pooling_param { kernel_size: 2 }'),
    'takes a blob of 4 axes',
  ],
  [
    'a pad as large as the window',
    input('x', 1, 3, 7, 7) + layer('p', 'Pooling', ['x'], ['p'], 'pooling_param { kernel_size: 2 pad: 2 }'),
    'pad must be smaller than the kernel',
  ],
  [
    'a window and the whole image',
    input('x', 1, 3, 7, 7) +
      layer('p', 'Pooling', ['x'], ['p'], 'pooling_param { kernel_size: 2 global_pooling: true }'),
    'takes the whole image as its window',
  ],
  [
    'both spellings of a window on one axis',
    input('x', 2, 8, 100) +
      layer('c', 'Convolution', ['x'], ['c'], 'convolution_param { num_output: 4 kernel_h: 3 kernel_w: 3 }'),
    'are for images',
  ],
  [
    'an even normalisation',
    input('x', 1, 3, 7, 7) + layer('n', 'LRN', ['x'], ['n'], 'lrn_param { local_size: 4 }'),
    'it must be odd',
  ],
  [
    'parts that do not come out',
    input('x', 2, 9) + layer('s', 'Slice', ['x'], ['a', 'b']),
    'cannot be cut into 2 equal parts',
  ],
  [
    'values that do not come out',
    input('x', 2, 8) + layer('r', 'Reshape', ['x'], ['r'], 'reshape_param { shape { dim: 3 dim: -1 } }'),
    'cannot be spread over a shape',
  ],
  [
    'labels that do not fit',
    input('x', 4, 5) + input('l', 4, 5) + layer('a', 'Accuracy', ['x', 'l']),
    'positions to label',
  ],
  [
    'a hidden state without one to begin with',
    input('x', 5, 2, 3) +
      input('c', 5, 2) +
      layer('r', 'LSTM', ['x', 'c'], ['o', 'h', 's'], 'recurrent_param { num_output: 4 expose_hidden: true }'),
    'There must be 4 bottoms',
  ],
])('%s is refused', (_, text, sentence) => {
  expect(troubles(text).join('\n')).toContain(sentence);
});
