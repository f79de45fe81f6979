/** Nodes as React Flow wants them, with the same objects as before where nothing changed. */
import type { LayerFlowNode } from './LayerNode.tsx';
import type { PlacedNode } from './placed.ts';

const cache = new WeakMap<PlacedNode, Map<string, LayerFlowNode>>();

function flowNode(placed: PlacedNode, selected: boolean, focusable: boolean): LayerFlowNode {
  const key = `${selected} ${focusable}`;
  const known = cache.get(placed) ?? new Map<string, LayerFlowNode>();
  cache.set(placed, known);
  const old = known.get(key);
  if (old !== undefined) return old;
  const { node, x, y } = placed;
  const { width, height } = node.box;
  const made: LayerFlowNode = {
    id: node.id,
    type: 'layer',
    position: { x, y },
    data: { layer: node },
    width,
    height,
    measured: { width, height },
    selected,
    focusable,
    ariaLabel: node.description,
    ariaRole: 'button',
    domAttributes: { 'aria-pressed': selected, 'aria-roledescription': node.group === undefined ? 'layer' : 'group' },
  };
  known.set(key, made);
  return made;
}

/** `selected` are ids of nodes; `focusable` is the one node that the Tab key reaches. */
export const flowNodes = (
  nodes: readonly PlacedNode[],
  selected: ReadonlySet<string>,
  focusable: string | undefined,
): LayerFlowNode[] =>
  nodes.map((placed) => flowNode(placed, selected.has(placed.node.id), placed.node.id === focusable));
