/**
 * The graph in its places: positions from the layout, those of nodes moved by hand, and the routes of edges. Also what
 * lies under a point, for drops, and which node is next in a direction, for the arrow keys.
 */
import type { LayoutAnswer } from '../workers/protocol.ts';
import { directCorners, distanceTo, type Point } from './edge-path.ts';
import type { CanvasEdge, CanvasGraph, CanvasNode } from './project.ts';

export interface PlacedNode {
  readonly node: CanvasNode;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: CanvasEdge;
  readonly points: readonly Point[];
}

export interface PlacedGraph {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Positions of nodes moved by hand, by id: view state, kept beside the text and not undone. */
export type Moved = ReadonlyMap<string, Point>;

export const NOTHING_MOVED: Moved = new Map();

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

  const nodes = graph.nodes.flatMap((node): PlacedNode[] => {
    const at = moved.get(node.id) ?? positions.get(node.id);
    if (at === undefined) return [];
    const old = oldNodes.get(node.id);
    return [old?.node === node && old.x === at.x && old.y === at.y ? old : { node, x: at.x, y: at.y }];
  });

  const placed = new Map(nodes.map((item) => [item.node.id, item]));
  const edges = graph.edges.flatMap((edge): PlacedEdge[] => {
    const [source, target] = [placed.get(edge.from), placed.get(edge.to)];
    if (source === undefined || target === undefined) return [];
    const route = moved.has(edge.from) || moved.has(edge.to) ? undefined : routes.get(edge.id);
    const points = route ?? directCorners(exitPoint(source, edge.exit), entryPoint(target));
    const old = oldEdges.get(edge.id);
    return [old?.edge === edge && samePoints(old.points, points) ? old : { edge, points }];
  });
  return { nodes, edges };
}

const exitPoint = ({ node, x, y }: PlacedNode, exit: number): Point => ({
  x: x + (node.box.exits[exit] ?? node.box.width / 2),
  y: y + node.box.height,
});

const entryPoint = ({ node, x, y }: PlacedNode): Point => ({ x: x + node.box.width / 2, y });

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
 * The node that an arrow key goes to. Up and down follow the edges, to the reader or producer that lies straightest
 * (not over a quiet edge if there is another); left and right go to the nearest node at about the same height.
 */
export function nodeInDirection(graph: PlacedGraph, from: string, direction: Direction): string | undefined {
  const byId = new Map(graph.nodes.map((placed) => [placed.node.id, placed]));
  const start = byId.get(from);
  if (start === undefined) return undefined;
  const centre = (placed: PlacedNode): number => placed.x + placed.node.box.width / 2;
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
  switch (direction) {
    case 'down':
      return nearest(
        graph.edges
          .filter(({ edge }) => edge.from === from)
          .map(({ edge }) => ({ placed: byId.get(edge.to), penalty: quietly(edge) })),
      );
    case 'up':
      return nearest(
        graph.edges
          .filter(({ edge }) => edge.to === from)
          .map(({ edge }) => ({ placed: byId.get(edge.from), penalty: quietly(edge) })),
      );
    case 'left':
    case 'right': {
      const sign = direction === 'left' ? -1 : 1;
      return nearest(
        graph.nodes
          .filter((placed) => {
            const overlaps = placed.y < start.y + start.node.box.height && start.y < placed.y + placed.node.box.height;
            return overlaps && (centre(placed) - centre(start)) * sign > 0;
          })
          .map((placed) => ({ placed, penalty: 0 })),
      );
    }
  }
}
