/** BatchReindex. Mirrors the shape rule of Caffe's batch_reindex_layer.cpp. */
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { notYet } from './unsupported.ts';

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
  supports: notYet('BatchReindex'),
};
