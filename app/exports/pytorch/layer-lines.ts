/**
 * How each layer type reads in PyTorch: the module that holds its blobs, where it has any, and the expression that makes
 * its tops of its bottoms. Anything that PyTorch's own functions compute differently is in `caffe_layers.py`.
 */
import type { Shape } from '../../caffe/net/layer-table.ts';
import type { NetLayer } from '../../caffe/net/typed-net.ts';
import { has } from '../../caffe/schema/dsl.ts';
import { setting, type SettingField, type SettingType } from '../../caffe/schema/values.ts';
import { spatialAxes } from '../../layers/convolution-geometry.ts';
import { normalizationOf } from '../../layers/loss-normalization.ts';
import { poolAxes } from '../../layers/pooling-geometry.ts';
import { canonical, countRange, nth } from '../../layers/views.ts';
import { ExportError } from '../export-error.ts';
import { pythonBool, pythonNumber, pythonTuple } from './python-text.ts';

/** A layer in Python. */
export interface LayerLines {
  /** What makes its module; undefined where it holds no blobs. */
  readonly module?: string;
  /** Attributes of the module that are Caffe's blobs, in order. */
  readonly blobs?: readonly string[];
  /** The value of the tops, in terms of bottoms and `self.MODULE`: a tuple where there are several. */
  readonly value: string;
}

/** What a rule is given. */
export class LayerScope {
  readonly layer: NetLayer;
  readonly training: boolean;
  /** Expressions of the bottoms. */
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly outShapes: readonly Shape[];
  /** `self.conv1` */
  readonly self: string;

  constructor(parts: Pick<LayerScope, 'layer' | 'training' | 'inputs' | 'shapes' | 'outShapes' | 'self'>) {
    this.layer = parts.layer;
    this.training = parts.training;
    this.inputs = parts.inputs;
    this.shapes = parts.shapes;
    this.outShapes = parts.outShapes;
    this.self = parts.self;
  }

  get x(): string {
    return nth(this.inputs, 0);
  }

  get shape(): Shape {
    return nth(this.shapes, 0);
  }

  get outShape(): Shape {
    return nth(this.outShapes, 0);
  }

  settings<K extends SettingField>(field: K): SettingType<K> {
    return setting(this.layer.parameter, field);
  }

  refuse(why: string): never {
    throw new ExportError(
      `Layer "${this.layer.name}" (${this.layer.type}) cannot be written for PyTorch: ${why}`,
      this.layer.name,
    );
  }
}

type Rule = (s: LayerScope) => LayerLines;

const n = pythonNumber;
const value = (text: string): LayerLines => ({ value: text });

const same = (values: readonly number[]): string =>
  values.every((v) => v === values[0]) ? String(values[0]) : pythonTuple(values);

const convolution =
  (transposed: boolean): Rule =>
  (s) => {
    const p = s.settings('convolution_param');
    const rank = s.shape.length - 2;
    if (canonical(p.axis, s.shape.length) !== 1 || rank < 1 || rank > 3)
      s.refuse('it has no form there for these axes.');
    const axes = spatialAxes(s.layer.parameter, rank);
    const options = [
      axes.some((a) => a.stride !== 1) ? `stride=${same(axes.map((a) => a.stride))}` : '',
      axes.some((a) => a.pad !== 0) ? `padding=${same(axes.map((a) => a.pad))}` : '',
      axes.some((a) => a.dilation !== 1) ? `dilation=${same(axes.map((a) => a.dilation))}` : '',
      p.group !== 1 ? `groups=${p.group}` : '',
      p.bias_term ? '' : 'bias=False',
    ].filter((option) => option !== '');
    const sizes = [nth(s.shape, 1), p.num_output ?? 0, same(axes.map((a) => a.kernel))];
    return {
      module: `nn.Conv${transposed ? 'Transpose' : ''}${rank}d(${[...sizes, ...options].join(', ')})`,
      blobs: p.bias_term ? ['weight', 'bias'] : ['weight'],
      value: s.inputs.map((x) => `${s.self}(${x})`).join(', '),
    };
  };

const innerProduct: Rule = (s) => {
  const p = s.settings('inner_product_param');
  const axis = canonical(p.axis, s.shape.length);
  if (axis === 0) s.refuse('it takes the whole batch as one input.');
  const options = [
    p.bias_term ? '' : 'bias=False',
    axis === 1 ? '' : `axis=${axis}`,
    p.transpose ? 'transpose=True' : '',
  ].filter((option) => option !== '');
  return {
    module: `L.InnerProduct(${[countRange(s.shape, axis), p.num_output ?? 0, ...options].join(', ')})`,
    blobs: p.bias_term ? ['weight', 'bias'] : ['weight'],
    value: `${s.self}(${s.x})`,
  };
};

const pooling: Rule = (s) => {
  const p = s.settings('pooling_param');
  if (p.pool === 'STOCHASTIC') s.refuse('STOCHASTIC pooling has no form there. Use MAX or AVE.');
  if (s.outShapes.length > 1) s.refuse('its second top, the places of the maxima, has no form there.');
  if (p.global_pooling)
    return value(p.pool === 'AVE' ? `${s.x}.mean((2, 3), keepdim=True)` : `${s.x}.amax((2, 3), keepdim=True)`);
  const axes = poolAxes(s.layer.parameter, nth(s.shape, 2), nth(s.shape, 3));
  const pair = (of: (a: (typeof axes)[0]) => number) => pythonTuple(axes.map(of));
  const sizes = `kernel=${pair((a) => a.kernel)}, stride=${pair((a) => a.stride)}, pad=${pair((a) => a.pad)}, out=${pair((a) => a.pooled)}`;
  return value(`L.${p.pool === 'AVE' ? 'average' : 'max'}_pool(${s.x}, ${sizes})`);
};

const lrn: Rule = (s) => {
  const p = s.settings('lrn_param');
  if (p.norm_region === 'WITHIN_CHANNEL')
    return value(`L.lrn_within(${s.x}, ${p.local_size}, ${n(p.alpha)}, ${n(p.beta)})`);
  return value(`F.local_response_norm(${s.x}, ${p.local_size}, alpha=${n(p.alpha)}, beta=${n(p.beta)}, k=${n(p.k)})`);
};

const batchNorm: Rule = (s) => {
  const p = s.settings('batch_norm_param');
  if (s.shape.length < 2) s.refuse('its bottom has no channels.');
  const stored = p.use_global_stats === undefined ? '' : `, use_global_stats=${pythonBool(p.use_global_stats)}`;
  return {
    module: `L.BatchNorm(${nth(s.shape, 1)}, momentum=${n(p.moving_average_fraction)}, eps=${n(p.eps)}${stored})`,
    blobs: ['mean', 'variance', 'factor'],
    value: `${s.self}(${s.x}, training=${pythonBool(s.training)})`,
  };
};

const scale: Rule = (s) => {
  const p = s.settings('scale_param');
  const from = canonical(p.axis, s.shape.length);
  if (s.inputs.length > 1) {
    if (p.bias_term) s.refuse('a learned bias beside a second bottom has no form there. Use a Bias layer.');
    const small = nth(s.shapes, 1);
    return value(
      `${s.x} * L.spread(${nth(s.inputs, 1)}, ${small.length === 0 ? 0 : s.shape.length - from - small.length})`,
    );
  }
  const { shape } = nth(s.layer.params, 0);
  const trailing = shape.length === 0 ? 0 : s.shape.length - from - shape.length;
  return {
    module: `L.Scale(${pythonTuple(shape)}, trailing=${trailing}, bias=${pythonBool(p.bias_term)})`,
    blobs: p.bias_term ? ['weight', 'bias'] : ['weight'],
    value: `${s.self}(${s.x})`,
  };
};

const bias: Rule = (s) => {
  const from = canonical(s.settings('bias_param').axis, s.shape.length);
  const small = s.inputs.length > 1 ? nth(s.shapes, 1) : nth(s.layer.params, 0).shape;
  const trailing = small.length === 0 ? 0 : s.shape.length - from - small.length;
  if (s.inputs.length > 1) return value(`${s.x} + L.spread(${nth(s.inputs, 1)}, ${trailing})`);
  return {
    module: `L.Bias(${pythonTuple(small)}, trailing=${trailing})`,
    blobs: ['weight'],
    value: `${s.self}(${s.x})`,
  };
};

const embed: Rule = (s) => {
  const p = s.settings('embed_param');
  return {
    module: `L.Embed(${p.input_dim ?? 0}, ${p.num_output ?? 0}, bias=${pythonBool(p.bias_term)})`,
    blobs: p.bias_term ? ['weight', 'bias'] : ['weight'],
    value: `${s.self}(${s.x})`,
  };
};

const eltwise: Rule = (s) => {
  const p = s.settings('eltwise_param');
  if (p.operation === 'PROD') return value(s.inputs.join(' * '));
  if (p.operation === 'MAX') return value(s.inputs.reduce((so, x) => `torch.maximum(${so}, ${x})`));
  return value(
    s.inputs.map((x, i) => (p.coeff[i] === undefined || p.coeff[i] === 1 ? x : `${n(p.coeff[i])} * ${x}`)).join(' + '),
  );
};

/** `scale * x + shift`, leaving out what changes nothing. */
function linear(x: string, scaling: number, shift: number): string {
  const scaled = scaling === 1 ? x : `${n(scaling)} * ${x}`;
  return shift === 0 ? scaled : `${n(shift)} + ${scaled}`;
}

const power: Rule = (s) => {
  const p = s.settings('power_param');
  const base = linear(s.x, p.scale, p.shift);
  return value(p.power === 1 ? base : `(${base}) ** ${n(p.power)}`);
};

const logarithm: Rule = (s) => {
  const p = s.settings('log_param');
  const log = `torch.log(${linear(s.x, p.scale, p.shift)})`;
  return value(p.base === -1 ? log : `${log} / ${n(Math.log(p.base))}`);
};

const exponential: Rule = (s) => {
  const p = s.settings('exp_param');
  const factor = p.base === -1 ? 1 : Math.log(p.base);
  return value(`torch.exp(${linear(s.x, p.scale * factor, p.shift * factor)})`);
};

const concat: Rule = (s) => {
  const p = s.settings('concat_param');
  const axis = has(p, 'concat_dim') ? Number(p.concat_dim) : canonical(p.axis, s.shape.length);
  return value(`torch.cat([${s.inputs.join(', ')}], ${axis})`);
};

const slice: Rule = (s) => {
  const p = s.settings('slice_param');
  const axis = has(p, 'slice_dim') ? Number(p.slice_dim) : canonical(p.axis, s.shape.length);
  if (axis === 0) s.refuse('it cuts the batch.');
  if (s.outShapes.length === 1) return value(s.x);
  return value(`torch.split(${s.x}, [${s.outShapes.map((shape) => nth(shape, axis)).join(', ')}], ${axis})`);
};

const reshaped: Rule = (s) => {
  if (s.outShape[0] !== s.shape[0]) s.refuse('it mixes images of the batch.');
  return value(`${s.x}.reshape(${[`${s.x}.shape[0]`, ...s.outShape.slice(1)].join(', ')})`);
};

const dropout: Rule = (s) => {
  const ratio = s.settings('dropout_param').dropout_ratio;
  return value(s.training && ratio > 0 ? `L.dropout(${s.x}, ${n(ratio)}, stream=${s.layer.index * 2})` : s.x);
};

const softmaxLoss: Rule = (s) => {
  const axis = canonical(s.settings('softmax_param').axis, s.shape.length);
  const smoothing = s.training ? (s.layer.parameter['crema:label_smoothing'] ?? 0) : 0;
  const smoothed = smoothing === 0 ? '' : `, smoothing=${n(smoothing)}`;
  return value(`L.softmax_loss(${s.inputs.join(', ')}, axis=${axis}${lossOptions(s, 'VALID')}${smoothed})`);
};

function lossOptions(s: LayerScope, fallback: 'VALID' | 'BATCH_SIZE'): string {
  if (s.outShapes.length > 1) s.refuse('its second top has no form there.');
  const ignored = s.settings('loss_param').ignore_label;
  const mode = normalizationOf(s.layer.parameter, fallback);
  return `${ignored === undefined ? '' : `, ignore=${ignored}`}${mode === fallback ? '' : `, mode="${mode}"`}`;
}

const accuracy: Rule = (s) => {
  if (s.outShapes.length > 1) s.refuse('its second top has no form there.');
  const p = s.settings('accuracy_param');
  const axis = canonical(p.axis, s.shape.length);
  const ignored = p.ignore_label === undefined ? '' : `, ignore=${p.ignore_label}`;
  return value(`L.accuracy(${s.inputs.join(', ')}, axis=${axis}, top_k=${p.top_k}${ignored})`);
};

const reduction: Rule = (s) => {
  const p = s.settings('reduction_param');
  const axes = pythonTuple(s.shape.map((_, d) => d).slice(canonical(p.axis, s.shape.length)));
  const form = {
    SUM: `${s.x}.sum(${axes})`,
    ASUM: `${s.x}.abs().sum(${axes})`,
    SUMSQ: `(${s.x} * ${s.x}).sum(${axes})`,
    MEAN: `${s.x}.mean(${axes})`,
  };
  return value(p.coeff === 1 ? form[p.operation] : `${n(p.coeff)} * ${form[p.operation]}`);
};

const crop: Rule = (s) => {
  const p = s.settings('crop_param');
  const from = canonical(p.axis, s.shape.length);
  if (from === 0) s.refuse('it cuts the batch.');
  const cuts = s.shape.map((_, d) => {
    if (d < from) return ':';
    const start = (p.offset.length === 1 ? p.offset[0] : p.offset[d - from]) ?? 0;
    return `${start}:${start + nth(s.outShape, d)}`;
  });
  return value(`${s.x}[${cuts.join(', ')}]`);
};

const prelu: Rule = (s) => ({
  module: `L.PReLU(${pythonTuple(nth(s.layer.params, 0).shape)})`,
  blobs: ['weight'],
  value: `${s.self}(${s.x})`,
});

const rules: Readonly<Record<string, Rule>> = {
  Convolution: convolution(false),
  DepthwiseConvolution: convolution(false),
  Deconvolution: convolution(true),
  InnerProduct: innerProduct,
  Pooling: pooling,
  LRN: lrn,
  BatchNorm: batchNorm,
  Scale: scale,
  Bias: bias,
  Embed: embed,
  PReLU: prelu,
  ReLU: (s) => {
    const slope = s.settings('relu_param').negative_slope;
    return value(slope === 0 ? `F.relu(${s.x})` : `F.leaky_relu(${s.x}, ${n(slope)})`);
  },
  ReLU6: (s) => value(`F.relu6(${s.x})`),
  ELU: (s) => value(`F.elu(${s.x}, ${n(s.settings('elu_param').alpha)})`),
  Sigmoid: (s) => value(`torch.sigmoid(${s.x})`),
  TanH: (s) => value(`torch.tanh(${s.x})`),
  AbsVal: (s) => value(`${s.x}.abs()`),
  BNLL: (s) => value(`F.softplus(${s.x})`),
  Swish: (s) => value(`${s.x} * torch.sigmoid(${linear(s.x, s.settings('swish_param').beta, 0)})`),
  Threshold: (s) => value(`(${s.x} > ${n(s.settings('threshold_param').threshold)}).to(${s.x}.dtype)`),
  Clip: (s) => {
    const { min, max } = setting(s.layer.parameter, 'clip_param');
    return value(`${s.x}.clamp(${n(min)}, ${n(max)})`);
  },
  Power: power,
  Exp: exponential,
  Log: logarithm,
  Dropout: dropout,
  Eltwise: eltwise,
  Concat: concat,
  Slice: slice,
  Split: (s) => value(s.outShapes.map(() => s.x).join(', ')),
  Crop: crop,
  Reshape: reshaped,
  Flatten: reshaped,
  Permute: (s) => {
    const { order } = s.settings('permute_param');
    const rest = s.shape.map((_, axis) => axis).filter((axis) => !order.includes(axis));
    return value(`${s.x}.permute(${[...order, ...rest].join(', ')})`);
  },
  Reduction: reduction,
  Tile: (s) => {
    const p = s.settings('tile_param');
    const along = canonical(p.axis, s.shape.length);
    return value(`${s.x}.repeat(${s.shape.map((_, d) => (d === along ? (p.tiles ?? 1) : 1)).join(', ')})`);
  },
  MVN: (s) => {
    const p = s.settings('mvn_param');
    return value(
      `L.mvn(${s.x}, across_channels=${pythonBool(p.across_channels)}, normalize_variance=${pythonBool(p.normalize_variance)}, eps=${n(p.eps)})`,
    );
  },
  Softmax: (s) => value(`torch.softmax(${s.x}, ${canonical(s.settings('softmax_param').axis, s.shape.length)})`),
  SoftmaxWithLoss: softmaxLoss,
  SigmoidCrossEntropyLoss: (s) => value(`L.sigmoid_loss(${s.inputs.join(', ')}${lossOptions(s, 'BATCH_SIZE')})`),
  EuclideanLoss: (s) => value(`L.euclidean_loss(${s.inputs.join(', ')})`),
  HingeLoss: (s) => value(`L.hinge_loss(${s.inputs.join(', ')}, norm="${s.settings('hinge_loss_param').norm}")`),
  Accuracy: accuracy,
};

/** The layer in Python. Throws ExportError for a type or settings that have no form there. */
export function linesOf(scope: LayerScope): LayerLines {
  const { type } = scope.layer;
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  return rule === undefined
    ? scope.refuse('this type has no form there. Replace it, or export as Caffe.')
    : rule(scope);
}
