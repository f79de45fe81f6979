/** What the language knows of the word under the pointer: a field, a value, a layer type, a blob with its shape and makers. */
import type { Range } from '../diagnostics.ts';
import { shapeText } from '../net/drafts.ts';
import type { LayerInfo, LayerTable } from '../net/layer-table.ts';
import type { NetView } from '../net/net-view.ts';
import { readNet } from '../net/read-net.ts';
import { V1_TYPES } from '../net/upgrade.ts';
import { isExtension, writtenName } from '../schema/dsl.ts';
import type { Field, FieldType } from '../schema/dsl.ts';
import { scalarText } from '../text/print-message.ts';
import { textOfLiterals } from '../text/strings.ts';
import type { ScalarNode } from '../text/tree.ts';
import { definitionsAt, nameAt, referencesAt } from './names.ts';
import type { NameUse } from './names.ts';
import { isLayer, placeAt } from './place.ts';
import type { Place, TextKind } from './place.ts';

/** What to show, and for which part of the text. */
export interface HoverText {
  readonly range: Range;
  /** Markdown; the first paragraph names the thing. */
  readonly markdown: string;
}

/** What hovers are made from, besides the text. */
export interface HoverSources {
  readonly layers: LayerTable;
  /** The nets of both phases, where they have been built: for shapes. */
  readonly nets?: readonly NetView[];
}

/** The hover for an offset; undefined where there is nothing to say. */
export function hoverAt(kind: TextKind, text: string, offset: number, sources: HoverSources): HoverText | undefined {
  const place = placeAt(kind, text, offset);
  if (place?.field === undefined || place.schema === undefined) return undefined;
  const { field, schema, value } = place;
  if (offset <= field.nameRange.end) return { range: field.nameRange, markdown: fieldMarkdown(field.name, schema) };
  if (!value) return undefined;
  const use = kind === 'network' ? nameAt(text, offset) : undefined;
  const markdown =
    (use && nameMarkdown(use, text, offset, sources.nets ?? [])) ??
    typeMarkdown(place, value, sources.layers) ??
    fieldMarkdown(field.name, schema, value);
  return { range: value.range, markdown };
}

function typeText(type: FieldType): string {
  if (typeof type === 'string') return type;
  return type.kind === 'enum' ? Object.keys(type.values).join(' | ') : `message ${type.name}`;
}

function fieldMarkdown(name: string, field: Field, value?: ScalarNode): string {
  const facts = [`\`${typeText(field.type)}\``];
  if (field.label === 'repeated') facts.push('may be given several times');
  if (field.label === 'required') facts.push('required');
  if (field.defaultValue !== undefined) facts.push(`default \`${defaultText(field)}\``);
  if (field.deprecated) facts.push('old form');
  if (field.limits !== undefined) facts.push(`from ${field.limits[0]} to ${field.limits[1]}`);
  if (isExtension(name)) facts.push('of Crema, in a comment');
  else if (field.fork !== undefined) facts.push(`from ${field.fork}, not in BVLC Caffe`);
  const number = value && enumNumber(field.type, value);
  const meant = number === undefined ? '' : ` · \`${value?.text}\` is ${number}`;
  return `**${writtenName(name)}** · ${facts.join(' · ')}${meant}\n\n${field.doc}`;
}

const defaultText = ({ type, defaultValue }: Field): string =>
  typeof type === 'object' && type.kind === 'message' ? '' : scalarText(defaultValue, type);

function enumNumber(type: FieldType, { text }: ScalarNode): number | undefined {
  if (typeof type !== 'object' || type.kind !== 'enum') return undefined;
  return type.values[text];
}

/** Shows of a layer type what it does and takes. */
function typeMarkdown({ type, field }: Place, value: ScalarNode, layers: LayerTable): string | undefined {
  if (!isLayer(type) || field?.name !== 'type') return undefined;
  const word = value.form === 'string' ? textOfLiterals(value.parts) : value.text;
  const info = layers.get(V1_TYPES[word] ?? word);
  if (!info) return undefined;
  const counts = `${countText(info.bottoms.min, info.bottoms.max, 'bottom')}, ${countText(info.tops.min, info.tops.max, 'top')}`;
  const facts = [counts, ...(info.inPlace === true ? ['may work in place'] : []), ...settingsText(info)];
  return `**${info.type}** · layer type\n\n${info.doc}\n\n${facts.join(' · ')}`;
}

const settingsText = ({ paramField }: LayerInfo): string[] =>
  paramField === undefined ? [] : [`settings in \`${paramField}\``];

function countText(min: number, max: number, what: string): string {
  const count = min === max ? String(min) : max === Infinity ? `${min} or more` : `${min} to ${max}`;
  return `${count} ${what}${count === '1' ? '' : 's'}`;
}

function nameMarkdown(use: NameUse, text: string, offset: number, nets: readonly NetView[]): string {
  const { layers } = readNet(text);
  const called = (index: number): string => {
    const layer = layers[index]?.layer;
    return layer ? `"${layer.name ?? ''}" (${layer.type ?? '?'})` : '?';
  };
  const unique = (indices: readonly number[]): string[] => [...new Set(indices)].map(called);
  const all = referencesAt(text, offset);
  if (use.kind === 'layer') return `**${use.name}** · layer · ${layers[use.layer]?.layer.type ?? ''}`;
  if (use.kind === 'param') {
    return `**${use.name}** · shared parameter\n\nShared by ${unique(all.map(({ layer }) => layer)).join(', ')}.`;
  }
  if (use.kind === 'stage') {
    const ruled = unique(all.flatMap(({ layer }) => (layer < 0 ? [] : [layer])));
    return `**${use.name}** · stage\n\n${ruled.length === 0 ? 'No layer has a rule about it.' : `In the rules of ${ruled.join(', ')}.`}`;
  }
  const makers = unique(definitionsAt(text, offset).map(({ layer }) => layer));
  const readers = unique(all.filter(({ makes }) => !makes).map(({ layer }) => layer));
  const shape = shapesOf(use, text, nets);
  return [
    `**${use.name}** · blob${shape === '' ? '' : ` · ${shape}`}`,
    makers.length === 0 ? 'No layer makes it.' : `Made by ${makers.join(' and ')}.`,
    readers.length === 0 ? 'No layer reads it.' : `Read by ${readers.join(', ')}.`,
  ].join('\n\n');
}

/** The shape of the version of a blob that a layer names: once where the phases agree. */
function shapesOf(use: NameUse, text: string, nets: readonly NetView[]): string {
  const id = readNet(text).layers[use.layer]?.id;
  const found = nets.flatMap((net) => {
    const layer = net.layers.find((view) => view.id === id);
    const blobs = use.makes ? layer?.tops : layer?.bottoms;
    const blob = blobs
      ?.map((blobId) => net.blobs.find((other) => other.id === blobId))
      .find((b) => b?.name === use.name);
    return blob?.shape === undefined ? [] : [{ phase: net.phase, shape: shapeText(blob.shape) }];
  });
  if (new Set(found.map(({ shape }) => shape)).size <= 1) return found[0]?.shape ?? '';
  return found.map(({ phase, shape }) => `${phase} ${shape}`).join(', ');
}
