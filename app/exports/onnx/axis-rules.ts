/** How the layers that normalise, join, cut, reorder or reduce along axes are written in ONNX. */
import { has } from '../../caffe/schema/dsl.ts';
import type { Shape } from '../../caffe/net/layer-table.ts';
import { canonical, countRange, nth } from '../../layers/views.ts';
import type { LayerRule, LayerWriter } from './layer-writer.ts';

const countOf = (shape: Shape): number => countRange(shape, 0);

const innerProduct: LayerRule = (w) => {
  const p = w.settings('inner_product_param');
  const axis = canonical(p.axis, w.shape.length);
  if (axis === 0) w.refuse('it takes the whole batch as one input. Set inner_product_param.axis to 1 or above.');
  const flat = w.shape.length === 2 && axis === 1 ? w.x : w.op('Flatten', [w.x], { axis: { int: axis } });
  const constants = w.weights.map((_, i) => w.weight(i, i === 0 ? 'weights' : 'bias'));
  const attributes = { transB: { int: p.transpose ? 0 : 1 } };
  if (axis === 1) {
    w.end('Gemm', [flat, ...constants], attributes);
    return;
  }
  const product = w.op('Gemm', [flat, ...constants], attributes);
  w.end('Reshape', [product, w.ints([-1, ...w.outShape.slice(1)])]);
};

const batchNorm: LayerRule = (w) => {
  const p = w.settings('batch_norm_param');
  if (p.use_global_stats === false)
    w.refuse('it normalises by the statistics of the batch. Remove use_global_stats: false.');
  if (w.shape.length < 2) w.refuse('its bottom has no channels.');
  const channels = nth(w.shape, 1);
  const stored = nth(w.weights, 2).data[0] ?? 0;
  const factor = stored === 0 ? 0 : 1 / stored;
  const scaled = (i: number): Float32Array => nth(w.weights, i).data.map((value) => value * factor);
  const constants = [
    w.floats('ones', [channels], new Float32Array(channels).fill(1)),
    w.floats('zeros', [channels], new Float32Array(channels)),
    w.floats('mean', [channels], scaled(0)),
    w.floats('variance', [channels], scaled(1)),
  ];
  w.end('BatchNormalization', [w.x, ...constants], { epsilon: { float: p.eps } });
};

/** A small blob (a parameter, or the second bottom) so that it lies on the axes of the large one that it covers. */
function spread(w: LayerWriter, from: number, param: number | undefined, what: string): string {
  const rank = w.shape.length;
  const small = param === undefined ? nth(w.inputShapes, 1) : nth(w.weights, param).shape;
  const behind = small.length === 0 ? 0 : rank - from - small.length;
  const ones = Array.from({ length: behind }, () => 1);
  if (param !== undefined) return w.weight(param, what, [...small, ...ones]);
  const x = nth(w.inputs, 1);
  if (behind === 0) return x;
  return w.op('Unsqueeze', [x, w.ints(ones.map((_, i) => small.length + i))]);
}

const scale: LayerRule = (w) => {
  const p = w.settings('scale_param');
  const from = canonical(p.axis, w.shape.length);
  const learned = w.inputs.length === 1;
  const factor = spread(w, from, learned ? 0 : undefined, 'scale');
  if (!p.bias_term) {
    w.end('Mul', [w.x, factor]);
    return;
  }
  const bias = w.weights.length - 1;
  w.end('Add', [w.op('Mul', [w.x, factor]), spread(w, from, bias, 'bias')]);
};

const bias: LayerRule = (w) => {
  const from = canonical(w.settings('bias_param').axis, w.shape.length);
  w.end('Add', [w.x, spread(w, from, w.inputs.length === 1 ? 0 : undefined, 'bias')]);
};

const softmax: LayerRule = (w) =>
  w.end('Softmax', [w.x], { axis: { int: canonical(w.settings('softmax_param').axis, w.shape.length) } });

const concat: LayerRule = (w) => {
  const p = w.settings('concat_param');
  const axis = has(p, 'concat_dim') ? Number(p.concat_dim) : canonical(p.axis, w.shape.length);
  w.end('Concat', w.inputs, { axis: { int: axis } });
};

const slice: LayerRule = (w) => {
  const p = w.settings('slice_param');
  const axis = has(p, 'slice_dim') ? Number(p.slice_dim) : canonical(p.axis, w.shape.length);
  if (axis === 0) w.refuse('it cuts the batch. Set slice_param.axis to 1 or above.');
  if (w.outputs.length === 1) {
    w.end('Identity', [w.x]);
    return;
  }
  const sizes = w.outputShapes.map((shape) => nth(shape, axis));
  w.builder.node('Split', w.layer.name, [w.x, w.ints(sizes)], w.outputs, { axis: { int: axis } });
};

const reshape: LayerRule = (w) => w.endReshaped(w.x, w.shape);

const permute: LayerRule = (w) => {
  const { order } = w.settings('permute_param');
  const rest = w.shape.map((_, axis) => axis).filter((axis) => !order.includes(axis));
  w.end('Transpose', [w.x], { perm: { ints: [...order, ...rest] } });
};

const reduction: LayerRule = (w) => {
  const p = w.settings('reduction_param');
  const from = canonical(p.axis, w.shape.length);
  const axes = w.shape.map((_, axis) => axis).slice(from);
  const keepdims = { int: 0 };
  const attributes = { axes: { ints: axes }, keepdims };
  const reduced =
    p.operation === 'SUM'
      ? w.op('ReduceSum', [w.x, w.ints(axes)], { keepdims })
      : w.op({ ASUM: 'ReduceL1', SUMSQ: 'ReduceSumSquare', MEAN: 'ReduceMean' }[p.operation], [w.x], attributes);
  if (p.coeff === 1) w.end('Identity', [reduced]);
  else w.end('Mul', [reduced, w.number(p.coeff)]);
};

const tile: LayerRule = (w) => {
  const p = w.settings('tile_param');
  const along = canonical(p.axis, w.shape.length);
  w.end('Tile', [w.x, w.ints(w.shape.map((_, d) => (d === along ? (p.tiles ?? 1) : 1)))]);
};

const embed: LayerRule = (w) => {
  const index = w.op('Cast', [w.x], { to: { int: 7 } });
  const vectors = w.weight(0, 'vectors');
  if (w.weights.length === 1) {
    w.end('Gather', [vectors, index], { axis: { int: 0 } });
    return;
  }
  w.end('Add', [w.op('Gather', [vectors, index], { axis: { int: 0 } }), w.weight(1, 'bias')]);
};

const batchReindex: LayerRule = (w) => {
  const index = w.op('Cast', [nth(w.inputs, 1)], { to: { int: 7 } });
  w.end('Gather', [w.x, index], { axis: { int: 0 } });
};

const mvn: LayerRule = (w) => {
  const p = w.settings('mvn_param');
  const axes = w.shape.map((_, d) => d).slice(p.across_channels ? 1 : 2);
  if (axes.length === 0) w.refuse('its bottom has no places to normalise over.');
  const attributes = { axes: { ints: axes }, keepdims: { int: 1 } };
  const centred = w.op('Sub', [w.x, w.op('ReduceMean', [w.x], attributes)], {}, p.normalize_variance ? undefined : w.y);
  if (!p.normalize_variance) return;
  const variance = w.op('ReduceMean', [w.op('Mul', [centred, centred])], attributes);
  const deviation = w.op('Add', [w.op('Sqrt', [variance]), w.number(p.eps)]);
  w.end('Div', [centred, deviation]);
};

const normalize: LayerRule = (w) => {
  const p = w.settings('norm_param');
  const axes = p.across_spatial ? w.shape.map((_, d) => d).slice(1) : [1];
  const squares = w.op('ReduceSumSquare', [w.x], { axes: { ints: axes }, keepdims: { int: 1 } });
  const length = w.op('Sqrt', [w.linear(squares, 1, p.eps)]);
  const factors = nth(w.weights, 0).data.length;
  const factor = w.weight(0, 'scale', factors === 1 ? [] : [factors, ...w.shape.slice(2).map(() => 1)]);
  w.end('Mul', [w.op('Div', [w.x, length]), factor]);
};

const axpy: LayerRule = (w) => {
  const [a = '', x = '', y = ''] = w.inputs;
  const large = nth(w.inputShapes, 1);
  const factor = w.op('Reshape', [a, w.ints([0, nth(large, 1), ...large.slice(2).map(() => 1)])]);
  w.end('Add', [w.op('Mul', [factor, x]), y]);
};

const argmax: LayerRule = (w) => {
  const p = w.settings('argmax_param');
  const whole = p.axis === undefined;
  const axis = p.axis === undefined ? 1 : canonical(p.axis, w.shape.length);
  const x = whole ? w.op('Flatten', [w.x], { axis: { int: 1 } }) : w.x;
  const [values, indices] = [w.temp('values'), w.temp('indices')];
  w.builder.node('TopK', w.layer.name, [x, w.ints([p.top_k])], [values, indices], { axis: { int: axis } });
  const places = () =>
    p.top_k === 1
      ? // Of equal values Caffe takes the last.
        w.op('ArgMax', [x], { axis: { int: axis }, keepdims: { int: 1 }, select_last_index: { int: 1 } })
      : indices;
  const asFloat = (value: string) => w.op('Cast', [value], { to: { int: 1 } });
  if (!whole) {
    w.end('Identity', [p.out_max_val ? values : asFloat(places())]);
    return;
  }
  const found = p.out_max_val ? w.op('Concat', [asFloat(places()), values], { axis: { int: 1 } }) : asFloat(places());
  w.end('Reshape', [found, w.ints([0, ...w.outShape.slice(1)])]);
};

const parameter: LayerRule = (w) => w.end('Identity', [w.weight(0, 'value')]);

/** By layer type. */
export const axisRules: Readonly<Record<string, LayerRule>> = {
  InnerProduct: innerProduct,
  BatchNorm: batchNorm,
  Scale: scale,
  Bias: bias,
  Softmax: softmax,
  Concat: concat,
  Slice: slice,
  Reshape: reshape,
  Flatten: (w) =>
    w.outShape.length === 2 && w.outShape[0] === w.shape[0] && w.outShape[1] === countOf(w.shape.slice(1))
      ? w.end('Flatten', [w.x], { axis: { int: 1 } })
      : w.endReshaped(w.x, w.shape),
  Permute: permute,
  Reduction: reduction,
  Tile: tile,
  Embed: embed,
  BatchReindex: batchReindex,
  MVN: mvn,
  Normalize: normalize,
  Axpy: axpy,
  ArgMax: argmax,
  Parameter: parameter,
  Silence: () => undefined,
  Split: (w) => {
    for (const output of w.outputs) w.op('Identity', [w.x], {}, output);
  },
};
