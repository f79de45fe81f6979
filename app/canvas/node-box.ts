/** Sizes of a node: where its texts, its exits and the labels of its outputs stand. Pure; all in CSS pixels. */
import type { Shape } from '../caffe/net/layer-table.ts';
import { monoWidth, uiWidth } from './text-metrics.ts';

export const NAME_SIZE = 12;
export const FACT_SIZE = 11;
/** Height of a node without rows, and of each row of a folded layer. */
export const BODY_HEIGHT = 44;
export const ROW_HEIGHT = 20;
/** Room below the body for the labels of what leaves it. */
export const LABEL_STRIP = 18;
/** Distance of a label from the edge it belongs to. */
export const LABEL_OFFSET = 7;

const MIN_WIDTH = 208;
/** So much wider a node may be for its summary to stand where most have it, beside the name. */
const WIDER = 24;
const PADDING = 24;
const GAP = 16;
const EXIT_MARGIN = 12;
const EXIT_GAP = 12;
/** The mark before the name of a closed group, with its gap. */
const CLOSED_MARK = 20;

/** Extents as Caffe's logs write them, with a multiplication sign: `100×32×16×16`. */
export function shapeText(shape: Shape | undefined): string {
  if (shape === undefined) return '?';
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

export type FlowDirection = 'down' | 'right';

/** A top that something reads: one exit of the node. */
export interface OutputText {
  readonly blob: string;
  readonly text: string;
}

export interface NodeTexts {
  readonly name: string;
  readonly type: string;
  readonly summary: string;
  readonly rows: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly OutputText[];
  /** A source of data: its first output keeps the middle and the others leave at the side. */
  readonly source: boolean;
  /** Where the flow goes; down unless said otherwise. */
  readonly direction?: FlowDirection;
  /** A closed group, which has a mark before its name. */
  readonly closed?: boolean;
}

export interface NodeBox {
  /** Of the drawn body. */
  readonly width: number;
  readonly height: number;
  /** Of the body with the labels behind it. */
  readonly boxWidth: number;
  readonly boxHeight: number;
  /** Distances of the exits along the side where they leave: from the left where the flow goes down, else from the top. */
  readonly exits: readonly number[];
  readonly direction: FlowDirection;
  /** The summary stands beside the name, or beside the type where the name is too long. */
  readonly summaryBeside: 'name' | 'type';
}

const pair = (left: number, right: number): number => (right === 0 ? left : left + GAP + right);
const toGrid = (width: number): number => Math.ceil(width / 8) * 8;

/** What a folded layer's row says at its right. */
export const rowNote = (type: string): string => `${type}, in place`;

function textWidth(texts: NodeTexts): { width: number; summaryBeside: 'name' | 'type' } {
  const name = monoWidth(texts.name, NAME_SIZE) + (texts.closed === true ? CLOSED_MARK : 0);
  const type = uiWidth(texts.type, FACT_SIZE);
  const summary = monoWidth(texts.summary, FACT_SIZE);
  const rows = texts.rows.map((row) => pair(monoWidth(row.name, FACT_SIZE), uiWidth(rowNote(row.type), FACT_SIZE)));
  const besideName = Math.max(pair(name, summary), type, ...rows) + PADDING;
  const besideType = Math.max(name, pair(type, summary), ...rows) + PADDING;
  return besideName <= Math.max(MIN_WIDTH, besideType + WIDER)
    ? { width: besideName, summaryBeside: 'name' }
    : { width: besideType, summaryBeside: 'type' };
}

/** Exits by their distance from the first, so that every label has room at its exit's right. */
function exitOffsets(outputs: readonly OutputText[]): { offsets: number[]; lastLabel: number } {
  const offsets: number[] = [];
  let next = 0;
  let lastLabel = 0;
  for (const output of outputs) {
    lastLabel = LABEL_OFFSET + monoWidth(output.text, FACT_SIZE);
    offsets.push(next);
    next += lastLabel + EXIT_GAP;
  }
  return { offsets, lastLabel };
}

/** Where lines enter a node, from its top left. */
export const entryOffset = ({ direction, width, height }: NodeBox): { readonly x: number; readonly y: number } =>
  direction === 'down' ? { x: width / 2, y: 0 } : { x: 0, y: height / 2 };

/** Where the lines of an exit leave a node, from its top left; the middle where it has no such exit. */
export function exitOffset(box: NodeBox, exit: number): { readonly x: number; readonly y: number } {
  const along = box.exits[exit];
  return box.direction === 'down'
    ? { x: along ?? box.width / 2, y: box.height }
    : { x: box.width, y: along ?? box.height / 2 };
}

/** Where the label of an exit stands, from the node's top left. */
export function labelOffset(box: NodeBox, exit: number): { readonly left: number; readonly top: number } {
  const { x, y } = exitOffset(box, exit);
  return box.direction === 'down'
    ? { left: x + LABEL_OFFSET, top: y }
    : { left: x + LABEL_OFFSET, top: y - LABEL_STRIP };
}

/** A node whose flow goes to the right: exits one below the other, each with its label on the line. */
function boxToTheRight(texts: NodeTexts): NodeBox {
  const { width: forTexts, summaryBeside } = textWidth(texts);
  const width = toGrid(Math.max(MIN_WIDTH, forTexts));
  const count = texts.outputs.length;
  const forExits = texts.source ? 2 * (count - 1) * LABEL_STRIP + 2 * EXIT_MARGIN : count * LABEL_STRIP + EXIT_MARGIN;
  const height = Math.max(BODY_HEIGHT + ROW_HEIGHT * texts.rows.length, count > 1 ? forExits : 0);
  const first = texts.source ? height / 2 : height / 2 - ((count - 1) * LABEL_STRIP) / 2;
  const exits = texts.outputs.map((_, i) => first + i * LABEL_STRIP);
  const labels = Math.max(0, ...texts.outputs.map(({ text }) => monoWidth(text, FACT_SIZE) + 2 * LABEL_OFFSET));
  return {
    width,
    height,
    boxWidth: Math.ceil(width + labels),
    boxHeight: height,
    exits,
    summaryBeside,
    direction: 'right',
  };
}

/** The box of a node with these texts. */
export function nodeBox(texts: NodeTexts): NodeBox {
  if (texts.direction === 'right') return boxToTheRight(texts);
  const { width: forTexts, summaryBeside } = textWidth(texts);
  const { offsets, lastLabel } = exitOffsets(texts.outputs);
  const span = offsets.at(-1) ?? 0;
  const several = offsets.length > 1;
  const forExits = texts.source ? 2 * (span + EXIT_MARGIN) : span + 2 * EXIT_MARGIN;
  const width = toGrid(Math.max(MIN_WIDTH, forTexts, several ? forExits : 0));
  const first = several && !texts.source ? (width - span) / 2 : width / 2;
  const exits = offsets.map((offset) => first + offset);
  const height = BODY_HEIGHT + ROW_HEIGHT * texts.rows.length;
  const reach = (exits.at(-1) ?? 0) + lastLabel;
  return {
    width,
    height,
    boxWidth: Math.max(width, Math.ceil(reach)),
    boxHeight: height + (exits.length > 0 ? LABEL_STRIP : 0),
    exits,
    summaryBeside,
    direction: 'down',
  };
}
