/** Arranging nodes by hand: dragging with help to stay in line, aligning, and back to where the layout puts them. */
import { useSidecar } from '../store/sidecar.ts';
import { useCanvas } from './canvas-state.ts';
import type { Point } from './edge-path.ts';
import { NOTHING_MOVED, type PlacedGraph, type PlacedNode } from './placed-graph.ts';
import { useReading, type Guides } from './reading-state.ts';

/** A node that is on its way to a place. */
export interface Move {
  readonly id: string;
  readonly to: Point;
}

/** How near, in pixels of the graph, something must come to a line to be drawn into it. */
const REACH = 7;

const centreOf = ({ node, x, y }: PlacedNode): Point => ({ x: x + node.box.width / 2, y: y + node.box.height / 2 });

/** The nearest of some lines, if it is within reach. */
function nearest(value: number, lines: readonly number[]): number | undefined {
  let best: number | undefined;
  for (const line of lines) {
    const distance = Math.abs(line - value);
    if (distance <= REACH && (best === undefined || distance < Math.abs(best - value))) best = line;
  }
  return best;
}

/**
 * Draws what is moved into line with the middles of what is not: the first of the moved nodes decides, the others keep
 * their distance from it.
 */
export function snap(
  graph: PlacedGraph,
  moves: readonly Move[],
): { readonly moves: readonly Move[]; readonly guides: Guides } {
  const ids = new Set(moves.map(({ id }) => id));
  const [lead] = moves;
  const placed = graph.nodes.find(({ node }) => node.id === lead?.id);
  if (lead === undefined || placed === undefined) return { moves, guides: { x: undefined, y: undefined } };
  const centre = centreOf({ ...placed, x: lead.to.x, y: lead.to.y });
  const others = graph.nodes.filter(({ node }) => !ids.has(node.id)).map(centreOf);
  const guides = {
    x: nearest(
      centre.x,
      others.map(({ x }) => x),
    ),
    y: nearest(
      centre.y,
      others.map(({ y }) => y),
    ),
  };
  const [dx, dy] = [(guides.x ?? centre.x) - centre.x, (guides.y ?? centre.y) - centre.y];
  return { moves: moves.map(({ id, to }) => ({ id, to: { x: to.x + dx, y: to.y + dy } })), guides };
}

/** Puts nodes where they were dragged to; `dragging` while they may still go on. */
export function moveNodes(moves: readonly Move[], dragging: boolean): void {
  const placed = useCanvas.getState().picture?.placed;
  if (moves.length === 0 || placed === undefined) return;
  const { moves: snapped, guides } = snap(placed, moves);
  useReading.setState({ guides: dragging ? guides : undefined });
  place(snapped);
}

function place(moves: readonly Move[]): void {
  useSidecar.setState(({ moved }) => ({
    moved: { ...moved, ...Object.fromEntries(moves.map(({ id, to }) => [id, to])) },
  }));
}

/** Gives the layout back its say: for these nodes, or for all. */
export function resetMoves(ids?: readonly string[]): void {
  useSidecar.setState(({ moved }) => ({
    moved:
      ids === undefined ? NOTHING_MOVED : Object.fromEntries(Object.entries(moved).filter(([id]) => !ids.includes(id))),
  }));
}

/** Where nodes go that are to stand in a column or a row: their middles on the mean of what they are now. */
export function aligned(nodes: readonly PlacedNode[], axis: 'column' | 'row'): Move[] {
  const centres = nodes.map(centreOf);
  const key = axis === 'column' ? 'x' : 'y';
  const line = centres.reduce((sum, centre) => sum + centre[key], 0) / centres.length;
  return nodes.map(({ node, x, y }, i) => {
    const by = Math.round(line - (centres[i] as Point)[key]);
    return { id: node.id, to: axis === 'column' ? { x: x + by, y } : { x, y: y + by } };
  });
}

/** Puts nodes into a column or a row. */
export function alignNodes(ids: ReadonlySet<string>, axis: 'column' | 'row'): void {
  const nodes = useCanvas.getState().picture?.placed.nodes.filter(({ node }) => ids.has(node.id)) ?? [];
  place(aligned(nodes, axis));
}
