/**
 * Arrays of numbers as images and labels, for formats that store any type: values as bytes where they are bytes and as floats where they are
 * not, extents to the order channels, height, width, labels out of classes or one-hot rows.
 */
import { formatCount } from './file-names.ts';
import { DatasetError, imageBytes, type ImageSplit, type Pixels } from './image-dataset.ts';
import type { RecordShape } from './image-pixels.ts';
import { roomForBytes, roomForFloats, roomLike } from './pixel-memory.ts';
import { checkedLabel, checkShape } from './split-builder.ts';

/** Values in row-major order with their extents. */
export interface NumberArray {
  /** File and name, for messages. */
  readonly where: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Images and labels as a split. */
export interface ArraySplit {
  readonly shape: RecordShape;
  readonly split: ImageSplit;
}

/** @throws DatasetError where the arrays do not fit each other or hold no images. */
export function splitOfArrays(images: NumberArray, labels: NumberArray): ArraySplit {
  const layout = layoutOf(images);
  const count = images.shape[0] ?? 0;
  if ((labels.shape[0] ?? 0) !== count) {
    throw new DatasetError(
      `${images.where} holds ${formatCount(count)} images and ${labels.where} ${formatCount(labels.shape[0] ?? 0)} labels: one for each was expected.`,
    );
  }
  const pixels = pixelsOf(images);
  return {
    shape: layout.shape,
    split: { images: layout.last ? channelsFirst(pixels, layout.shape) : pixels, labels: labelsOf(labels), count },
  };
}

/** The record shape behind an array's extents, and whether channels come last in it. */
function layoutOf({ shape, where }: NumberArray): { shape: RecordShape; last: boolean } {
  const [, ...rest] = shape;
  const found = recordShape(rest);
  if (found === undefined) {
    throw new DatasetError(
      `${where} has the extents ${shape.join('×')}: N×height×width, N×channels×height×width or N×height×width×channels were expected.`,
    );
  }
  checkShape(found.shape, where);
  return found;
}

function recordShape(rest: readonly number[]): { shape: RecordShape; last: boolean } | undefined {
  const [a = 0, b = 0, c = 0] = rest;
  if (rest.length === 3) {
    // Channels are 1, 3 or 4; where both ends could be, images are square.
    const few = (extent: number) => extent === 1 || extent === 3 || extent === 4;
    const last = few(c) && (!few(a) || (a === b && b !== c));
    return { shape: last ? { channels: c, height: a, width: b } : { channels: a, height: b, width: c }, last };
  }
  if (rest.length === 2) return { shape: { channels: 1, height: a, width: b }, last: false };
  return rest.length === 1 ? { shape: shapeOfRow(a), last: false } : undefined;
}

/** The shape of images that come as rows of values: a square of one channel, or of three as CIFAR's, else a row. */
export function shapeOfRow(values: number): RecordShape {
  const side = Math.sqrt(values);
  if (values > 1 && Number.isInteger(side)) return { channels: 1, height: side, width: side };
  const third = Math.sqrt(values / 3);
  if (Number.isInteger(third)) return { channels: 3, height: third, width: third };
  return { channels: 1, height: 1, width: values };
}

/** Whether all values seen are bytes, whole numbers of 0 to 255; else they are kept as floats, as they are. */
export class ByteCheck {
  isBytes = true;

  /** Looks at values. @throws DatasetError where one is no number or infinite; `where` names them. */
  take(values: ArrayLike<number>, where: string): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) {
        throw new DatasetError(
          `${where} holds values that are no numbers (${Number.isNaN(value) ? 'NaN' : 'infinity'}): images need numbers.`,
        );
      }
      this.isBytes &&= value >= 0 && value <= 255 && Number.isInteger(value);
    }
  }
}

/** Room for values as {@link ByteCheck} found them. */
export const roomFor = (isBytes: boolean, length: number): Pixels =>
  isBytes ? roomForBytes(length) : roomForFloats(length);

function pixelsOf({ data, where, shape }: NumberArray): Pixels {
  if (data.length === 0) throw new DatasetError(`${where} is empty (${shape.join('×')}).`);
  if (data instanceof Uint8Array) return data.byteLength === data.buffer.byteLength ? data : data.slice();
  const check = new ByteCheck();
  check.take(data, where);
  if (!check.isBytes && data instanceof Float32Array) return data;
  const pixels = roomFor(check.isBytes, data.length);
  pixels.set(data);
  return pixels;
}

function channelsFirst(pixels: Pixels, { channels, height, width }: RecordShape): Pixels {
  if (channels === 1) return pixels;
  const out = roomLike(pixels, pixels.length);
  const plane = height * width;
  const size = imageBytes({ channels, height, width });
  for (let start = 0; start < pixels.length; start += size) {
    for (let channel = 0; channel < channels; channel++) {
      let from = start + channel;
      let to = start + channel * plane;
      for (let i = 0; i < plane; i++, from += channels, to++) out[to] = pixels[from] as number;
    }
  }
  return out;
}

/** Labels out of an array: one for each row, or the place of the largest of each row (one-hot). */
function labelsOf({ shape, data, where }: NumberArray): Uint16Array {
  const [count = 0, ...rest] = shape;
  const columns = rest.reduce((product, extent) => product * extent, 1);
  const labels = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    let value = data[i * columns] as number;
    if (columns > 1) {
      let best = 0;
      for (let c = 1; c < columns; c++) {
        if ((data[i * columns + c] as number) > (data[i * columns + best] as number)) best = c;
      }
      value = best;
    }
    labels[i] = checkedLabel(value, where, i);
  }
  return labels;
}
