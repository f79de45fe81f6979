/** Arranging nodes by hand: dragging with help to stay in line, aligning, and back to where the layout puts them. */
import { useSidecar } from '../store/sidecar.ts';
import { useCanvas } from './canvas-state.ts';
import type { Point } from './edge-path.ts';
import { closedPlace, shiftsOf } from './frame-places.ts';
import { allGroups, type Group } from './groups.ts';
import { NOTHING_MOVED, type Moved, type PlacedGraph, type PlacedNode } from './placed.ts';
import { groupNodeId, type CanvasFrame, type CanvasNode } from './project.ts';
import { useReading, type Guides } from './reading-state.ts';

/** A node that is on its way to a place. */
export interface Move {
  readonly id: string;
  readonly to: Point;
}

/** How near, in pixels of the graph, something must come to a line to be drawn into it. */
const REACH = 7;

const centreOf = ({ node, x, y }: PlacedNode): Point => ({ x: x + node.box.width / 2, y: y + node.box.height / 2 });

/** The nearest of some lines, if it is within reach. */
function nearest(value: number, lines: readonly number[]): number | undefined {
  let best: number | undefined;
  for (const line of lines) {
    const distance = Math.abs(line - value);
    if (distance <= REACH && (best === undefined || distance < Math.abs(best - value))) best = line;
  }
  return best;
}

/** The lines through the middles of some nodes that a middle is near to, and how far it is from them. */
function nearLines(middle: Point, nodes: readonly PlacedNode[]): { readonly guides: Guides; readonly by: Point } {
  const others = nodes.map(centreOf);
  const guides = {
    x: nearest(
      middle.x,
      others.map(({ x }) => x),
    ),
    y: nearest(
      middle.y,
      others.map(({ y }) => y),
    ),
  };
  return { guides, by: { x: (guides.x ?? middle.x) - middle.x, y: (guides.y ?? middle.y) - middle.y } };
}

/**
 * Draws what is moved into line with the middles of what is not: the first of the moved nodes decides, the others keep
 * their distance from it.
 */
export function snap(
  graph: PlacedGraph,
  moves: readonly Move[],
): { readonly moves: readonly Move[]; readonly guides: Guides } {
  const ids = new Set(moves.map(({ id }) => id));
  const [lead] = moves;
  const placed = graph.nodes.find(({ node }) => node.id === lead?.id);
  if (lead === undefined || placed === undefined) return { moves, guides: { x: undefined, y: undefined } };
  const centre = centreOf({ ...placed, x: lead.to.x, y: lead.to.y });
  const { guides, by } = nearLines(
    centre,
    graph.nodes.filter(({ node }) => !ids.has(node.id)),
  );
  return { moves: moves.map(({ id, to }) => ({ id, to: { x: to.x + by.x, y: to.y + by.y } })), guides };
}

/** Puts an open group where it is dragged to (its top left), with all that is in it, groups and nodes moved by hand included. */
export function moveFrame(group: string, to: Point): void {
  const picture = useCanvas.getState().picture;
  const placed = picture?.placed.frames.find(({ frame }) => frame.id === group);
  const home = picture?.answer.groups.find(({ id }) => id === group);
  if (picture === undefined || placed === undefined || home === undefined) return;
  const { graph, answer } = picture;
  const own = new Set(placed.frame.members);
  const isInside = ({ node }: PlacedNode): boolean => node.members.some((id) => own.has(id));
  const middle = { x: to.x + placed.width / 2, y: to.y + placed.height / 2 };
  const near = nearLines(
    middle,
    picture.placed.nodes.filter((node) => !isInside(node)),
  );
  useReading.setState({ guides: near.guides });
  const by = { x: to.x + near.by.x - placed.x, y: to.y + near.by.y - placed.y };
  useSidecar.setState(({ moved }) => {
    const shift = shiftsOf(graph, answer, moved)(group);
    const closed = closedPlace(placed.frame, home);
    const inner = [
      ...picture.placed.nodes.filter(isInside).map(({ node }) => node.id),
      ...graph.frames.filter(({ id, members }) => id !== group && members.every((one) => own.has(one))).map(frameKey),
    ];
    const place = { x: closed.x + shift.x + by.x, y: closed.y + shift.y + by.y };
    return { moved: { ...moved, ...Object.fromEntries(along(inner, moved, by)), [groupNodeId(group)]: place } };
  });
}

const frameKey = ({ id }: CanvasFrame): string => groupNodeId(id);

/** Takes away the lines that what is dragged was in. */
export function showNoGuides(): void {
  useReading.setState({ guides: undefined });
}

/** Puts nodes where they were dragged to; `dragging` while they may still go on. */
export function moveNodes(moves: readonly Move[], dragging: boolean): void {
  const placed = useCanvas.getState().picture?.placed;
  if (moves.length === 0 || placed === undefined) return;
  const { moves: snapped, guides } = snap(placed, moves);
  useReading.setState({ guides: dragging ? guides : undefined });
  place(snapped);
}

function place(moves: readonly Move[]): void {
  useSidecar.setState(({ moved }) => ({
    moved: {
      ...moved,
      ...Object.fromEntries(moves.flatMap((move) => placesWithin(move, moved))),
      ...Object.fromEntries(moves.map(({ id, to }) => [id, to])),
    },
  }));
}

/** Places by hand of what is in a closed group that moves: they move along. */
function placesWithin({ id, to }: Move, moved: Moved): [string, Point][] {
  const { picture } = useCanvas.getState();
  const placed = picture?.placed.nodes.find(({ node }) => node.id === id);
  const group = placed?.node.group?.id;
  if (picture === undefined || placed === undefined || group === undefined) return [];
  const inner = allGroups(
    picture.graph.groups.flatMap(function find(one): Group[] {
      return one.id === group ? [...one.groups] : one.groups.flatMap(find);
    }),
  );
  return along([...placed.node.members, ...inner.map((one) => groupNodeId(one.id))], moved, {
    x: to.x - placed.x,
    y: to.y - placed.y,
  });
}

/** Those of some places by hand that there are, moved on. */
const along = (ids: readonly string[], moved: Moved, by: Point): [string, Point][] =>
  ids.flatMap((id): [string, Point][] => {
    const at = moved[id];
    return at === undefined ? [] : [[id, { x: at.x + by.x, y: at.y + by.y }]];
  });

/** Gives the layout back its say: for these nodes with the groups that are made of them, or for all. */
export function resetMoves(nodes?: readonly CanvasNode[]): void {
  const members = new Set(nodes?.flatMap((node) => node.members));
  const frames = useCanvas
    .getState()
    .picture?.graph.frames.filter((frame) => frame.members.every((id) => members.has(id)));
  const reset = new Set([...(nodes ?? []).map(({ id }) => id), ...(frames ?? []).map(frameKey)]);
  useSidecar.setState(({ moved }) => ({
    moved:
      nodes === undefined ? NOTHING_MOVED : Object.fromEntries(Object.entries(moved).filter(([id]) => !reset.has(id))),
  }));
}

/** Where nodes go that are to stand in a column or a row: their middles on the mean of what they are now. */
export function aligned(nodes: readonly PlacedNode[], axis: 'column' | 'row'): Move[] {
  const centres = nodes.map(centreOf);
  const key = axis === 'column' ? 'x' : 'y';
  const line = centres.reduce((sum, centre) => sum + centre[key], 0) / centres.length;
  return nodes.map(({ node, x, y }, i) => {
    const by = Math.round(line - (centres[i] as Point)[key]);
    return { id: node.id, to: axis === 'column' ? { x: x + by, y } : { x, y: y + by } };
  });
}

/** Puts nodes into a column or a row. */
export function alignNodes(ids: ReadonlySet<string>, axis: 'column' | 'row'): void {
  const nodes = useCanvas.getState().picture?.placed.nodes.filter(({ node }) => ids.has(node.id)) ?? [];
  place(aligned(nodes, axis));
}
