/** Reading pixels of a batch of records at places that may lie between pixels or beyond the edge. */
import { add, and, cast, floor, ge, lt, max, min, mod, mul, sub } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { element, type Tensor } from './definition.ts';

/** What is read beyond the edge. */
export type Edge = 'ZERO' | 'REFLECT' | 'NEAREST';

/** The place inside 0 … extent−1 that a place stands for: mirrored at the edges' pixels, or the nearest. */
function inside(place: Expr, extent: number, edge: 'REFLECT' | 'NEAREST'): Expr {
  if (edge === 'NEAREST' || extent === 1) return min(max(place, 0), extent - 1);
  const period = 2 * (extent - 1);
  const t = mod(place, period);
  return min(t, sub(period, t));
}

/** A pixel of [..., height, width] at whole coordinates, as f32. */
export function pixelAt(t: Tensor, lead: readonly Expr[], y: Expr, x: Expr, edge: Edge): Expr {
  const [height, width] = [t.shape.at(-2) ?? 1, t.shape.at(-1) ?? 1];
  if (edge !== 'ZERO') return cast(element(t, [...lead, inside(y, height, edge), inside(x, width, edge)]), 'f32');
  const guard = and(and(ge(y, 0), lt(y, height)), and(ge(x, 0), lt(x, width)));
  return cast(element(t, [...lead, y, x], { guard }), 'f32');
}

/** The value between the four pixels around a place, by their distances. */
export function sampleAt(t: Tensor, lead: readonly Expr[], y: Expr, x: Expr, edge: Edge): Expr {
  const [top, left] = [floor(y), floor(x)];
  const [down, right] = [sub(y, top), sub(x, left)];
  const [row, column] = [cast(top, 'i32'), cast(left, 'i32')];
  const tap = (dy: number, dx: number): Expr => pixelAt(t, lead, add(row, dy), add(column, dx), edge);
  const between = (a: Expr, b: Expr, part: Expr): Expr => add(a, mul(sub(b, a), part));
  return between(between(tap(0, 0), tap(0, 1), right), between(tap(1, 0), tap(1, 1), right), down);
}
