// Each layer type on its own, at odd sizes: ONNX Runtime must give what the reference interpreter gives.
import { describe, expect, test } from 'vitest';
import { buildNet } from '../../caffe/net/build-net.ts';
import type { Shape } from '../../caffe/net/layer-table.ts';
import { createReferenceEngine } from '../../engine/reference/reference-engine.ts';
import { layerTable } from '../../layers/index.ts';
import { deploy, type Deployed } from '../deploy.ts';
import { ExportError } from '../export-error.ts';
import { runDeployed } from '../run-deployed.ts';
import { runOnnx } from '../testing/onnx-runtime.ts';
import { numbers, randomWeights } from '../testing/random-weights.ts';
import { onnxLayerTypes, writeOnnx } from './write-onnx.ts';

interface Case {
  readonly type: string;
  /** Beyond name, type, bottoms and tops. */
  readonly settings?: string;
  /** Of each bottom; the first extent is the batch. Default one image of 4 channels, 7 × 9. */
  readonly bottoms?: readonly Shape[];
  readonly tops?: number;
  /** Bounds of the inputs' values, where not −2 to 2. */
  readonly range?: readonly [number, number];
  /** Inputs are whole numbers. */
  readonly whole?: boolean;
}

const image: Shape = [1, 4, 7, 9];

const cases: readonly Case[] = [
  { type: 'Convolution', settings: 'convolution_param { num_output: 6 kernel_size: 3 pad: 1 stride: 2 }' },
  {
    type: 'Convolution',
    settings: 'convolution_param { num_output: 6 kernel_h: 2 kernel_w: 3 pad_h: 0 pad_w: 2 group: 2 bias_term: false }',
  },
  { type: 'Convolution', settings: 'convolution_param { num_output: 3 kernel_size: 3 dilation: 2 pad: 2 }' },
  { type: 'DepthwiseConvolution', settings: 'convolution_param { num_output: 4 kernel_size: 3 pad: 1 }' },
  { type: 'Deconvolution', settings: 'convolution_param { num_output: 6 kernel_size: 4 stride: 2 pad: 1 group: 2 }' },
  { type: 'Pooling', settings: 'pooling_param { pool: MAX kernel_size: 3 stride: 2 }', bottoms: [[1, 4, 8, 10]] },
  { type: 'Pooling', settings: 'pooling_param { pool: MAX kernel_size: 3 stride: 2 pad: 1 }' },
  { type: 'Pooling', settings: 'pooling_param { pool: MAX kernel_size: 2 stride: 2 pad: 1 }', bottoms: [[1, 2, 5, 6]] },
  { type: 'Pooling', settings: 'pooling_param { pool: MAX kernel_size: 3 stride: 2 }', tops: 2 },
  {
    type: 'Pooling',
    settings: 'pooling_param { pool: MAX kernel_size: 3 stride: 2 round_mode: FLOOR }',
    bottoms: [[1, 4, 8, 10]],
  },
  { type: 'Pooling', settings: 'pooling_param { pool: AVE kernel_size: 3 stride: 2 }', bottoms: [[1, 4, 8, 10]] },
  {
    type: 'Pooling',
    settings: 'pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }',
    bottoms: [[1, 4, 8, 10]],
  },
  { type: 'Pooling', settings: 'pooling_param { pool: AVE kernel_size: 4 stride: 3 pad: 2 }', bottoms: [[1, 4, 8, 6]] },
  { type: 'Pooling', settings: 'pooling_param { pool: AVE kernel_h: 2 kernel_w: 5 stride_h: 3 stride_w: 2 }' },
  { type: 'Pooling', settings: 'pooling_param { pool: AVE global_pooling: true }' },
  { type: 'Pooling', settings: 'pooling_param { pool: MAX global_pooling: true }' },
  { type: 'LRN', settings: 'lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 k: 2 }' },
  { type: 'LRN', settings: 'lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 norm_region: WITHIN_CHANNEL }' },
  { type: 'Crop', settings: 'crop_param { axis: 2 offset: 1 offset: 3 }', bottoms: [image, [1, 4, 5, 6]] },
  { type: 'Crop', settings: 'crop_param { axis: -1 offset: 2 }', bottoms: [image, [1, 4, 7, 4]] },
  { type: 'SPP', settings: 'spp_param { pyramid_height: 3 pool: MAX }' },
  { type: 'SPP', settings: 'spp_param { pyramid_height: 2 pool: AVE }' },
  { type: 'ReLU' },
  { type: 'ReLU', settings: 'relu_param { negative_slope: 0.1 }' },
  { type: 'ReLU6', range: [-4, 9] },
  { type: 'PReLU' },
  { type: 'PReLU', settings: 'prelu_param { channel_shared: true }' },
  { type: 'PReLU', bottoms: [[1, 5]] },
  { type: 'ELU', settings: 'elu_param { alpha: 0.7 }' },
  { type: 'Sigmoid' },
  { type: 'TanH' },
  { type: 'AbsVal' },
  { type: 'BNLL', range: [-30, 30] },
  { type: 'Dropout' },
  { type: 'Power', settings: 'power_param { power: 3 scale: -0.5 shift: 1 }' },
  { type: 'Power', settings: 'power_param { scale: 2 }' },
  { type: 'Power' },
  { type: 'Exp', settings: 'exp_param { base: 2 scale: 0.5 shift: 1 }' },
  { type: 'Exp' },
  { type: 'Log', settings: 'log_param { base: 10 scale: 2 shift: 1 }', range: [0.1, 5] },
  { type: 'Log', range: [0.1, 5] },
  { type: 'Swish', settings: 'swish_param { beta: 1.5 }' },
  { type: 'Threshold', settings: 'threshold_param { threshold: 0.3 }' },
  { type: 'Clip', settings: 'clip_param { min: -0.5 max: 1 }' },
  { type: 'Eltwise', bottoms: [image, image, image] },
  { type: 'Eltwise', settings: 'eltwise_param { operation: SUM coeff: 1 coeff: -0.5 }', bottoms: [image, image] },
  { type: 'Eltwise', settings: 'eltwise_param { operation: PROD }', bottoms: [image, image, image] },
  { type: 'Eltwise', settings: 'eltwise_param { operation: MAX }', bottoms: [image, image] },
  { type: 'InnerProduct', settings: 'inner_product_param { num_output: 5 }' },
  { type: 'InnerProduct', settings: 'inner_product_param { num_output: 5 transpose: true bias_term: false }' },
  { type: 'InnerProduct', settings: 'inner_product_param { num_output: 5 axis: 2 }' },
  { type: 'InnerProduct', settings: 'inner_product_param { num_output: 5 }', bottoms: [[1, 6]] },
  { type: 'BatchNorm' },
  { type: 'BatchNorm', settings: 'batch_norm_param { eps: 0.01 }', bottoms: [[1, 6]] },
  { type: 'Scale' },
  { type: 'Scale', settings: 'scale_param { bias_term: true axis: 1 num_axes: 2 }' },
  { type: 'Scale', settings: 'scale_param { bias_term: true num_axes: 0 }' },
  { type: 'Scale', settings: 'scale_param { axis: 0 }', bottoms: [image, [1, 4]] },
  { type: 'Scale', settings: 'scale_param { axis: 2 bias_term: true }', bottoms: [image, [7]] },
  { type: 'Bias' },
  { type: 'Bias', settings: 'bias_param { axis: 0 }', bottoms: [image, [1, 4]] },
  { type: 'Softmax' },
  { type: 'Softmax', settings: 'softmax_param { axis: 3 }' },
  { type: 'Concat', bottoms: [image, [1, 2, 7, 9]] },
  { type: 'Concat', settings: 'concat_param { axis: -1 }', bottoms: [image, [1, 4, 7, 2]] },
  { type: 'Slice', settings: 'slice_param { slice_point: 1 slice_point: 3 }', tops: 3 },
  { type: 'Slice', settings: 'slice_param { axis: 2 }', bottoms: [[1, 4, 6, 3]], tops: 2 },
  { type: 'Reshape', settings: 'reshape_param { shape { dim: 0 dim: 2 dim: -1 } }' },
  {
    type: 'Reshape',
    settings: 'reshape_param { shape { dim: 3 dim: -1 } axis: 2 num_axes: 1 }',
    bottoms: [[1, 4, 6, 5]],
  },
  { type: 'Reshape', settings: 'reshape_param { shape { dim: -1 dim: 9 } }' },
  { type: 'Flatten' },
  { type: 'Flatten', settings: 'flatten_param { axis: 2 end_axis: 3 }' },
  { type: 'Flatten', settings: 'flatten_param { axis: 0 end_axis: 1 }' },
  { type: 'Reduction', settings: 'reduction_param { operation: SUM axis: 1 coeff: 0.5 }' },
  { type: 'Reduction', settings: 'reduction_param { operation: ASUM axis: 2 }' },
  { type: 'Reduction', settings: 'reduction_param { operation: SUMSQ axis: 3 }' },
  { type: 'Reduction', settings: 'reduction_param { operation: MEAN axis: 1 }' },
  { type: 'Tile', settings: 'tile_param { axis: 1 tiles: 3 }' },
  {
    type: 'Embed',
    settings: 'embed_param { input_dim: 8 num_output: 5 }',
    bottoms: [[1, 6]],
    range: [0, 8],
    whole: true,
  },
  { type: 'BatchReindex', bottoms: [[1, 4, 2], [1]], range: [0, 1], whole: true },
  { type: 'MVN' },
  { type: 'MVN', settings: 'mvn_param { across_channels: true eps: 0.01 }' },
  { type: 'MVN', settings: 'mvn_param { normalize_variance: false }' },
  { type: 'Axpy', bottoms: [[1, 4], image, image] },
  { type: 'ArgMax', bottoms: [[1, 10]] },
  { type: 'ArgMax', settings: 'argmax_param { out_max_val: true top_k: 3 }', bottoms: [[1, 10]] },
  { type: 'ArgMax', settings: 'argmax_param { axis: 1 }' },
  { type: 'ArgMax', settings: 'argmax_param { axis: 1 top_k: 2 }' },
  { type: 'Split', tops: 2 },
  { type: 'Normalize', settings: 'norm_param { across_spatial: false channel_shared: false }' },
  { type: 'Normalize', settings: 'norm_param { }' },
  { type: 'Permute', settings: 'permute_param { order: 0 order: 2 order: 3 order: 1 }' },
  { type: 'ShuffleChannel', settings: 'shuffle_channel_param { group: 2 }' },
  { type: 'Interp', settings: 'interp_param { height: 13 width: 5 }' },
  { type: 'Upsample', settings: 'upsample_param { scale: 2 }' },
  { type: 'Parameter', settings: 'parameter_param { shape { dim: 2 dim: 3 } }', bottoms: [] },
];

/** Types that only end a branch: nothing comes out of them. */
const withoutOutput = ['Silence'];

const names = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what}${i}`);

function netOf({ type, settings = '', bottoms = [image], tops = 1 }: Case): Deployed {
  const inputs = bottoms.map(
    (shape, i) =>
      `layer { name: "in${i}" type: "Input" top: "bottom${i}" input_param { shape { ${shape.map((d) => `dim: ${d}`).join(' ')} } } }`,
  );
  const list = (key: string, blobs: string[]) => blobs.map((name) => `${key}: "${name}"`).join(' ');
  const layer = `layer { name: "it" type: "${type}" ${list('bottom', names('bottom', bottoms.length))} ${list('top', names('top', tops))} ${settings} }`;
  return deploy(buildNet([...inputs, layer].join('\n'), { phase: 'TEST', layers: layerTable }));
}

function valuesOf({
  bottoms = [image],
  range = [-2, 2],
  whole = false,
}: Case): Map<string, { shape: Shape; data: Float32Array }> {
  return new Map(
    bottoms.map((shape, i) => {
      const count = shape.reduce((n, d) => n * d, 1);
      const data = numbers(100 + i, count, ...range);
      return [`bottom${i}`, { shape, data: whole && i === bottoms.length - 1 ? data.map(Math.floor) : data }];
    }),
  );
}

/** By plain arithmetic, for layers that are drawn but not computed yet. */
const byHand: Readonly<Record<string, (x: Float32Array, settings: string, weights: Float32Array) => number[]>> = {
  Permute: (x) => {
    const out: number[] = [];
    for (let h = 0; h < 7; h++)
      for (let w = 0; w < 9; w++) for (let c = 0; c < 4; c++) out.push(x[(c * 7 + h) * 9 + w] ?? NaN);
    return out;
  },
  ShuffleChannel: (x) => [0, 2, 1, 3].flatMap((c) => [...x.subarray(c * 63, c * 63 + 63)]),
  Upsample: (x) => {
    const out: number[] = [];
    for (let c = 0; c < 4; c++)
      for (let h = 0; h < 14; h++) for (let w = 0; w < 18; w++) out.push(x[(c * 7 + (h >> 1)) * 9 + (w >> 1)] ?? NaN);
    return out;
  },
  Interp: (x) => {
    const out: number[] = [];
    for (let c = 0; c < 4; c++)
      for (let h = 0; h < 13; h++)
        for (let w = 0; w < 5; w++) {
          const [y, z] = [(h * 6) / 12, (w * 8) / 4];
          const [y0, z0] = [Math.floor(y), Math.floor(z)];
          const [y1, z1] = [Math.min(6, y0 + 1), Math.min(8, z0 + 1)];
          const at = (r: number, q: number) => x[(c * 7 + r) * 9 + q] ?? NaN;
          const [fy, fz] = [y - y0, z - z0];
          out.push(
            (at(y0, z0) * (1 - fz) + at(y0, z1) * fz) * (1 - fy) + (at(y1, z0) * (1 - fz) + at(y1, z1) * fz) * fy,
          );
        }
    return out;
  },
  Normalize: (x, settings, scale) => {
    const whole = !settings.includes('across_spatial: false');
    const all = Math.sqrt(x.reduce((sum, v) => sum + v * v, 1e-10));
    return Array.from(x, (v, i) => {
      let squares = 1e-10;
      for (let c = 0; c < 4; c++) squares += (x[c * 63 + (i % 63)] ?? NaN) ** 2;
      return (v / (whole ? all : Math.sqrt(squares))) * (scale[scale.length === 1 ? 0 : Math.floor(i / 63)] ?? NaN);
    });
  },
};

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let worst = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] as number) - (b[i] as number)));
  return worst;
};

describe('ONNX Runtime agrees with the reference', () => {
  test.each(
    cases.map(
      (c) => [`${c.type} ${c.settings ?? ''} ${(c.bottoms ?? [image]).map((b) => b.join('×')).join(', ')}`, c] as const,
    ),
  )('%s', async (_, c) => {
    const deployed = netOf(c);
    const weights = randomWeights(deployed.net);
    const values = valuesOf(c);
    const found = await runOnnx(writeOnnx(deployed, weights), values);
    const own = byHand[c.type];
    const expected =
      own === undefined
        ? await runDeployed(
            createReferenceEngine(),
            deployed,
            weights,
            new Map([...values].map(([name, { data }]) => [name, data])),
          )
        : new Map([
            [
              'top0',
              own(
                values.get('bottom0')?.data ?? new Float32Array(),
                c.settings ?? '',
                weights.layers.at(-1)?.blobs[0]?.data ?? new Float32Array(),
              ),
            ],
          ]);
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, value] of expected) {
      const shape = [...deployed.net.blobs.values()].find((blob) => blob.name === name)?.shape;
      expect(found.get(name)?.shape).toEqual(shape);
      expect(far(value, found.get(name)?.data ?? [])).toBeLessThan(1e-4);
    }
  });

  test('every type that can be written is compared', () => {
    expect(onnxLayerTypes.filter((type) => !cases.some((c) => c.type === type))).toEqual(withoutOutput);
  });
});

describe('what has no form in ONNX', () => {
  test.each<[string, Case]>([
    ['Im2col', { type: 'Im2col', settings: 'convolution_param { kernel_size: 3 }' }],
    ['STOCHASTIC', { type: 'Pooling', settings: 'pooling_param { pool: STOCHASTIC kernel_size: 2 }' }],
    ['statistics of the batch', { type: 'BatchNorm', settings: 'batch_norm_param { use_global_stats: false }' }],
  ])('%s is refused by name', (words, c) => {
    const deployed = netOf(c);
    const write = () => writeOnnx(deployed, randomWeights(deployed.net));
    expect(write).toThrow(ExportError);
    expect(write).toThrow(/"it"/);
    expect(write).toThrow(new RegExp(words));
  });
});
