/** The drawn form of edges: rounded right angles through the corners that the layout gave, and hit tests on them. */

/** A point on the canvas, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const RADIUS = 6;

const towards = (from: Point, to: Point, distance: number): Point => {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const t = Math.min(1, distance / length);
  return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
};

/** An SVG path through the points with rounded corners; empty for fewer than two points. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  let path = `M ${first.x} ${first.y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1], points[i], points[i + 1]];
    if (before === undefined || corner === undefined || after === undefined) continue;
    const room = Math.min(
      RADIUS,
      Math.hypot(corner.x - before.x, corner.y - before.y) / 2,
      Math.hypot(after.x - corner.x, after.y - corner.y) / 2,
    );
    const [a, b] = [towards(corner, before, room), towards(corner, after, room)];
    path += ` L ${a.x} ${a.y} Q ${corner.x} ${corner.y} ${b.x} ${b.y}`;
  }
  return `${path} L ${last.x} ${last.y}`;
}

/** Right-angled corners between two points for an edge whose node was moved by hand. */
export function directCorners(from: Point, to: Point): Point[] {
  if (from.x === to.x) return [from, to];
  const middle = to.y > from.y + 24 ? (from.y + to.y) / 2 : from.y + 20;
  if (to.y > from.y + 24) return [from, { x: from.x, y: middle }, { x: to.x, y: middle }, to];
  const above = to.y - 20;
  const aside = (from.x + to.x) / 2;
  return [from, { x: from.x, y: middle }, { x: aside, y: middle }, { x: aside, y: above }, { x: to.x, y: above }, to];
}

/** Distance of a point from a line through the points. */
export function distanceTo(points: readonly Point[], point: Point): number {
  let best = Infinity;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (a === undefined || b === undefined) continue;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const squared = dx * dx + dy * dy;
    const t = squared === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / squared));
    best = Math.min(best, Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy));
  }
  return best;
}
