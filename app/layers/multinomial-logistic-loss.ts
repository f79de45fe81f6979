/** MultinomialLogisticLoss. Mirrors Caffe's multinomial_logistic_loss_layer.cpp. */
import { and, at, axis, div, eq, f32, ge, log, lt, max, neg, select, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, type KernelContext, type LayerDefinition } from './definition.ts';
import { labelAt } from './loss-normalization.ts';
import { bottom, bottomText, requireSameBatch } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** Caffe takes no probability below this. */
const LEAST_PROBABILITY = 1e-20;

/** The probability of an item's label. */
function probability(c: KernelContext, item: Expr): Expr {
  const x = nth(c.bottoms, 0);
  const classes = countRange(x.shape, 1);
  const label = labelAt(nth(c.bottoms, 1), item);
  const guard = and(ge(label, 0), lt(label, classes));
  return max(element(view(x, [nth(x.shape, 0), classes]), [item, label], { guard }), LEAST_PROBABILITY);
}

/** Minus the logarithm of the label's probability. */
export const multinomialLogisticLoss: LayerDefinition = {
  type: 'MultinomialLogisticLoss',
  family: 'loss',
  doc: 'Minus the logarithm of the probability of the right class, for a bottom that holds probabilities.',
  template: '',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [1],
  summary: () => '',
  shape(c) {
    requireSameBatch(c);
    if (countOf(bottom(c, 1)) !== bottom(c, 0)[0])
      c.fail(`${bottomText(c, 1)} must hold one label for each item of ${bottomText(c, 0)}.`);
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: nth(bottoms, 0)[0] ?? 0 }),
  forward(c) {
    const items = nth(nth(c.bottoms, 0).shape, 0);
    c.compute(nth(c.tops, 0), () => {
      const item = axis(items);
      return div(neg(sum([item], log(probability(c, at(item))))), items);
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const [items, classes] = [nth(target.shape, 0), countRange(target.shape, 1)];
    const factor = -nth(c.lossWeights, 0) / items;
    c.compute(view(target, [items, classes]), (item, k) =>
      select(eq(labelAt(nth(c.bottoms, 1), item), k), div(f32(factor), probability(c, item)), 0),
    );
  },
};
