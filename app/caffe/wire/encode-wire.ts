/**
 * Writes a message of the schema in protobuf's binary form: the fields that were set, in the order of their numbers, as
 * protobuf's own writer does. Sizes are added up first, so that everything is written once into one buffer.
 */
import { EXPLICIT, isExtension } from '../schema/dsl.ts';
import type { Field, FieldType, Infer, MessageType } from '../schema/dsl.ts';
import { wireTypeOf } from './decode-wire.ts';

interface NamedField {
  readonly name: string;
  readonly field: Field;
}

const ordered = new WeakMap<MessageType, readonly NamedField[]>();

function fieldsOf(type: MessageType): readonly NamedField[] {
  let fields = ordered.get(type);
  if (!fields) {
    fields = Object.entries(type.fields)
      .filter(([name]) => !isExtension(name))
      .map(([name, field]) => ({ name, field }))
      .toSorted((a, b) => a.field.number - b.field.number);
    ordered.set(type, fields);
  }
  return fields;
}

/** The message's bytes. */
export function encode<M extends MessageType>(message: Infer<M>, type: M): Uint8Array<ArrayBuffer> {
  const encoder = new Encoder();
  const size = encoder.size(message, type);
  return encoder.write(message, type, size);
}

type Numbers = ArrayLike<number>;

const utf8 = new TextEncoder();

class Encoder {
  readonly #sizes = new Map<object, number>();
  readonly #strings = new Map<string, Uint8Array>();
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  size(message: object, type: MessageType): number {
    let size = 0;
    for (const { value, field } of settings(message, type)) {
      const key = varintSize(field.number * 8);
      if (field.label !== 'repeated') size += key + this.#valueSize(value, field.type);
      else if (field.packed) {
        const length = packedSize(value as Numbers, field.type);
        size += key + varintSize(length) + length;
      } else for (const item of value as Iterable<unknown>) size += key + this.#valueSize(item, field.type);
    }
    this.#sizes.set(message, size);
    return size;
  }

  write(message: object, type: MessageType, size: number): Uint8Array<ArrayBuffer> {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#message(message, type);
    return this.#bytes;
  }

  #valueSize(value: unknown, type: FieldType): number {
    if (typeof type === 'object' && type.kind === 'message') {
      const size = this.size(value as object, type);
      return varintSize(size) + size;
    }
    if (type === 'string' || type === 'bytes') {
      const { length } = this.#octets(value as string | Uint8Array);
      return varintSize(length) + length;
    }
    return scalarSize(value, type);
  }

  #octets(value: string | Uint8Array): Uint8Array {
    if (typeof value !== 'string') return value;
    let bytes = this.#strings.get(value);
    if (!bytes) {
      bytes = utf8.encode(value);
      this.#strings.set(value, bytes);
    }
    return bytes;
  }

  #message(message: object, type: MessageType): void {
    for (const { value, field } of settings(message, type)) {
      if (field.label !== 'repeated') this.#field(field, value);
      else if (field.packed) this.#packed(field, value as Numbers);
      else for (const item of value as Iterable<unknown>) this.#field(field, item);
    }
  }

  #field(field: Field, value: unknown): void {
    const { type } = field;
    this.#varint(field.number * 8 + wireTypeOf(type));
    if (typeof type === 'object' && type.kind === 'message') {
      this.#varint(this.#sizes.get(value as object) ?? 0);
      this.#message(value as object, type);
    } else if (type === 'string' || type === 'bytes') {
      const octets = this.#octets(value as string | Uint8Array);
      this.#varint(octets.length);
      this.#bytes.set(octets, this.#at);
      this.#at += octets.length;
    } else this.#scalar(value, type);
  }

  #packed(field: Field, values: Numbers): void {
    const { type } = field;
    this.#varint(field.number * 8 + 2);
    this.#varint(packedSize(values, type));
    if (type === 'float' && values instanceof Float32Array) {
      this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), this.#at);
      this.#at += values.byteLength;
      return;
    }
    for (let i = 0; i < values.length; i++) this.#scalar(values[i], type as Exclude<FieldType, MessageType>);
  }

  #scalar(value: unknown, type: Exclude<FieldType, MessageType>): void {
    if (type === 'float') {
      this.#view.setFloat32(this.#at, value as number, true);
      this.#at += 4;
    } else if (type === 'double') {
      this.#view.setFloat64(this.#at, value as number, true);
      this.#at += 8;
    } else this.#varint(numberOf(value, type));
  }

  #varint(value: number): void {
    if (value < 0) {
      for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
        this.#bytes[this.#at++] = Number(rest & 127n) | (rest > 127n ? 128 : 0);
        if (rest <= 127n) return;
      }
    }
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }
}

/** The fields that were set, in the order of their numbers; a repeated field without elements writes nothing. */
function* settings(message: object, type: MessageType): Generator<{ value: unknown; field: Field }> {
  const explicit = (message as { readonly [EXPLICIT]: ReadonlySet<string> })[EXPLICIT];
  for (const { name, field } of fieldsOf(type)) {
    if (!explicit.has(name)) continue;
    const value = (message as Record<string, unknown>)[name];
    if (field.label === 'repeated' && (value as Numbers).length === 0) continue;
    yield { value, field };
  }
}

function packedSize(values: Numbers, type: FieldType): number {
  if (type === 'float') return values.length * 4;
  if (type === 'double') return values.length * 8;
  let size = 0;
  for (let i = 0; i < values.length; i++) size += scalarSize(values[i], type as Exclude<FieldType, MessageType>);
  return size;
}

function scalarSize(value: unknown, type: Exclude<FieldType, MessageType>): number {
  if (type === 'float') return 4;
  if (type === 'double') return 8;
  return varintSize(numberOf(value, type));
}

function numberOf(value: unknown, type: Exclude<FieldType, MessageType>): number {
  if (typeof type === 'object') return type.values[value as string] ?? 0;
  return Number(value);
}

function varintSize(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
