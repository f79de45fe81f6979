/**
 * ArgMax. Mirrors Caffe's argmax_layer.cpp, which sorts pairs of value and index, largest first: of equal values the later
 * one comes first.
 */
import { setting } from '../caffe/schema/values.ts';
import { and, at, axis, cast, eq, gt, i32, lt, or, reduce, select, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, type ForwardContext, type LayerDefinition, type Tensor } from './definition.ts';
import { axisOf, bottom, bottomText } from './shape-rules.ts';
import { around, canonical, countRange, nth, view, type Around } from './views.ts';

/** What is searched: each item as a whole, or along the axis given. */
function searched(c: ForwardContext): Around {
  const { shape } = nth(c.bottoms, 0);
  const p = setting(c.layer, 'argmax_param');
  if (p.axis !== undefined) return around(shape, canonical(p.axis, shape.length));
  return { outer: shape[0] ?? 1, extent: countRange(shape, 1), inner: 1 };
}

/** How many values come before each one: a place in the order, for each value. */
function ranks(c: ForwardContext, seen: Tensor): Tensor {
  const places = c.scratch('rank', seen.shape, 'i32');
  c.compute(
    places,
    (o, k, q) => {
      const other = axis(nth(seen.shape, 1));
      const [value, rival] = [element(seen, [o, k, q]), element(seen, [o, at(other), q])];
      const before = or(gt(rival, value), and(eq(rival, value), lt(k, at(other))));
      return sum([other], cast(before, 'i32'));
    },
    'rank',
  );
  return places;
}

/** The index of the value at a place of the order (0 for the largest), for a position. */
function indexAt(c: ForwardContext, seen: Tensor, topK: number): (o: Expr, place: Expr, q: Expr) => Expr {
  const extent = nth(seen.shape, 1);
  if (topK === 1)
    return (o, _, q) => {
      const [k, last] = [axis(extent), i32(extent - 1)];
      return sub(last, reduce('argmax', [k], element(seen, [o, sub(last, at(k)), q])));
    };
  const places = ranks(c, seen);
  return (o, place, q) => {
    const k = axis(extent);
    return sum([k], select(eq(element(places, [o, at(k), q]), place), at(k), 0));
  };
}

/** The indices of the largest values. */
export const argmax: LayerDefinition = {
  type: 'ArgMax',
  family: 'utility',
  doc: 'The indices of the top_k largest values, of each item or along an axis. No gradient passes.',
  paramField: 'argmax_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  differentiable: false,
  summary(layer) {
    const p = setting(layer, 'argmax_param');
    return [p.top_k === 1 ? '' : `top ${p.top_k}`, p.axis === undefined ? '' : `axis ${p.axis}`]
      .filter((s) => s !== '')
      .join(' · ');
  },
  shape(c) {
    const p = setting(c.layer, 'argmax_param');
    const shape = bottom(c);
    const axis = p.axis === undefined ? undefined : axisOf(c, p.axis, 'argmax_param.axis');
    const choices = axis === undefined ? countRange(shape, 1) : nth(shape, axis);
    if (p.top_k < 1 || p.top_k > choices)
      c.fail(
        `top_k is ${p.top_k}: ${bottomText(c, 0)} has 1 to ${choices} values to choose from.`,
        'argmax_param.top_k',
      );
    if (axis !== undefined) return { tops: [shape.map((d, i) => (i === axis ? p.top_k : d))] };
    const top = Array.from({ length: Math.max(3, shape.length) }, () => 1);
    top[0] = shape[0] ?? 1;
    top[2] = p.top_k;
    if (p.out_max_val) top[1] = 2;
    return { tops: [top] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
  forward(c) {
    const p = setting(c.layer, 'argmax_param');
    const parts = searched(c);
    const seen = view(nth(c.bottoms, 0), [parts.outer, parts.extent, parts.inner]);
    const index = indexAt(c, seen, p.top_k);
    const top = nth(c.tops, 0);
    const both = p.out_max_val && p.axis === undefined;
    if (both) {
      const target = view(top, [parts.outer, 2, p.top_k]);
      c.computeStores([parts.outer, p.top_k], (o, place) => {
        const found = index(o, place, i32(0));
        return [
          { target, at: [o, 0, place], value: cast(found, 'f32') },
          { target, at: [o, 1, place], value: element(seen, [o, found, 0]) },
        ];
      });
      return;
    }
    c.compute(view(top, [parts.outer, p.top_k, parts.inner]), (o, place, q) => {
      const found = index(o, place, q);
      return p.out_max_val ? element(seen, [o, found, q]) : cast(found, 'f32');
    });
  },
};
