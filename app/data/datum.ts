/** Caffe's Datum, one record of an image database, read without copying its pixels. */
import { WireReader } from '../caffe/wire/wire-reader.ts';
import type { NumberArray } from './array-values.ts';

/** A record: pixels channel by channel, or an encoded picture, or numbers. */
export interface StoredDatum {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
  readonly floats: NumberArray['data'];
  readonly label: number;
  readonly encoded: boolean;
}

/** Reads a Datum. @throws WireError where the bytes are none. */
export function readDatum(bytes: Uint8Array): StoredDatum {
  const reader = new WireReader(bytes);
  const numbers = { channels: 0, height: 0, width: 0, label: 0, encoded: 0 };
  let data = new Uint8Array(0) as Uint8Array;
  const floats: number[] = [];
  while (!reader.done) {
    const { number, wire } = reader.key();
    const name = ([, 'channels', 'height', 'width', , 'label', , 'encoded'] as const)[number];
    if (name !== undefined && wire === 0) numbers[name] = reader.signedVarint();
    else if (number === 4 && wire === 2) {
      const piece = reader.piece();
      data = bytes.subarray(piece.at, piece.end);
    } else if (number === 6 && wire === 2) {
      const piece = reader.piece();
      while (piece.end - piece.at >= 4) floats.push(piece.view.getFloat32(piece.take(4), true));
    } else if (number === 6 && wire === 5) floats.push(reader.view.getFloat32(reader.take(4), true));
    else reader.skip(wire);
  }
  return { ...numbers, encoded: numbers.encoded !== 0, data, floats };
}
