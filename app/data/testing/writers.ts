/** Writes small files of the formats that are read, for tests: PNG, zip, idx, npy, Datum. */
import { zipSync, zlibSync } from 'fflate';
import { Datum } from '../../caffe/schema/common-messages.ts';
import { blankMessage } from '../../caffe/schema/values.ts';
import { EXPLICIT } from '../../caffe/schema/dsl.ts';
import { encode } from '../../caffe/wire/encode-wire.ts';
import { crc32 } from '../crc32.ts';
import type { PlainFile } from './cifar-archive.ts';

/** A PNG of 8 bits a channel out of rows of pixels, of 1 (gray) or 3 channels next to each other. */
export function writePng(width: number, height: number, channels: 1 | 3, pixels: Uint8Array): Uint8Array {
  const row = width * channels;
  const raw = new Uint8Array((row + 1) * height);
  for (let y = 0; y < height; y++) raw.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? 0 : 2], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', zlibSync(raw)), chunk('IEND', new Uint8Array(0))];
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...parts.flatMap((part) => [...part])]);
}

/** A chunk: length, name, content, checksum. */
function chunk(name: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  new DataView(out.buffer).setUint32(0, body.length);
  out.set(new TextEncoder().encode(name), 4);
  out.set(body, 8);
  new DataView(out.buffer).setUint32(8 + body.length, ~crc32(0xffffffff, out.subarray(4, 8 + body.length)));
  return out;
}

/** A PNG of one colour. */
export function plainPng(width: number, height: number, colour: readonly [number, number, number]): Uint8Array {
  return writePng(
    width,
    height,
    3,
    Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3] as number),
  );
}

/** A zip archive. */
export function writeZip(files: readonly PlainFile[], level: 0 | 6 = 6): Uint8Array {
  return zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])), { level });
}

/** An idx file of bytes. */
export function writeIdx(extents: readonly number[], data: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + 4 * extents.length + data.length);
  out.set([0, 0, 8, extents.length]);
  const view = new DataView(out.buffer);
  extents.forEach((extent, i) => view.setUint32(4 + 4 * i, extent));
  out.set(data, 4 + 4 * extents.length);
  return out;
}

/** A .npy of version 1. `descr` is NumPy's name of the type, such as `|u1`. */
export function writeNpy(descr: string, shape: readonly number[], data: ArrayBufferView, order = 'False'): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0] ?? 0},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }\n`;
  const out = new Uint8Array(10 + text.length + data.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  out.set(new TextEncoder().encode(text), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + text.length);
  return out;
}

/** The bytes of a Datum with the given fields. */
export function writeDatum(fields: Partial<Datum>): Uint8Array {
  const message = { ...blankMessage(Datum), ...fields, [EXPLICIT]: new Set(Object.keys(fields)) };
  return encode(message as Datum, Datum);
}
