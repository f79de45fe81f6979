/** Edges led aside, labels above all: down at the right of everything between, one line for each exit however many read it. */
import type { LayoutEdge, LayoutNode, LayoutPoint } from './layout-protocol.ts';

/** A node in its place. */
export interface PlacedBox {
  readonly node: LayoutNode;
  readonly x: number;
  readonly y: number;
}

/** A frame in its place, with all nodes in it. */
export interface PlacedFrame {
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
    const x = rightOf(boxes, around, [...led, ...taken], turn, bottom, exit.x) + ASIDE_GAP;
    for (const { id, x: entry, y } of targets) {
      const before = y - TURN_GAP - 2;
      const points = [
        exit,
        { x: exit.x, y: turn },
        { x, y: turn },
        { x, y: before },
        { x: entry, y: before },
        { x: entry, y },
      ];
      corners.set(id, points);
      taken.push(points);
    }
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

/** The rightmost x of bodies, frames and edges between two heights, at least `least`. */
function rightOf(
  nodes: readonly PlacedBox[],
  frames: readonly PlacedFrame[],
  edges: readonly (readonly LayoutPoint[])[],
  top: number,
  bottom: number,
  least: number,
): number {
  let right = least;
  for (const { node, x, y } of nodes) {
    // Half of the room for labels at the right of a trunk lies below the body itself.
    if (y < bottom && y + node.bodyHeight > top) right = Math.max(right, x + Math.max(2 * node.entry, ...node.exits));
  }
  for (const frame of frames) if (frame.top < bottom && frame.bottom > top) right = Math.max(right, frame.right);
  for (const points of edges) {
    points.forEach((point, i) => {
      const before = points[i - 1];
      if (before === undefined || Math.min(before.y, point.y) > bottom || Math.max(before.y, point.y) < top) return;
      right = Math.max(right, before.x, point.x);
    });
  }
  return right;
}
