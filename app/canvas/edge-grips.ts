/** Where an edge can be taken hold of: a little way from each of its ends, clear of the nodes' own ports. Pure. */
import type { Point } from './edge-path.ts';

/** Distance of a grip from its end, in pixels of the graph. */
const FROM_END = 13;

/** The point at a distance along a line through the points; its last where the line is shorter. */
function pointAlong(points: readonly Point[], distance: number): Point | undefined {
  let left = distance;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (a === undefined || b === undefined) continue;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length >= left && length > 0) {
      return { x: a.x + ((b.x - a.x) * left) / length, y: a.y + ((b.y - a.y) * left) / length };
    }
    left -= length;
  }
  return points.at(-1);
}

const lengthOf = (points: readonly Point[]): number =>
  points.reduce((sum, point, i) => {
    const before = points[i - 1];
    return before === undefined ? 0 : sum + Math.hypot(point.x - before.x, point.y - before.y);
  }, 0);

/** Where a line is taken hold of at its two ends, and how large the grips may be so that its middle stays free for a click. */
export interface Grips {
  readonly source: Point;
  readonly reader: Point;
  readonly radius: number;
}

/** Half of the middle of a line that no grip covers, in pixels of the graph. */
const CLEAR = 2;

/** The grips of an edge drawn through these points. */
export function gripsOf(points: readonly Point[]): Grips | undefined {
  const length = lengthOf(points);
  const from = Math.min(FROM_END, length / 4);
  const source = pointAlong(points, from);
  const reader = pointAlong(points.toReversed(), from);
  const radius = Math.max(0, length / 2 - from - CLEAR);
  return source === undefined || reader === undefined ? undefined : { source, reader, radius };
}
