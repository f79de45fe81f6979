/**
 * Arrays of numbers as images and labels, for formats that store any type: values to bytes where they stand for bytes, extents to the order
 * channels, height, width, labels out of classes or one-hot rows.
 */
import { formatCount } from './file-names.ts';
import { DatasetError, imageBytes, type ImageSplit } from './image-dataset.ts';
import type { RecordShape } from './image-pixels.ts';
import { checkedLabel, checkShape } from './split-builder.ts';

/** Values in row-major order with their extents. */
export interface NumberArray {
  /** File and name, for messages. */
  readonly where: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  /** What was done to the values already. */
  readonly notes?: readonly string[];
}

/** How values become bytes. */
type Scale = 'bytes' | 'unit' | 'signed';

/** Images and labels as a split, with a note where values were scaled. */
export interface ArraySplit {
  readonly shape: RecordShape;
  readonly split: ImageSplit;
  readonly notes: readonly string[];
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
  const { data, notes } = asBytes(images);
  return {
    shape: layout.shape,
    split: { images: layout.last ? channelsFirst(data, layout.shape) : data, labels: labelsOf(labels), count },
    notes,
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

/** Which scale values of this range are on. @throws DatasetError where they are on none. */
export function scaleOf(lowest: number, highest: number, whole: boolean, where: string): Scale {
  if (whole && lowest >= 0 && highest <= 255 && (highest > 1 || lowest === highest)) return 'bytes';
  if (lowest >= 0 && highest <= 1) return 'unit';
  if (lowest >= 0 && highest <= 255) return 'bytes';
  if (lowest >= -1 && highest <= 1) return 'signed';
  throw new DatasetError(
    `${where} holds values of ${Number(lowest.toPrecision(4))} to ${Number(highest.toPrecision(4))}: images are kept as bytes, so 0 to 255, 0 to 1 or -1 to 1 were expected. Take normalisation off before saving; transform_param does it in the network.`,
  );
}

/** One value as a byte. */
export function byteOf(value: number, scale: Scale): number {
  if (scale === 'bytes') return Math.round(value);
  return Math.round(scale === 'unit' ? value * 255 : (value + 1) * 127.5);
}

function asBytes({ data, where, shape, notes = [] }: NumberArray): { data: Uint8Array; notes: string[] } {
  if (data instanceof Uint8Array) {
    // Bytes of 0 and 1 are black and white drawings as they are.
    return { data: data.byteLength === data.buffer.byteLength ? data : data.slice(), notes: [...notes] };
  }
  let [lowest, highest, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (Number.isNaN(value))
      throw new DatasetError(`${where} holds values that are no numbers (NaN): images need numbers.`);
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    if (whole && !Number.isInteger(value)) whole = false;
  }
  if (data.length === 0) throw new DatasetError(`${where} is empty (${shape.join('×')}).`);
  const scale = scaleOf(lowest, highest, whole, where);
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = byteOf(data[i] as number, scale);
  return { data: bytes, notes: scaleNotes(scale, whole, where) };
}

/** What the user should know of a scale. */
export function scaleNotes(scale: Scale, whole: boolean, where: string): string[] {
  if (scale === 'bytes' && whole) return [];
  const from = scale === 'bytes' ? '0 to 255' : scale === 'unit' ? '0 to 1' : '-1 to 1';
  return [`${where}: values of ${from} were rounded to bytes of 0 to 255.`];
}

function channelsFirst(data: Uint8Array, { channels, height, width }: RecordShape): Uint8Array {
  if (channels === 1) return data;
  const out = new Uint8Array(data.length);
  const plane = height * width;
  const size = imageBytes({ channels, height, width });
  for (let start = 0; start < data.length; start += size) {
    for (let channel = 0; channel < channels; channel++) {
      let from = start + channel;
      let to = start + channel * plane;
      for (let i = 0; i < plane; i++, from += channels, to++) out[to] = data[from] as number;
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
