/** A drawing of a graph that still says something at the size of a stamp: boxes in the colours of their families, no words. Pure. */
import type { LayoutAnswer, LayoutRequest } from '../workers/protocol.ts';
import type { PictureTheme } from './picture-svg.ts';
import type { CanvasGraph } from './project.ts';

const WIDTH = 104;
const HEIGHT = 34;
const PADDING = 8;
/** The least width of the drawing for its height: the boxes of a long chain are made wider. */
const SLIMMEST = 0.24;
const WIDEST = 640;

/** What to lay out: the same graph with small boxes, all alike, and no frames. */
export const thumbnailRequest = ({ nodes, layout }: CanvasGraph, width = WIDTH): LayoutRequest => ({
  kind: 'layout',
  direction: 'down',
  nodes: nodes.map(({ id, outputs }) => ({
    id,
    width,
    height: HEIGHT,
    bodyHeight: HEIGHT,
    entry: width / 2,
    exits: outputs.map(() => width / 2),
    group: undefined,
  })),
  edges: layout.edges,
  groups: [],
});

/** How wide boxes have to be for the drawing not to be a mere line, by how it came out with boxes of the usual width. */
export function thumbnailWidth({ nodes }: LayoutAnswer): number {
  const width = Math.max(...nodes.map(({ x }) => x)) - Math.min(...nodes.map(({ x }) => x));
  const height = Math.max(...nodes.map(({ y }) => y)) + HEIGHT;
  const columns = width / (WIDTH + 28) + 1;
  return Math.round(Math.min(WIDEST, Math.max(WIDTH, (height * SLIMMEST) / columns)));
}

/** The drawing of boxes of a width, with lines of a grey that stands on light and on dark. */
export function thumbnailOf(
  graph: CanvasGraph,
  places: LayoutAnswer,
  families: PictureTheme['families'],
  width = WIDTH,
): string {
  const family = new Map(graph.nodes.map((node) => [node.id, node.family]));
  const boxes = places.nodes.map(({ id, x, y }) => {
    const fill = families[family.get(id) ?? 'unknown'];
    return `<rect x="${Math.round(x)}" y="${Math.round(y)}" width="${width}" height="${HEIGHT}" rx="6" fill="${fill}"/>`;
  });
  const quiet = new Set(graph.edges.flatMap((edge) => (edge.quiet ? [edge.id] : [])));
  const lines = places.edges.map(({ id, points }) => {
    const path = points.map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`).join('L');
    return `<path d="M${path}"${quiet.has(id) ? ' opacity=".45"' : ''}/>`;
  });
  const corners = [
    ...places.nodes.flatMap(({ x, y }) => [
      { x, y },
      { x: x + width, y: y + HEIGHT },
    ]),
    ...places.edges.flatMap(({ points }) => points),
  ];
  const [left, top] = [Math.min(...corners.map(({ x }) => x)), Math.min(...corners.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...corners.map(({ x }) => x)), Math.max(...corners.map(({ y }) => y))];
  const box = [left - PADDING, top - PADDING, right - left + 2 * PADDING, bottom - top + 2 * PADDING];
  // Half a pixel where the drawing stands in the gallery.
  const stroke = Math.max(4, Math.round((bottom - top) / 100));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.map(Math.round).join(' ')}"><g fill="none" stroke="#8f877c" stroke-width="${stroke}">${lines.join('')}</g>${boxes.join('')}</svg>\n`;
}
