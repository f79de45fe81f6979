/** How the layers that look at windows of an image are written in ONNX. */
import type { Shape } from '../../caffe/net/layer-table.ts';
import { spatialAxes } from '../../layers/convolution-geometry.ts';
import { poolAxes, type PoolAxis } from '../../layers/pooling-geometry.ts';
import { canonical, nth } from '../../layers/views.ts';
import type { Attribute } from './graph-builder.ts';
import type { LayerRule, LayerWriter } from './layer-writer.ts';

const twice = (values: readonly number[]): { ints: number[] } => ({ ints: [...values, ...values] });

function convolutionAttributes(w: LayerWriter): Record<string, Attribute> {
  const p = w.settings('convolution_param');
  if (canonical(p.axis, w.shape.length) !== 1) w.refuse('its channels are not on axis 1.');
  const axes = spatialAxes(w.parameter, w.shape.length - 2);
  return {
    kernel_shape: { ints: axes.map((a) => a.kernel) },
    strides: { ints: axes.map((a) => a.stride) },
    dilations: { ints: axes.map((a) => a.dilation) },
    pads: twice(axes.map((a) => a.pad)),
    group: { int: p.group },
  };
}

const convolve =
  (operator: string): LayerRule =>
  (w) => {
    const attributes = convolutionAttributes(w);
    const constants = w.weights.map((_, i) => w.weight(i, i === 0 ? 'weights' : 'bias'));
    w.inputs.forEach((x, i) => {
      w.op(operator, [x, ...constants], attributes, nth(w.outputs, i));
    });
  };

/**
 * Padding at the end of an axis that makes exactly Caffe's windows: the last may hang over the edge, or leave values out.
 * ONNX's own ceil_mode counts differently where a window would start in the padding, so sizes are spelt out.
 */
const endPad = (a: PoolAxis): number => Math.max(0, (a.pooled - 1) * a.stride + a.kernel - a.extent - a.pad);

function windowAttributes(axes: readonly PoolAxis[]): Record<string, Attribute> {
  return {
    kernel_shape: { ints: axes.map((a) => a.kernel) },
    strides: { ints: axes.map((a) => a.stride) },
    pads: { ints: [...axes.map((a) => a.pad), ...axes.map(endPad)] },
  };
}

/** What Caffe divides each window of an axis by: its length without what lies behind the padding. */
const lengths = (a: PoolAxis): number[] =>
  Array.from({ length: a.pooled }, (_, place) => {
    const start = place * a.stride - a.pad;
    return Math.min(start + a.kernel, a.extent + a.pad) - start;
  });

/** Mean over windows as Caffe takes it: padding counts, what lies behind it does not. */
export function averagePool(w: LayerWriter, x: string, axes: readonly [PoolAxis, PoolAxis], into: string): void {
  const attributes = { ...windowAttributes(axes), count_include_pad: { int: 1 } };
  const [rows, columns] = axes.map(lengths) as [number[], number[]];
  const whole = axes[0].kernel * axes[1].kernel;
  const factors = rows.flatMap((r) => columns.map((c) => whole / (r * c)));
  if (factors.every((f) => f === 1)) {
    w.op('AveragePool', [x], attributes, into);
    return;
  }
  const pooled = w.op('AveragePool', [x], attributes);
  const factor = w.floats('edge_factors', [1, 1, rows.length, columns.length], Float32Array.from(factors));
  w.op('Mul', [pooled, factor], {}, into);
}

const pooling: LayerRule = (w) => {
  const p = w.settings('pooling_param');
  const [height, width] = [nth(w.shape, 2), nth(w.shape, 3)];
  if (p.pool === 'STOCHASTIC') w.refuse('STOCHASTIC pooling has no form there. Use MAX or AVE.');
  const axes = poolAxes(w.parameter, height, width);
  if (p.pool === 'AVE') {
    averagePool(w, w.x, axes, w.y);
    return;
  }
  const mask = w.outputs[1];
  if (mask === undefined) {
    w.end('MaxPool', [w.x], windowAttributes(axes));
    return;
  }
  // The second top: where each maximum was, counted within its plane as Caffe does.
  const indices = w.temp('indices');
  w.builder.node('MaxPool', w.layer.name, [w.x], [w.y, indices], windowAttributes(axes));
  const within = w.op('Mod', [indices, w.ints([height * width])]);
  w.op('Cast', [within], { to: { int: 1 } }, mask);
};

const lrn: LayerRule = (w) => {
  const p = w.settings('lrn_param');
  if (p.norm_region === 'ACROSS_CHANNELS') {
    w.end('LRN', [w.x], {
      size: { int: p.local_size },
      alpha: { float: p.alpha },
      beta: { float: p.beta },
      bias: { float: p.k },
    });
    return;
  }
  const half = (p.local_size - 1) / 2;
  const side = [p.local_size, p.local_size];
  const square = w.op('Mul', [w.x, w.x]);
  const mean = w.op('AveragePool', [square], {
    kernel_shape: { ints: side },
    strides: { ints: [1, 1] },
    pads: { ints: [half, half, half, half] },
    count_include_pad: { int: 1 },
  });
  const divisor = w.op('Pow', [w.linear(mean, p.alpha, 1), w.number(-p.beta)]);
  w.end('Mul', [w.x, divisor]);
};

const crop: LayerRule = (w) => {
  const p = w.settings('crop_param');
  const from = canonical(p.axis, w.shape.length);
  if (from === 0) w.refuse('it cuts the batch. Set crop_param.axis to 1 or above.');
  const axes = w.shape.map((_, d) => d).slice(from);
  const starts = axes.map((d) => (p.offset.length === 1 ? p.offset[0] : p.offset[d - from]) ?? 0);
  const ends = axes.map((d, i) => nth(starts, i) + nth(w.outShape, d));
  w.end('Slice', [w.x, w.ints(starts), w.ints(ends), w.ints(axes)]);
};

const spp: LayerRule = (w) => {
  const p = w.settings('spp_param');
  if (p.pool === 'STOCHASTIC') w.refuse('STOCHASTIC pooling has no form there. Use MAX or AVE.');
  const cell = (extent: number, cells: number): PoolAxis => {
    const kernel = Math.ceil(extent / cells);
    return { extent, kernel, stride: kernel, pad: Math.floor((kernel * cells - extent + 1) / 2), pooled: cells };
  };
  const levels = Array.from({ length: p.pyramid_height ?? 1 }, (_, level) => {
    const axes = [cell(nth(w.shape, 2), 2 ** level), cell(nth(w.shape, 3), 2 ** level)] as const;
    const pooled = w.temp(`level${level}`);
    if (p.pool === 'AVE') averagePool(w, w.x, axes, pooled);
    else w.op('MaxPool', [w.x], windowAttributes(axes), pooled);
    return pooled;
  });
  if (levels.length === 1) w.end('Identity', levels);
  else
    w.end(
      'Concat',
      levels.map((level) => w.op('Flatten', [level], { axis: { int: 1 } })),
      { axis: { int: 1 } },
    );
};

const interp: LayerRule = (w) => {
  const p = w.settings('interp_param');
  if (p.pad_beg !== 0 || p.pad_end !== 0) w.refuse('pad_beg and pad_end have no form there. Use a Crop layer.');
  resize(w, w.outShape, { mode: 'linear', coordinate_transformation_mode: 'align_corners' });
};

const upsample: LayerRule = (w) => {
  if (w.inputs.length > 1) w.refuse('it puts values back to where a pooling found them.');
  const [, , rows = 1, columns = 1] = w.outShape;
  if (rows % nth(w.shape, 2) !== 0 || columns % nth(w.shape, 3) !== 0)
    w.refuse('the result is no whole multiple of the image.');
  resize(w, w.outShape, { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
};

/**
 * Resizes by scales, which leave the batch as it is whatever it is. ONNX rounds the size that they give down, so a scale
 * that is no whole number is a little larger; corners on corners, only the size counts then.
 */
function resize(w: LayerWriter, to: Shape, attributes: Readonly<Record<string, Attribute>>): void {
  const scales = w.shape.map((extent, d) => {
    const exact = nth(to, d) / extent;
    return Number.isInteger(exact) ? exact : exact + 0.01 / extent;
  });
  w.end('Resize', [w.x, '', w.floats('scales', [scales.length], Float32Array.from(scales))], attributes);
}

const shuffleChannel: LayerRule = (w) => {
  const { group } = w.settings('shuffle_channel_param');
  const [, channels = 1, ...rest] = w.shape;
  const parted = w.op('Reshape', [w.x, w.ints([0, group, channels / group, ...rest])]);
  const order = [0, 2, 1, ...rest.map((_, i) => i + 3)];
  w.end('Reshape', [w.op('Transpose', [parted], { perm: { ints: order } }), w.ints([0, channels, ...rest])]);
};

/** By layer type. */
export const visionRules: Readonly<Record<string, LayerRule>> = {
  Convolution: convolve('Conv'),
  DepthwiseConvolution: convolve('Conv'),
  Deconvolution: convolve('ConvTranspose'),
  Pooling: pooling,
  LRN: lrn,
  Crop: crop,
  SPP: spp,
  Interp: interp,
  Upsample: upsample,
  ShuffleChannel: shuffleChannel,
};
