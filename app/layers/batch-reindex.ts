/** BatchReindex. Mirrors Caffe's batch_reindex_layer.cpp; an index that names no item gives zeros, where Caffe stops. */
import { and, at, axis, eq, ge, lt, select, sum } from '../engine/ir/build.ts';
import { countOf, element, type LayerDefinition } from './definition.ts';
import { labelAt } from './loss-normalization.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** Picks items of a batch by their indices. */
export const batchReindex: LayerDefinition = {
  type: 'BatchReindex',
  family: 'reshape',
  doc: 'Picks items of a batch by the indices in the second bottom; an item may be picked more than once.',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  noGradientBottoms: [1],
  summary: () => '',
  shape(c) {
    if (bottom(c, 1).length !== 1) c.fail(`${bottomText(c, 1)} must be a list of indices: a blob of one axis.`);
    if (bottom(c).length === 0) c.fail(`${bottomText(c, 0)} is no batch to pick from.`);
    return { tops: [[countOf(bottom(c, 1)), ...bottom(c).slice(1)]] };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const [x, picks, y] = [nth(c.bottoms, 0), nth(c.bottoms, 1), nth(c.tops, 0)];
    const [items, values] = [nth(x.shape, 0), countRange(x.shape, 1)];
    c.compute(view(y, [nth(y.shape, 0), values]), (i, v) => {
      const item = labelAt(picks, i);
      return element(view(x, [items, values]), [item, v], { guard: and(ge(item, 0), lt(item, items)) });
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const [picks, dy] = [nth(c.bottoms, 1), nth(c.topDiffs, 0)];
    const [items, values] = [nth(target.shape, 0), countRange(target.shape, 1)];
    c.compute(view(target, [items, values]), (item, v) => {
      const i = axis(nth(dy.shape, 0));
      const diff = element(view(dy, [i.extent, values]), [at(i), v]);
      return sum([i], select(eq(labelAt(picks, at(i)), item), diff, 0));
    });
  },
};
