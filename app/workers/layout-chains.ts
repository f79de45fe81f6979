/** Makes little work for ELK: boxes that only follow one another are laid out as one, straight, and taken apart afterwards. */
import { elkLevel } from './layout-elk.ts';
import { ROW_GAP, type LevelEdge, type LevelPlaces, type LevelUnit } from './layout-shapes.ts';
import type { LayoutPoint } from './layout-protocol.ts';

/** Boxes one below the other on one line, as one box. */
interface Chain {
  readonly boxes: readonly number[];
  /** Top left of each of its boxes in it. */
  readonly places: readonly LayoutPoint[];
  readonly unit: LevelUnit;
}

/** Places a level that ELK has to place. */
export async function layoutByElk(units: readonly LevelUnit[], edges: readonly LevelEdge[]): Promise<LevelPlaces> {
  const { chains, inner } = chainsOf(units, edges);
  const home = new Map<number, { readonly chain: number; readonly place: LayoutPoint }>();
  chains.forEach(({ boxes, places }, chain) =>
    boxes.forEach((box, i) => home.set(box, { chain, place: places[i] as LayoutPoint })),
  );
  const at = (box: number): { readonly chain: number; readonly place: LayoutPoint } =>
    home.get(box) as { chain: number; place: LayoutPoint };
  const outer = edges.flatMap((edge, i) => (inner.has(i) ? [] : [{ edge, i }]));
  const laid = await elkLevel(
    chains.map(({ unit }) => unit),
    outer.map(({ edge: { from, out, to, into } }) => ({
      from: at(from).chain,
      out: out + at(from).place.x,
      to: at(to).chain,
      into: into + at(to).place.x,
    })),
  );
  const places = units.map((_, box) => {
    const { chain, place } = at(box);
    const origin = laid.places[chain] as LayoutPoint;
    return { x: origin.x + place.x, y: origin.y + place.y };
  });
  const routes = edges.map(({ from, out, to, into }): readonly LayoutPoint[] => {
    const [source, target] = [places[from] as LayoutPoint, places[to] as LayoutPoint];
    const foot = source.y + (units[from] as LevelUnit).bodyHeight;
    return [
      { x: source.x + out, y: foot },
      { x: target.x + into, y: target.y },
    ];
  });
  outer.forEach(({ i }, k) => (routes[i] = laid.routes[k] as readonly LayoutPoint[]));
  return { places, routes };
}

/** Puts every box into a chain, alone or with those that follow it and nothing else; `inner` are the lines within chains. */
function chainsOf(
  units: readonly LevelUnit[],
  edges: readonly LevelEdge[],
): { readonly chains: readonly Chain[]; readonly inner: ReadonlySet<number> } {
  const outs = units.map((): number[] => []);
  const ins = units.map((): number[] => []);
  edges.forEach(({ from, to }, i) => {
    outs[from]?.push(i);
    ins[to]?.push(i);
  });
  /** The line to the only follower of a box, which follows nothing else. */
  const onward = (box: number): number | undefined => {
    const [line, other] = outs[box] ?? [];
    if (line === undefined || other !== undefined) return undefined;
    return ins[(edges[line] as LevelEdge).to]?.length === 1 ? line : undefined;
  };
  const inner = new Set<number>();
  units.forEach((_, box) => {
    const line = onward(box);
    if (line !== undefined) inner.add(line);
  });
  const chains: Chain[] = [];
  units.forEach((_, first) => {
    const [before] = ins[first] ?? [];
    if (before !== undefined && inner.has(before)) return;
    const boxes: number[] = [];
    const places: LayoutPoint[] = [];
    let [x, y] = [0, 0];
    for (let box: number | undefined = first; box !== undefined;) {
      boxes.push(box);
      places.push({ x, y });
      const line: number | undefined = onward(box);
      const edge: LevelEdge | undefined = line === undefined ? undefined : edges[line];
      y += (units[box] as LevelUnit).height + ROW_GAP;
      if (edge !== undefined) x += edge.out - edge.into;
      box = edge?.to;
    }
    chains.push(chainOf(units, boxes, places));
  });
  return { chains, inner };
}

function chainOf(units: readonly LevelUnit[], boxes: readonly number[], places: readonly LayoutPoint[]): Chain {
  const left = Math.min(...places.map(({ x }) => x));
  const moved = places.map(({ x, y }) => ({ x: x - left, y }));
  const unitAt = (i: number): LevelUnit => units[boxes[i] as number] as LevelUnit;
  const last = boxes.length - 1;
  const top = (moved[last] as LayoutPoint).y;
  return {
    boxes,
    places: moved,
    unit: {
      width: Math.max(...moved.map(({ x }, i) => x + unitAt(i).width)),
      height: top + unitAt(last).height,
      bodyHeight: top + unitAt(last).bodyHeight,
      axis: (moved[0] as LayoutPoint).x + unitAt(0).axis,
    },
  };
}
