/** What the language knows of the word under the pointer: a field's meaning, type and default, or a layer type's. */
import type { Range } from '../caffe/diagnostics.ts';
import type { LayerTable } from '../caffe/net/layer-table.ts';
import type { Field, FieldType } from '../caffe/schema/dsl.ts';
import type { TextName } from '../store/document.ts';
import { fieldOf, schemaPlace, touchedField } from './schema-place.ts';

export interface HoverText {
  readonly range: Range;
  /** Markdown; the first paragraph names the thing. */
  readonly markdown: string;
}

function typeText(type: FieldType): string {
  if (typeof type === 'string') return type;
  return type.kind === 'enum' ? Object.keys(type.values).join(' | ') : `message ${type.name}`;
}

function fieldMarkdown(name: string, field: Field): string {
  const facts = [`\`${typeText(field.type)}\``];
  if (field.label === 'repeated') facts.push('may be given several times');
  if (field.label === 'required') facts.push('required');
  if (field.defaultValue !== undefined) facts.push(`default \`${String(field.defaultValue)}\``);
  if (field.deprecated) facts.push('old form');
  if (field.fork !== undefined) facts.push(`from ${field.fork}, not in BVLC Caffe`);
  return `**${name}** · ${facts.join(' · ')}\n\n${field.doc}`;
}

/** The hover for an offset; undefined where there is nothing to say. */
export function hoverAt(name: TextName, text: string, offset: number, layers: LayerTable): HoverText | undefined {
  const place = schemaPlace(name, text, offset);
  const touched = place && touchedField(place.message, offset);
  if (place === undefined || touched === undefined) return undefined;
  const { nameRange, value } = touched;
  const field = fieldOf(place.type, touched.name);
  if (field === undefined) return undefined;
  if (offset <= nameRange.end) return { range: nameRange, markdown: fieldMarkdown(touched.name, field) };
  if (value?.kind !== 'scalar' || offset < value.range.start) return undefined;
  if (place.type.name === 'LayerParameter' && touched.name === 'type') {
    const info = layers.get(value.text.slice(1, -1));
    return info && { range: value.range, markdown: `**${info.type}** · layer type\n\n${info.doc}` };
  }
  return { range: value.range, markdown: fieldMarkdown(touched.name, field) };
}
