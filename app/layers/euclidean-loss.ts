/** EuclideanLoss. Mirrors Caffe's euclidean_loss_layer.cpp. */
import { at, axis, div, mul, sub, sum } from '../engine/ir/build.ts';
import { countOf, flat, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requireSameBatch } from './shape-rules.ts';
import { countRange, nth } from './views.ts';

/** Half the squared distance of two blobs, averaged over the batch. */
export const euclideanLoss: LayerDefinition = {
  type: 'EuclideanLoss',
  family: 'loss',
  doc: 'Half the squared distance between two blobs, averaged over the batch: the loss of a regression.',
  template: '',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  loss: true,
  summary: () => '',
  shape(c) {
    requireSameBatch(c);
    if (countRange(bottom(c, 0), 1) !== countRange(bottom(c, 1), 1))
      c.fail(`${bottomText(c, 0)} and ${bottomText(c, 1)} must hold the same number of values for each item.`);
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 2 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const [a, b] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    c.compute(nth(c.tops, 0), () => {
      const i = axis(countOf(a.shape));
      const d = sub(flat(a, at(i)), flat(b, at(i)));
      return div(sum([i], mul(d, d)), 2 * nth(a.shape, 0));
    });
  },
  backward(c) {
    const [a, b] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    c.bottomDiffs.forEach((target, side) => {
      if (target === undefined) return;
      const factor = ((side === 0 ? 1 : -1) * nth(c.lossWeights, 0)) / nth(a.shape, 0);
      c.computeFlat(target, (i) => mul(sub(flat(a, i), flat(b, i)), factor), `bottom${side}`);
    });
  },
};
