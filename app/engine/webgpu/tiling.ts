/** Cutting the points of several axes into tiles: what each point of a tile is, as expressions of the tile's number. */
import { add, and, at, bool, floordiv, i32, lt, min, mod, mul, unflatten } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { extentOf } from '../ir/kernel.ts';
import { substitution } from '../ir/rewrite.ts';

/** One point: what each axis is there, and whether the point is one of the axes' (a last tile may reach beyond). */
export interface Point {
  readonly axes: ReadonlyMap<number, Expr>;
  readonly inside: Expr;
}

/** A tile that is a box within the axes: whole inner axes, and a divisor of the next. */
interface Box {
  /** Number of tiles along each axis. */
  readonly outer: readonly number[];
  /** Extent of a tile along each axis. */
  readonly inner: readonly number[];
}

function boxOf(axes: readonly Axis[], tile: number): Box | undefined {
  let rest = tile;
  const outer: number[] = [];
  const inner: number[] = [];
  for (let d = axes.length - 1; d >= 0; d--) {
    const { extent } = axes[d] as Axis;
    const here = rest % extent === 0 ? extent : extent % rest === 0 ? rest : 0;
    if (here === 0) return undefined;
    outer[d] = extent / here;
    inner[d] = here;
    rest /= here;
  }
  return rest === 1 ? { outer, inner } : undefined;
}

/** Points of the tile of a box at these outer coordinates. */
function boxPoints(axes: readonly Axis[], box: Box, outer: readonly Expr[], inside: Expr): Point[] {
  const count = box.inner.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => {
    const replace = new Map<number, Expr>();
    let rest = i;
    for (let d = axes.length - 1; d >= 0; d--) {
      const inner = box.inner[d] as number;
      replace.set((axes[d] as Axis).id, add(mul(outer[d] as Expr, i32(inner)), i32(rest % inner)));
      rest = Math.floor(rest / inner);
    }
    return { axes: replace, inside };
  });
}

/** The point with this row-major number; a number beyond the last stands for the last, with `inside` false. */
export function pointAt(axes: readonly Axis[], number: Expr): Point {
  const count = extentOf(axes);
  const coordinates = unflatten(
    axes.map((a) => a.extent),
    clamp(number, count),
  );
  return {
    axes: new Map(axes.map((a, d) => [a.id, coordinates[d] as Expr])),
    inside: lt(number, i32(count)),
  };
}

/** min(number, count − 1), or just the number where it is never more. */
function clamp(number: Expr, count: number): Expr {
  const inside = lt(number, i32(count));
  return inside.op === 'const' && inside.value === 1 ? number : min(number, i32(count - 1));
}

/**
 * Points of tile number `tile`, one of `tiles`, when the points of the axes are cut into tiles of `size`. A tile past the
 * last one is the last one again, with `inside` false.
 */
export function tilePoints(axes: readonly Axis[], size: number, tile: Expr, tiles: number): Point[] {
  const box = boxOf(axes, size);
  if (box === undefined)
    return Array.from({ length: size }, (_, i) => pointAt(axes, add(mul(tile, i32(size)), i32(i))));
  const boxes = extentOf(axes) / size;
  const inside = tiles > boxes ? lt(tile, i32(boxes)) : bool(true);
  return boxPoints(axes, box, unflatten(box.outer, clamp(tile, boxes)), inside);
}

/** The largest tile of at most `limit` points that is a box. */
export function largestBox(axes: readonly Axis[], limit: number): number {
  for (let tile = Math.min(limit, extentOf(axes)); tile > 1; tile--) if (boxOf(axes, tile) !== undefined) return tile;
  return 1;
}

/** Loops over boxes of `size` points: the axes of the loops, and the points of a box. */
export function boxLoops(
  axes: readonly Axis[],
  size: number,
  fresh: (extent: number) => Axis,
): { readonly loops: readonly Axis[]; readonly points: readonly Point[] } {
  const box = boxOf(axes, size);
  if (box === undefined) throw new Error(`${size} points are not a box of these axes.`);
  const loops = box.outer.map(fresh);
  return { loops: loops.filter((a) => a.extent > 1), points: boxPoints(axes, box, loops.map(at), bool(true)) };
}

/** Puts points' coordinates in place of their axes. */
export function placed(...points: readonly Point[]): (e: Expr) => Expr {
  return substitution((e) => {
    if (e.op !== 'axis') return undefined;
    for (const p of points) {
      const replacement = p.axes.get(e.axis.id);
      if (replacement !== undefined) return replacement;
    }
    return undefined;
  });
}

/** Splits the number of a tile among batch × m × n into the number along each. */
export function tileNumbers(number: Expr, tilesM: number, tilesN: number): { batch: Expr; m: Expr; n: Expr } {
  return {
    batch: floordiv(number, tilesM * tilesN),
    m: mod(floordiv(number, tilesN), tilesM),
    n: mod(number, tilesN),
  };
}

/** Whether all points are points of their axes. */
export const allInside = (...points: readonly Point[]): Expr => and(...points.map((p) => p.inside));
