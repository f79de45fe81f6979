/**
 * Edges led aside, labels above all: down at the right of everything between, one line for each exit however many read it. Where
 * that would cross other lines, and the left is free, at the left.
 */
import type { LayoutEdge, LayoutNode, LayoutPoint } from './layout-protocol.ts';

/** A node in its place. */
export interface PlacedBox {
  readonly node: LayoutNode;
  readonly x: number;
  readonly y: number;
}

/** A frame in its place, with all nodes in it. */
export interface PlacedFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly members: ReadonlySet<string>;
}

/** Distance of an edge led aside from what it passes, and of its turns from the boxes they are next to. */
const ASIDE_GAP = 20;
const TURN_GAP = 6;

/** Corners of the edges, by id. */
export function asideCorners(
  edges: readonly LayoutEdge[],
  placed: ReadonlyMap<string, PlacedBox>,
  frames: readonly PlacedFrame[],
  led: readonly (readonly LayoutPoint[])[],
): Map<string, LayoutPoint[]> {
  const corners = new Map<string, LayoutPoint[]>();
  const lanes = new Map<string, LayoutEdge[]>();
  for (const edge of edges) {
    const key = `${edge.from}\u0000${edge.exit}`;
    lanes.set(key, [...(lanes.get(key) ?? []), edge]);
  }
  const taken: LayoutPoint[][] = [];
  const boxes = [...placed.values()];
  for (const lane of lanes.values()) {
    const [first] = lane;
    const source = placed.get(first?.from ?? '');
    if (first === undefined || source === undefined) continue;
    const exit = { x: source.x + (source.node.exits[first.exit] ?? 0), y: source.y + source.node.bodyHeight };
    const turn = source.y + source.node.height + TURN_GAP;
    const targets = lane.flatMap(({ id, to }) => {
      const target = placed.get(to);
      if (target === undefined) return [];
      const entry = { x: target.x + target.node.entry, y: target.y };
      const near = directCorners(exit, turn, entry, boxes);
      if (near !== undefined) corners.set(id, near);
      return near === undefined ? [{ id, ...entry }] : [];
    });
    if (targets.length === 0) continue;
    const bottom = Math.max(...targets.map(({ y }) => y));
    const around = frames.filter(
      ({ members }) => !(members.has(first.from) && lane.every(({ to }) => members.has(to))),
    );
    const lines = [...led, ...taken];
    const ways = ([1, -1] as const).map((side) => {
      const x = sideOf(side, boxes, around, lines, turn, bottom, exit.x) + side * ASIDE_GAP;
      return targets.map(({ x: entry, y }): LayoutPoint[] => {
        const before = y - TURN_GAP - 2;
        return [
          exit,
          { x: exit.x, y: turn },
          { x, y: turn },
          { x, y: before },
          { x: entry, y: before },
          { x: entry, y },
        ];
      });
    });
    const [right, left] = ways.map((way) => way.reduce((sum, points) => sum + crossings(points, lines), 0));
    const way = ways[(left as number) < (right as number) ? 1 : 0] as LayoutPoint[][];
    targets.forEach(({ id }, i) => {
      const points = way[i] as LayoutPoint[];
      corners.set(id, points);
      taken.push(points);
    });
  }
  return corners;
}

/** Down, across just above the target, and in: where no box stands in the way. */
function directCorners(
  exit: LayoutPoint,
  turn: number,
  entry: LayoutPoint,
  boxes: readonly PlacedBox[],
): LayoutPoint[] | undefined {
  const above = entry.y - TURN_GAP - 2;
  if (above < turn) return undefined;
  const [left, right] = [Math.min(exit.x, entry.x), Math.max(exit.x, entry.x)];
  const stands = ({ node, x, y }: PlacedBox, from: LayoutPoint, to: LayoutPoint): boolean =>
    x <= to.x && x + Math.max(2 * node.entry, ...node.exits) >= from.x && y <= to.y && y + node.bodyHeight >= from.y;
  const free = boxes.every(
    (box) =>
      !stands(box, { x: exit.x, y: turn }, { x: exit.x, y: above }) &&
      !stands(box, { x: left, y: above }, { x: right, y: above }),
  );
  return free ? [exit, { x: exit.x, y: above }, { x: entry.x, y: above }, entry] : undefined;
}

/** How often a line crosses others, both made of level and upright parts. */
function crossings(line: readonly LayoutPoint[], others: readonly (readonly LayoutPoint[])[]): number {
  const within = (value: number, a: number, b: number): boolean => value > Math.min(a, b) && value < Math.max(a, b);
  let count = 0;
  for (const other of others) {
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1] as LayoutPoint, line[i] as LayoutPoint];
      for (let k = 1; k < other.length; k++) {
        const [c, d] = [other[k - 1] as LayoutPoint, other[k] as LayoutPoint];
        const isLevel = a.y === b.y;
        if (isLevel === (c.y === d.y)) continue;
        const [level, upright] = isLevel ? [[a, b] as const, [c, d] as const] : [[c, d] as const, [a, b] as const];
        if (within(upright[0].x, level[0].x, level[1].x) && within(level[0].y, upright[0].y, upright[1].y)) count++;
      }
    }
  }
  return count;
}

/** The outermost x at the right (1) or the left (-1) of bodies, frames and edges between two heights, `least` or further out. */
function sideOf(
  side: 1 | -1,
  nodes: readonly PlacedBox[],
  frames: readonly PlacedFrame[],
  edges: readonly (readonly LayoutPoint[])[],
  top: number,
  bottom: number,
  least: number,
): number {
  const xs = [least];
  for (const { node, x, y } of nodes) {
    // Half of the room for labels at the right of a trunk lies below the body itself.
    if (y < bottom && y + node.bodyHeight > top) xs.push(side === 1 ? x + Math.max(2 * node.entry, ...node.exits) : x);
  }
  for (const frame of frames)
    if (frame.top < bottom && frame.bottom > top) xs.push(side === 1 ? frame.right : frame.left);
  for (const points of edges) {
    points.forEach((point, i) => {
      const before = points[i - 1];
      if (before === undefined || Math.min(before.y, point.y) > bottom || Math.max(before.y, point.y) < top) return;
      xs.push(before.x, point.x);
    });
  }
  return side === 1 ? Math.max(...xs) : Math.min(...xs);
}
