/**
 * The text of one layer, cut out of the network's and parsed by itself: a form needs nothing of the other layers, and a
 * net may have hundreds. The analysis of a text arrives a moment after the text, so places are carried over to the text
 * as it is now, and what is found there is checked before anything is done with it.
 */
import type { Range } from '../caffe/diagnostics.ts';
import type { LayerView } from '../caffe/net/net-view.ts';
import { readNet } from '../caffe/net/read-net.ts';
import { V1_TYPES } from '../caffe/net/upgrade.ts';
import { styleOf } from '../caffe/text/edit-places.ts';
import type { Style } from '../caffe/text/edit-places.ts';
import { changeBetween } from '../caffe/text/kept-fields.ts';
import { parse } from '../caffe/text/parse.ts';
import { textOfLiterals } from '../caffe/text/strings.ts';
import type { FieldNode, MessageNode } from '../caffe/text/tree.ts';
import { layerTable } from '../layers/index.ts';

/** One layer's text with its tree. Offsets in the tree count from `start`. */
export interface LayerSlice {
  readonly id: string;
  /** Offset in the network's text of the first character of `text`: the start of the layer's line. */
  readonly start: number;
  readonly text: string;
  readonly field: FieldNode;
  readonly body: MessageNode;
  readonly style: Style;
  /** Written in the old form, `layers { type: CONVOLUTION … }`. */
  readonly old: boolean;
  /** Today's name of its type, as the text has it now: the analysis may not know of it yet. */
  readonly type: string;
  /** The message of LayerParameter that holds the settings of its type: `convolution_param`. */
  readonly settings: string | undefined;
}

/** The texts that analyses belong to: the one that stood when the analysis was first asked about. */
const analysed = new WeakMap<object, string>();

/** The text that an analysis (the pair of nets of the document) was made of. */
export function analysedText(nets: object, text: string): string {
  const known = analysed.get(nets);
  if (known === undefined) analysed.set(nets, text);
  return known ?? text;
}

/** Where a range of one text is in another that differs from it in one place; undefined where the change cuts through it. */
export function carryRange(range: Range, from: string, to: string): Range | undefined {
  if (from === to) return range;
  const { start, oldEnd, newEnd } = changeBetween(from, to);
  const growth = newEnd - oldEnd;
  if (range.end <= start) return range;
  if (range.start >= oldEnd) return { start: range.start + growth, end: range.end + growth };
  if (range.start <= start && oldEnd <= range.end) return { start: range.start, end: range.end + growth };
  return undefined;
}

/** Cuts the layer that stands at a range out of a text; undefined where no whole layer of that name stands there. */
export function sliceAt(text: string, range: Range, layer: Pick<LayerView, 'id' | 'name'>): LayerSlice | undefined {
  const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
  const start = text.slice(lineStart, range.start).trim() === '' ? lineStart : range.start;
  const own = text.slice(start, range.end);
  const document = parse(own);
  const [field] = document.root.fields;
  const body = field?.value;
  if (document.errors.length > 0 || document.root.fields.length !== 1 || field === undefined) return undefined;
  if (body?.kind !== 'message' || body.close === undefined || field.range.end !== own.length) return undefined;
  if (field.name !== 'layer' && field.name !== 'layers') return undefined;
  if (wordIn(body, 'name') !== layer.name) return undefined;
  const style = styleOf(own, document.root);
  const word = wordIn(body, 'type');
  const old = field.name === 'layers';
  const type = old ? (V1_TYPES[word] ?? word) : word;
  const settings = layerTable.get(type)?.paramField;
  return { id: layer.id, start, text: own, field, body, style, old, type, settings };
}

function wordIn(body: MessageNode, field: string): string {
  const value = body.fields.find(({ name }) => name === field)?.value;
  if (value?.kind !== 'scalar') return '';
  return value.form === 'string' ? textOfLiterals(value.parts) : value.text;
}

/**
 * The layer's slice of the text as it is now. Only where the text was changed across the layer's borders since its
 * analysis, the whole net is read. Undefined where the layer is gone, broken, or made of the net's `input` fields.
 */
export function findSlice(
  nets: object,
  text: string,
  layer: Pick<LayerView, 'id' | 'name' | 'range'>,
): LayerSlice | undefined {
  const from = analysedText(nets, text);
  const range = carryRange(layer.range, from, text);
  const near = range && sliceAt(text, range, layer);
  if (near !== undefined) return near;
  const found = readNet(text).layers.find(({ id }) => id === layer.id);
  return found && sliceAt(text, found.range, layer);
}
