/**
 * Places what is not made of series and parallels: ELK's layered algorithm, keeping the order of the text. It is large and
 * seldom needed, so it is loaded with the first such graph.
 */
import type { ELK, ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk.bundled.js';
import { withDocument } from './elk-environment.ts';
import type { LevelEdge, LevelPlaces, LevelUnit } from './layout-shapes.ts';
import type { LayoutPoint } from './layout-protocol.ts';

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
  'elk.layered.crossingMinimization.forceNodeModelOrder': 'true',
  'elk.layered.thoroughness': '4',
};

/** The placement that keeps lines straightest takes too long for more boxes than this. */
const MOST_SIMPLEX = 40;

const placementFor = (boxes: number): LayoutOptions => ({
  'elk.layered.nodePlacement.strategy': boxes > MOST_SIMPLEX ? 'BRANDES_KOEPF' : 'NETWORK_SIMPLEX',
});

let loading: Promise<ELK> | undefined;

function loadElk(): Promise<ELK> {
  loading ??= import('elkjs/lib/elk.bundled.js').then(({ default: Elk }) =>
    withDocument(() => new Elk({ algorithms: ['layered'] })),
  );
  return loading;
}

/**
 * Edges beside which a longer way leads to the same box: the shortcuts of residual nets. They are to pass the trunk
 * at its right.
 */
function shortcuts(edges: readonly LevelEdge[]): ReadonlySet<LevelEdge> {
  const next = new Map<number, number[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const reaches = (start: number, goal: number): boolean => {
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

const exitId = (box: number, out: number, shortcut: boolean): string => `${box} out ${out}${shortcut ? ' short' : ''}`;
const entryId = (box: number, into: number, shortcut: boolean): string =>
  `${box} in ${into}${shortcut ? ' short' : ''}`;

/** Ports of shortcuts lie this much further right, too little to be seen, so that ELK keeps them at that side. */
const SHORTCUT_SHIFT = 0.01;

function elkNode(unit: LevelUnit, box: number, edges: readonly LevelEdge[]): ElkNode {
  const port = (id: string, x: number, y: number, side: 'NORTH' | 'SOUTH') => ({
    id,
    x,
    y,
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': side },
  });
  const entries = [...new Set(edges.flatMap(({ to, into }) => (to === box ? [into] : [])))];
  const exits = [...new Set(edges.flatMap(({ from, out }) => (from === box ? [out] : [])))];
  return {
    id: String(box),
    width: unit.width,
    height: unit.height,
    ports: [
      ...entries.flatMap((x) => [
        port(entryId(box, x, false), x, 0, 'NORTH'),
        port(entryId(box, x, true), x + SHORTCUT_SHIFT, 0, 'NORTH'),
      ]),
      ...exits.flatMap((x) => [
        port(exitId(box, x, false), x, unit.height, 'SOUTH'),
        port(exitId(box, x, true), x + SHORTCUT_SHIFT, unit.height, 'SOUTH'),
      ]),
    ],
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
  };
}

/** To half a pixel, so that ports that differ by less than can be seen come out the same. */
const toHalf = (value: number): number => Math.round(value * 2) / 2;

/** Corners of an edge that ELK led, begun at the foot of its source's body instead of below its labels. */
function ledCorners(edge: ElkExtendedEdge | undefined, source: LevelUnit): LayoutPoint[] {
  const section = edge?.sections?.[0];
  if (section === undefined) return [];
  const start = { x: section.startPoint.x, y: section.startPoint.y - (source.height - source.bodyHeight) };
  return [start, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x: toHalf(x), y }));
}

/** Places and routes of one level. */
export async function elkLevel(units: readonly LevelUnit[], edges: readonly LevelEdge[]): Promise<LevelPlaces> {
  const elk = await loadElk();
  const short = shortcuts(edges);
  const laid = await elk.layout({
    id: 'level',
    layoutOptions: { ...OPTIONS, ...placementFor(units.length) },
    children: units.map((unit, box) => elkNode(unit, box, edges)),
    edges: edges.map((edge, i) => ({
      id: `edge ${i}`,
      sources: [exitId(edge.from, edge.out, short.has(edge))],
      targets: [entryId(edge.to, edge.into, short.has(edge))],
    })),
  });
  const laidEdges = new Map(laid.edges?.map((edge) => [edge.id, edge]));
  return {
    places: units.map((_, i) => ({ x: laid.children?.[i]?.x ?? 0, y: laid.children?.[i]?.y ?? 0 })),
    routes: edges.map(({ from }, i) => ledCorners(laidEdges.get(`edge ${i}`), units[from] as LevelUnit)),
  };
}
