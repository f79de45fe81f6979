/**
 * Reads a message of hundreds of megabytes from where it lies, such as VGG-16's weights: never more of the file is in memory
 * than a window, and each array of numbers is read straight into the array that is handed out. What comes out is what
 * `decodeWire` makes of the whole file.
 */
import { EXPLICIT } from '../schema/dsl.ts';
import type { Field, FieldType, Infer, MessageType } from '../schema/dsl.ts';
import { bytesAt, fillFrom, type ByteSource } from './byte-source.ts';
import { decodeWire, fieldsOf } from './decode-wire.ts';
import { WireError, WireReader, type WireType } from './wire-reader.ts';

/** Pieces up to this many bytes are decoded in one go. */
const SMALL = 1 << 16;
/** The longest key with the longest varint behind it. */
const LONGEST_HEAD = 20;

/** Reads a source as a message. Throws `WireError` where it is cut off or is no such message. */
export async function decodeLarge<M extends MessageType>(source: ByteSource, type: M): Promise<Infer<M>> {
  return (await readLarge(new Window(source), 0, source.size, type)) as Infer<M>;
}

type Floats = Float32Array | Float64Array;

/**
 * A message between two places. Its messages and long arrays are read apart, one by one; what else it has is put together
 * and decoded at once. Fields that the type does not have are passed over unread.
 */
async function readLarge(window: Window, start: number, end: number, type: MessageType): Promise<object> {
  const fields = fieldsOf(type);
  const rest: Uint8Array[] = [];
  const messages = new Map<string, object[]>();
  const arrays = new Map<string, Floats[]>();
  let depth = 0;
  for (let at = start; at < end;) {
    const { number, wire, head, length } = await window.field(at, end);
    const next = at + head + length;
    if (wire === 3) depth++;
    if (wire === 4) depth--;
    const known = depth === 0 && wire === 2 ? fields.get(number) : undefined;
    const own = known === undefined ? undefined : apart(known.field);
    if (known !== undefined && own !== undefined) {
      const { name } = known;
      if (own.kind === 'message') push(messages, name, await readPiece(window, at + head, next, own.type));
      else push(arrays, name, await readFloats(window.source, at + head, next, own.size));
    } else if (known !== undefined || wire !== 2 || depth > 0) rest.push(await window.bytes(at, next));
    at = next;
  }
  const message = decodeWire(joinedBytes(rest), type) as Record<PropertyKey, unknown>;
  const explicit = new Set(message[EXPLICIT] as ReadonlySet<string>);
  for (const [name, list] of messages) message[name] = list;
  for (const [name, list] of arrays) message[name] = joinedFloats(message[name] as ArrayLike<number>, list);
  for (const name of [...messages.keys(), ...arrays.keys()]) explicit.add(name);
  message[EXPLICIT] = explicit;
  return message;
}

type Apart =
  { readonly kind: 'message'; readonly type: MessageType } | { readonly kind: 'floats'; readonly size: 4 | 8 };

/** What is read apart: a list's messages, whose order is kept so, and packed floating-point numbers. */
function apart({ label, type }: Field): Apart | undefined {
  if (label !== 'repeated') return undefined;
  if (isMessage(type)) return { kind: 'message', type };
  return type === 'float' || type === 'double' ? { kind: 'floats', size: type === 'float' ? 4 : 8 } : undefined;
}

const isMessage = (type: FieldType): type is MessageType => typeof type === 'object' && type.kind === 'message';

async function readPiece(window: Window, start: number, end: number, type: MessageType): Promise<object> {
  return end - start <= SMALL ? decodeWire(await window.bytes(start, end), type) : readLarge(window, start, end, type);
}

async function readFloats(source: ByteSource, start: number, end: number, size: 4 | 8): Promise<Floats> {
  if ((end - start) % size !== 0)
    throw new WireError(`The numbers at byte ${start} are cut off; this is not such a file, or it is damaged.`);
  const count = (end - start) / size;
  const floats = size === 4 ? new Float32Array(count) : new Float64Array(count);
  const read = await fillFrom(source, start, new Uint8Array(floats.buffer));
  if (read < end - start) throw new WireError(`The file is cut off at byte ${start + read}.`);
  return floats;
}

/** The file around the place that is looked at. */
class Window {
  readonly source: ByteSource;
  #bytes = new Uint8Array(0);
  #start = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** A copy of the bytes between two places. */
  async bytes(start: number, end: number): Promise<Uint8Array> {
    if (start < this.#start || end > this.#start + this.#bytes.length) {
      this.#bytes = await bytesAt(this.source, start, Math.max(end, start + SMALL));
      this.#start = start;
      if (this.#bytes.length < end - start) throw new WireError(`The file is cut off at byte ${this.source.size}.`);
    }
    return this.#bytes.slice(start - this.#start, end - this.#start);
  }

  /** The field that begins at a place: its number and wire type, the length of what comes before its content, and of that. */
  async field(at: number, end: number): Promise<{ number: number; wire: WireType; head: number; length: number }> {
    const reader = new WireReader(await this.bytes(at, Math.min(end, at + LONGEST_HEAD)));
    const { number, wire } = reader.key();
    const lengths: Partial<Record<WireType, number>> = { 1: 8, 5: 4 };
    let head = reader.at;
    let length = lengths[wire] ?? 0;
    if (wire === 0) {
      reader.varint();
      length = reader.at - head;
    } else if (wire === 2) {
      length = reader.varint();
      head = reader.at;
    }
    if (at + head + length > end)
      throw new WireError(
        `The file is cut off: ${length} bytes should follow at byte ${at + head}, but only ${end - at - head} are there.`,
      );
    return { number, wire, head, length };
  }
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}

function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** Numbers that stand one by one, as the oldest writers left them, come before those in pieces. */
function joinedFloats(single: ArrayLike<number>, pieces: readonly Floats[]): ArrayLike<number> {
  const [first] = pieces;
  if (first !== undefined && single.length === 0 && pieces.length === 1) return first;
  const count = pieces.reduce((sum, piece) => sum + piece.length, single.length);
  const whole = first instanceof Float64Array ? new Float64Array(count) : new Float32Array(count);
  whole.set(single);
  pieces.reduce((at, piece) => (whole.set(piece, at), at + piece.length), single.length);
  return whole;
}
