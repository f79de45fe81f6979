/** What the parts of the layout pass to each other: boxes and lines of one level, and their places. */
import type { LayoutPoint } from './layout-protocol.ts';

/** A box, in pixels. */
export interface LevelUnit {
  readonly width: number;
  /** With the labels at its foot. */
  readonly height: number;
  readonly bodyHeight: number;
  /** Distance from the left at which the flow runs through it. */
  readonly axis: number;
}

/** A line between two boxes, by their indices, with its distances from their left sides. */
export interface LevelEdge {
  readonly from: number;
  readonly out: number;
  readonly to: number;
  readonly into: number;
}

/** Top left of each box and corners of each line, in the order of the request. */
export interface LevelPlaces {
  readonly places: readonly LayoutPoint[];
  readonly routes: readonly (readonly LayoutPoint[])[];
}

/** Room between rows. */
export const ROW_GAP = 16;

/** The points without those that lie on a straight line between their neighbours. */
export function corners(points: readonly LayoutPoint[]): LayoutPoint[] {
  const same = (a: number, b: number): boolean => Math.abs(a - b) < 0.01;
  const out: LayoutPoint[] = [];
  for (const point of points) {
    const last = out.at(-1);
    if (last !== undefined && same(last.x, point.x) && same(last.y, point.y)) continue;
    const before = out.at(-2);
    const straight =
      last !== undefined &&
      before !== undefined &&
      ((same(before.x, last.x) && same(last.x, point.x)) || (same(before.y, last.y) && same(last.y, point.y)));
    // One x or y for all of a straight line, whatever the rounding did.
    const next =
      last === undefined
        ? point
        : { x: same(last.x, point.x) ? last.x : point.x, y: same(last.y, point.y) ? last.y : point.y };
    if (straight) out[out.length - 1] = next;
    else out.push(next);
  }
  return out;
}
