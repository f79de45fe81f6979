/**
 * Decodes PNG files where there is no browser to do it: on the command line and in tests. All colour types, up to 8 bits a channel and
 * without interlacing, which is what image data sets hold; the rest gets a sentence.
 */
import { unzlibSync } from 'fflate';
import { DatasetError } from './image-dataset.ts';
import { imageHeader } from './image-header.ts';
import { largestPicture, type DecodedImage } from './image-pixels.ts';

/** An {@link ImageDecoder} for PNG. @throws DatasetError for other pictures and damaged ones; the message goes behind the file's name. */
export async function decodePng(bytes: Uint8Array): Promise<DecodedImage> {
  const header = imageHeader(bytes);
  if (header?.format !== 'png') {
    throw new DatasetError(`is a ${header?.format.toUpperCase() ?? 'unknown'} picture, and only PNG is decoded here`);
  }
  const { width, height } = header;
  const [depth = 0, type = 0, , , interlace] = bytes.subarray(24, 29);
  const samples = [1, 0, 3, 1, 2, 0, 4][type] ?? 0;
  if (samples === 0 || depth > 8 || interlace !== 0 || width * height > largestPicture) {
    throw new DatasetError('is a PNG of a kind that is not decoded here (16 bits, interlaced or too large)');
  }
  const { data, palette } = chunks(bytes);
  const row = Math.ceil((width * samples * depth) / 8);
  const raw = new Uint8Array((row + 1) * height);
  const unpacked = unzlibSync(data, { out: raw });
  if (unpacked.length < raw.length) throw new DatasetError('is a PNG that is cut off');
  const pixel = Math.max(1, (samples * depth) >> 3);
  const lines = unfilter(raw, row, height, pixel);
  return Promise.resolve(expand(lines, { width, height, depth, type, samples, row }, palette));
}

function chunks(bytes: Uint8Array): { data: Uint8Array; palette: Uint8Array | undefined } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (body.length < length) throw new DatasetError('is a PNG that is cut off');
    if (name === 'IDAT') parts.push(body);
    if (name === 'PLTE') palette = body;
    if (name === 'IEND') break;
    at += 12 + length;
  }
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    data.set(part, to);
    to += part.length;
  }
  return { data, palette };
}

/** Undoes the filter of each row: its bytes were written as differences to their neighbours. */
function unfilter(raw: Uint8Array, row: number, height: number, pixel: number): Uint8Array {
  const out = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)] as number;
    const from = y * (row + 1) + 1;
    const to = y * row;
    for (let x = 0; x < row; x++) {
      const left = x >= pixel ? (out[to + x - pixel] as number) : 0;
      const up = y > 0 ? (out[to + x - row] as number) : 0;
      const corner = x >= pixel && y > 0 ? (out[to + x - row - pixel] as number) : 0;
      out[to + x] = (raw[from + x] as number) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      throw new DatasetError(`is a damaged PNG (filter ${filter})`);
  }
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly samples: number;
  readonly row: number;
}

function expand(lines: Uint8Array, layout: Layout, palette: Uint8Array | undefined): DecodedImage {
  const { width, height, depth, type, samples, row } = layout;
  if (depth === 8 && type !== 3 && type !== 4) {
    return { width, height, channels: samples as 1 | 3 | 4, data: lines };
  }
  const channels = type === 3 ? 3 : 1;
  const data = new Uint8Array(width * height * channels);
  const most = 2 ** depth - 1;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const bit = x * samples * depth;
      const value = ((lines[y * row + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & most;
      if (type === 3) for (let c = 0; c < 3; c++) data[3 * to + c] = palette?.[3 * value + c] ?? 0;
      else data[to] = (value * 255) / most;
    }
  }
  return { width, height, channels, data };
}
