/**
 * Reads protobuf's binary form as a message of the schema. Unknown fields are passed over. Packed floats and doubles come
 * as Float32Array and Float64Array, copied in one piece.
 */
import { EXPLICIT, isExtension } from '../schema/dsl.ts';
import type { Field, FieldType, Infer, MessageType } from '../schema/dsl.ts';
import { blankMessage, copyMessage } from '../schema/values.ts';
import { WireError, WireReader } from './wire-reader.ts';
import type { WireType } from './wire-reader.ts';

interface NamedField {
  readonly name: string;
  readonly field: Field;
}

const byNumber = new WeakMap<MessageType, ReadonlyMap<number, NamedField>>();

/** The fields of a binary message by their numbers. */
export function fieldsOf(type: MessageType): ReadonlyMap<number, NamedField> {
  let fields = byNumber.get(type);
  if (!fields) {
    const binary = Object.entries(type.fields).filter(([name]) => !isExtension(name));
    fields = new Map(binary.map(([name, field]) => [field.number, { name, field }]));
    byNumber.set(type, fields);
  }
  return fields;
}

/** Reads bytes as a message. Throws `WireError` where they are cut off or are not such a message. */
export function decodeWire<M extends MessageType>(bytes: Uint8Array, type: M): Infer<M> {
  return readMessage(new WireReader(bytes), type) as Infer<M>;
}

type Numbers = number[] | Float32Array | Float64Array;

function readMessage(reader: WireReader, type: MessageType): object {
  const fields = fieldsOf(type);
  const values = blankMessage(type);
  const explicit = new Set<string>();
  while (!reader.done) {
    const { number, wire } = reader.key();
    const known = fields.get(number);
    if (!known) {
      reader.skip(wire);
      continue;
    }
    const { name, field } = known;
    const first = !explicit.has(name);
    if (field.label === 'repeated') {
      if (!readRepeated(reader, wire, field, values, name, first)) continue;
    } else {
      const value = readValue(reader, wire, field.type);
      if (value === undefined) continue;
      values[name] = !first && isMessage(field.type) ? merged(values[name] as object, value as object) : value;
    }
    explicit.add(name);
  }
  values[EXPLICIT] = explicit;
  return values;
}

const isMessage = (type: FieldType): type is MessageType => typeof type === 'object' && type.kind === 'message';

/** A message field that comes twice is merged, as protobuf does: later settings win. */
function merged(before: object, after: object): object {
  const result = copyMessage(before) as Record<PropertyKey, unknown>;
  const explicit = (after as { [EXPLICIT]: ReadonlySet<string> })[EXPLICIT];
  for (const name of explicit) result[name] = (after as Record<string, unknown>)[name];
  result[EXPLICIT] = new Set([...(before as { [EXPLICIT]: ReadonlySet<string> })[EXPLICIT], ...explicit]);
  return result;
}

/** Reads one or, where packed, many values; returns false where nothing was added. */
function readRepeated(
  reader: WireReader,
  wire: WireType,
  field: Field,
  values: Record<PropertyKey, unknown>,
  name: string,
  first: boolean,
): boolean {
  const packable =
    typeof field.type === 'object' ? field.type.kind === 'enum' : !['string', 'bytes'].includes(field.type);
  if (packable && wire === 2) {
    const numbers = readPacked(reader.piece(), field.type);
    values[name] = first ? numbers : joined(values[name] as Numbers, numbers);
    return true;
  }
  const value = readValue(reader, wire, field.type);
  if (value === undefined) return false;
  if (first) values[name] = [value];
  else if (Array.isArray(values[name])) (values[name] as unknown[]).push(value);
  else values[name] = joined(values[name] as Numbers, [value as number]);
  return true;
}

function readPacked(piece: WireReader, type: FieldType): Numbers {
  if (type === 'float' || type === 'double') {
    const size = type === 'float' ? 4 : 8;
    if ((piece.end - piece.at) % size !== 0) {
      throw new WireError(`The numbers at byte ${piece.at} are cut off; this is not such a file, or it is damaged.`);
    }
    // slice() copies, so the numbers are aligned and the file's bytes can be let go. Every platform with WebGPU or Node
    // stores numbers in the file's order, low byte first.
    const { buffer } = Uint8Array.prototype.slice.call(piece.bytes, piece.at, piece.end);
    return type === 'float' ? new Float32Array(buffer) : new Float64Array(buffer);
  }
  const numbers: number[] = [];
  while (!piece.done) {
    const value = readValue(piece, 0, type);
    if (value !== undefined) numbers.push(value as number);
  }
  return numbers;
}

function joined(a: Numbers, b: Numbers): Numbers {
  if (a instanceof Float32Array && b instanceof Float32Array) {
    const all = new Float32Array(a.length + b.length);
    all.set(a);
    all.set(b, a.length);
    return all;
  }
  const all: number[] = Array.from(a);
  for (const value of b) all.push(value);
  return all;
}

/** One value; undefined for an enum number the schema does not have, which protobuf ignores too. */
function readValue(reader: WireReader, wire: WireType, type: FieldType): unknown {
  const wanted = wireTypeOf(type);
  if (wire !== wanted) {
    throw new WireError(`At byte ${reader.at} stands another kind of value than expected; this is not such a file.`);
  }
  if (typeof type === 'object') {
    if (type.kind === 'message') return readMessage(reader.piece(), type);
    const number = reader.signedVarint();
    return Object.keys(type.values).find((name) => type.values[name] === number);
  }
  switch (type) {
    case 'bool':
      return reader.varint() !== 0;
    case 'int32':
      return reader.signedVarint() | 0;
    case 'uint32':
      return reader.varint() >>> 0;
    case 'int64':
      return reader.signedVarint();
    case 'uint64':
      return reader.varint();
    case 'float':
      return reader.view.getFloat32(reader.take(4), true);
    case 'double':
      return reader.view.getFloat64(reader.take(8), true);
    case 'string': {
      const piece = reader.piece();
      return new TextDecoder().decode(reader.bytes.subarray(piece.at, piece.end));
    }
    case 'bytes': {
      const piece = reader.piece();
      return Uint8Array.prototype.slice.call(reader.bytes, piece.at, piece.end);
    }
  }
}

/** How one value of a type is stored. */
export function wireTypeOf(type: FieldType): WireType {
  if (typeof type === 'object') return type.kind === 'message' ? 2 : 0;
  if (type === 'float') return 5;
  if (type === 'double') return 1;
  return type === 'string' || type === 'bytes' ? 2 : 0;
}
