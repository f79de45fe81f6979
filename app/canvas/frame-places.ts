/**
 * Where open groups are: in the places of the layout, with all that is in them elsewhere once they were moved as a whole, or
 * around what was moved out of them. A group has one place by hand, as the node that it is when closed, so that it stays there when
 * it opens and closes. Pure.
 */
import type { LayoutAnswer } from '../workers/protocol.ts';
import type { Point } from './edge-path.ts';
import { groupNodeId, type CanvasFrame, type CanvasGraph } from './project.ts';
import type { Moved, PlacedFrame, PlacedNode } from './placed.ts';

/** Room around what was moved out of its frame. */
const FRAME_MARGIN = { side: 14, head: 28, foot: 14 };

const UNMOVED: Point = { x: 0, y: 0 };

type Area = Pick<PlacedFrame, 'x' | 'y' | 'width' | 'height'>;

/** Top left of the node that a group is when closed, in the middle of where the flow enters its frame. */
export function closedPlace({ closedBox }: CanvasFrame, { x, y, width, height }: Area): Point {
  return closedBox.direction === 'down'
    ? { x: x + (width - closedBox.width) / 2, y }
    : { x, y: y + (height - closedBox.height) / 2 };
}

/** How far what stands in a group (by its id) was moved with it, or with one around it. */
export type Shifts = (group: string | undefined) => Point;

/** The shifts of a graph in the places of its layout. */
export function shiftsOf(graph: CanvasGraph, layout: LayoutAnswer, moved: Moved): Shifts {
  const frames = new Map(graph.frames.map((frame) => [frame.id, frame]));
  const places = new Map(layout.groups.map((group) => [group.id, group]));
  const known = new Map<string, Point>();
  const shiftOf: Shifts = (group) => {
    const frame = group === undefined ? undefined : frames.get(group);
    if (frame === undefined) return UNMOVED;
    const old = known.get(frame.id);
    if (old !== undefined) return old;
    const [to, place] = [moved[groupNodeId(frame.id)], places.get(frame.id)];
    const home = place && closedPlace(frame, place);
    const shift = to && home ? { x: to.x - home.x, y: to.y - home.y } : shiftOf(frame.inside);
    known.set(frame.id, shift);
    return shift;
  };
  return shiftOf;
}

/** The frames; those that are as before keep their identity. */
export function placeFrames(
  graph: CanvasGraph,
  layout: LayoutAnswer,
  nodes: readonly PlacedNode[],
  moved: Moved,
  shiftOf: Shifts,
  previous: readonly PlacedFrame[] | undefined,
): PlacedFrame[] {
  if (graph.frames.length === 0) return [];
  const places = new Map(layout.groups.map((group) => [group.id, group]));
  const old = new Map(previous?.map((placed) => [placed.frame.id, placed]));
  return graph.frames.flatMap((frame): PlacedFrame[] => {
    const own = new Set(frame.members);
    const inside = nodes.filter(({ node }) => node.members.some((id) => own.has(id)));
    const shift = shiftOf(frame.id);
    const isElsewhere = ({ node }: PlacedNode): boolean =>
      Object.hasOwn(moved, node.id) || !isSame(shiftOf(node.inside), shift);
    const place = inside.some(isElsewhere) ? aroundNodes(inside) : movedBy(places.get(frame.id), shift);
    if (place === undefined) return [];
    const { x, y, width, height } = place;
    const before = old.get(frame.id);
    const same =
      before?.frame === frame && before.x === x && before.y === y && before.width === width && before.height === height;
    return [same ? before : { frame, x, y, width, height }];
  });
}

export const isSame = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y;

const movedBy = (area: Area | undefined, by: Point): Area | undefined =>
  area && { x: area.x + by.x, y: area.y + by.y, width: area.width, height: area.height };

function aroundNodes(nodes: readonly PlacedNode[]): Area {
  const { side, head, foot } = FRAME_MARGIN;
  const left = Math.min(...nodes.map(({ x }) => x)) - side;
  const top = Math.min(...nodes.map(({ y }) => y)) - head;
  const right = Math.max(...nodes.map(({ node, x }) => x + node.box.boxWidth)) + side;
  const bottom = Math.max(...nodes.map(({ node, y }) => y + node.box.boxHeight)) + foot;
  return { x: left, y: top, width: right - left, height: bottom - top };
}
