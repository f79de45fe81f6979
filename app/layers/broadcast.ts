/**
 * Scale and Bias combine a large blob with a small one that covers some of its axes. What both share: where the small
 * blob comes from (a second bottom, or a parameter), which axes it covers, and sums over all others. Mirrors the axis
 * rules of Caffe's scale_layer.cpp and bias_layer.cpp.
 */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { at, axis, floordiv, mod, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type Target, type Tensor } from './definition.ts';
import { axisOf, bottom, bottomText } from './shape-rules.ts';
import { canonical, countRange, nth, view } from './views.ts';

/** The `axis` and `num_axes` of scale_param and bias_param. */
export interface Cover {
  readonly axis: number;
  readonly num_axes: number;
}

/** Shape of the small blob: the second bottom's, or what the settings say a parameter covers. Refuses what does not fit. */
export function smallShape(c: ShapeContext, cover: Cover, field: string): Shape {
  const shape = bottom(c);
  const second = c.bottoms[1];
  if (second === undefined) {
    if (cover.num_axes < -1)
      c.fail(`num_axes is ${cover.num_axes}: use -1 for all axes from axis on, or 0 and up.`, `${field}.num_axes`);
    if (cover.num_axes === 0) return [];
    const from = axisOf(c, cover.axis, `${field}.axis`);
    const to = cover.num_axes === -1 ? shape.length : from + cover.num_axes;
    if (to > shape.length)
      c.fail(
        `num_axes: ${cover.num_axes} from axis ${from} reaches behind the last axis of ${bottomText(c, 0)}.`,
        `${field}.num_axes`,
      );
    return shape.slice(from, to);
  }
  if (second.length === 0) return second;
  const from = axisOf(c, cover.axis, `${field}.axis`);
  if (second.some((d, i) => d !== shape[from + i]))
    c.fail(
      `${bottomText(c, 1)} must match the axes of ${bottomText(c, 0)} from axis ${from} on: check ${field}.axis and the second bottom.`,
      `${field}.axis`,
    );
  return second;
}

/** The large blob as outer × small × inner. */
export interface Covered {
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
}

/** How a small blob of some rank lies in the large one. */
export function covered(large: Shape, small: Shape, cover: Cover): Covered {
  const from = small.length === 0 ? 0 : canonical(cover.axis, large.length);
  return {
    outer: countRange(large, 0, from),
    extent: countOf(small),
    inner: countRange(large, from + small.length),
  };
}

/** The small blob's value for an element of the large one, by flat index. */
export const smallValue = (small: Tensor, lie: Covered, i: Expr): Expr =>
  flat(small, mod(floordiv(i, lie.inner), lie.extent));

/** Σ over all axes that the small blob does not cover: its gradient. */
export function sumToSmall(
  c: KernelContext,
  target: Target,
  lie: Covered,
  large: readonly Tensor[],
  value: (...elements: Expr[]) => Expr,
  label: string,
): void {
  const [o, q] = [axis(lie.outer), axis(lie.inner)];
  const seen = large.map((t) => view(t, [lie.outer, lie.extent, lie.inner]));
  c.computeFlat(target, (s) => sum([o, q], value(...seen.map((t) => element(t, [at(o), s, at(q)])))), label);
}

/** The small tensor of a kernel: the second bottom or the first parameter. */
export const smallTensor = (c: KernelContext): Tensor => c.bottoms[1] ?? nth(c.params, 0);
