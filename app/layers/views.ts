/**
 * Ways of looking at tensors that many layers share: the i-th of a list, an axis counted from the end, a blob seen as
 * outer × axis × inner. Kernels use these after the shape rules have accepted the layer.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import { countOf, type Target, type Tensor } from './definition.ts';

/** The i-th element of a list that is known to be long enough (bottoms, tops, parameters). */
export function nth<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new RangeError(`No element ${i} in a list of ${list.length}.`);
  return found;
}

/** An axis as Caffe writes it (negative counts from the end) as an index. */
export const canonical = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Number of elements in axes `from` … `to`−1. */
export const countRange = (shape: Shape, from: number, to: number = shape.length): number =>
  countOf(shape.slice(from, to));

/** The same buffer under another shape of the same count. */
export const view = <T extends Tensor>(t: T, shape: Shape): T => ({ ...t, shape });

/** A blob as outer × extent × inner around one axis. */
export interface Around {
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
}

/** The parts of a shape before, at and behind an axis. */
export const around = (shape: Shape, axis: number): Around => ({
  outer: countRange(shape, 0, axis),
  extent: nth(shape, axis),
  inner: countRange(shape, axis + 1),
});

/** A later target of the same tensor: adds to what an earlier kernel has written there. */
export const adding = (t: Target): Target => ({ ...t, mode: 'add' });
