/**
 * The graph in its places: positions from the layout, those of nodes moved by hand, and the routes of edges. Also what
 * lies under a point, for drops, and which node is next in a direction, for the arrow keys.
 */
import type { LayoutAnswer } from '../workers/protocol.ts';
import { directCorners, distanceTo, type Point } from './edge-path.ts';
import { isSame, placeFrames, shiftsOf } from './frame-places.ts';
import { entryOffset, exitOffset } from './node-box.ts';
import type { Moved, PlacedEdge, PlacedGraph, PlacedNode } from './placed.ts';
import type { CanvasEdge, CanvasGraph } from './project.ts';

/** What a new layer is dropped on. */
export type DropTarget =
  | { readonly kind: 'edge'; readonly id: string }
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'canvas' };

/** Puts the graph into the places of a layout. Nodes that the layout does not know are left out. */
export function placeGraph(
  graph: CanvasGraph,
  layout: LayoutAnswer,
  moved: Moved,
  previous?: PlacedGraph,
): PlacedGraph {
  const positions = new Map<string, Point>(layout.nodes.map(({ id, x, y }) => [id, { x, y }]));
  const routes = new Map(layout.edges.map(({ id, points }) => [id, points]));
  const oldNodes = new Map(previous?.nodes.map((placed) => [placed.node.id, placed]));
  const oldEdges = new Map(previous?.edges.map((placed) => [placed.edge.id, placed]));

  const isMoved = (id: string): boolean => Object.hasOwn(moved, id);
  const shiftOf = shiftsOf(graph, layout, moved);
  const nodes = graph.nodes.flatMap((node): PlacedNode[] => {
    const at = (isMoved(node.id) ? moved[node.id] : undefined) ?? by(positions.get(node.id), shiftOf(node.inside));
    if (at === undefined) return [];
    const old = oldNodes.get(node.id);
    return [old?.node === node && old.x === at.x && old.y === at.y ? old : { node, x: at.x, y: at.y }];
  });

  const placed = new Map(nodes.map((item) => [item.node.id, item]));
  const edges = graph.edges.flatMap((edge): PlacedEdge[] => {
    const [source, target] = [placed.get(edge.from), placed.get(edge.to)];
    if (source === undefined || target === undefined) return [];
    const shift = shiftOf(source.node.inside);
    const isLed = !isMoved(edge.from) && !isMoved(edge.to) && isSame(shift, shiftOf(target.node.inside));
    const route = isLed ? routes.get(edge.id)?.map((point) => by(point, shift)) : undefined;
    const points = route ?? direct(source, edge.exit, target);
    const old = oldEdges.get(edge.id);
    return [old?.edge === edge && samePoints(old.points, points) ? old : { edge, points }];
  });
  return { nodes, edges, frames: placeFrames(graph, layout, nodes, moved, shiftOf, previous?.frames) };
}

function by(point: Point, shift: Point): Point;
function by(point: Point | undefined, shift: Point): Point | undefined;
function by(point: Point | undefined, shift: Point): Point | undefined {
  if (point === undefined || (shift.x === 0 && shift.y === 0)) return point;
  return { x: point.x + shift.x, y: point.y + shift.y };
}

/** Where an exit of a node is. */
export function exitPoint({ node, x, y }: PlacedNode, exit: number): Point {
  const offset = exitOffset(node.box, exit);
  return { x: x + offset.x, y: y + offset.y };
}

/** Where edges enter a node. */
export function entryPoint({ node, x, y }: PlacedNode): Point {
  const offset = entryOffset(node.box);
  return { x: x + offset.x, y: y + offset.y };
}

const turned = ({ x, y }: Point): Point => ({ x: y, y: x });

function direct(source: PlacedNode, exit: number, target: PlacedNode): Point[] {
  const [from, to] = [exitPoint(source, exit), entryPoint(target)];
  if (source.node.box.direction === 'down') return directCorners(from, to);
  return directCorners(turned(from), turned(to)).map(turned);
}

const samePoints = (a: readonly Point[], b: readonly Point[]): boolean =>
  a === b || (a.length === b.length && a.every((p, i) => p.x === b[i]?.x && p.y === b[i].y));

/** The rectangle around all nodes and edges; undefined when there are none. */
export function boundsOf(
  graph: PlacedGraph,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined {
  if (graph.nodes.length === 0) return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const cover = (x: number, y: number): void => {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  };
  for (const { node, x, y } of graph.nodes) {
    cover(x, y);
    cover(x + node.box.boxWidth, y + node.box.height);
  }
  for (const { points } of graph.edges) for (const point of points) cover(point.x, point.y);
  for (const { x, y, width, height } of graph.frames) {
    cover(x, y);
    cover(x + width, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** What lies under a point: a node, else an edge nearer than `reach`, else the empty canvas. */
export function dropTargetAt(graph: PlacedGraph, point: Point, reach: number): DropTarget {
  const hit = graph.nodes.find(
    ({ node, x, y }) => point.x >= x && point.x <= x + node.box.width && point.y >= y && point.y <= y + node.box.height,
  );
  if (hit !== undefined) return { kind: 'node', id: hit.node.id };
  let best: { id: string; distance: number } | undefined;
  for (const { edge, points } of graph.edges) {
    const distance = distanceTo(points, point);
    if (distance <= reach && (best === undefined || distance < best.distance)) best = { id: edge.id, distance };
  }
  return best === undefined ? { kind: 'canvas' } : { kind: 'edge', id: best.id };
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/**
 * The node that an arrow key goes to. Along the flow it follows the edges, to the reader or producer that lies straightest
 * (not over a quiet edge if there is another); across it goes to the nearest node at about the same height.
 */
export function nodeInDirection(graph: PlacedGraph, from: string, direction: Direction): string | undefined {
  const byId = new Map(graph.nodes.map((placed) => [placed.node.id, placed]));
  const start = byId.get(from);
  if (start === undefined) return undefined;
  const down = start.node.box.direction === 'down';
  // Extents along the flow and across it.
  const along = ({ node, x, y }: PlacedNode): readonly [number, number] =>
    down ? [y, y + node.box.height] : [x, x + node.box.width];
  const centre = ({ node, x, y }: PlacedNode): number => (down ? x + node.box.width / 2 : y + node.box.height / 2);
  const nearest = (
    candidates: readonly { readonly placed: PlacedNode | undefined; readonly penalty: number }[],
  ): string | undefined => {
    let best: { id: string; cost: number } | undefined;
    for (const { placed, penalty } of candidates) {
      if (placed === undefined) continue;
      const cost = penalty + Math.abs(centre(placed) - centre(start));
      if (best === undefined || cost < best.cost) best = { id: placed.node.id, cost };
    }
    return best?.id;
  };
  const quietly = (edge: CanvasEdge): number => (edge.quiet ? 1e6 : 0);
  const [ahead, back] = down ? (['down', 'up'] as const) : (['right', 'left'] as const);
  if (direction === ahead) {
    const lines = graph.edges.filter(({ edge }) => edge.from === from);
    return nearest(lines.map(({ edge }) => ({ placed: byId.get(edge.to), penalty: quietly(edge) })));
  }
  if (direction === back) {
    const lines = graph.edges.filter(({ edge }) => edge.to === from);
    return nearest(lines.map(({ edge }) => ({ placed: byId.get(edge.from), penalty: quietly(edge) })));
  }
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  const [head, foot] = along(start);
  return nearest(
    graph.nodes
      .filter((placed) => {
        const [top, bottom] = along(placed);
        return top < foot && head < bottom && (centre(placed) - centre(start)) * sign > 0;
      })
      .map((placed) => ({ placed, penalty: 0 })),
  );
}
