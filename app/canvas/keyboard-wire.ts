/** Connecting by keyboard: a line is held, the arrow keys take its end from node to node, Enter joins it. */
import { useCanvas } from './canvas-state.ts';
import type { Point } from './edge-path.ts';
import type { Direction } from './placed-graph.ts';
import type { PlacedGraph } from './placed.ts';
import { exitsOf } from './ports.ts';
import { headNode, select } from './selection.ts';
import { holdWire, join, judgeTarget, offerPlaces, selectedEdge } from './wiring.ts';
import { useWiring, type Held, type Wire } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

/** The line that the keyboard holds. */
export function keyboardWire(): Wire | undefined {
  const { wire } = useWiring.getState();
  return wire?.by === 'keyboard' ? wire : undefined;
}

function exitsAt(id: string): Held[] {
  const node = useCanvas.getState().picture?.graph.nodes.find((one) => one.id === id);
  const view = viewNow();
  if (node === undefined || view === undefined) return [];
  return exitsOf(node, view).map(({ layer, top, blob }) => ({ kind: 'exit', node: id, layer, top, blob }));
}

/** Begins at the first output of the selected node, or at the source of the selected edge. */
export function beginConnect(): void {
  const edge = selectedEdge();
  const node = headNode();
  const held: Held | undefined =
    edge !== undefined ? { kind: 'source', edge } : node === undefined ? undefined : exitsAt(node)[0];
  if (held !== undefined) holdWire(held, 'keyboard', undefined);
}

/** Why no line can begin at the selection. */
export function whyNoConnect(): string | undefined {
  if (selectedEdge() !== undefined) return undefined;
  const node = headNode();
  if (node === undefined) return 'Select the layer whose output is to be connected first.';
  return exitsAt(node).length === 0 ? `${node} makes no blob that another layer could read.` : undefined;
}

/** Why the selection can read nothing more. */
export function whyNoRead(): string | undefined {
  const node = useCanvas.getState().picture?.graph.nodes.find(({ id }) => id === headNode());
  return node?.group === undefined
    ? undefined
    : 'This is a closed group: open it, then select the layer that is to read.';
}

/** Begins at the entry of the selected node: it is to read what is chosen. */
export function beginRead(): void {
  const node = headNode();
  if (node !== undefined) holdWire({ kind: 'entry', node, layer: node }, 'keyboard', undefined);
}

/** Holds the next output of the same node. */
export function nextOutput(): void {
  const wire = keyboardWire();
  if (wire?.held.kind !== 'exit') return;
  const { layer, top, node } = wire.held;
  const exits = exitsAt(node);
  const at = exits.findIndex((exit) => exit.kind === 'exit' && exit.layer === layer && exit.top === top);
  const next = exits[(at + 1) % exits.length];
  if (next === undefined) return;
  holdWire(next, 'keyboard', undefined);
  judgeTarget(wire.target, undefined, undefined);
}

/** The node where the end of a line begins its walk. */
const startOf = (held: Held): string => {
  if (held.kind === 'exit' || held.kind === 'entry') return held.node;
  return held.kind === 'reader' ? held.edge.to : held.edge.from;
};

/** Takes the end of the line to the nearest node in a direction, joined to this one or not. */
export function walkWire(direction: Direction): void {
  const wire = keyboardWire();
  const placed = useCanvas.getState().picture?.placed;
  if (wire === undefined || placed === undefined) return;
  const next = nodeTowards(placed, wire.target ?? startOf(wire.held), direction);
  if (next !== undefined) judgeTarget(next, undefined, undefined);
}

/**
 * Joins the line where its end is; where a closed group has several places for it, these are offered at `placeFor` its node.
 * An end that fits nowhere there stays held: the reason is on the screen.
 */
export function joinWire(placeFor: (node: string) => Point): void {
  const wire = keyboardWire();
  if (wire?.target === undefined || wire.verdict?.possible !== true) return;
  useWiring.setState({ wire: undefined });
  if (offerPlaces(wire.held, wire.target, placeFor(wire.target))) return;
  if (!join(wire.held, wire.target)) select([wire.target]);
}

/** Lets the line go without joining it. */
export function abandonWire(): void {
  useWiring.setState({ wire: undefined });
}

/**
 * The nearest node whose middle lies in a direction, rows first. Unlike the walk along
 * edges this reaches every node, also one that is joined to nothing yet.
 */
export function nodeTowards(graph: PlacedGraph, from: string, direction: Direction): string | undefined {
  const start = graph.nodes.find(({ node }) => node.id === from);
  if (start === undefined) return undefined;
  const middle = ({ node, x, y }: typeof start) => ({ x: x + node.box.width / 2, y: y + node.box.height / 2 });
  const origin = middle(start);
  let best: { id: string; cost: number } | undefined;
  for (const placed of graph.nodes) {
    if (placed === start) continue;
    const { x, y } = middle(placed);
    const [dx, dy] = [x - origin.x, y - origin.y];
    const along = { up: -dy, down: dy, left: -dx, right: dx }[direction];
    const aside = Math.abs(direction === 'up' || direction === 'down' ? dx : dy);
    if (along <= 1) continue;
    // Down from a layer comes the next row, wherever in it; sideways means the same row.
    const cost = along + (direction === 'up' || direction === 'down' ? 0.5 : 2) * aside;
    if (best === undefined || cost < best.cost) best = { id: placed.node.id, cost };
  }
  return best?.id;
}
