/** Filter. Mirrors the shape rule of Caffe's filter_layer.cpp; the number of items that pass depends on the data. */
import type { LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { countRange } from './views.ts';

/** Lets the items pass whose selector is not 0. */
export const filter: LayerDefinition = {
  type: 'Filter',
  family: 'reshape',
  doc: 'Lets the items of a batch pass whose selector (the last bottom) is not 0. The shapes shown are for all passing.',
  bottoms: { min: 2, max: Infinity },
  tops: { min: 1, max: Infinity },
  summary: () => '',
  shape(c) {
    const selector = c.bottoms.length - 1;
    if (c.layer.top.length !== selector)
      c.fail(`Filter has a top for each bottom but the last (${selector}), not ${c.layer.top.length}.`, 'top');
    if (bottom(c, selector).length === 0 || countRange(bottom(c, selector), 1) !== 1)
      c.fail(`${bottomText(c, selector)} must hold one selector for each item.`);
    for (let i = 0; i < selector; i++)
      if (bottom(c, i)[0] !== bottom(c, selector)[0])
        c.fail(`${bottomText(c, i)} and ${bottomText(c, selector)} must hold the same number of items.`);
    return { tops: c.bottoms.slice(0, -1) };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('Filter'),
};
