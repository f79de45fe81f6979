/**
 * Reads a syntax tree as a message of the schema. Everything wrong becomes a diagnostic with its place; what can be read
 * is read. The message remembers where each of its fields stands: see `rangeOf`.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { EXPLICIT, isExtension, writtenName } from '../schema/dsl.ts';
import type { Field, FieldType, Infer, MessageType } from '../schema/dsl.ts';
import { blankMessage, copyMessage } from '../schema/values.ts';
import { attachment } from './attached.ts';
import { add, decodeEnum, decodeScalar, expected, list, shorten } from './decode-scalar.ts';
import type { Report } from './decode-scalar.ts';
import { nearest } from './suggest.ts';
import { MovedField } from './kept-fields.ts';
import { allFields } from './tree.ts';
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

/** The place of a message that was read here. Where its fields stand is worked out when it is asked for. */
class ReadSource implements MessageSource {
  readonly node: MessageNode;
  readonly field: FieldNode | undefined;
  readonly type: MessageType;
  #occurrences: ReadonlyMap<string, readonly Occurrence[]> | undefined;

  constructor(node: MessageNode, field: FieldNode | undefined, type: MessageType) {
    this.node = node;
    this.field = field;
    this.type = type;
  }

  get occurrences(): ReadonlyMap<string, readonly Occurrence[]> {
    return (this.#occurrences ??= occurrencesIn(this.node, this.type));
  }
}

/** The place of a message that was read from an earlier text, and stands further back or forth in this one. */
class MovedSource implements MessageSource {
  readonly origin: ReadSource;
  readonly holder: MovedField;
  #occurrences: ReadonlyMap<string, readonly Occurrence[]> | undefined;

  constructor(origin: ReadSource, holder: MovedField) {
    this.origin = origin;
    this.holder = holder;
  }

  get node(): MessageNode {
    return this.holder.twinOf(this.origin.node);
  }

  get field(): FieldNode | undefined {
    return this.origin.field && this.holder.twinOf(this.origin.field);
  }

  get occurrences(): ReadonlyMap<string, readonly Occurrence[]> {
    return (this.#occurrences ??= occurrencesIn(this.node, this.origin.type));
  }
}

const sources = attachment<ReadSource | MovedSource>();

/** Where a message stands in the text; undefined for a message that was not read from one. */
export const sourceOf = (message: object): MessageSource | undefined => sources.get(message);

/** Lets a message made from another (an upgraded layer) point at the same places. */
export function inheritSource(made: object, from: object): void {
  const source = sources.get(from);
  if (source) sources.set(made, source);
}

/**
 * What stays the same for as long as the text of a message does, wherever it moves to: what depends on nothing else can be
 * remembered by it.
 */
export function contentOf(message: object): object {
  const source = sources.get(message);
  return source instanceof MovedSource ? source.origin : (source ?? message);
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

const fieldMaps = new WeakMap<MessageType, ReadonlyMap<string, Field>>();

/** The fields of a message by name, without what every object inherits. */
function fieldsOf(type: MessageType): ReadonlyMap<string, Field> {
  let fields = fieldMaps.get(type);
  if (!fields) fieldMaps.set(type, (fields = new Map(Object.entries(type.fields))));
  return fields;
}

const required = new WeakMap<MessageType, readonly string[]>();

function requiredFields(type: MessageType): readonly string[] {
  let names = required.get(type);
  if (!names) {
    names = Object.keys(type.fields).filter((name) => type.fields[name]?.label === 'required');
    required.set(type, names);
  }
  return names;
}

/** A message as it is at another place of the text. */
function movedMessage(message: object, holder: MovedField): object {
  const origin = sources.get(message);
  if (!(origin instanceof ReadSource)) return message;
  const values = message as Record<PropertyKey, unknown>;
  const copy = copyMessage(message) as Record<PropertyKey, unknown>;
  for (const name of values[EXPLICIT] as ReadonlySet<string>) {
    const type = origin.type.fields[name]?.type;
    if (typeof type !== 'object' || type.kind !== 'message') continue;
    const inner = values[name];
    copy[name] = Array.isArray(inner)
      ? inner.map((one: object) => movedMessage(one, holder))
      : movedMessage(inner as object, holder);
  }
  sources.set(copy, new MovedSource(origin, holder));
  return copy;
}

/** A message while its fields are read into it. */
interface Target {
  readonly node: MessageNode;
  readonly type: MessageType;
  readonly values: Record<PropertyKey, unknown>;
  readonly explicit: Set<string>;
  readonly report: Report;
}

function decodeMessage(node: MessageNode, holder: FieldNode | undefined, type: MessageType, report: Report): object {
  const target: Target = { node, type, values: blankMessage(type), explicit: new Set(), report };
  const fields = fieldsOf(type);
  for (const fieldNode of allFields(node)) {
    const field = fields.get(fieldNode.name);
    if (!field) reportUnknownField(fieldNode, type, report);
    else if (holder === undefined) decodeTopField(fieldNode, field, target);
    else decodeField(fieldNode, field, target);
  }
  const { values, explicit } = target;
  for (const name of requiredFields(type)) {
    if (explicit.has(name)) continue;
    values[name] = type.fields[name]?.type === 'string' ? '' : 0;
    const range = holder?.nameRange ?? node.open ?? { start: 0, end: 0 };
    add(report, 'missing-required', range, `${type.name} needs the field "${name}". Add it.`);
  }
  values[EXPLICIT] = explicit;
  sources.set(values, new ReadSource(node, holder, type));
  return values;
}

/** The messages that fields of whole texts were read as without a finding: a later text that keeps the field takes it over. */
const readBefore = attachment<{ readonly type: MessageType; readonly message: object }>();

/** Reads a field of the whole text; a message is taken over from an earlier text where the field stayed the same. */
function decodeTopField(node: FieldNode, field: Field, target: Target): void {
  const { type } = field;
  if (typeof type !== 'object' || type.kind !== 'message') {
    decodeField(node, field, target);
    return;
  }
  const before = readBefore.get(node instanceof MovedField ? node.origin : node);
  if (before?.type === type) {
    place(node instanceof MovedField ? movedMessage(before.message, node) : before.message, node, field, target);
    return;
  }
  const { value } = node;
  const found = target.report.length;
  if (value?.kind !== 'message') decodeField(node, field, target);
  else {
    const message = decodeMessage(value, node, type, target.report);
    if (target.report.length === found) readBefore.set(node, { type, message });
    place(message, node, field, target);
  }
}

function decodeField(node: FieldNode, field: Field, target: Target): void {
  const { name, value } = node;
  if (!value) return;
  if (value.kind !== 'list') decodeItem(value, node, field, target);
  else if (field.label === 'repeated') for (const item of value.items) decodeItem(item, node, field, target);
  else {
    const message = `"${name}" takes one value, not a list. Write one value without brackets.`;
    add(target.report, 'repeated-not-allowed', value.range, message);
  }
}

function decodeItem(item: ScalarNode | MessageNode, node: FieldNode, field: Field, target: Target): void {
  const decoded = decodeValue(item, node, field.type, target.report);
  if (isOutside(decoded, field)) {
    const [least, most] = field.limits ?? [];
    const message = `"${writtenName(node.name)}" must lie between ${least} and ${most}; ${String(decoded)} does not.`;
    add(target.report, 'number-range', item.range, message);
    return;
  }
  // An empty list, or nothing that can be read, sets nothing.
  if (decoded !== undefined) place(decoded, node, field, target);
}

/** Puts a value into its message. */
function place(
  decoded: unknown,
  node: FieldNode,
  field: Field,
  { node: owner, type, values, explicit, report }: Target,
) {
  const { name } = node;
  const seen = explicit.has(name);
  if (field.label === 'repeated') {
    if (seen) (values[name] as unknown[]).push(decoded);
    else values[name] = [decoded];
  } else if (seen) {
    const first = occurrencesIn(owner, type).get(name)?.[0]?.field.range;
    report.push({
      code: 'repeated-not-allowed',
      severity: 'error',
      range: node.range,
      message: `"${writtenName(name)}" may be given only once in ${type.name}. Remove one of the two.`,
      ...(first ? { related: [{ range: first, message: 'First given here.' }] } : {}),
      fixes: [
        {
          title: 'Remove this one',
          edits: [{ range: node.comment ?? { start: node.range.start, end: node.fullEnd }, text: '' }],
        },
      ],
    });
    return;
  } else values[name] = decoded;
  if (!seen) explicit.add(name);
}

function decodeValue(value: ScalarNode | MessageNode, node: FieldNode, type: FieldType, report: Report): unknown {
  if (typeof type === 'object' && type.kind === 'message') {
    if (value.kind === 'message') return decodeMessage(value, node, type, report);
    add(
      report,
      'wrong-type',
      value.range,
      `"${writtenName(node.name)}" holds fields: write "${writtenName(node.name)} { … }".`,
    );
    return undefined;
  }
  if (value.kind === 'message') {
    add(
      report,
      'wrong-type',
      node.nameRange,
      `"${writtenName(node.name)}" takes ${expected(type)}, not fields in braces.`,
    );
    return undefined;
  }
  if (typeof type === 'object') return decodeEnum(value, writtenName(node.name), type, report);
  if (!node.hasColon) return undefined;
  // `# crema: type AdamW`: nobody else reads it, so that a word needs no quotes.
  if (type === 'string' && isExtension(node.name) && value.form === 'identifier') return value.text;
  return decodeScalar(value, writtenName(node.name), type, report);
}

/** A value that can be read, but is out of the limits that make sense of the field. */
function isOutside(value: unknown, { limits }: Field): boolean {
  return limits !== undefined && typeof value === 'number' && !(value >= limits[0] && value <= limits[1]);
}

/** Where the values of a message's fields stand: those that were read. */
function occurrencesIn(node: MessageNode, type: MessageType): ReadonlyMap<string, readonly Occurrence[]> {
  const occurrences = new Map<string, Occurrence[]>();
  const fields = fieldsOf(type);
  for (const fieldNode of allFields(node)) {
    const { name, value } = fieldNode;
    const field = fields.get(name);
    const repeated = field?.label === 'repeated';
    if (!field || !value || (value.kind === 'list' && !repeated)) continue;
    for (const item of value.kind === 'list' ? value.items : [value]) {
      if (!isReadable(item, fieldNode, field)) continue;
      const seen = occurrences.get(name);
      if (!seen) occurrences.set(name, [{ field: fieldNode, value: item }]);
      else if (repeated) seen.push({ field: fieldNode, value: item });
    }
  }
  return occurrences;
}

function isReadable(value: ScalarNode | MessageNode, node: FieldNode, field: Field): boolean {
  const { type } = field;
  if (typeof type === 'object' && type.kind === 'message') return value.kind === 'message';
  if (value.kind !== 'scalar') return false;
  const decoded = decodeValue(value, node, type, []);
  return decoded !== undefined && !isOutside(decoded, field);
}

function reportUnknownField(node: FieldNode, type: MessageType, report: Report): void {
  if (isExtension(node.name)) {
    reportUnknownExtension(node, type, report);
    return;
  }
  const names = Object.keys(type.fields).filter((name) => !isExtension(name));
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

/** A comment for Crema that says nothing Crema knows there. */
function reportUnknownExtension(node: FieldNode, type: MessageType, report: Report): void {
  const known = Object.keys(type.fields).filter(isExtension).map(writtenName);
  const name = writtenName(node.name);
  const meant = known.find((word) => word.startsWith(name)) ?? nearest(name, known);
  const guess = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  const there = known.length === 0 ? '' : ` There ${known.length === 1 ? 'is' : 'are'} ${known.join(' and ')}.`;
  report.push({
    code: 'unknown-field',
    severity: 'warning',
    range: node.nameRange,
    message: `Crema knows no "${shorten(name)}" here.${guess}${there}`,
    ...(meant === undefined
      ? {}
      : { fixes: [{ title: `Change to ${meant}`, edits: [{ range: node.nameRange, text: meant }] }] }),
  });
}
