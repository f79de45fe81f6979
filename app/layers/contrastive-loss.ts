/** ContrastiveLoss, in its present form and the legacy one. Mirrors Caffe's contrastive_loss_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add, at, axis, div, f32, gt, max, mul, ne, neg, select, sqrt, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { labelAt } from './loss-normalization.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** Added to a distance before Caffe divides by it. */
const DISTANCE_FLOOR = 1e-4;

/** Number of pairs and of values in each. */
function pairs(c: KernelContext): { readonly count: number; readonly values: number } {
  const { shape } = nth(c.bottoms, 0);
  return { count: nth(shape, 0), values: countRange(shape, 1) };
}

/** The difference of a pair in one value. */
function difference(c: KernelContext, pair: Expr, place: Expr): Expr {
  const { count, values } = pairs(c);
  const value = (i: number): Expr => element(view(nth(c.bottoms, i), [count, values]), [pair, place]);
  return sub(value(0), value(1));
}

const squaredDistances = (c: KernelContext): Tensor => c.saved('squared-distance', [pairs(c).count]);
const alike = (c: KernelContext, pair: Expr): Expr => ne(labelAt(nth(c.bottoms, 2), pair), 0);

/** Pulls like pairs together and pushes unlike ones apart. */
export const contrastiveLoss: LayerDefinition = {
  type: 'ContrastiveLoss',
  family: 'loss',
  doc: 'Pulls the features of like pairs together and pushes unlike ones apart, up to a margin.',
  paramField: 'contrastive_loss_param',
  template: 'contrastive_loss_param {\n  margin: 1\n}',
  bottoms: { min: 3, max: 3 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [2],
  summary: (layer) => `margin ${setting(layer, 'contrastive_loss_param').margin}`,
  shape(c) {
    const [a, b, similar] = [bottom(c, 0), bottom(c, 1), bottom(c, 2)];
    if (a[0] !== b[0] || a[1] !== b[1])
      c.fail(`${bottomText(c, 0)} and ${bottomText(c, 1)} hold the pairs: their shapes must be equal.`);
    [a, b].forEach((shape, i) => {
      if (shape.length < 2 || countRange(shape, 2) !== 1)
        c.fail(`${bottomText(c, i)} must hold one vector for each item (batch, values): put Flatten before it.`);
    });
    if (countOf(similar) !== a[0])
      c.fail(`${bottomText(c, 2)} must hold one number for each pair: 1 for like, 0 for unlike.`);
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 2 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const { count, values } = pairs(c);
    const { margin, legacy_version: legacy } = setting(c.layer, 'contrastive_loss_param');
    const distances = squaredDistances(c);
    c.compute(
      distances,
      (pair) => {
        const v = axis(values);
        const d = difference(c, pair, at(v));
        return sum([v], mul(d, d));
      },
      'distance',
    );
    c.compute(nth(c.tops, 0), () => {
      const pair = axis(count);
      const square = flat(distances, at(pair));
      const short = max(sub(margin, legacy ? square : sqrt(square)), 0);
      const apart = legacy ? short : mul(short, short);
      return div(sum([pair], select(alike(c, at(pair)), square, apart)), 2 * count);
    });
  },
  backward(c) {
    const { count, values } = pairs(c);
    const { margin, legacy_version: legacy } = setting(c.layer, 'contrastive_loss_param');
    const distances = squaredDistances(c);
    c.bottomDiffs.slice(0, 2).forEach((target, side) => {
      if (target === undefined) return;
      const factor = ((side === 0 ? 1 : -1) * nth(c.lossWeights, 0)) / count;
      c.compute(
        view(target, [count, values]),
        (pair, v) => {
          const square = flat(distances, pair);
          const distance = sqrt(square);
          const short = sub(margin, legacy ? square : distance);
          const push = legacy ? f32(1) : div(short, add(distance, DISTANCE_FLOOR));
          const slope = select(alike(c, pair), 1, select(gt(short, 0), neg(push), 0));
          return mul(mul(difference(c, pair, v), slope), factor);
        },
        side === 0 ? 'first' : 'second',
      );
    });
  },
};
