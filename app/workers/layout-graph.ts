/**
 * Places the nodes of a net: ELK's layered algorithm, top to bottom, keeping the order of the text. Apart from the
 * worker so that it runs in tests too.
 */
import ELK, { type ElkExtendedEdge, type ElkNode, type LayoutOptions } from 'elkjs/lib/elk.bundled.js';
import type { LayoutAnswer, LayoutEdge, LayoutNode, LayoutRequest } from './protocol.ts';

const OPTIONS: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.componentComponent': '48',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.crossingMinimization.forceNodeModelOrder': 'true',
  'elk.layered.thoroughness': '4',
};

type Point = LayoutAnswer['edges'][number]['points'][number];

const exitId = (node: string, exit: number): string => `${node}\u0000${exit}`;
const entryId = (node: string): string => `${node}\u0000in`;

function elkNode(node: LayoutNode): ElkNode {
  const port = (id: string, x: number, y: number, side: 'NORTH' | 'SOUTH') => ({
    id,
    x,
    y,
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': side },
  });
  return {
    id: node.id,
    width: node.width,
    height: node.height,
    ports: [
      port(entryId(node.id), node.entry, 0, 'NORTH'),
      ...node.exits.map((x, i) => port(exitId(node.id, i), x, node.height, 'SOUTH')),
    ],
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
  };
}

const elkEdge = (edge: LayoutEdge): ElkExtendedEdge => ({
  id: edge.id,
  sources: [exitId(edge.from, edge.exit)],
  targets: [entryId(edge.to)],
});

/** Corners of an edge, begun at the foot of its source's body instead of below its labels. */
function corners(edge: ElkExtendedEdge, source: LayoutNode | undefined): Point[] {
  const section = edge.sections?.[0];
  if (section === undefined || source === undefined) return [];
  const start = { x: section.startPoint.x, y: section.startPoint.y - (source.height - source.bodyHeight) };
  const bends = section.bendPoints ?? [];
  return [start, ...bends, section.endPoint].map(({ x, y }) => ({ x, y }));
}

// Made at once: elkjs looks at its surroundings when the first one is made; see `elk-environment.ts`.
const elk = new ELK({ algorithms: ['layered'] });

/** Computes positions and routes. An empty net gives an empty answer. */
export async function layoutGraph(request: LayoutRequest): Promise<LayoutAnswer> {
  if (request.nodes.length === 0) return { nodes: [], edges: [] };
  const byId = new Map(request.nodes.map((node) => [node.id, node]));
  const laid = await elk.layout({
    id: '\u0000root',
    layoutOptions: OPTIONS,
    children: request.nodes.map(elkNode),
    edges: request.edges.map(elkEdge),
  });
  const sources = new Map(request.edges.map((edge) => [edge.id, byId.get(edge.from)]));
  return {
    nodes: (laid.children ?? []).map(({ id, x = 0, y = 0 }) => ({ id, x, y })),
    edges: (laid.edges ?? []).map((edge) => ({ id: edge.id, points: corners(edge, sources.get(edge.id)) })),
  };
}
