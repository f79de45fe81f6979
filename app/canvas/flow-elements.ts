/** Nodes and edges as React Flow wants them, with the same objects as before where nothing changed. */
import type { BlobFlowEdge } from './BlobEdge.tsx';
import type { LayerFlowNode } from './LayerNode.tsx';
import type { PlacedEdge, PlacedGraph, PlacedNode } from './placed-graph.ts';

/** What the elements are made from; kept to tell what changed. */
export interface FlowElements {
  readonly nodes: LayerFlowNode[];
  readonly edges: BlobFlowEdge[];
}

const nodeCache = new WeakMap<PlacedNode, Map<string, LayerFlowNode>>();
const edgeCache = new WeakMap<PlacedEdge, BlobFlowEdge>();

function flowNode(placed: PlacedNode, selected: boolean, focusable: boolean): LayerFlowNode {
  const key = `${selected} ${focusable}`;
  const known = nodeCache.get(placed) ?? new Map<string, LayerFlowNode>();
  nodeCache.set(placed, known);
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

function flowEdge(placed: PlacedEdge): BlobFlowEdge {
  const old = edgeCache.get(placed);
  if (old !== undefined) return old;
  const { edge, points } = placed;
  const made: BlobFlowEdge = {
    id: edge.id,
    type: 'blob',
    source: edge.from,
    target: edge.to,
    data: { points, quiet: edge.quiet },
    ariaLabel: edge.description,
    focusable: false,
    selectable: false,
  };
  edgeCache.set(placed, made);
  return made;
}

/** `selected` are ids of nodes; `focusable` is the one node that the Tab key reaches. */
export function flowElements(
  graph: PlacedGraph,
  selected: ReadonlySet<string>,
  focusable: string | undefined,
): FlowElements {
  return {
    nodes: graph.nodes.map((placed) => flowNode(placed, selected.has(placed.node.id), placed.node.id === focusable)),
    edges: graph.edges.map(flowEdge),
  };
}
