/**
 * Reads a syntax tree as a message of the schema. Everything wrong becomes a diagnostic with its place; what can be read
 * is read. The message remembers where each of its fields stands: see `rangeOf`.
 */
import type { Diagnostic, DiagnosticCode, Range } from '../diagnostics.ts';
import { EXPLICIT } from '../schema/dsl.ts';
import type { EnumType, Field, FieldType, Infer, MessageType, ScalarType } from '../schema/dsl.ts';
import { blankMessage } from '../schema/values.ts';
import { bytesOfLiterals, literalOf, textOfLiterals } from './strings.ts';
import { nearest } from './suggest.ts';
import type { Document, FieldNode, MessageNode, ScalarNode, ValueNode } from './tree.ts';

/** One occurrence of a field's value in the text. */
export interface Occurrence {
  readonly field: FieldNode;
  /** The value: for a list, the one item. */
  readonly value: ValueNode;
}

/** Where a decoded message comes from. */
export interface MessageSource {
  readonly node: MessageNode;
  /** The whole field, with its name, that holds the message; undefined for the whole text. */
  readonly field: FieldNode | undefined;
  readonly occurrences: ReadonlyMap<string, readonly Occurrence[]>;
}

const sources = new WeakMap<object, MessageSource>();

/** Where a message stands in the text; undefined for a message that was not read from one. */
export const sourceOf = (message: object): MessageSource | undefined => sources.get(message);

/** Lets a message made from another (an upgraded layer) point at the same places. */
export function inheritSource(made: object, from: object): void {
  const source = sources.get(from);
  if (source) sources.set(made, source);
}

/**
 * The place of a message (the field that holds it, or the whole text), or of a value of one of its fields. `index` picks
 * an occurrence of a repeated field; -1 the last. Undefined where the field is not set in the text.
 */
export function rangeOf(message: object, field?: string, index = 0): Range | undefined {
  const source = sources.get(message);
  if (!source) return undefined;
  if (field === undefined) return source.field?.range ?? source.node.range;
  return source.occurrences.get(field)?.at(index)?.value.range;
}

/** A decoded message with what was found on the way. */
export interface Decoding<M extends MessageType> {
  readonly message: Infer<M>;
  /** Mistakes against the schema; the syntax errors are in the document. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a document as a message of the given type. Never throws. */
export function decode<M extends MessageType>(document: Document, type: M): Decoding<M> {
  const diagnostics: Diagnostic[] = [];
  const message = decodeMessage(document.root, undefined, type, diagnostics);
  return { message: message as Infer<M>, diagnostics };
}

type Report = Diagnostic[];

const required = new WeakMap<MessageType, readonly string[]>();

function requiredFields(type: MessageType): readonly string[] {
  let names = required.get(type);
  if (!names) {
    names = Object.keys(type.fields).filter((name) => type.fields[name]?.label === 'required');
    required.set(type, names);
  }
  return names;
}

function decodeMessage(node: MessageNode, holder: FieldNode | undefined, type: MessageType, report: Report): object {
  const values = blankMessage(type);
  const explicit = new Set<string>();
  const occurrences = new Map<string, Occurrence[]>();
  for (const fieldNode of node.fields) {
    const field = Object.hasOwn(type.fields, fieldNode.name) ? type.fields[fieldNode.name] : undefined;
    if (!field) {
      reportUnknownField(fieldNode, type, report);
      continue;
    }
    decodeField(fieldNode, field, type, values, occurrences, report);
    if (occurrences.has(fieldNode.name)) explicit.add(fieldNode.name);
    // An empty list sets nothing, as in protobuf.
  }
  for (const name of requiredFields(type)) {
    if (explicit.has(name)) continue;
    values[name] = type.fields[name]?.type === 'string' ? '' : 0;
    add(
      report,
      'missing-required',
      holder?.nameRange ?? node.open ?? { start: 0, end: 0 },
      `${type.name} needs the field "${name}". Add it.`,
    );
  }
  values[EXPLICIT] = explicit;
  sources.set(values, { node, field: holder, occurrences });
  return values;
}

function decodeField(
  node: FieldNode,
  field: Field,
  owner: MessageType,
  values: Record<PropertyKey, unknown>,
  occurrences: Map<string, Occurrence[]>,
  report: Report,
): void {
  const { value } = node;
  if (!value) return;
  const repeated = field.label === 'repeated';
  if (value.kind === 'list' && !repeated) {
    add(
      report,
      'repeated-not-allowed',
      value.range,
      `"${node.name}" takes one value, not a list. Write one value without brackets.`,
    );
    return;
  }
  for (const item of value.kind === 'list' ? value.items : [value]) {
    const decoded = decodeValue(item, node, field.type, report);
    if (decoded === undefined) continue;
    const seen = occurrences.get(node.name);
    if (!repeated && seen) {
      const first = seen[0]?.field.range;
      report.push({
        code: 'repeated-not-allowed',
        severity: 'error',
        range: node.range,
        message: `"${node.name}" may be given only once in ${owner.name}. Remove one of the two.`,
        ...(first ? { related: [{ range: first, message: 'First given here.' }] } : {}),
        fixes: [
          { title: 'Remove this one', edits: [{ range: { start: node.range.start, end: node.fullEnd }, text: '' }] },
        ],
      });
      continue;
    }
    if (seen) {
      seen.push({ field: node, value: item });
      (values[node.name] as unknown[]).push(decoded);
    } else {
      occurrences.set(node.name, [{ field: node, value: item }]);
      values[node.name] = repeated ? [decoded] : decoded;
    }
  }
}

function decodeValue(value: ScalarNode | MessageNode, node: FieldNode, type: FieldType, report: Report): unknown {
  if (typeof type === 'object' && type.kind === 'message') {
    if (value.kind === 'message') return decodeMessage(value, node, type, report);
    add(report, 'wrong-type', value.range, `"${node.name}" holds fields: write "${node.name} { … }".`);
    return undefined;
  }
  if (value.kind === 'message') {
    add(report, 'wrong-type', node.nameRange, `"${node.name}" takes ${expected(type)}, not fields in braces.`);
    return undefined;
  }
  if (typeof type === 'object') return decodeEnum(value, node.name, type, report);
  if (!node.hasColon) return undefined;
  return decodeScalar(value, node.name, type, report);
}

function decodeEnum(value: ScalarNode, name: string, type: EnumType, report: Report): string | undefined {
  const names = Object.keys(type.values);
  if (value.form === 'number') {
    const known = names.find((key) => type.values[key] === Number(value.text));
    if (known !== undefined) return known;
    add(report, 'unknown-enum', value.range, `"${name}" has no value ${value.text}. It takes ${list(names)}.`);
    return undefined;
  }
  const word = value.form === 'string' ? textOfLiterals(value.parts) : value.text;
  const known = Object.hasOwn(type.values, word);
  if (value.form === 'identifier' && known) return word;
  const meant = known ? word : nearest(word, names);
  report.push({
    code: known ? 'wrong-type' : 'unknown-enum',
    severity: 'error',
    range: value.range,
    message: known
      ? `"${name}" takes ${word} without quotes.`
      : `"${name}" has no value ${shorten(value.text)}.${meant === undefined ? '' : ` Did you mean ${meant}?`} It takes ${list(names)}.`,
    ...(meant === undefined
      ? {}
      : { fixes: [{ title: `Change to ${meant}`, edits: [{ range: value.range, text: meant }] }] }),
  });
  return undefined;
}

const INTEGER_RANGES: Readonly<Record<'int32' | 'int64' | 'uint32' | 'uint64', readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
};

function decodeScalar(value: ScalarNode, name: string, type: ScalarType, report: Report): unknown {
  const wrong = (fix?: string): undefined => {
    report.push({
      code: 'wrong-type',
      severity: 'error',
      range: value.range,
      message: `"${name}" takes ${expected(type)}, not ${shorten(value.text)}.`,
      ...(fix === undefined
        ? {}
        : { fixes: [{ title: `Change to ${fix}`, edits: [{ range: value.range, text: fix }] }] }),
    });
    return undefined;
  };
  switch (type) {
    case 'string':
      return value.form === 'string' ? textOfLiterals(value.parts) : wrong(literalOf(value.text));
    case 'bytes':
      return value.form === 'string' ? bytesOfLiterals(value.parts) : wrong(literalOf(value.text));
    case 'bool': {
      if (value.form === 'string') {
        const word = textOfLiterals(value.parts);
        return wrong(word === 'true' || word === 'false' ? word : undefined);
      }
      if (/^(?:true|True|t|0*1|0x0*1)$/.test(value.text)) return true;
      if (/^(?:false|False|f|0+|0x0+)$/.test(value.text)) return false;
      return wrong(nearest(value.text, ['true', 'false']));
    }
    case 'float':
    case 'double': {
      const number = value.form === 'string' ? undefined : floatOf(value.text);
      return number ?? wrong();
    }
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64': {
      const number = value.form === 'number' ? integerOf(value.text) : undefined;
      if (number === undefined) {
        const rounded = value.form === 'number' ? Number(value.text) : NaN;
        return wrong(Number.isSafeInteger(rounded) ? String(rounded) : undefined);
      }
      const [min, max] = INTEGER_RANGES[type];
      if (number >= min && number <= max) return number;
      const message =
        number < 0 && min === 0
          ? `"${name}" may not be negative.`
          : `"${name}" must lie between ${min} and ${max}; ${shorten(value.text)} does not.`;
      add(report, 'number-range', value.range, message);
      return undefined;
    }
  }
}

/** An integer literal (decimal, hexadecimal, octal, with a minus sign), or undefined. */
function integerOf(text: string): number | undefined {
  const match = /^(-?)(0[xX][0-9a-fA-F]+|0[0-7]+|[0-9]+)$/.exec(text);
  if (!match) return undefined;
  const [, sign, digits = ''] = match;
  const octal = /^0[0-7]+$/.test(digits);
  const size = octal ? parseInt(digits, 8) : Number(digits);
  if (!octal && /^0[0-9]+$/.test(digits)) return undefined;
  return sign === '-' && size !== 0 ? -size : size;
}

/** A float literal (`1e-3f`, `.5`, `inf`, `nan`, or an integer), or undefined. */
function floatOf(text: string): number | undefined {
  const negative = text.startsWith('-');
  const body = (negative ? text.slice(1) : text).toLowerCase();
  let size: number;
  if (body === 'inf' || body === 'infinity') size = Infinity;
  else if (body === 'nan') size = NaN;
  else if (/^0x[0-9a-f]+$/.test(body)) size = Number(body);
  else if (/^[0-9.]/.test(body)) size = Number(body.replace(/f$/, ''));
  else return undefined;
  return negative ? -size : size;
}

function expected(type: FieldType): string {
  if (typeof type === 'object') return type.kind === 'enum' ? list(Object.keys(type.values)) : 'fields in braces';
  switch (type) {
    case 'bool':
      return 'true or false';
    case 'string':
    case 'bytes':
      return 'a string in quotes';
    case 'float':
    case 'double':
      return 'a number';
    case 'uint32':
    case 'uint64':
      return 'a whole number from 0';
    case 'int32':
    case 'int64':
      return 'a whole number';
  }
}

function reportUnknownField(node: FieldNode, type: MessageType, report: Report): void {
  const names = Object.keys(type.fields);
  const inside = names.filter((name) => {
    const inner = type.fields[name]?.type;
    return typeof inner === 'object' && inner.kind === 'message' && Object.hasOwn(inner.fields, node.name);
  });
  const meant = inside.length > 0 ? undefined : nearest(node.name, names);
  const hint =
    meant !== undefined
      ? ` Did you mean "${meant}"?`
      : inside.length === 0
        ? ''
        : ` It belongs inside ${list(inside.slice(0, 3).map((name) => `"${name} { … }"`))}${inside.length > 3 ? ' or the like' : ''}.`;
  report.push({
    code: 'unknown-field',
    severity: 'error',
    range: node.nameRange,
    message: `${type.name} has no field "${shorten(node.name)}".${hint}`,
    ...(meant === undefined
      ? {}
      : { fixes: [{ title: `Change to ${meant}`, edits: [{ range: node.nameRange, text: meant }] }] }),
  });
}

function list(words: readonly string[]): string {
  const shown = words.length > 12 ? [...words.slice(0, 11), '…'] : words;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function add(report: Report, code: DiagnosticCode, range: Range, message: string): void {
  report.push({ code, severity: 'error', range, message });
}
