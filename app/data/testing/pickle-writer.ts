/**
 * Writes CIFAR-10's batches as Python pickles of protocol 2, for tests. Python 2 pickles byte strings as they are, as in the official
 * archive; Python 3 wraps them as Latin-1 text to be encoded when read.
 */
import type { ImageSplit } from '../image-dataset.ts';
import { bytesOf } from '../pixel-memory.ts';

/** Which Python the bytes look like they come from. */
export type PickleStyle = 'python2' | 'python3';

/** A batch: a dictionary of batch_label, labels, data and filenames. */
export function pickleBatch(split: ImageSplit, name: string, style: PickleStyle): Uint8Array {
  const out = new PickleWriter(style);
  const imageSize = split.count === 0 ? 3072 : split.images.length / split.count;
  out.dict([
    ['batch_label', () => out.bytes(latin1(name))],
    ['labels', () => out.list(Array.from(split.labels, (label) => () => out.int(label)))],
    ['data', () => out.byteArray(bytesOf(split.images), [split.count, imageSize])],
    ['filenames', () => out.list(Array.from(split.labels, (_, i) => () => out.bytes(latin1(`image_${i}.png`))))],
  ]);
  return out.finish();
}

/** `batches.meta`: a dictionary with the class names. */
export function pickleMeta(classNames: readonly string[], style: PickleStyle): Uint8Array {
  const out = new PickleWriter(style);
  out.dict([
    ['num_cases_per_batch', () => out.int(10_000)],
    ['label_names', () => out.list(classNames.map((name) => () => out.bytes(latin1(name))))],
    ['num_vis', () => out.int(3072)],
  ]);
  return out.finish();
}

/** Puts pickles together value by value. */
export class PickleWriter {
  readonly #style: PickleStyle;
  #bytes = new Uint8Array(1024);
  #length = 0;

  constructor(style: PickleStyle) {
    this.#style = style;
    this.#put([0x80, 2]);
  }

  dict(entries: readonly (readonly [string, () => void])[]): void {
    this.#text('}(');
    for (const [key, value] of entries) {
      this.bytes(latin1(key));
      value();
    }
    this.#text('u');
  }

  list(items: readonly (() => void)[]): void {
    this.#text('](');
    for (const item of items) item();
    this.#text('e');
  }

  int(value: number): void {
    if (value < 256) this.#put([0x4b, value]);
    else this.#put([0x4a, ...uint32(value)]);
  }

  /** A byte string in the style of the Python. */
  bytes(value: Uint8Array): void {
    if (this.#style === 'python2') {
      if (value.length < 256) this.#put([0x55, value.length]);
      else this.#put([0x54, ...uint32(value.length)]);
      this.#put(value);
      return;
    }
    const text = latin1ToUtf8(value);
    this.#text('c_codecs\nencode\n');
    this.#put([0x58, ...uint32(text.length)]);
    this.#put(text);
    this.#put([0x58, ...uint32(6)]);
    this.#text('latin1');
    this.#put([0x86]);
    this.#text('R');
  }

  /** A numpy array of bytes: an empty one is made, then given its shape, element type and data. */
  byteArray(data: Uint8Array, shape: readonly [number, number]): void {
    this.#text('cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n');
    this.int(0);
    this.#put([0x85]);
    this.bytes(latin1('b'));
    this.#put([0x87]);
    this.#text('R(');
    this.int(1);
    this.int(shape[0]);
    this.int(shape[1]);
    this.#put([0x86]);
    this.#text('cnumpy\ndtype\n');
    this.bytes(latin1('u1'));
    this.int(0);
    this.int(1);
    this.#put([0x87]);
    this.#text('R(');
    this.int(3);
    this.bytes(latin1('|'));
    this.#text('NNN');
    for (const value of [0xffffffff, 0xffffffff]) this.#put([0x4a, ...uint32(value)]);
    this.int(0);
    this.#text('tb');
    this.#put([0x89]);
    this.bytes(data);
    this.#text('tb');
  }

  finish(): Uint8Array {
    this.#text('.');
    return this.#bytes.slice(0, this.#length);
  }

  #text(value: string): void {
    this.#put(latin1(value));
  }

  #put(values: ArrayLike<number>): void {
    const needed = this.#length + values.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(values, this.#length);
    this.#length = needed;
  }
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Each byte as a character of its own, in UTF-8: bytes from 0x80 on take two. */
function latin1ToUtf8(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 * bytes.length);
  let length = 0;
  for (const byte of bytes) {
    if (byte >= 0x80) out[length++] = 0xc0 | (byte >> 6);
    out[length++] = byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte;
  }
  return out.subarray(0, length);
}

function uint32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}
