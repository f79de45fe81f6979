/**
 * The fewest edits that bring a text to what a draft says: names changed where they stand, pins put in and taken out,
 * layers moved with the comments above them, new layers put where they compute.
 */
import type { Range, TextEdit } from '../diagnostics.ts';
import { applyEdits } from './apply-edits.ts';
import { rangeOf, sourceOf } from './decode.ts';
import type { Draft, DraftLayer } from './draft-net.ts';
import {
  indentAt,
  insertBlock,
  insertField,
  itemsOf,
  leadingStart,
  lineEndAfter,
  removalRange,
  removeItems,
  styleOf,
} from './edit-places.ts';
import type { Style } from './edit-places.ts';
import { literalOf } from './strings.ts';
import type { FieldNode, MessageNode } from './tree.ts';

interface Place {
  readonly node: MessageNode;
  readonly field: FieldNode;
  /** Position in a list of layers; undefined for a layer with a field to itself. */
  readonly inList: number | undefined;
}

/** Where a layer stands in its text; the layer made of the net's `input` fields stands nowhere. */
function placeOf({ layer }: DraftLayer): Place | undefined {
  const source = sourceOf(layer);
  if (!source?.field) return undefined;
  const { node, field } = source;
  const inList = field.value?.kind === 'list' ? field.value.items.indexOf(node) : undefined;
  return { node, field, inList };
}

/** Ordered edits without overlap; an insertion that touches another edit becomes one with it. */
export function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  const sorted = edits.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  const merged: TextEdit[] = [];
  for (const edit of sorted) {
    const last = merged.at(-1);
    const isEmpty = ({ range }: TextEdit): boolean => range.start === range.end;
    if (last?.range.end === edit.range.start && (isEmpty(last) || isEmpty(edit))) {
      merged[merged.length - 1] = {
        range: { start: last.range.start, end: edit.range.end },
        text: last.text + edit.text,
      };
    } else if (!isEmpty(edit) || edit.text !== '') merged.push(edit);
  }
  return merged;
}

/** The edits that bring the draft's own text to what the draft says. */
export function draftEdits(draft: Draft, style: Style): TextEdit[] {
  const { text } = draft.own;
  const staying = standing(draft);
  const kept = new Set(draft.layers);
  const edits = [...staying].flatMap((layer) => pinEdits(layer, style));
  const leaving = draft.originals.filter((layer) => !staying.has(layer));
  const items = leaving.flatMap((layer) => {
    const place = placeOf(layer);
    if (!place) return [];
    return place.inList === undefined ? [] : [{ field: place.field, value: place.node, inList: place.inList }];
  });
  edits.push(...removeItems(text, items));
  for (const layer of leaving) {
    const place = placeOf(layer);
    if (!place) edits.push(...inputRemovals(draft));
    else if (place.inList === undefined) {
      const range = kept.has(layer) ? wholeRange(text, place.field) : removalRange(text, place.field);
      edits.push({ range, text: '' });
    }
  }
  edits.push(...insertions(draft, staying, style));
  return inOrder(edits);
}

/** The layers that need not move: the longest run of them that is in the text's order. */
function standing({ own, layers }: Draft): Set<DraftLayer> {
  const mine = layers.filter(({ sheet }) => sheet === own);
  // For each length, the layer that ends a run of it with the smallest index, and what came before each layer.
  const ends: DraftLayer[] = [];
  const before = new Map<DraftLayer, DraftLayer | undefined>();
  for (const layer of mine) {
    let at = ends.length;
    while (at > 0 && (ends[at - 1] as DraftLayer).index > layer.index) at--;
    before.set(layer, ends[at - 1]);
    ends[at] = layer;
  }
  const stay = new Set<DraftLayer>();
  for (let layer = ends.at(-1); layer; layer = before.get(layer)) stay.add(layer);
  return stay;
}

/** A layer's field with the comments above it and behind it: what moves with it. */
function wholeRange(text: string, field: FieldNode): Range {
  const range = removalRange(text, field);
  const start = Math.min(range.start, leadingStart(text, field));
  const end = lineEndAfter(text, field.fullEnd);
  if (end === field.fullEnd || range.end > end) return { start, end: Math.max(range.end, end) };
  const eol = /^\r?\n/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  return { start, end: end + eol };
}

/** The net's `input` fields go all together. */
function inputRemovals({ own }: Draft): TextEdit[] {
  const fields = own.document.root.fields.filter(({ name }) => /^input(?:_dim|_shape)?$/.test(name));
  return fields.map((field) => ({ range: removalRange(own.text, field), text: '' }));
}

/** The edits to the names and pins of a layer, in the text it comes from. */
function pinEdits(layer: DraftLayer, style: Style): TextEdit[] {
  const { layer: parameter, sheet } = layer;
  const node = placeOf(layer)?.node;
  const edits: TextEdit[] = [];
  if (layer.name !== (parameter.name ?? '')) {
    const range = rangeOf(parameter, 'name');
    if (range) edits.push({ range, text: literalOf(layer.name) });
    else if (node) {
      edits.push(insertField(sheet.text, node, undefined, style, () => `name: ${literalOf(layer.name)}`));
    }
  }
  for (const field of ['bottom', 'top'] as const) {
    const pins = field === 'bottom' ? layer.bottoms : layer.tops;
    const used = new Set(pins.map(({ at }) => at));
    const free = parameter[field].flatMap((_, i) => (used.has(i) ? [] : [i]));
    const added: string[] = [];
    for (const { name, at } of pins) {
      // A new pin takes the place of one that goes.
      const index = at ?? free.shift();
      if (index === undefined) added.push(name);
      else if (parameter[field][index] !== name) {
        const range =
          rangeOf(parameter, field, index) ?? (field === 'top' ? rangeOf(sheet.message, 'input', index) : undefined);
        if (range) edits.push({ range, text: literalOf(name) });
      }
    }
    if (!node) continue;
    const items = itemsOf(node, field);
    edits.push(
      ...removeItems(
        sheet.text,
        free.flatMap((i) => items[i] ?? []),
      ),
    );
    if (added.length > 0) edits.push(addPins(sheet.text, node, field, added, style));
  }
  return edits;
}

function addPins(
  text: string,
  node: MessageNode,
  field: 'bottom' | 'top',
  names: readonly string[],
  style: Style,
): TextEdit {
  const last = itemsOf(node, field).at(-1);
  if (last?.inList !== undefined) {
    const { end } = last.value.range;
    return { range: { start: end, end }, text: names.map((name) => `, ${literalOf(name)}`).join('') };
  }
  const heads = field === 'bottom' ? ['name', 'type'] : ['name', 'type', 'bottom'];
  const after = last?.field ?? node.fields.findLast(({ name }) => heads.includes(name));
  return insertField(text, node, after, style, (indent) =>
    names.map((name) => `${field}: ${literalOf(name)}`).join(indent === undefined ? ' ' : style.eol + indent),
  );
}

/** New and moved layers, put behind the layer that stands before them. */
function insertions(draft: Draft, staying: ReadonlySet<DraftLayer>, style: Style): TextEdit[] {
  const edits: TextEdit[] = [];
  let anchor: Place | undefined;
  let coming: DraftLayer[] = [];
  const flush = (before: Place | undefined): void => {
    if (coming.length > 0) edits.push(insertion(draft, coming, anchor, before, style));
    coming = [];
  };
  for (const layer of draft.layers) {
    if (!staying.has(layer)) coming.push(layer);
    else {
      const place = placeOf(layer);
      // What comes behind the layer of the `input` fields waits for the first layer of the text, or the end.
      if (!place) continue;
      flush(place);
      anchor = place;
    }
  }
  flush(undefined);
  return edits;
}

function insertion(
  draft: Draft,
  layers: readonly DraftLayer[],
  anchor: Place | undefined,
  before: Place | undefined,
  style: Style,
): TextEdit {
  const { text, document } = draft.own;
  const gap = style.eol + (style.blankLines ? style.eol : '');
  const blocks = layers.map((layer) => blockOf(draft, layer, style));
  const list = anchor?.inList !== undefined ? anchor : before?.inList !== undefined ? before : undefined;
  if (list) {
    const { start, end } = list.node.range;
    const indent = indentAt(text, start);
    const between = /\n/.test(text.slice(list.field.range.start, start)) ? style.eol + indent : ' ';
    const bodies = blocks.map(({ body }) => body.replaceAll(style.eol, style.eol + indent));
    return list === anchor
      ? { range: { start: end, end }, text: bodies.map((body) => `,${between}${body}`).join('') }
      : { range: { start, end: start }, text: bodies.map((body) => `${body},${between}`).join('') };
  }
  const block = blocks.map(({ before: above, head, body, after }) => above + head + body + after).join(gap);
  if (anchor) return insertBlock(text, anchor.field, block, style);
  if (!before) return insertBlock(text, document.root.fields.at(-1), block, style);
  const at = leadingStart(text, before.field);
  return { range: { start: at, end: at }, text: block + gap };
}

/** The text of a layer that is put in, under the names that the draft gives it. */
function blockOf(
  { own }: Draft,
  layer: DraftLayer,
  style: Style,
): { readonly before: string; readonly head: string; readonly body: string; readonly after: string } {
  const place = placeOf(layer);
  const word = own.message.layers.length > 0 ? 'layers ' : 'layer ';
  if (!place) return { before: '', head: word, body: '{}', after: '' };
  const { text, document } = layer.sheet;
  const { node, field, inList } = place;
  const pieceStyle = layer.sheet === own ? style : styleOf(text, document.root);
  const shift = node.range.start;
  const edits = inOrder(pinEdits(layer, pieceStyle)).map(({ range, text: put }) => ({
    range: { start: range.start - shift, end: range.end - shift },
    text: put,
  }));
  const margin = indentAt(text, node.range.start);
  const relaid = (part: string): string =>
    part
      .split(/\r?\n/)
      .map((line, i) => {
        const left = i > 0 && line.startsWith(margin) ? line.slice(margin.length) : line;
        if (pieceStyle.step === style.step || i === 0) return left;
        let steps = 0;
        while (left.startsWith(pieceStyle.step, steps * pieceStyle.step.length)) steps++;
        return style.step.repeat(steps) + left.slice(steps * pieceStyle.step.length);
      })
      .join(style.eol);
  const body = relaid(applyEdits(text.slice(node.range.start, node.range.end), edits));
  // A copy leaves the comments with the layer that they were written for.
  const isCopy = layer.sheet !== own && layer.sheet.document === own.document;
  if (inList !== undefined || isCopy) return { before: '', head: word, body, after: '' };
  const lineStart = field.range.start - indentAt(text, field.range.start).length;
  const leading = leadingStart(text, field, layer.sheet !== own);
  const comments = leading < lineStart ? relaid(text.slice(leading, lineStart)) : '';
  const head = layer.sheet === own ? text.slice(field.range.start, node.range.start) : word;
  return {
    before: comments.replace(/^[ \t]+/gm, ''),
    head,
    body,
    after: text.slice(node.range.end, lineEndAfter(text, field.fullEnd)),
  };
}
