/**
 * Places the nodes of a net, those of each open group within its frame. The insides of groups are placed first and then
 * stand as boxes in what surrounds them, so that a frame holds nothing but its own. Apart from the worker so that it runs in
 * tests and tools too.
 */
import { asideCorners, type PlacedBox } from './layout-asides.ts';
import { layoutLevel } from './layout-level.ts';
import type {
  LayoutAnswer,
  LayoutEdge,
  LayoutGroup,
  LayoutNode,
  LayoutPoint,
  LayoutRequest,
} from './layout-protocol.ts';
import { corners, type LevelUnit } from './layout-shapes.ts';

/** Room between a frame and what it holds, and for its name at the side where that is written. */
const FRAME_PADDING = 14;
const FRAME_NAME = 26;

/** One level: the whole net, or the inside of a group. Its parts are nodes, groups, and ports where lines cross the frame. */
interface Level {
  readonly group: LayoutGroup | undefined;
  /** Nodes and groups, in the order of the text, then ports. */
  readonly parts: string[];
  readonly lines: Map<string, { readonly from: string; readonly to: string; readonly port: string }>;
  readonly order: (readonly [string, string])[];
}

interface LaidLevel {
  readonly places: ReadonlyMap<string, LayoutPoint>;
  readonly routes: ReadonlyMap<string, readonly LayoutPoint[]>;
  readonly unit: LevelUnit;
  /** Distances from the left of where each port crosses the frame. */
  readonly entries: ReadonlyMap<string, number>;
  readonly exits: ReadonlyMap<string, number>;
}

const ROOT = '';
const nodeKey = (id: string): string => `node ${id}`;
const groupKey = (id: string): string => `group ${id}`;
const sourceKey = (port: string): string => `source ${port}`;
const sinkKey = (port: string): string => `sink ${port}`;
const portOf = ({ from, exit }: LayoutEdge): string => `${exit} ${from}`;

class GraphLayout {
  readonly #request: LayoutRequest;
  readonly #nodes: ReadonlyMap<string, LayoutNode>;
  readonly #groups: ReadonlyMap<string, LayoutGroup>;
  readonly #levels = new Map<string, Level>();
  readonly #laid = new Map<string, LaidLevel>();
  /** For each edge the pieces of its way: a line of a level each. */
  readonly #ways = new Map<string, { readonly level: string; readonly line: string }[]>();

  constructor(request: LayoutRequest) {
    this.#request = request;
    this.#nodes = new Map(request.nodes.map((node) => [node.id, node]));
    this.#groups = new Map(request.groups.map((group) => [group.id, group]));
    this.#levels.set(ROOT, { group: undefined, parts: [], lines: new Map(), order: [] });
    for (const group of request.groups) {
      this.#levels.set(group.id, { group, parts: [], lines: new Map(), order: [] });
    }
    const listed = new Set<string>();
    for (const node of request.nodes) {
      const path = this.#path(node.id);
      // Groups stand where their first node stands in the text.
      path.forEach((level, i) => {
        const inner = path[i + 1];
        const part = inner === undefined ? nodeKey(node.id) : groupKey(inner);
        if (!listed.has(part)) this.#level(level).parts.push(part);
        listed.add(part);
      });
    }
    for (const edge of request.edges) this.#lead(edge);
  }

  async layout(): Promise<LayoutAnswer> {
    // Inner groups come after those around them.
    for (const group of [...this.#request.groups].reverse()) await this.#layLevel(group.id);
    await this.#layLevel(ROOT);
    const origins = this.#origins();
    const boxes = new Map<string, PlacedBox>();
    for (const node of this.#request.nodes) {
      const level = node.group ?? ROOT;
      const [place, origin] = [this.#laid.get(level)?.places.get(nodeKey(node.id)), origins.get(level)];
      if (place !== undefined && origin !== undefined) {
        boxes.set(node.id, { node, x: place.x + origin.x, y: place.y + origin.y });
      }
    }
    const routes = new Map<string, LayoutPoint[]>();
    for (const [id, way] of this.#ways) routes.set(id, this.#wayPoints(way, origins));
    const frames = this.#request.groups.map((group) => this.#frame(group, origins));
    const asides = this.#request.edges.filter(({ aside }) => aside);
    const around = asideCorners(asides, boxes, frames, [...routes.values()]);
    const turn = this.#request.direction === 'right' ? turned : straight;
    return {
      nodes: [...boxes.values()].map(({ node, x, y }) => ({ id: node.id, ...turn({ x, y }) })),
      edges: this.#request.edges.map(({ id }) => ({ id, points: (routes.get(id) ?? around.get(id) ?? []).map(turn) })),
      groups: frames.map(({ id, x, y, width, height }) => {
        const size = turn({ x: width, y: height });
        return { id, ...turn({ x, y }), width: size.x, height: size.y };
      }),
    };
  }

  #level(id: string): Level {
    return this.#levels.get(id) as Level;
  }

  /** The levels that a node stands in, from the whole net inwards. */
  #path(id: string): string[] {
    const path: string[] = [];
    let at = this.#nodes.get(id)?.group;
    while (at !== undefined) {
      path.unshift(at);
      at = this.#groups.get(at)?.group;
    }
    return [ROOT, ...path];
  }

  /** Finds the way of an edge through the levels: out of the groups of its source, across, into those of its target. */
  #lead(edge: LayoutEdge): void {
    const port = portOf(edge);
    const [up, down] = [this.#path(edge.from), this.#path(edge.to)];
    let shared = 0;
    while (shared + 1 < up.length && up[shared + 1] === down[shared + 1]) shared++;
    const part = (path: readonly string[], depth: number, node: string): string => {
      const inner = path[depth + 1];
      return inner === undefined ? nodeKey(node) : groupKey(inner);
    };
    const [from, to] = [part(up, shared, edge.from), part(down, shared, edge.to)];
    const across = up[shared] as string;
    if (edge.aside) {
      if (from !== to) this.#level(across).order.push([from, to]);
      return;
    }
    const way: { level: string; line: string }[] = [];
    const line = (level: string, source: string, target: string): void => {
      const key = `${port} ${source} ${target}`;
      const { lines, parts } = this.#level(level);
      for (const end of [source, target]) {
        if ((end === sourceKey(port) || end === sinkKey(port)) && !parts.includes(end)) parts.push(end);
      }
      lines.set(key, { from: source, to: target, port });
      way.push({ level, line: key });
    };
    for (let depth = up.length - 1; depth > shared; depth--) {
      line(up[depth] as string, part(up, depth, edge.from), sinkKey(port));
    }
    line(across, from, to);
    for (let depth = shared + 1; depth < down.length; depth++) {
      line(down[depth] as string, sourceKey(port), part(down, depth, edge.to));
    }
    this.#ways.set(edge.id, way);
  }

  #unit(part: string): LevelUnit {
    const node = part.startsWith('node ') ? this.#nodes.get(part.slice(5)) : undefined;
    if (node !== undefined) {
      const { width, height, bodyHeight, entry } = node;
      return { width, height, bodyHeight, axis: entry };
    }
    if (part.startsWith('group ')) return (this.#laid.get(part.slice(6)) as LaidLevel).unit;
    const named = part.startsWith('source ') && this.#request.direction === 'down';
    return { width: 0, height: named ? FRAME_NAME - 12 : 0, bodyHeight: 0, axis: 0 };
  }

  #out(part: string, port: string): number {
    if (part.startsWith('node ')) {
      return this.#nodes.get(part.slice(5))?.exits[Number.parseInt(port, 10)] ?? this.#unit(part).axis;
    }
    return part.startsWith('group ') ? (this.#laid.get(part.slice(6))?.exits.get(port) ?? 0) : 0;
  }

  #into(part: string, port: string): number {
    if (part.startsWith('node ')) return this.#unit(part).axis;
    return part.startsWith('group ') ? (this.#laid.get(part.slice(6))?.entries.get(port) ?? 0) : 0;
  }

  async #layLevel(id: string): Promise<void> {
    const { group, parts, lines, order } = this.#level(id);
    const index = new Map(parts.map((part, i) => [part, i]));
    const at = (part: string): number => index.get(part) as number;
    const units = parts.map((part) => this.#unit(part));
    const keys = [...lines.keys()];
    const edges = [...lines.values()].map(({ from, to, port }) => ({
      from: at(from),
      out: this.#out(from, port),
      to: at(to),
      into: this.#into(to, port),
    }));
    const pairs = order.map(([from, to]) => [at(from), at(to)] as const);
    const { places, routes } = await layoutLevel(units, edges, [...pairs, ...this.#belowName(parts, edges)]);
    const named = new Map(parts.map((part, i) => [part, places[i] as LayoutPoint]));
    const led = new Map(keys.map((key, i) => [key, routes[i] as readonly LayoutPoint[]]));
    this.#laid.set(
      id,
      group === undefined
        ? { places: named, routes: led, unit: EMPTY, entries: new Map(), exits: new Map() }
        : this.#framed(group, named, led),
    );
  }

  /** Parts that read nothing from outside stand below the name of the frame as well. */
  #belowName(parts: readonly string[], edges: readonly { readonly to: number }[]): (readonly [number, number])[] {
    const source = parts.findIndex((part) => part.startsWith('source '));
    if (source < 0) return [];
    const reads = new Set(edges.map(({ to }) => to));
    return parts.flatMap((part, i) => (part.startsWith('source ') || reads.has(i) ? [] : [[source, i] as const]));
  }

  /** Puts a frame around a level. */
  #framed(
    group: LayoutGroup,
    places: ReadonlyMap<string, LayoutPoint>,
    routes: ReadonlyMap<string, readonly LayoutPoint[]>,
  ): LaidLevel {
    const down = this.#request.direction === 'down';
    let [left, right, bottom] = [Infinity, -Infinity, 0];
    let hasSource = false;
    for (const [part, { x, y }] of places) {
      const { width, height } = this.#unit(part);
      left = Math.min(left, x);
      right = Math.max(right, x + width);
      bottom = Math.max(bottom, part.startsWith('sink ') ? y : y + height + FRAME_PADDING / 2);
      hasSource ||= part.startsWith('source ');
    }
    for (const points of routes.values()) {
      for (const { x } of points) [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
    const inner = right - left + 2 * FRAME_PADDING + (down ? 0 : FRAME_NAME - FRAME_PADDING);
    const missing = down ? Math.max(0, group.nameWidth - inner) / 2 : 0;
    const dx = (down ? FRAME_PADDING : FRAME_NAME) + missing - left;
    const dy = hasSource ? 0 : down ? FRAME_NAME : FRAME_PADDING;
    const height = Math.max(bottom + dy, down ? 0 : group.nameWidth);
    const moved = new Map([...places].map(([part, { x, y }]) => [part, { x: x + dx, y: y + dy }]));
    const sinks = [...moved].filter(([part]) => part.startsWith('sink '));
    const led = new Map(
      [...routes].map(([key, points]) => {
        const shifted = points.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
        const last = shifted.at(-1);
        // A port lies where its line ends: the line goes on to the foot of the frame.
        const leaves = last !== undefined && sinks.some(([part]) => key.endsWith(part));
        return [key, leaves ? [...shifted, { x: last.x, y: height }] : shifted];
      }),
    );
    const at = (kind: 'source ' | 'sink '): Map<string, number> =>
      new Map([...moved].flatMap(([part, { x }]) => (part.startsWith(kind) ? [[part.slice(kind.length), x]] : [])));
    const [entries, exits] = [at('source '), at('sink ')];
    const width = inner + 2 * missing;
    const [axis] = [...entries.values(), ...exits.values(), width / 2];
    return {
      places: moved,
      routes: led,
      unit: { width, height, bodyHeight: height, axis: axis ?? width / 2 },
      entries,
      exits,
    };
  }

  /** Top left of each level in the whole. The trunk begins at 0, so that a change further on does not move it. */
  #origins(): Map<string, LayoutPoint> {
    const [first] = this.#level(ROOT).parts;
    const place = first === undefined ? undefined : this.#laid.get(ROOT)?.places.get(first);
    const origins = new Map<string, LayoutPoint>();
    const axis = first === undefined || place === undefined ? 0 : place.x + this.#unit(first).axis;
    origins.set(ROOT, { x: -Math.round(axis), y: 0 });
    for (const { id, group } of this.#request.groups) {
      const around = origins.get(group ?? ROOT) ?? { x: 0, y: 0 };
      const own = this.#laid.get(group ?? ROOT)?.places.get(groupKey(id)) ?? { x: 0, y: 0 };
      origins.set(id, { x: around.x + own.x, y: around.y + own.y });
    }
    return origins;
  }

  #wayPoints(
    way: readonly { readonly level: string; readonly line: string }[],
    origins: ReadonlyMap<string, LayoutPoint>,
  ): LayoutPoint[] {
    return corners(
      way.flatMap(({ level, line }) => {
        const origin = origins.get(level) ?? { x: 0, y: 0 };
        const points = this.#laid.get(level)?.routes.get(line) ?? [];
        return points.map(({ x, y }) => ({ x: x + origin.x, y: y + origin.y }));
      }),
    );
  }

  #frame(group: LayoutGroup, origins: ReadonlyMap<string, LayoutPoint>) {
    const { x, y } = origins.get(group.id) ?? { x: 0, y: 0 };
    const { width, height } = this.#laid.get(group.id)?.unit ?? EMPTY;
    const members = new Set(
      this.#request.nodes.flatMap((node) => (this.#path(node.id).includes(group.id) ? [node.id] : [])),
    );
    return { id: group.id, x, y, width, height, left: x, right: x + width, top: y, bottom: y + height, members };
  }
}

const EMPTY: LevelUnit = { width: 0, height: 0, bodyHeight: 0, axis: 0 };
const straight = (point: LayoutPoint): LayoutPoint => point;
const turned = ({ x, y }: LayoutPoint): LayoutPoint => ({ x: y, y: x });

/** Computes positions and routes. An empty net gives an empty answer. */
export async function layoutGraph(request: LayoutRequest): Promise<LayoutAnswer> {
  return new GraphLayout(request).layout();
}
