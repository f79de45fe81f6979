/** SmoothL1Loss, of Fast and Faster R-CNN's forks of Caffe (smooth_L1_loss_layer.cpp). */
import { setting } from '../caffe/schema/values.ts';
import { abs, at, axis, div, lt, mul, select, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, flat, type KernelContext, type LayerDefinition } from './definition.ts';
import { requireSameShapes } from './shape-rules.ts';
import { nth } from './views.ts';

/** Where the square ends is at 1/σ² to both sides. */
const squareOf = (c: KernelContext): number => setting(c.layer, 'smooth_l1_loss_param').sigma ** 2;

/** A value of a bottom with weights; 1 where there is none. */
const weighted = (c: KernelContext, bottom: number, i: Expr, value: Expr): Expr => {
  const weights = c.bottoms[bottom];
  return weights === undefined ? value : mul(value, flat(weights, i));
};

/** The difference that the loss looks at: weights of the third bottom ("inside") are in it. */
const difference = (c: KernelContext, i: Expr): Expr =>
  weighted(c, 2, i, sub(flat(nth(c.bottoms, 0), i), flat(nth(c.bottoms, 1), i)));

/** The loss of boxes. */
export const smoothL1Loss: LayerDefinition = {
  type: 'SmoothL1Loss',
  family: 'loss',
  doc: 'A squared error near zero and an absolute one further out, averaged over the batch; a third bottom weighs differences, a fourth errors. From Fast R-CNN, a fork of Caffe.',
  paramField: 'smooth_l1_loss_param',
  bottoms: { min: 2, max: 4 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [2, 3],
  summary(layer) {
    const { sigma } = setting(layer, 'smooth_l1_loss_param');
    return sigma === 1 ? '' : `σ ${sigma}`;
  },
  shape(c) {
    requireSameShapes(c, 'they are compared value by value');
    if (!(setting(c.layer, 'smooth_l1_loss_param').sigma > 0))
      c.fail('sigma must be above 0: the square ends at 1/sigma².', 'smooth_l1_loss_param.sigma');
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 2 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const square = squareOf(c);
    c.compute(nth(c.tops, 0), () => {
      const i = axis(countOf(x.shape));
      const d = difference(c, at(i));
      const near = mul(mul(d, d), square / 2);
      const error = select(lt(abs(d), 1 / square), near, sub(abs(d), 0.5 / square));
      return div(sum([i], weighted(c, 3, at(i), error)), nth(x.shape, 0));
    });
  },
  backward(c) {
    const square = squareOf(c);
    c.bottomDiffs.forEach((target, side) => {
      if (target === undefined) return;
      const factor = ((side === 0 ? 1 : -1) * nth(c.lossWeights, 0)) / nth(target.shape, 0);
      c.computeFlat(
        target,
        (i) => {
          const d = difference(c, i);
          const slope = select(lt(abs(d), 1 / square), mul(d, square), select(lt(d, 0), -1, 1));
          return mul(weighted(c, 3, i, weighted(c, 2, i, slope)), factor);
        },
        `bottom${side}`,
      );
    });
  },
};
