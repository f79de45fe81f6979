/**
 * The edits that bring an old text to today's form: `layers` with numbers and words as types, multipliers in rows, net
 * inputs beside the layers, transformations among a data layer's settings, `solver_type`. Comments and what is in today's
 * form already stay as they are.
 */
import type { TextEdit } from '../diagnostics.ts';
import { V1_TYPES } from '../net/upgrade.ts';
import { NetParameter } from '../schema/net-messages.ts';
import type { V1LayerParameter } from '../schema/net-messages.ts';
import { SolverParameter } from '../schema/solver-messages.ts';
import { has } from '../schema/dsl.ts';
import { decode, sourceOf } from './decode.ts';
import type { Occurrence } from './decode.ts';
import { indentAt, insertBefore, insertField, removalRange, styleOf } from './edit-places.ts';
import type { Style } from './edit-places.ts';
import { parse } from './parse.ts';
import { floatText } from './print-message.ts';
import { literalOf } from './strings.ts';
import type { Document, FieldNode, MessageNode } from './tree.ts';

interface Old {
  readonly document: Document;
  readonly text: string;
  readonly style: Style;
}

const ordered = (edits: readonly TextEdit[]): TextEdit[] =>
  edits.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);

const oldOf = (text: string): Old => {
  const document = parse(text);
  return { document, text, style: styleOf(text, document.root) };
};

/** The edits that upgrade a network text; none where it is up to date, or has syntax errors. */
export function upgradeNetEdits(text: string): TextEdit[] {
  const old = oldOf(text);
  if (old.document.errors.length > 0) return [];
  const { message } = decode(old.document, NetParameter);
  // Both forms at once is an error that only the user can resolve.
  if (message.layers.length > 0 && message.layer.length > 0) return [];
  return ordered([...inputEdits(old, message), ...message.layers.flatMap((layer) => layerEdits(old, layer))]);
}

/** The edits that upgrade a solver text. */
export function upgradeSolverEdits(text: string): TextEdit[] {
  const old = oldOf(text);
  const { message } = decode(old.document, SolverParameter);
  const [given] = sourceOf(message)?.occurrences.get('solver_type') ?? [];
  if (!given || has(message, 'type') || old.document.errors.length > 0) return [];
  const name = SOLVER_NAMES[message.solver_type] ?? 'SGD';
  return [{ range: given.field.range, text: `type: ${literalOf(name)}` }];
}

const SOLVER_NAMES: Readonly<Record<string, string>> = {
  SGD: 'SGD',
  NESTEROV: 'Nesterov',
  ADAGRAD: 'AdaGrad',
  RMSPROP: 'RMSProp',
  ADADELTA: 'AdaDelta',
  ADAM: 'Adam',
};

/** The occurrences of a field of a message. */
const places = (message: object, name: string): readonly Occurrence[] => sourceOf(message)?.occurrences.get(name) ?? [];

/** Fields, each once, however many items of a list of theirs are occurrences. */
const fieldsOf = (occurrences: readonly Occurrence[]): FieldNode[] => [
  ...new Set(occurrences.map(({ field }) => field)),
];

/** Takes a field out. A comment behind it moves to where the field stood. */
function removal({ text }: Old, field: FieldNode): TextEdit {
  const range = removalRange(text, field);
  if (range.end !== field.fullEnd || text[range.end - 1] === '\n' || range.start !== field.range.start) {
    return { range, text: '' };
  }
  const blanks = /^[ \t]*(?=#)/.exec(text.slice(range.end, range.end + 200))?.[0].length ?? 0;
  return { range: { start: range.start, end: range.end + blanks }, text: '' };
}

function layerEdits(old: Old, layer: V1LayerParameter): TextEdit[] {
  const source = sourceOf(layer);
  const word = source?.field?.nameRange;
  if (!source || !word) return [];
  // A list `layers: [ { … }, { … } ]` has one word for all of them.
  const first = old.document.root.fields.find((field) => field === source.field);
  const isFirst = first?.value?.kind !== 'list' || first.value.items[0] === source.node;
  const edits: TextEdit[] = isFirst ? [{ range: word, text: 'layer' }] : [];
  const [type] = places(layer, 'type');
  if (type && layer.type !== undefined) {
    edits.push({ range: type.value.range, text: literalOf(V1_TYPES[layer.type] ?? '') });
  }
  return [...edits, ...paramEdits(old, layer), ...transformEdits(old, layer, source.node)];
}

const ROWS = ['param', 'blob_share_mode', 'blobs_lr', 'weight_decay'] as const;

/** `blobs_lr`, `weight_decay` and names in rows become one `param` for each blob, at the place of the first. */
function paramEdits(old: Old, layer: V1LayerParameter): TextEdit[] {
  const fields = ROWS.flatMap((row) => fieldsOf(places(layer, row))).toSorted((a, b) => a.range.start - b.range.start);
  const [at, ...others] = fields;
  if (!at) return [];
  const count = Math.max(...ROWS.map((row) => layer[row].length));
  const blocks = Array.from({ length: count }, (_, i) => {
    const parts = [
      layer.param[i] === undefined ? '' : `name: ${literalOf(layer.param[i])}`,
      layer.blob_share_mode[i] === undefined ? '' : `share_mode: ${layer.blob_share_mode[i]}`,
      layer.blobs_lr[i] === undefined ? '' : `lr_mult: ${floatText(layer.blobs_lr[i])}`,
      layer.weight_decay[i] === undefined ? '' : `decay_mult: ${floatText(layer.weight_decay[i])}`,
    ].filter((part) => part !== '');
    return `param { ${parts.join(' ')} }`;
  });
  const gap = standsAlone(old, at) ? old.style.eol + indentAt(old.text, at.range.start) : ' ';
  return [{ range: at.range, text: blocks.join(gap) }, ...others.map((field) => removal(old, field))];
}

/** Does the field begin its line? */
const standsAlone = ({ text }: Old, { range }: FieldNode): boolean =>
  text.slice(text.lastIndexOf('\n', range.start - 1) + 1, range.start).trim() === '';

const MOVED = ['scale', 'mean_file', 'crop_size', 'mirror'] as const;
const DATA_SETTINGS = { DATA: 'data_param', IMAGE_DATA: 'image_data_param', WINDOW_DATA: 'window_data_param' } as const;

/** Transformations that stood among a data layer's settings go to `transform_param`. */
function transformEdits(old: Old, layer: V1LayerParameter, node: MessageNode): TextEdit[] {
  const name = DATA_SETTINGS[layer.type as keyof typeof DATA_SETTINGS] as 'data_param' | undefined;
  const settings = name && layer[name];
  const [holder] = name === undefined ? [] : places(layer, name);
  if (!settings || !holder) return [];
  const moved = MOVED.flatMap((field) => fieldsOf(places(settings, field))).toSorted(
    (a, b) => a.range.start - b.range.start,
  );
  if (moved.length === 0) return [];
  const [existing] = places(layer, 'transform_param');
  const lines = moved.map(({ range }) => old.text.slice(range.start, range.end));
  const edits = moved.map((field) => removal(old, field));
  if (existing?.value.kind === 'message') {
    const target = existing.value;
    // What is given in both places: Caffe takes the old one.
    const doubled = target.fields.filter((field) => moved.some((other) => other.name === field.name));
    edits.push(...doubled.map((field) => removal(old, field)));
    const last = target.fields.findLast((field) => !doubled.includes(field));
    edits.push(
      insertField(old.text, target, last, old.style, (indent) =>
        lines.join(indent === undefined ? ' ' : old.style.eol + indent),
      ),
    );
    return edits;
  }
  edits.push(
    insertField(old.text, node, holder.field, old.style, (indent) => {
      if (indent === undefined) return `transform_param { ${lines.join(' ')} }`;
      const { eol, step } = old.style;
      return [`transform_param {`, ...lines.map((line) => indent + step + line), `${indent}}`].join(eol);
    }),
  );
  return edits;
}

/** `input` with `input_dim` or `input_shape` becomes a layer of type Input, before all others. */
function inputEdits(old: Old, net: NetParameter): TextEdit[] {
  const shaped = net.input_shape.length > 0;
  const needed = shaped ? net.input.length : 4 * net.input.length;
  const given = shaped ? net.input_shape.length : net.input_dim.length;
  if (net.input.length === 0 || given === 0 || given < needed) return [];
  const { eol, step } = old.style;
  const block = [
    'layer {',
    `${step}name: "input"`,
    `${step}type: "Input"`,
    ...net.input.map((name) => `${step}top: ${literalOf(name)}`),
    `${step}input_param {`,
    ...net.input.map((_, i) => {
      const dims = shaped ? (net.input_shape[i]?.dim ?? []) : net.input_dim.slice(4 * i, 4 * i + 4);
      return `${step}${step}shape { ${dims.map((dim) => `dim: ${dim}`).join(' ')} }`;
    }),
    `${step}}`,
    '}',
  ].join(eol);
  const fields = (['input', 'input_dim', 'input_shape'] as const).flatMap((name) => fieldsOf(places(net, name)));
  const inOrder = fields.toSorted((a, b) => a.range.start - b.range.start);
  const [at, ...others] = inOrder;
  if (!at) return [];
  const firstLayer = old.document.root.fields.find(({ name }) => name === 'layer' || name === 'layers');
  const goesAhead = firstLayer === undefined || at.range.start < firstLayer.range.start;
  if (goesAhead) return [{ range: at.range, text: block }, ...others.map((field) => removal(old, field))];
  return [insertBefore(old.text, firstLayer, block, old.style), ...inOrder.map((field) => removal(old, field))];
}
