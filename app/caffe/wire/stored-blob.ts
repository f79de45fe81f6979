/** Blobs as files hold them: Caffe's BlobProto with its new and old shapes, read as plain arrays. */
import { has } from '../schema/dsl.ts';
import { BlobProto, BlobShape } from '../schema/net-messages.ts';
import { messageOf } from '../schema/values.ts';
import { WireError } from './wire-reader.ts';

/** A blob's shape and values. */
export interface StoredBlob {
  /** Extents; for an old file the four numbers it has. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** True for the four-number form of old files, which stands for any shape that is the same with ones in front. */
  readonly legacy?: boolean;
  /** True for a blob that its file leaves to another layer, which it is shared with: nothing is to be copied. */
  readonly absent?: boolean;
}

/** Reads a blob. Throws `WireError` where shape and count do not agree. */
export function readBlob(blob: BlobProto, where: string): StoredBlob {
  const legacy =
    !has(blob, 'shape') && (['num', 'channels', 'height', 'width'] as const).some((name) => has(blob, name));
  const shape = legacy ? [blob.num, blob.channels, blob.height, blob.width] : Array.from(blob.shape?.dim ?? []);
  const values: ArrayLike<number> = blob.double_data.length > 0 ? blob.double_data : blob.data;
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count !== data.length) {
    throw new WireError(
      `${where} should hold ${count} values for its shape ${shape.join('×') || 'scalar'}, but holds ${data.length}.`,
    );
  }
  return legacy ? { shape, data, legacy } : { shape, data };
}

/** The message for a blob, in today's form or, for a legacy one, with four numbers. */
export function blobProto(blob: StoredBlob): BlobProto {
  // The packed field takes a Float32Array as it is; its type says only what may be read from it.
  const data = blob.data as unknown as readonly number[];
  if (blob.legacy !== true) return messageOf(BlobProto, { shape: messageOf(BlobShape, { dim: blob.shape }), data });
  const [num = 1, channels = 1, height = 1, width = 1] = padded(blob.shape);
  return messageOf(BlobProto, { num, channels, height, width, data });
}

/** May the stored blob be copied into one of the given shape? Caffe's `Blob::ShapeEquals`. */
export function fitsShape(stored: StoredBlob, shape: readonly number[]): boolean {
  const wanted = stored.legacy === true ? padded(shape) : shape;
  return (
    (stored.legacy !== true || shape.length <= 4) &&
    wanted.length === stored.shape.length &&
    wanted.every((extent, i) => extent === stored.shape[i])
  );
}

const padded = (shape: readonly number[]): readonly number[] => [
  ...Array<number>(Math.max(0, 4 - shape.length)).fill(1),
  ...shape,
];
