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

/**
 * Edges beside which a longer way leads to the same node: the shortcuts of residual nets. They are to pass the trunk
 * at its right.
 */
function shortcuts(edges: readonly LayoutEdge[]): ReadonlySet<LayoutEdge> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const reaches = (start: string, goal: string): boolean => {
    const seen = new Set([start]);
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const step of next.get(at) ?? []) {
        if (step === goal) return true;
        if (!seen.has(step)) open.push(step);
        seen.add(step);
      }
    }
    return false;
  };
  return new Set(
    edges.filter(({ from, to }) => (next.get(from) ?? []).some((step) => step !== to && reaches(step, to))),
  );
}

const exitId = (node: string, exit: number, shortcut: boolean): string =>
  `${node}\u0000${exit}${shortcut ? ' shortcut' : ''}`;
const entryId = (node: string, shortcut: boolean): string => `${node}\u0000in${shortcut ? ' shortcut' : ''}`;

/** Ports of shortcuts lie this much further right, too little to be seen, so that ELK keeps them at that side. */
const SHORTCUT_SHIFT = 0.01;

function elkNode(node: LayoutNode): ElkNode {
  const port = (id: string, x: number, y: number, side: 'NORTH' | 'SOUTH') => ({
    id,
    x,
    y,
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': side },
  });
  const pair = (name: (shortcut: boolean) => string, x: number, y: number, side: 'NORTH' | 'SOUTH') => [
    port(name(false), x, y, side),
    port(name(true), x + SHORTCUT_SHIFT, y, side),
  ];
  return {
    id: node.id,
    width: node.width,
    height: node.height,
    ports: [
      ...pair((shortcut) => entryId(node.id, shortcut), node.entry, 0, 'NORTH'),
      ...node.exits.flatMap((x, i) => pair((shortcut) => exitId(node.id, i, shortcut), x, node.height, 'SOUTH')),
    ],
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
  };
}

const elkEdge = (edge: LayoutEdge, shortcut: boolean): ElkExtendedEdge => ({
  id: edge.id,
  sources: [exitId(edge.from, edge.exit, shortcut)],
  targets: [entryId(edge.to, shortcut)],
});

interface Placed {
  readonly node: LayoutNode;
  readonly x: number;
  readonly y: number;
}

/** To half a pixel, so that ports that differ by less than can be seen come out the same. */
const toHalf = (value: number): number => Math.round(value * 2) / 2;

/** Corners of an edge that ELK led, begun at the foot of its source's body instead of below its labels. */
function ledCorners(edge: ElkExtendedEdge, source: LayoutNode): Point[] {
  const section = edge.sections?.[0];
  if (section === undefined) return [];
  const start = { x: section.startPoint.x, y: section.startPoint.y - (source.height - source.bodyHeight) };
  return [start, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x: toHalf(x), y }));
}

/** Distance of an edge led aside from what it passes, and of its turns from the boxes they are next to. */
const ASIDE_GAP = 20;
const TURN_GAP = 6;

/**
 * Corners of the edges led aside: down at the right of all that lies between, one line for each exit however many read it.
 */
function asideCorners(
  edges: readonly LayoutEdge[],
  placed: ReadonlyMap<string, Placed>,
  led: readonly (readonly Point[])[],
): Map<string, Point[]> {
  const corners = new Map<string, Point[]>();
  const lanes = new Map<string, LayoutEdge[]>();
  for (const edge of edges) {
    const key = exitId(edge.from, edge.exit, false);
    lanes.set(key, [...(lanes.get(key) ?? []), edge]);
  }
  const taken: Point[][] = [];
  for (const lane of lanes.values()) {
    const source = placed.get(lane[0]?.from ?? '');
    if (source === undefined) continue;
    const exit = { x: source.x + (source.node.exits[lane[0]?.exit ?? 0] ?? 0), y: source.y + source.node.bodyHeight };
    const turn = source.y + source.node.height + TURN_GAP;
    const targets = lane.flatMap(({ id, to }) => {
      const target = placed.get(to);
      return target === undefined ? [] : [{ id, x: target.x + target.node.entry, y: target.y }];
    });
    const bottom = Math.max(...targets.map(({ y }) => y));
    const x = rightOf([...placed.values()], [...led, ...taken], turn, bottom) + ASIDE_GAP;
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

/** The rightmost x of bodies and edges between two heights. */
function rightOf(nodes: readonly Placed[], edges: readonly (readonly Point[])[], top: number, bottom: number): number {
  const bodies = nodes
    .filter(({ node, y }) => y < bottom && y + node.bodyHeight > top)
    // Half of the room for labels at the right of a trunk lies below the body itself.
    .map(({ node, x }) => x + 2 * node.entry);
  const corners = edges.flat().flatMap(({ x, y }) => (y >= top && y <= bottom ? [x] : []));
  return Math.max(0, ...bodies, ...corners);
}

// Made at once: elkjs looks at its surroundings when the first one is made; see `elk-environment.ts`.
const elk = new ELK({ algorithms: ['layered'] });

/** Computes positions and routes. An empty net gives an empty answer. */
export async function layoutGraph(request: LayoutRequest): Promise<LayoutAnswer> {
  if (request.nodes.length === 0) return { nodes: [], edges: [] };
  const led = request.edges.filter(({ aside }) => !aside);
  const short = shortcuts(led);
  const laid = await elk.layout({
    id: '\u0000root',
    layoutOptions: OPTIONS,
    children: request.nodes.map(elkNode),
    edges: led.map((edge) => elkEdge(edge, short.has(edge))),
  });
  const nodes = (laid.children ?? []).map(({ id, x = 0, y = 0 }) => ({ id, x, y }));
  const byId = new Map(request.nodes.map((node) => [node.id, node]));
  const placed = new Map(
    nodes.flatMap(({ id, x, y }): [string, Placed][] => {
      const node = byId.get(id);
      return node === undefined ? [] : [[id, { node, x, y }]];
    }),
  );
  const corners = new Map<string, readonly Point[]>();
  laid.edges?.forEach((edge, i) => {
    const source = byId.get(led[i]?.from ?? '');
    if (source !== undefined) corners.set(edge.id, ledCorners(edge, source));
  });
  const asides = request.edges.filter(({ aside }) => aside);
  const around = asideCorners(asides, placed, [...corners.values()]);
  return {
    nodes,
    edges: request.edges.map(({ id }) => ({ id, points: corners.get(id) ?? around.get(id) ?? [] })),
  };
}
