/** HingeLoss. Mirrors Caffe's hinge_loss_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add, at, axis, div, eq, gt, max, mul, select, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, type KernelContext, type LayerDefinition } from './definition.ts';
import { labelAt } from './loss-normalization.ts';
import { bottomText, bottom, requireSameBatch } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

const squared = (c: KernelContext): boolean => setting(c.layer, 'hinge_loss_param').norm === 'L2';

/** −1 for the label's own score, else 1. */
const side = (c: KernelContext, n: Expr, k: Expr): Expr => select(eq(labelAt(nth(c.bottoms, 1), n), k), -1, 1);

/** How far the score of class k of item n is on the wrong side of the margin. */
function violation(c: KernelContext, n: Expr, k: Expr): Expr {
  const x = nth(c.bottoms, 0);
  const seen = view(x, [nth(x.shape, 0), countRange(x.shape, 1)]);
  return max(add(mul(element(seen, [n, k]), side(c, n, k)), 1), 0);
}

/** The loss of a support vector machine. */
export const hingeLoss: LayerDefinition = {
  type: 'HingeLoss',
  family: 'loss',
  doc: 'The loss of a support vector machine: how far each score is on the wrong side of a margin.',
  paramField: 'hinge_loss_param',
  template: '',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [1],
  summary: (layer) => setting(layer, 'hinge_loss_param').norm,
  shape(c) {
    requireSameBatch(c);
    if (countOf(bottom(c, 1)) !== bottom(c, 0)[0])
      c.fail(`${bottomText(c, 1)} must hold one label for each item of ${bottomText(c, 0)}.`);
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 2 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const shape = nth(c.bottoms, 0).shape;
    c.compute(nth(c.tops, 0), () => {
      const [n, k] = [axis(nth(shape, 0)), axis(countRange(shape, 1))];
      const v = violation(c, at(n), at(k));
      return div(sum([n, k], squared(c) ? mul(v, v) : v), nth(shape, 0));
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const batch = nth(target.shape, 0);
    const factor = nth(c.lossWeights, 0) / batch;
    c.compute(view(target, [batch, countRange(target.shape, 1)]), (n, k) => {
      const v = violation(c, n, k);
      const slope = squared(c) ? mul(v, 2) : select(gt(v, 0), 1, 0);
      return mul(mul(side(c, n, k), slope), factor);
    });
  },
};
