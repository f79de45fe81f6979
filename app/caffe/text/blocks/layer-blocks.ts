/** The ready-made blocks of the palette: pieces of networks that people build from, as their papers have them. */
import type { BlockTemplate } from './block-template.ts';

interface ConvolutionSettings {
  readonly kernel?: number;
  readonly pad?: number;
  readonly bias?: boolean;
}

/** A layer of a block, one field a line. */
const layer = (
  name: string,
  type: string,
  bottoms: readonly string[],
  top: string,
  settings: readonly string[] = [],
): string =>
  [
    'layer {',
    `  name: "${name}"`,
    `  type: "${type}"`,
    ...bottoms.map((bottom) => `  bottom: "${bottom}"`),
    ...(top === '' ? [] : [`  top: "${top}"`]),
    ...settings.map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n');

const convolution = (
  name: string,
  bottom: string,
  channels: string,
  { kernel = 1, pad = 0, bias = true }: ConvolutionSettings = {},
): string =>
  layer(name, 'Convolution', [bottom], name, [
    'param { lr_mult: 1 }',
    ...(bias ? ['param { lr_mult: 2 decay_mult: 0 }'] : []),
    'convolution_param {',
    `  num_output: ${channels}`,
    `  kernel_size: ${kernel}`,
    ...(pad > 0 ? [`  pad: ${pad}`] : []),
    ...(bias ? [] : ['  bias_term: false']),
    '  weight_filler { type: "msra" }',
    '}',
  ]);

const full = (name: string, bottom: string, outputs: string): string =>
  layer(name, 'InnerProduct', [bottom], name, [
    'param { lr_mult: 1 }',
    'param { lr_mult: 2 decay_mult: 0 }',
    'inner_product_param {',
    `  num_output: ${outputs}`,
    '  weight_filler { type: "xavier" }',
    '}',
  ]);

const relu = (name: string, blob: string): string => layer(name, 'ReLU', [blob], blob);

/** BatchNorm, and Scale for what it cannot learn, both in place. */
const norm = (name: string, blob: string): string =>
  layer(`${name}/bn`, 'BatchNorm', [blob], blob) +
  layer(`${name}/scale`, 'Scale', [blob], blob, ['scale_param { bias_term: true }']);

const pool = (name: string, bottom: string, settings: string): string =>
  layer(name, 'Pooling', [bottom], name, [`pooling_param { ${settings} }`]);

const SAME = { kernel: 3, pad: 1 };

const data = (phase: 'TRAIN' | 'TEST', batch: number): string =>
  [
    'layer {',
    '  name: "data"',
    '  type: "Data"',
    '  top: "data"',
    '  top: "label"',
    `  include { phase: ${phase} }`,
    '  transform_param { scale: 0.00390625 }',
    '  data_param {',
    `    source: "cifar10_${phase.toLowerCase()}_lmdb"`,
    `    batch_size: ${batch}`,
    '    backend: LMDB',
    '  }',
    '}',
    '',
  ].join('\n');

/** All blocks, in the order of the palette. */
export const layerBlocks: readonly BlockTemplate[] = [
  {
    id: 'data-pair',
    title: 'Data pair',
    doc: 'Images and labels, one set to train on and one to test with.',
    prefix: 'data',
    reads: false,
    makes: true,
    text: data('TRAIN', 100) + data('TEST', 100),
  },
  {
    id: 'conv-bn-relu',
    title: 'Conv, norm, ReLU',
    doc: 'A convolution, normalised and rectified: the brick of most networks since 2015.',
    prefix: 'conv',
    channels: 64,
    reads: true,
    makes: true,
    text: [
      convolution('@name', '@in', '@channels', { ...SAME, bias: false }),
      norm('@name', '@name'),
      relu('@name/relu', '@name'),
    ].join(''),
  },
  {
    id: 'residual',
    title: 'Residual block',
    doc: 'Two convolutions whose result is added to what they read (ResNet).',
    prefix: 'res',
    channels: 64,
    keepsChannels: true,
    reads: true,
    makes: true,
    text: [
      convolution('@name/conv1', '@in', '@channels', { ...SAME, bias: false }),
      norm('@name/conv1', '@name/conv1'),
      relu('@name/conv1/relu', '@name/conv1'),
      convolution('@name/conv2', '@name/conv1', '@channels', { ...SAME, bias: false }),
      norm('@name/conv2', '@name/conv2'),
      layer('@name', 'Eltwise', ['@in', '@name/conv2'], '@name', ['eltwise_param { operation: SUM }']),
      relu('@name/relu', '@name'),
    ].join(''),
  },
  {
    id: 'inception',
    title: 'Inception module',
    doc: 'Windows of 1×1, 3×3 and 5×5 and a pooling side by side, joined (GoogLeNet).',
    prefix: 'inception',
    channels: 256,
    reads: true,
    makes: true,
    text: [
      convolution('@name/1x1', '@in', '@channels/4'),
      relu('@name/relu_1x1', '@name/1x1'),
      convolution('@name/3x3_reduce', '@in', '@channels/4'),
      relu('@name/relu_3x3_reduce', '@name/3x3_reduce'),
      convolution('@name/3x3', '@name/3x3_reduce', '@channels/2', SAME),
      relu('@name/relu_3x3', '@name/3x3'),
      convolution('@name/5x5_reduce', '@in', '@channels/16'),
      relu('@name/relu_5x5_reduce', '@name/5x5_reduce'),
      convolution('@name/5x5', '@name/5x5_reduce', '@channels/8', { kernel: 5, pad: 2 }),
      relu('@name/relu_5x5', '@name/5x5'),
      pool('@name/pool', '@in', 'pool: MAX kernel_size: 3 stride: 1 pad: 1'),
      convolution('@name/pool_proj', '@name/pool', '@channels/8'),
      relu('@name/relu_pool_proj', '@name/pool_proj'),
      layer('@name/output', 'Concat', ['@name/1x1', '@name/3x3', '@name/5x5', '@name/pool_proj'], '@name/output'),
    ].join(''),
  },
  {
    id: 'fire',
    title: 'Fire module',
    doc: 'Few channels first, then 1×1 and 3×3 windows side by side (SqueezeNet).',
    prefix: 'fire',
    channels: 128,
    reads: true,
    makes: true,
    text: [
      convolution('@name/squeeze1x1', '@in', '@channels/8'),
      relu('@name/relu_squeeze1x1', '@name/squeeze1x1'),
      convolution('@name/expand1x1', '@name/squeeze1x1', '@channels/2'),
      relu('@name/relu_expand1x1', '@name/expand1x1'),
      convolution('@name/expand3x3', '@name/squeeze1x1', '@channels/2', SAME),
      relu('@name/relu_expand3x3', '@name/expand3x3'),
      layer('@name/concat', 'Concat', ['@name/expand1x1', '@name/expand3x3'], '@name/concat'),
    ].join(''),
  },
  {
    id: 'dense',
    title: 'Dense layer',
    doc: 'New channels made from all before, and laid behind them (DenseNet).',
    prefix: 'dense',
    channels: 32,
    reads: true,
    makes: true,
    text: [
      layer('@name/bn', 'BatchNorm', ['@in'], '@name/bn'),
      layer('@name/scale', 'Scale', ['@name/bn'], '@name/bn', ['scale_param { bias_term: true }']),
      relu('@name/relu', '@name/bn'),
      convolution('@name/1x1', '@name/bn', '@channels*4', { bias: false }),
      norm('@name/1x1', '@name/1x1'),
      relu('@name/1x1/relu', '@name/1x1'),
      convolution('@name/3x3', '@name/1x1', '@channels', { ...SAME, bias: false }),
      layer('@name/concat', 'Concat', ['@in', '@name/3x3'], '@name/concat'),
    ].join(''),
  },
  {
    id: 'squeeze-excite',
    title: 'Squeeze and excite',
    doc: 'Weighs each channel by what the whole image says (SENet).',
    prefix: 'se',
    channels: 64,
    keepsChannels: true,
    reads: true,
    makes: true,
    text: [
      pool('@name/squeeze', '@in', 'pool: AVE global_pooling: true'),
      full('@name/reduce', '@name/squeeze', '@channels/16'),
      relu('@name/relu', '@name/reduce'),
      full('@name/expand', '@name/reduce', '@channels'),
      layer('@name/gate', 'Sigmoid', ['@name/expand'], '@name/gate'),
      layer('@name', 'Scale', ['@in', '@name/gate'], '@name', ['scale_param { axis: 0 }']),
    ].join(''),
  },
  {
    id: 'classifier-head',
    title: 'Classifier head',
    doc: 'Scores for each class with their loss, and the accuracy when testing.',
    prefix: 'score',
    channels: 10,
    reads: true,
    makes: false,
    text: [
      full('@name', '@in', '@channels'),
      layer('accuracy', 'Accuracy', ['@name', 'label'], 'accuracy', ['include { phase: TEST }']),
      layer('loss', 'SoftmaxWithLoss', ['@name', 'label'], 'loss'),
    ].join(''),
  },
];
