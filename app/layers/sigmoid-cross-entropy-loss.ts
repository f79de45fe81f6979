/** SigmoidCrossEntropyLoss. Mirrors Caffe's sigmoid_cross_entropy_loss_layer.cpp. */
import { abs, add, at, axis, div, exp, log, max, mul, neg, select, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, flat, type KernelContext, type LayerDefinition } from './definition.ts';
import { counts, labelAt, lossSummary, normalizationOf, normalizer } from './loss-normalization.ts';
import { bottom, bottomText, requireSameBatch } from './shape-rules.ts';
import { logistic } from './sigmoid.ts';
import { nth } from './views.ts';

function divisorOf(c: KernelContext, pass: 'forward' | 'backward'): Expr {
  const x = nth(c.bottoms, 0);
  const sizes = { positions: countOf(x.shape), batch: x.shape[0] ?? 1 };
  return normalizer(c, pass, normalizationOf(c.layer, 'BATCH_SIZE'), sizes, nth(c.bottoms, 1));
}

/** The loss of independent yes-or-no targets. */
export const sigmoidCrossEntropyLoss: LayerDefinition = {
  type: 'SigmoidCrossEntropyLoss',
  family: 'loss',
  doc: 'The loss of independent yes-or-no targets: cross entropy between targets from 0 to 1 and the sigmoid of the scores.',
  template: '',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [1],
  summary: (layer) => lossSummary(layer, 'BATCH_SIZE'),
  shape(c) {
    requireSameBatch(c);
    if (countOf(bottom(c, 0)) !== countOf(bottom(c, 1)))
      c.fail(`${bottomText(c, 1)} must hold a target for each value of ${bottomText(c, 0)}.`);
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 5 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const [x, targets] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const divisor = divisorOf(c, 'forward');
    c.compute(nth(c.tops, 0), () => {
      const i = axis(countOf(x.shape));
      const score = flat(x, at(i));
      // log(1 + e^x) − t·x, without overflow.
      const softplus = add(max(score, 0), log(add(exp(neg(abs(score))), 1)));
      const loss = sub(softplus, mul(score, flat(targets, at(i))));
      return div(sum([i], select(counts(c.layer, labelAt(targets, at(i))), loss, 0)), divisor);
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const [x, targets] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const divisor = divisorOf(c, 'backward');
    c.computeFlat(target, (i) => {
      const gradient = mul(sub(logistic(flat(x, i)), flat(targets, i)), nth(c.lossWeights, 0));
      return select(counts(c.layer, labelAt(targets, i)), div(gradient, divisor), 0);
    });
  },
};
