/** A single blob in a file: `.binaryproto`, as mean images and infogain matrices are stored. */
import { BlobProto } from '../schema/net-messages.ts';
import { decodeWire } from './decode-wire.ts';
import { encode } from './encode-wire.ts';
import { blobProto, readBlob } from './stored-blob.ts';
import type { StoredBlob } from './stored-blob.ts';
import { WireError } from './wire-reader.ts';

/** Reads a `.binaryproto`. Throws `WireError` for a file that is cut off, damaged or something else. */
export function readBinaryproto(bytes: Uint8Array): StoredBlob {
  const blob = readBlob(decodeWire(bytes, BlobProto), 'The blob');
  if (blob.data.length === 0) throw new WireError('This file holds no values: it is not a .binaryproto.');
  return blob;
}

/** The bytes of a `.binaryproto`. A mean image is written with four extents and `legacy`, as Caffe's tool does. */
export function writeBinaryproto(blob: StoredBlob): Uint8Array<ArrayBuffer> {
  return encode(blobProto(blob), BlobProto);
}
