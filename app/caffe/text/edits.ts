/**
 * What a gesture on the canvas does to the network text: each action becomes the fewest text edits that say it. Comments,
 * field order and formatting stay. All edits of a result refer to the text as it was, in order and without overlap.
 */
import type { TextEdit } from '../diagnostics.ts';
import type { LayerInfo } from '../net/layer-table.ts';
import { readNet } from '../net/read-net.ts';
import type { NetSource, SourceLayer } from '../net/read-net.ts';
import { phasesOf } from '../net/rules.ts';
import { V1_TYPES } from '../net/upgrade.ts';
import type { Phase } from '../schema/net-messages.ts';
import { rangeOf, sourceOf } from './decode.ts';
import { clearFieldEdits, setFieldEdits } from './edit-fields.ts';
import type { FieldPath } from './edit-fields.ts';
import { insertBefore, insertBlock, removalRange, styleOf } from './edit-places.ts';
import type { Style } from './edit-places.ts';
import { blobNames, healedBottoms, lastInPlace, producingPhases, writersBefore } from './edit-graph.ts';
import { literalOf } from './strings.ts';

/** What is to be known of a new layer; a `LayerInfo` will do. */
export type NewLayer = Pick<
  LayerInfo,
  'type' | 'template' | 'bottoms' | 'tops' | 'loss' | 'inPlace' | 'differentiable'
>;

/** A gesture. Layers are named by their ids, as in `NetLayer.id`. */
export type NetAction =
  /** Puts a layer behind another, or at the end, joined to nothing. */
  | { readonly kind: 'insert'; readonly layer: NewLayer; readonly after?: string }
  /** Puts a layer between a layer and the blob that one of its bottoms reads. */
  | { readonly kind: 'splice'; readonly layer: NewLayer; readonly consumer: string; readonly bottomIndex: number }
  /** Puts a layer behind another and lets it read that one's first top; in place where its type can. */
  | { readonly kind: 'append'; readonly layer: NewLayer; readonly to: string }
  /** Takes layers out; what read their tops reads their bottoms instead. */
  | { readonly kind: 'delete'; readonly layers: readonly string[] }
  /** Writes a value of a layer as it stands in the text (`3`, `"conv1"`, `MAX`); undefined clears the field. */
  | { readonly kind: 'set'; readonly layer: string; readonly path: FieldPath; readonly value: string | undefined };

/** The edits for a gesture; none where it makes no sense (an unknown layer, a splice of a layer without tops). */
export function netEdits(text: string, action: NetAction): TextEdit[] {
  const source = readNet(text);
  const model: Model = { text, source, style: styleOf(text, source.document.root) };
  return editsFor(model, action).toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}

interface Model {
  readonly text: string;
  readonly source: NetSource;
  readonly style: Style;
}

function editsFor(model: Model, action: NetAction): TextEdit[] {
  const find = (id: string): number => model.source.layers.findIndex((layer) => layer.id === id);
  switch (action.kind) {
    case 'insert': {
      const block = layerText(model, action.layer, { bottoms: [], phases: undefined });
      const after = action.after === undefined ? model.source.layers.length - 1 : find(action.after);
      return block ? [placeAfter(model, after, block.text)] : [];
    }
    case 'splice':
      return splice(model, action.layer, find(action.consumer), action.bottomIndex);
    case 'append':
      return append(model, action.layer, find(action.to));
    case 'delete':
      return deleteLayers(model, new Set(action.layers));
    case 'set': {
      const layer = model.source.layers[find(action.layer)]?.layer;
      const node = layer && sourceOf(layer)?.node;
      if (!node) return [];
      return action.value === undefined
        ? clearFieldEdits(model.text, node, action.path)
        : setFieldEdits(model.text, node, action.path, action.value, model.style);
    }
  }
}

function splice(model: Model, layer: NewLayer, consumer: number, bottomIndex: number): TextEdit[] {
  const { layers } = model.source;
  const reader = layers[consumer];
  const blob = reader?.layer.bottom[bottomIndex];
  if (!reader || blob === undefined || layer.tops.max === 0 || layer.bottoms.max === 0) return [];
  const phases = phasesOf(reader.layer);
  const writer = Math.max(-1, ...writersBefore(layers, consumer, blob, phases));
  const after = writer >= 0 && fieldOf(layers[writer]) ? writer : consumer - 1;
  // A reader that works in place can only be parted from its blob by renaming all that follows, or in place as well.
  const readerInPlace = reader.layer.top[bottomIndex] === blob;
  if (readerInPlace && layer.inPlace === true) {
    const block = layerText(model, layer, { bottoms: [blob], tops: [blob], phases: limited(phases) });
    return block ? [placeAfter(model, after, block.text)] : [];
  }
  const block = layerText(model, layer, { bottoms: [blob], phases: limited(phases) });
  const top = block?.tops[0];
  if (!block || top === undefined) return [];
  const edits = [placeAfter(model, after, block.text), ...rename(reader, 'bottom', [bottomIndex], top)];
  if (!readerInPlace) return edits;
  edits.push(...rename(reader, 'top', [bottomIndex], top));
  for (const later of layers.slice(consumer + 1)) {
    edits.push(...rename(later, 'bottom', indicesOf(later.layer.bottom, blob), top));
    edits.push(...rename(later, 'top', indicesOf(later.layer.top, blob), top));
  }
  return edits;
}

function append(model: Model, layer: NewLayer, to: number): TextEdit[] {
  const { layers } = model.source;
  const node = layers[to];
  if (!node || layer.bottoms.max === 0) return [];
  const blob = node.layer.top[0];
  if (blob === undefined) {
    const block = layerText(model, layer, { bottoms: [], phases: limited(phasesOf(node.layer)) });
    return block ? [placeAfter(model, to, block.text)] : [];
  }
  const after = lastInPlace(layers, to, blob);
  const phases = limited(producingPhases(layers, after, blob));
  const block = layerText(model, layer, {
    bottoms: [blob],
    ...(layer.inPlace === true ? { tops: [blob] } : {}),
    phases,
  });
  return block ? [placeAfter(model, after, block.text)] : [];
}

function deleteLayers(model: Model, ids: ReadonlySet<string>): TextEdit[] {
  const { layers } = model.source;
  const gone = new Set<number>();
  const edits: TextEdit[] = [];
  layers.forEach((layer, index) => {
    const field = fieldOf(layer);
    if (!ids.has(layer.id) || !field) return;
    gone.add(index);
    edits.push({ range: removalRange(model.text, field), text: '' });
  });
  for (const { layer: index, bottomIndex, blob } of healedBottoms(layers, gone)) {
    const reader = layers[index];
    if (reader) edits.push(...rename(reader, 'bottom', [bottomIndex], blob));
  }
  return edits;
}

/** One phase to name in an include rule, or none where the layer belongs to both. */
const limited = (phases: readonly Phase[]): Phase | undefined => (phases.length === 1 ? phases[0] : undefined);

const indicesOf = (names: readonly string[], name: string): number[] =>
  names.flatMap((candidate, i) => (candidate === name ? [i] : []));

function rename({ layer }: SourceLayer, field: 'bottom' | 'top', indices: readonly number[], name: string): TextEdit[] {
  return indices.flatMap((index) => {
    const range = rangeOf(layer, field, index);
    return range ? [{ range, text: literalOf(name) }] : [];
  });
}

/** The field of the text that holds a layer; the layer made of the net's `input` fields has none. */
const fieldOf = (layer: SourceLayer | undefined) => layer && sourceOf(layer.layer)?.field;

/** Puts a block behind the layer of an index; before the first layer where there is none before it. */
function placeAfter({ text, source, style }: Model, index: number, block: string): TextEdit {
  const after = fieldOf(source.layers[index]);
  if (after) return insertBlock(text, after, block, style);
  const first = source.layers.map(fieldOf).find((field) => field !== undefined);
  if (first) return insertBefore(text, first, block, style);
  return insertBlock(text, source.document.root.fields.at(-1), block, style);
}

interface Joints {
  readonly bottoms: readonly string[];
  /** The tops; made up from the layer's name when not given. */
  readonly tops?: readonly string[];
  readonly phases: Phase | undefined;
}

/** The text of a new layer, with the names of its tops; undefined in an old `layers` text for a type it cannot name. */
function layerText(
  model: Model,
  layer: NewLayer,
  joints: Joints,
): { text: string; tops: readonly string[] } | undefined {
  const { source, style } = model;
  const old = source.message.layers.length > 0;
  const oldType = Object.keys(V1_TYPES).find((key) => V1_TYPES[key] === layer.type);
  if (old && oldType === undefined) return undefined;
  const blobs = blobNames(source.layers);
  const bottoms = [...joints.bottoms];
  const takesLabel = layer.bottoms.min === 2 && (layer.loss === true || layer.differentiable === false);
  if (bottoms.length === 1 && takesLabel && blobs.has('label')) bottoms.push('label');
  const taken = new Set([...blobs, ...source.layers.map(({ layer: other }) => other.name ?? '')]);
  const name = uniqueName(layer.type, taken);
  const tops = joints.tops ?? topNames(layer, name, taken);
  const lines = [
    `name: ${literalOf(name)}`,
    old ? `type: ${oldType ?? ''}` : `type: ${literalOf(layer.type)}`,
    ...bottoms.map((blob) => `bottom: ${literalOf(blob)}`),
    ...tops.map((blob) => `top: ${literalOf(blob)}`),
    ...(joints.phases === undefined ? [] : ['include {', `  phase: ${joints.phases}`, '}']),
    ...(layer.template ?? '').split('\n').filter((line) => line.trim() !== ''),
  ];
  const body = lines.map((line) => {
    const blanks = /^ */.exec(line)?.[0].length ?? 0;
    return style.step + style.step.repeat(Math.floor(blanks / 2)) + line.trimStart();
  });
  return { text: [`${old ? 'layers' : 'layer'} {`, ...body, '}'].join(style.eol), tops };
}

function topNames(layer: NewLayer, name: string, taken: ReadonlySet<string>): readonly string[] {
  if (layer.tops.max === 0) return [];
  const source = layer.bottoms.max === 0;
  // Data layers give images and labels; Caffe's nets call them so.
  if (source && layer.tops.max > 1 && layer.type !== 'Input' && layer.type !== 'DummyData') {
    return [name, taken.has('label') ? uniqueName('label', taken) : 'label'];
  }
  const count = Math.max(1, layer.tops.min);
  return Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}_${i}`));
}

/** Short names that people give to layers of a type. */
const SHORT: Readonly<Record<string, string>> = {
  Accuracy: 'accuracy',
  BatchNorm: 'bn',
  Convolution: 'conv',
  Data: 'data',
  Deconvolution: 'deconv',
  Dropout: 'drop',
  Eltwise: 'sum',
  EuclideanLoss: 'loss',
  ImageData: 'data',
  InnerProduct: 'ip',
  Input: 'data',
  LRN: 'norm',
  Pooling: 'pool',
  Softmax: 'prob',
  SoftmaxWithLoss: 'loss',
};

/** Names that need no number while they are free. */
const PLAIN = new Set(['accuracy', 'data', 'loss', 'prob', 'label']);

function uniqueName(type: string, taken: ReadonlySet<string>): string {
  const base = SHORT[type] ?? type.toLowerCase();
  if (PLAIN.has(base) && !taken.has(base)) return base;
  let number = PLAIN.has(base) ? 2 : 1;
  while (taken.has(`${base}${number}`)) number++;
  return `${base}${number}`;
}
