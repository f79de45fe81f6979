/** Writes a message as prototxt: the fields that were set, in the order of the schema, indented by two spaces. */
import { EXPLICIT, isExtension, writtenName } from '../schema/dsl.ts';
import type { Field, FieldType, Infer, MessageType } from '../schema/dsl.ts';
import { literalOf, literalOfBytes } from './strings.ts';

/** The text of a message's fields, each line indented by `indent`; empty when nothing is set. */
export function printMessage<M extends MessageType>(message: Infer<M>, type: M, indent = ''): string {
  return printFields(message, type, indent);
}

function printFields(message: object, type: MessageType, indent: string): string {
  const values = message as Record<string, unknown>;
  const explicit = (message as { readonly [EXPLICIT]: ReadonlySet<string> })[EXPLICIT];
  let text = '';
  for (const [name, field] of Object.entries(type.fields)) {
    if (!explicit.has(name)) continue;
    for (const value of valuesOf(values[name], field))
      text += isExtension(name)
        ? `${indent}# crema: ${oneLine(printField(writtenName(name), value, field.type, ''))}\n`
        : printField(name, value, field.type, indent);
  }
  return text;
}

function valuesOf(value: unknown, field: Field): Iterable<unknown> {
  return field.label === 'repeated' ? (value as Iterable<unknown>) : [value];
}

function printField(name: string, value: unknown, type: FieldType, indent: string): string {
  if (typeof type === 'object' && type.kind === 'message') {
    const body = printFields(value as object, type, `${indent}  `);
    return body === '' ? `${indent}${name} {}\n` : `${indent}${name} {\n${body}${indent}}\n`;
  }
  return `${indent}${name}: ${scalarText(value, type)}\n`;
}

/** Fields on a single line: a comment ends with it. Settings beyond Caffe's hold no strings with line ends. */
const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

/** One value as it stands behind the colon: `"conv1"`, `0.01`, `MAX`. */
export function scalarText(value: unknown, type: Exclude<FieldType, MessageType>): string {
  if (typeof type === 'object') return String(value);
  if (type === 'string') return literalOf(String(value));
  if (type === 'bytes') return literalOfBytes(value as Uint8Array);
  if (type === 'float') return floatText(value as number);
  if (typeof value === 'number' && !Number.isFinite(value)) return nonFinite(value);
  return String(value);
}

/** The shortest decimal that reads back as the same single-precision number: 0.1, not 0.10000000149011612. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === single) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

const nonFinite = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
