/**
 * Normalize, of SSD's fork of Caffe (normalize_layer.cpp). The gradient is the true one; the fork's differs from it where
 * the channels have different factors, since it multiplies by them only at the end.
 */
import type { ParamDeclaration, Shape } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, at, axis, div, i32, mul, sqrt, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** A blob as images × channels × places. */
const planesOf = (shape: Shape): readonly [number, number, number] => [
  nth(shape, 0),
  nth(shape, 1),
  countRange(shape, 2),
];

/** How one layer sees its tensors. */
interface Lie {
  readonly shape: readonly [number, number, number];
  /** Shape of what there is one of for each vector: images × places, or images × 1. */
  readonly vectors: readonly [number, number];
  /** Σ of a value over the elements of the vector at an image and a place. */
  over(image: Expr, place: Expr, value: (at: readonly Expr[]) => Expr): Expr;
  /** The vector's own coordinates, for an element's. */
  vector(at: readonly Expr[]): readonly Expr[];
  factor(channel: Expr): Expr;
}

function lieOf(c: KernelContext): Lie {
  const p = setting(c.layer, 'norm_param');
  const shape = planesOf(nth(c.bottoms, 0).shape);
  const [images, channels, places] = shape;
  return {
    shape,
    vectors: [images, p.across_spatial ? 1 : places],
    over(image, place, value) {
      const [ch, q] = [axis(channels), axis(places)];
      return p.across_spatial ? sum([ch, q], value([image, at(ch), at(q)])) : sum([ch], value([image, at(ch), place]));
    },
    vector: (where) => [nth(where, 0), p.across_spatial ? i32(0) : nth(where, 2)],
    factor: (channel) => flat(nth(c.params, 0), p.channel_shared ? i32(0) : channel),
  };
}

const lengthsOf = (c: KernelContext, { vectors }: Lie): Tensor => c.saved('length', vectors);

/** Scales vectors to length 1. */
export const normalize: LayerDefinition = {
  type: 'Normalize',
  family: 'normalise',
  doc: 'Scales the channels of each place (or the whole image) to length 1, then by a learned factor. From SSD, a fork of Caffe.',
  paramField: 'norm_param',
  template:
    'norm_param {\n  across_spatial: false\n  scale_filler { type: "constant" value: 20 }\n  channel_shared: false\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary: (layer) => (setting(layer, 'norm_param').across_spatial ? 'image' : 'each place'),
  shape(c) {
    const shape = bottom(c);
    if (shape.length < 2) c.fail(`${bottomText(c, 0)} has no channels to normalise: it needs at least two axes.`);
    const p = setting(c.layer, 'norm_param');
    const factor: ParamDeclaration = {
      shape: p.channel_shared ? [] : [nth(shape, 1)],
      role: 'scale',
      ...(p.scale_filler === undefined ? { initial: 1 } : { filler: p.scale_filler }),
    };
    return { tops: [shape], params: [factor] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 3 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const lie = lieOf(c);
    const x = view(nth(c.bottoms, 0), lie.shape);
    const lengths = lengthsOf(c, lie);
    const { eps } = setting(c.layer, 'norm_param');
    const square = (where: readonly Expr[]): Expr => mul(element(x, where), element(x, where));
    c.compute(lengths, (image, place) => sqrt(add(lie.over(image, place, square), eps)), 'length');
    c.compute(view(nth(c.tops, 0), lie.shape), (...where) =>
      mul(div(element(x, where), element(lengths, lie.vector(where))), lie.factor(nth(where, 1))),
    );
  },
  backward(c) {
    const lie = lieOf(c);
    const [x, dy] = [view(nth(c.bottoms, 0), lie.shape), view(nth(c.topDiffs, 0), lie.shape)];
    const lengths = lengthsOf(c, lie);
    const factorDiff = c.paramDiffs[0];
    if (factorDiff !== undefined) {
      const [n, ch, q] = lie.shape.map((extent) => axis(extent));
      const shared = setting(c.layer, 'norm_param').channel_shared;
      c.computeFlat(
        factorDiff,
        (channel) => {
          const axes = [n, ch, q].flatMap((a) => (a === undefined || (a === ch && !shared) ? [] : [a]));
          const where = [n, ch, q].map((a) => (a === ch && !shared ? channel : a === undefined ? i32(0) : at(a)));
          return sum(axes, div(mul(element(dy, where), element(x, where)), element(lengths, lie.vector(where))));
        },
        'scale',
      );
    }
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const scaled = (where: readonly Expr[]): Expr => mul(element(dy, where), lie.factor(nth(where, 1)));
    const dots = c.scratch('dot', lie.vectors);
    c.compute(dots, (image, place) => lie.over(image, place, (where) => mul(element(x, where), scaled(where))), 'dot');
    c.compute(
      view(target, lie.shape),
      (...where) => {
        const vector = lie.vector(where);
        const length = element(lengths, vector);
        const along = div(mul(element(x, where), element(dots, vector)), mul(length, length));
        return div(sub(scaled(where), along), length);
      },
      'data',
    );
  },
};
