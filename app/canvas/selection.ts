/** What is selected on the canvas: layers by click, rectangle and keys, or one edge. */
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import type { Point } from './edge-path.ts';
import { followPress, type Press } from './follow-press.ts';
import { nodeInDirection, type Direction } from './placed-graph.ts';
import type { PlacedGraph } from './placed.ts';
import { useWiring } from './wiring-state.ts';

/** The selected layer that the keyboard is on: the last one that came in. */
export const headOf = (selection: readonly string[]): string | undefined => selection.at(-1);

/** The node that shows the selected layer the keyboard is on. */
export function headNode(): string | undefined {
  const head = headOf(useDocument.getState().selection);
  return head === undefined ? undefined : useCanvas.getState().picture?.graph.nodeOf.get(head);
}

/** Selects exactly these layers. */
export function select(ids: readonly string[]): void {
  useDocument.setState({ selection: ids });
}

/** Selects an edge and no layer; undefined selects no edge. */
export function selectEdge(id: string | undefined): void {
  if (id !== undefined) useDocument.setState({ selection: [] });
  useWiring.setState({ edge: id });
}

/** Is a layer selected, or all that a closed group stands for? */
export function isSelected(id: string): boolean {
  const selected = new Set(useDocument.getState().selection);
  return layersOf(id).every((layer) => selected.has(layer));
}

/** Selects a layer or a closed group; `add` adds it to the others, or takes it away if it was among them. */
export function selectLayer(id: string, add: boolean): void {
  const { selection } = useDocument.getState();
  const layers = layersOf(id);
  if (!add) select([id]);
  else if (isSelected(id)) select(selection.filter((other) => !layers.includes(other)));
  else select([...selection.filter((other) => !layers.includes(other)), ...layers]);
}

/** A layer, or the layers of a closed group. */
function layersOf(id: string): readonly string[] {
  const node = useCanvas.getState().picture?.graph.nodes.find((one) => one.id === id);
  return node?.group === undefined ? [id] : node.members;
}

/** Selects all nodes that are shown, the one the keyboard is on staying that. */
export function selectAll(): void {
  const all = useCanvas.getState().picture?.graph.nodes.map(({ id }) => id) ?? [];
  const head = headNode();
  select(head === undefined ? all : [...all.filter((id) => id !== head), head]);
}

/** The layers of nodes with those folded into them or in their group, each once. */
export function withFolded(ids: readonly string[]): string[] {
  const nodes = new Map(useCanvas.getState().picture?.graph.nodes.map((node) => [node.id, node]));
  return [...new Set(ids.flatMap((id) => nodes.get(id)?.members ?? [id]))];
}

/** Goes to the next node in a direction; from nowhere, to the first one. */
export function walk(direction: Direction): void {
  const { picture } = useCanvas.getState();
  if (picture === undefined) return;
  const from = headNode();
  const next = from === undefined ? picture.placed.nodes[0]?.node.id : nodeInDirection(picture.placed, from, direction);
  if (next !== undefined) select([next]);
}

/** Takes the next node in a direction into the selection; back over one that was taken in, lets it go again. */
export function extend(direction: Direction): void {
  const { picture } = useCanvas.getState();
  const from = headNode();
  if (picture === undefined || from === undefined) {
    walk(direction);
    return;
  }
  const next = nodeInDirection(picture.placed, from, direction);
  if (next === undefined) return;
  const { selection } = useDocument.getState();
  if (selection.at(-2) === next) select(selection.slice(0, -1));
  else select([...selection.filter((id) => id !== next), next]);
}

/** The nodes that a rectangle between two corners touches. */
export function nodesWithin(graph: PlacedGraph, a: Point, b: Point): string[] {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  return graph.nodes
    .filter(({ node, x, y }) => x < right && x + node.box.width > left && y < bottom && y + node.box.height > top)
    .map(({ node }) => node.id);
}

/**
 * Draws a rectangle from a press on; what it touches is selected, with `add` besides what was. `onDrawn` is called at the
 * end if there was one: a press without movement draws none.
 */
export function startMarquee(press: Press, add: boolean, toGraph: (at: Point) => Point, onDrawn: () => void): void {
  const from = { x: press.clientX, y: press.clientY };
  const before = useDocument.getState().selection;
  const stop = (): void => {
    end();
    if (useWiring.getState().marquee !== undefined) onDrawn();
    useWiring.setState({ marquee: undefined });
  };
  const end = followPress(press, {
    move: (to) => {
      const { picture } = useCanvas.getState();
      if (picture === undefined) return;
      useWiring.setState({ marquee: { from, to } });
      const within = nodesWithin(picture.placed, toGraph(from), toGraph(to));
      const next = add ? [...before.filter((id) => !within.includes(id)), ...within] : within;
      const { selection } = useDocument.getState();
      if (next.length !== selection.length || next.some((id, i) => id !== selection[i])) select(next);
    },
    up: stop,
    abandon: () => {
      stop();
      select(before);
    },
  });
}
