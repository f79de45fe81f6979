/**
 * Filter. Mirrors Caffe's filter_layer.cpp. How many items pass depends on the data, and the shapes of all that follows
 * with it: such a net is compiled anew for each number of items (see `compiler/filtered-net.ts`). The shapes shown of a
 * net that is not run are for all passing.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import { and, at, axis, cast, eq, f32, lt, mul, ne, select, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import {
  element,
  flat,
  type BackwardContext,
  type ForwardContext,
  type LayerDefinition,
  type Tensor,
} from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

const rowsOf = (t: Tensor): Shape => [nth(t.shape, 0), countRange(t.shape, 1)];

/** The places of the items that pass, among those that pass; saved for each item of the batch. */
const ranksOf = (c: ForwardContext | BackwardContext): Tensor =>
  c.saved('rank', [nth(nth(c.bottoms, 0).shape, 0)], 'i32');

const passes = (c: ForwardContext | BackwardContext, item: Expr): Expr =>
  ne(flat(nth(c.bottoms, c.bottoms.length - 1), item), 0);

function forward(c: ForwardContext): void {
  const ranks = ranksOf(c);
  const items = nth(ranks.shape, 0);
  c.compute(
    ranks,
    (item) => {
      const before = axis(items);
      return sum([before], cast(and(lt(at(before), item), passes(c, at(before))), 'i32'));
    },
    'rank',
  );
  const passed = nth(nth(c.tops, 0).shape, 0);
  const picks = c.scratch('pick', [passed], 'i32');
  c.compute(
    picks,
    (place) => {
      const item = axis(items);
      const here = and(passes(c, at(item)), eq(flat(ranks, at(item)), place));
      return sum([item], mul(at(item), cast(here, 'i32')));
    },
    'pick',
  );
  c.tops.forEach((top, i) => {
    const x = nth(c.bottoms, i);
    c.compute(view(top, rowsOf(top)), (place, v) => element(view(x, rowsOf(x)), [flat(picks, place), v]), `item${i}`);
  });
}

function backward(c: BackwardContext): void {
  const ranks = ranksOf(c);
  c.bottomDiffs.forEach((target, i) => {
    if (target === undefined) return;
    const dy = c.topDiffs[i];
    if (dy === undefined) {
      // The selector: Caffe has no gradient for it.
      c.computeFlat(target, () => f32(0), 'selector');
      return;
    }
    c.compute(
      view(target, rowsOf(target)),
      (item, v) => {
        const diff = element(view(dy, rowsOf(dy)), [flat(ranks, item), v], {
          guard: lt(flat(ranks, item), nth(dy.shape, 0)),
        });
        return select(passes(c, item), diff, 0);
      },
      `item${i}`,
    );
  });
}

/** Lets the items pass whose selector is not 0. */
export const filter: LayerDefinition = {
  type: 'Filter',
  family: 'reshape',
  doc: 'Lets the items of a batch pass whose selector (the last bottom) is not 0. The shapes shown are for all passing. When it runs, the items are counted first, and what follows is computed for just as many.',
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
  forward,
  backward,
};
