/**
 * Places the boxes of one level of a graph (a whole net, or the inside of a group), flow downwards. Nets are nearly always
 * series and parallels of series: such a graph is laid out here in a moment, straight trunks and short cuts at their right
 * included. What is not of that form goes to ELK.
 */
import type { LayoutPoint } from './layout-protocol.ts';
import { layoutByElk } from './layout-chains.ts';
import { reduceToStrip, type Strip } from './layout-reduce.ts';
import { corners, ROW_GAP, type LevelEdge, type LevelPlaces, type LevelUnit } from './layout-shapes.ts';

/** What the room between rows gains where lines part or meet. */
const PART_GAP = 8;
const MEET_GAP = 10;
/** Half of the distance between neighbours: boxes, and lines. */
const BOX_MARGIN = 14;
const LINE_MARGIN = 9;
/** Distance of a line's turns from the boxes they are next to, and between the turns of lines from different exits. */
export const TURN_BELOW = 6;
export const TURN_ABOVE = 8;
const TURN_STEP = 4;
/** A branch so much longer than the others is the trunk, which stays straight. */
const TRUNK_RATIO = 1.6;
/** Among more than two it must be longer still. */
const TRUNK_RATIO_OF_MANY = 3;

/** `order` are pairs of boxes of which the second is to stand lower, though no line of this level says so. */
export async function layoutLevel(
  units: readonly LevelUnit[],
  edges: readonly LevelEdge[],
  order: readonly (readonly [number, number])[],
): Promise<LevelPlaces> {
  if (units.length === 0) return { places: [], routes: [] };
  const strip = reduceToStrip(units.length, edges);
  return strip === undefined ? layoutByElk(units, edges) : placeStrip(strip, units, edges, order);
}

/** Top of each box: below all that it reads. */
function rowsOf(
  units: readonly LevelUnit[],
  edges: readonly LevelEdge[],
  order: readonly (readonly [number, number])[],
): number[] {
  const outs = units.map(() => new Set<number>());
  const ins = units.map(() => new Set<number>());
  const next = units.map((): number[] => []);
  const missing = units.map(() => 0);
  const link = (from: number, to: number): void => {
    next[from]?.push(to);
    missing[to] = (missing[to] ?? 0) + 1;
  };
  for (const { from, to } of edges) {
    outs[from]?.add(to);
    ins[to]?.add(from);
    link(from, to);
  }
  for (const [from, to] of order) link(from, to);
  const rows = units.map(() => 0);
  const ready = units.flatMap((_, i) => (missing[i] === 0 ? [i] : []));
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    const parts = (outs[at]?.size ?? 0) > 1 ? PART_GAP : 0;
    const foot = (rows[at] as number) + (units[at] as LevelUnit).height + ROW_GAP + parts;
    for (const to of next[at] ?? []) {
      const meets = (ins[to]?.size ?? 0) > 1 ? MEET_GAP : 0;
      rows[to] = Math.max(rows[to] as number, foot + meets);
      missing[to] = (missing[to] as number) - 1;
      if (missing[to] === 0) ready.push(to);
    }
  }
  return rows;
}

/** What is taken: sides, heights, and the half distance that is to be kept from it. */
interface Taken {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly margin: number;
}

/** A strip in its place. All x are counted from the left side of the box that it comes from. */
interface PlacedStrip {
  readonly taken: readonly Taken[];
  readonly boxes: readonly (readonly [box: number, left: number])[];
  /** Where each line runs. */
  readonly columns: readonly (readonly [edge: number, x: number])[];
  /** Where it begins and ends, and the left side of the box it leads to. */
  readonly start: number;
  readonly finish: number;
  readonly end: number;
  /** Heights of all boxes together, and the first of them: what stands left is first in the text. */
  readonly weight: number;
  readonly first: number;
}

const shifted = (strip: PlacedStrip, by: number): PlacedStrip =>
  by === 0
    ? strip
    : {
        ...strip,
        taken: strip.taken.map((area) => ({ ...area, left: area.left + by, right: area.right + by })),
        boxes: strip.boxes.map(([box, left]) => [box, left + by] as const),
        columns: strip.columns.map(([edge, x]) => [edge, x + by] as const),
        start: strip.start + by,
        finish: strip.finish + by,
        end: strip.end + by,
      };

/** How far `right` must go to stand at the right of `left`. */
function roomNeeded(left: readonly Taken[], right: readonly Taken[]): number | undefined {
  let need: number | undefined;
  for (const a of left) {
    for (const b of right) {
      if (a.top >= b.bottom + 6 || b.top >= a.bottom + 6) continue;
      need = Math.max(need ?? -Infinity, a.right + a.margin + b.margin - b.left);
    }
  }
  return need;
}

class StripPlacer {
  readonly #units: readonly LevelUnit[];
  readonly #edges: readonly LevelEdge[];
  readonly #rows: readonly number[];

  constructor(units: readonly LevelUnit[], edges: readonly LevelEdge[], rows: readonly number[]) {
    this.#units = units;
    this.#edges = edges;
    this.#rows = rows;
  }

  place(strip: Strip): PlacedStrip {
    switch (strip.kind) {
      case 'line':
        return this.#line(strip.edge);
      case 'start':
        return { ...NOTHING, end: -this.#unit(strip.box).axis };
      case 'end': {
        const { axis } = this.#unit(strip.box);
        return { ...NOTHING, start: axis, finish: axis, end: axis };
      }
      case 'series':
        return this.#series(strip.strips, strip.boxes);
      case 'parallel':
        return this.#parallel(strip.strips);
    }
  }

  #unit(box: number): LevelUnit {
    return this.#units[box] as LevelUnit;
  }

  #row(box: number): number {
    return this.#rows[box] as number;
  }

  #line(index: number): PlacedStrip {
    const { from, out, to, into } = this.#edges[index] as LevelEdge;
    const top = this.#row(from) + this.#unit(from).bodyHeight;
    const area = { left: out, right: out, top, bottom: this.#row(to), margin: LINE_MARGIN };
    return {
      ...NOTHING,
      taken: [area],
      columns: [[index, out]],
      start: out,
      finish: out,
      end: out - into,
    };
  }

  #series(strips: readonly Strip[], boxes: readonly number[]): PlacedStrip {
    const taken: Taken[] = [];
    const lefts: (readonly [number, number])[] = [];
    const columns: (readonly [number, number])[] = [];
    let left = 0;
    let weight = 0;
    let first = Infinity;
    let start = 0;
    let finish = 0;
    strips.forEach((strip, i) => {
      const placed = shifted(this.place(strip), left);
      for (const area of placed.taken) taken.push(area);
      for (const box of placed.boxes) lefts.push(box);
      for (const column of placed.columns) columns.push(column);
      weight += placed.weight;
      first = Math.min(first, placed.first);
      if (i === 0) start = placed.start;
      finish = placed.finish;
      left = placed.end;
      const box = boxes[i];
      if (box === undefined) return;
      const { width, height } = this.#unit(box);
      const top = this.#row(box);
      taken.push({ left, right: left + width, top, bottom: top + height, margin: BOX_MARGIN });
      lefts.push([box, left]);
      weight += height;
      first = Math.min(first, box);
    });
    return { taken, boxes: lefts, columns, start, finish, end: left, weight, first };
  }

  #parallel(strips: readonly Strip[]): PlacedStrip {
    const placed = strips.map((strip) => this.place(strip)).sort((a, b) => a.first - b.first);
    const byWeight = placed.toSorted((a, b) => b.weight - a.weight);
    const [heaviest, second] = byWeight as [PlacedStrip, PlacedStrip];
    const ratio = placed.filter(({ weight }) => weight > 0).length > 2 ? TRUNK_RATIO_OF_MANY : TRUNK_RATIO;
    const trunk = heaviest.weight > second.weight * ratio ? heaviest : undefined;
    const row = trunk === undefined ? placed : [trunk, ...placed.filter((strip) => strip !== trunk)];

    const out: PlacedStrip[] = [];
    const taken: Taken[] = [];
    for (const strip of row) {
      const before = out.at(-1);
      const least = before === undefined ? 0 : before.start + LINE_MARGIN - strip.start;
      const by = before === undefined ? 0 : Math.max(least, roomNeeded(taken, strip.taken) ?? least);
      const moved = shifted(strip, by);
      out.push(moved);
      for (const area of moved.taken) taken.push(area);
    }
    const starts = out.map(({ start }) => start);
    const finishes = out.map(({ finish }) => finish);
    const natural = mean(placed.map(({ start }) => start));
    const back = trunk === undefined ? natural - middle(starts) : 0;
    const into = mean(placed.map(({ finish, end }) => finish - end));
    const end = trunk === undefined ? back + middle(finishes) - into : trunk.end;

    const all = out.map((strip) => shifted(strip, back));
    const span = (xs: readonly number[], y: number): Taken => ({
      left: Math.min(...xs),
      right: Math.max(...xs),
      top: y - 1,
      bottom: y + 1,
      margin: LINE_MARGIN,
    });
    const lines = all.flatMap(({ columns }) => columns.map(([edge]) => this.#edges[edge] as LevelEdge));
    const part = Math.min(...lines.map(({ from }) => this.#row(from) + this.#unit(from).height)) + TURN_BELOW;
    const meet = Math.max(...lines.map(({ to }) => this.#row(to))) - TURN_ABOVE;
    const spans =
      lines.length === 0
        ? []
        : [
            span([natural, ...starts.map((x) => x + back)], part),
            span([end + into, ...finishes.map((x) => x + back)], meet),
          ];
    return {
      taken: [...all.flatMap((strip) => strip.taken), ...spans],
      boxes: all.flatMap(({ boxes }) => boxes),
      columns: all.flatMap(({ columns }) => columns),
      start: natural,
      finish: end + into,
      end,
      weight: all.reduce((sum, { weight }) => sum + weight, 0),
      first: Math.min(...all.map(({ first }) => first)),
    };
  }
}

const NOTHING: PlacedStrip = {
  taken: [],
  boxes: [],
  columns: [],
  start: 0,
  finish: 0,
  end: 0,
  weight: 0,
  first: Infinity,
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2;

function placeStrip(
  strip: Strip,
  units: readonly LevelUnit[],
  edges: readonly LevelEdge[],
  order: readonly (readonly [number, number])[],
): LevelPlaces {
  const rows = rowsOf(units, edges, order);
  const placed = new StripPlacer(units, edges, rows).place(strip);
  const lefts = new Map(placed.boxes);
  const columns = new Map(placed.columns);
  const places = units.map((_, i) => ({ x: lefts.get(i) ?? 0, y: rows[i] as number }));
  const turns = turnSteps(edges, places, columns);
  const routes = edges.map((edge, i) => {
    const [source, target] = [places[edge.from] as LayoutPoint, places[edge.to] as LayoutPoint];
    const unit = units[edge.from] as LevelUnit;
    const exit = { x: source.x + edge.out, y: source.y + unit.bodyHeight };
    const entry = { x: target.x + edge.into, y: target.y };
    const x = columns.get(i) ?? exit.x;
    const below = source.y + unit.height + TURN_BELOW + TURN_STEP * (turns[i] as number);
    const above = target.y - TURN_ABOVE;
    return corners([exit, { x: exit.x, y: below }, { x, y: below }, { x, y: above }, { x: entry.x, y: above }, entry]);
  });
  return { places, routes };
}

/** How many steps lower each line turns than it must, so that lines from several exits of a box do not run into one. */
function turnSteps(
  edges: readonly LevelEdge[],
  places: readonly LayoutPoint[],
  columns: ReadonlyMap<number, number>,
): number[] {
  const steps = edges.map(() => 0);
  const byBox = new Map<number, number[]>();
  edges.forEach(({ from }, i) => byBox.set(from, [...(byBox.get(from) ?? []), i]));
  for (const lines of byBox.values()) {
    const exitOf = (i: number): number => (edges[i] as LevelEdge).out;
    if (new Set(lines.map(exitOf)).size < 2) continue;
    const goesRight = (i: number): boolean =>
      (columns.get(i) ?? 0) > (places[(edges[i] as LevelEdge).from] as LayoutPoint).x + exitOf(i);
    const right = [...new Set(lines.filter(goesRight).map(exitOf))].sort((a, b) => b - a);
    const left = [...new Set(lines.filter((i) => !goesRight(i)).map(exitOf))].sort((a, b) => a - b);
    for (const i of lines) steps[i] = Math.min(3, (goesRight(i) ? right : left).indexOf(exitOf(i)));
  }
  return steps;
}
