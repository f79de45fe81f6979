/** Where the lines on their way begin and end, in the coordinates of the graph. Pure. */
import type { NetView } from '../caffe/net/net-view.ts';
import type { Point } from './edge-path.ts';
import { entryPoint } from './placed-graph.ts';
import type { PlacedGraph, PlacedNode } from './placed.ts';
import { exitsOf, type Exit } from './ports.ts';
import type { Held } from './wiring-state.ts';

/** The node of an id in its place. */
export const placedNode = (placed: PlacedGraph, id: string): PlacedNode | undefined =>
  placed.nodes.find(({ node }) => node.id === id);

/** The exit of a node that lies nearest to a point, or its first one. */
export function nearestExit(
  placed: PlacedNode,
  view: NetView,
  to: Point | undefined,
): { readonly exit: Exit; readonly point: Point } | undefined {
  let best: { exit: Exit; point: Point; distance: number } | undefined;
  for (const exit of exitsOf(placed.node, view)) {
    const point = { x: placed.x + exit.at.x, y: placed.y + exit.at.y };
    const distance = to === undefined ? 0 : Math.hypot(point.x - to.x, point.y - to.y);
    if (best === undefined || distance < best.distance) best = { exit, point, distance };
  }
  return best;
}

/** The end of a held line that stays where it is. */
export function anchorOf(held: Held, placed: PlacedGraph, view: NetView): Point | undefined {
  switch (held.kind) {
    case 'reader':
      return placed.edges.find(({ edge }) => edge.id === held.edge.id)?.points[0];
    case 'source':
      return placed.edges.find(({ edge }) => edge.id === held.edge.id)?.points.at(-1);
    case 'entry': {
      const node = placedNode(placed, held.node);
      return node && entryPoint(node);
    }
    case 'exit': {
      const node = placedNode(placed, held.node);
      const exit = node && exitsOf(node.node, view).find(({ layer, top }) => layer === held.layer && top === held.top);
      return node && exit && { x: node.x + exit.at.x, y: node.y + exit.at.y };
    }
  }
}
