/**
 * The whole graph as a drawing by itself: SVG with its labels as text, its fonts named, and every colour written out, for
 * print and for other programs. Pure: places and theme in, text out.
 */
import { roundedPath } from './edge-path.ts';
import { labelOffset, rowNote, BODY_HEIGHT, FACT_SIZE, NAME_SIZE, ROW_HEIGHT } from './node-box.ts';
import { boundsOf } from './placed-graph.ts';
import type { PlacedEdge, PlacedFrame, PlacedGraph, PlacedNode } from './placed.ts';
import type { CanvasNode } from './project.ts';
import { monoWidth } from './text-metrics.ts';

/** The colours of a drawing, as CSS colours. */
export interface PictureTheme {
  readonly ground: string;
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly border: string;
  readonly line: string;
  readonly quietLine: string;
  readonly danger: string;
  readonly families: Readonly<Record<CanvasNode['family'], string>>;
}

const MARGIN = 24;
const UI_FONT = "'Inter Variable', Inter, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
const MONO_FONT = "'JetBrains Mono Variable', 'JetBrains Mono', ui-monospace, Menlo, Consolas, monospace";

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const round = (value: number): number => Math.round(value * 100) / 100;

/** A line of text; `x` is its left end, or its right end with `anchor` `end`. */
function label(
  text: string,
  x: number,
  y: number,
  style: {
    readonly mono?: boolean;
    readonly size: number;
    readonly fill: string;
    readonly bold?: boolean;
    readonly end?: boolean;
  },
): string {
  const attributes = [
    `x="${round(x)}" y="${round(y)}"`,
    `class="${style.mono === true ? 'mono' : 'ui'}"`,
    `font-size="${style.size}" fill="${style.fill}"`,
    ...(style.bold === true ? ['font-weight="600"'] : []),
    ...(style.end === true ? ['text-anchor="end"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

function drawNode({ node, x, y }: PlacedNode, theme: PictureTheme): string {
  const { width, height, summaryBeside } = node.box;
  const family = theme.families[node.family];
  const [left, right] = [12, width - 12];
  const parts: string[] = [];
  if (node.group !== undefined) {
    const depth = node.group.repeats > 1 ? [6, 3] : [3];
    for (const by of depth) {
      parts.push(
        `<rect x="0.5" y="${by + 0.5}" width="${width - 1}" height="${height - 1}" rx="4" fill="${theme.panel}" stroke="${theme.border}"/>`,
      );
    }
  }
  parts.push(
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="4" fill="${theme.panel}" stroke="${theme.border}"/>`,
    `<path d="M 4 0 H 4 V ${height} H 4 A 4 4 0 0 1 0 ${height - 4} V 4 A 4 4 0 0 1 4 0 Z" fill="${family}"/>`,
    label(node.name, left, 18, { mono: true, size: NAME_SIZE, fill: theme.text, bold: true }),
    label(node.type, left, 35.5, { size: FACT_SIZE, fill: node.problem === undefined ? theme.muted : theme.danger }),
  );
  if (node.summary !== '') {
    const baseline = summaryBeside === 'name' ? 18 : 35.5;
    parts.push(label(node.summary, right, baseline, { mono: true, size: FACT_SIZE, fill: theme.muted, end: true }));
  }
  node.rows.forEach((row, i) => {
    const top = BODY_HEIGHT + i * ROW_HEIGHT - 1;
    const fill = row.problem === undefined ? theme.muted : theme.danger;
    parts.push(
      `<path d="M 4 ${top + 0.5} H ${width - 1}" stroke="${theme.border}" stroke-dasharray="3 3" fill="none"/>`,
      label(row.name, left, top + 14, { mono: true, size: FACT_SIZE, fill: theme.text }),
      label(rowNote(row.type), right, top + 14, { size: FACT_SIZE, fill, end: true }),
    );
  });
  node.outputs.forEach(({ text }, i) => {
    const at = labelOffset(node.box, i);
    parts.push(label(text, at.left, at.top + 13, { mono: true, size: FACT_SIZE, fill: theme.muted }));
  });
  const title = `<title>${escaped(node.description)}</title>`;
  return `<g class="node" data-id="${escaped(node.id)}" transform="translate(${round(x)} ${round(y)})">${title}${parts.join('')}</g>`;
}

function drawEdge({ edge, points }: PlacedEdge, theme: PictureTheme): string {
  const stroke = edge.quiet ? theme.quietLine : theme.line;
  const title = `<title>${escaped(edge.description)}</title>`;
  const head = edge.quiet ? 'head-quiet' : 'head';
  return `<path class="edge" d="${roundedPath(points)}" stroke="${stroke}" fill="none" marker-end="url(#${head})">${title}</path>`;
}

function drawFrame({ frame, x, y, width, height }: PlacedFrame, theme: PictureTheme): string {
  const name = label(frame.label, x + 10, y + 15, { mono: true, size: FACT_SIZE, fill: theme.muted, bold: true });
  const box = `<rect x="${round(x) + 0.5}" y="${round(y) + 0.5}" width="${round(width)}" height="${round(height)}" rx="6" fill="${theme.text}" fill-opacity="0.025" stroke="${theme.border}"/>`;
  return `<g class="frame"><title>${escaped(frame.description)}</title>${box}${name}</g>`;
}

const arrowHead = (id: string, stroke: string): string =>
  `<marker id="${id}" viewBox="-8 -5 9 10" markerWidth="9" markerHeight="10" orient="auto" markerUnits="userSpaceOnUse"><path d="M -5 -4 L 0 0 L -5 4" fill="none" stroke="${stroke}"/></marker>`;

/** A document of the whole graph with the name of the net above it; an empty graph gives an empty sheet. */
export function svgOf(graph: PlacedGraph, name: string, theme: PictureTheme): string {
  const bounds = boundsOf(graph) ?? { x: 0, y: 0, width: 0, height: 0 };
  const title = name === '' ? 0 : 32;
  const labels = graph.nodes.flatMap(({ node, x }) =>
    node.outputs.map(({ text }, i) => x + labelOffset(node.box, i).left + monoWidth(text, FACT_SIZE)),
  );
  const right = Math.max(bounds.x + bounds.width, ...labels);
  const width = Math.ceil(Math.max(right - bounds.x, monoWidth(name, 16))) + 2 * MARGIN;
  const height = Math.ceil(bounds.height) + 2 * MARGIN + title + 6;
  const origin = `translate(${round(MARGIN - bounds.x)} ${round(MARGIN + title - bounds.y)})`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(name)}</title>`,
    `<style>.ui{font-family:${UI_FONT}}.mono{font-family:${MONO_FONT}}text{white-space:pre}</style>`,
    `<defs>${arrowHead('head', theme.line)}${arrowHead('head-quiet', theme.quietLine)}</defs>`,
    `<rect width="${width}" height="${height}" fill="${theme.ground}"/>`,
    ...(name === '' ? [] : [label(name, MARGIN, MARGIN + 14, { size: 16, fill: theme.text, bold: true })]),
    `<g transform="${origin}">`,
    ...graph.frames.map((frame) => drawFrame(frame, theme)),
    ...graph.edges.map((edge) => drawEdge(edge, theme)),
    ...graph.nodes.map((node) => drawNode(node, theme)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
