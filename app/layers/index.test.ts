/** The list of layer types as a whole: names, documentation, templates, and an answer to whether each can be computed. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { LayerParameter } from '../caffe/schema/net-messages.ts';
import { messageOf } from '../caffe/schema/values.ts';
import { definitionOf, layerTable } from './index.ts';
import { sampleOf } from './sample-bottoms.ts';
import { oneLayer } from './testing/one-layer.ts';

const all = layerTable.all();

const forks = [
  'AnnotatedData',
  'Axpy',
  'DepthwiseConvolution',
  'DetectionOutput',
  'Expression',
  'Interp',
  'MultiBoxLoss',
  'Normalize',
  'Permute',
  'PriorBox',
  'ReLU6',
  'ROIPooling',
  'ShuffleChannel',
  'SmoothL1Loss',
  'Upsample',
];

test('every layer type of Caffe 1.0 is there, and some of its forks, under its own name', () => {
  expect(all.filter(({ type }) => !forks.includes(type)).length).toBe(61);
  expect(all.length).toBe(61 + forks.length);
  for (const info of all) expect(definitionOf(info.type)).toBe(info);
  expect(definitionOf('Convolutoin')).toBeUndefined();
});

test('every definition is documented, and its settings are a field of LayerParameter', () => {
  for (const { doc, paramField, bottoms, tops } of all) {
    expect(doc).toMatch(/^[A-Z1].*\.$/s);
    if (paramField !== undefined) expect(Object.keys(LayerParameter.fields)).toContain(paramField);
    expect(bottoms.min).toBeLessThanOrEqual(bottoms.max);
    expect(tops.min).toBeLessThanOrEqual(tops.max);
  }
});

test('a layer that cannot be computed says so in a sentence', () => {
  for (const { type } of all) {
    const definition = definitionOf(type);
    const layer = messageOf(LayerParameter, { type, name: 'x', bottom: ['a'], top: ['b'] });
    const reason = definition?.supports?.(layer, 'TRAIN');
    if (definition?.forward === undefined) expect(reason).toMatch(/\.$/);
    else expect(reason).toBeUndefined();
  }
});

test('settings that cannot be computed are told from those that can', () => {
  const reason = (text: string): string | undefined => {
    const layer = buildNet(text, { phase: 'TRAIN', layers: layerTable }).layers.at(-1);
    return layer === undefined ? undefined : definitionOf(layer.type)?.supports?.(layer.parameter, 'TRAIN');
  };
  const image = [1, 2, 4, 4];
  expect(reason(oneLayer('Upsample', [image, image]))).toMatch(/mask of a pooling.*: remove the second bottom/);
  expect(reason(oneLayer('Upsample', [image]))).toBeUndefined();
});

describe('templates make a layer that is accepted as it stands', () => {
  const withTemplate = all.filter((info) => info.template !== undefined);

  test('most types have one', () => {
    expect(withTemplate.length).toBeGreaterThan(50);
  });

  test.each(withTemplate.map((info) => [info.type, info] as const))('%s', (type, info) => {
    const { bottoms, tops } = sampleOf(info);
    const net = buildNet(oneLayer(type, bottoms, info.template, tops), {
      phase: 'TRAIN',
      layers: layerTable,
    });
    expect(net.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([]);
    expect(net.complete).toBe(true);
  });
});

test.each([
  ['Convolution', 'convolution_param { num_output: 32 kernel_size: 5 pad: 2 stride: 1 }', '32 · 5×5 · pad 2'],
  [
    'Convolution',
    'convolution_param { num_output: 8 kernel_h: 1 kernel_w: 3 stride: 2 group: 4 dilation: 2 }',
    '8 · 1×3 · stride 2 · dilation 2 · group 4',
  ],
  ['Pooling', 'pooling_param { pool: MAX kernel_size: 3 stride: 2 }', 'MAX · 3×3 · stride 2'],
  ['Pooling', 'pooling_param { pool: AVE global_pooling: true }', 'AVE · global'],
  ['InnerProduct', 'inner_product_param { num_output: 500 }', '500'],
  ['ReLU', '', ''],
  ['ReLU', 'relu_param { negative_slope: 0.1 }', 'slope 0.1'],
  ['LRN', 'lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL }', 'size 3 · within'],
  ['Dropout', '', '0.5'],
  ['Eltwise', 'eltwise_param { coeff: 1 coeff: -1 }', 'SUM · 1, -1'],
  ['Exp', 'exp_param { base: 2 scale: 0.5 shift: 1 }', '2^(1 + 0.5·x)'],
  ['Power', 'power_param { power: 2 scale: -0.5 }', '(-0.5·x)^2'],
  ['SoftmaxWithLoss', 'loss_param { ignore_label: 255 normalization: FULL }', 'ignore 255 · FULL'],
])('%s with %s is summed up as "%s"', (type, settings, summary) => {
  const layer = buildNet(oneLayer(type, [], settings), { phase: 'TRAIN', layers: layerTable }).layers.at(-1);
  expect(layer?.info?.summary(layer.parameter)).toBe(summary);
});
