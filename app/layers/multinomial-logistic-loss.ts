/** MultinomialLogisticLoss. Mirrors the shape rule of Caffe's multinomial_logistic_loss_layer.cpp. */
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requireSameBatch } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

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
  cost: (_, bottoms) => ({ macs: nth(bottoms, 0)[0] ?? 0 }),
  supports: notYet('MultinomialLogisticLoss', 'use SoftmaxWithLoss on the scores'),
};
