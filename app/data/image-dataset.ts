/**
 * What an image data set is in memory, and the arithmetic that needs nothing but the images: summary, mean image, merging.
 * Readers, the sample generator and the store all meet in these types; `dataset.ts` is the face that others import.
 */
import { roomLike } from './pixel-memory.ts';

/** Values of images: bytes of 0 to 255, or floats of any range where a file's numbers are no bytes (HDF5, NumPy). */
export type Pixels = Uint8Array | Float32Array;

/** One split: `count` records of channels×height×width values (CHW planar, as CIFAR stores and Caffe's Datum holds them) and as many labels. */
export interface ImageSplit {
  readonly images: Pixels;
  readonly labels: Uint16Array;
  readonly count: number;
}

/** A labelled image data set. A split that the user has not given has a count of 0. */
export interface ImageDataset {
  readonly name: string;
  /** Where it came from, as the user knows it: a file or folder name, or "generated". */
  readonly source: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** One name for each label, from label 0. */
  readonly classNames: readonly string[];
  readonly train: ImageSplit;
  readonly test: ImageSplit;
  /** The form of the files it was read from, in a few words: "CIFAR-10 (binary)", "LMDB". */
  readonly format?: string;
  /** The order of three colour channels. Absent where there are not three, or nothing says which. */
  readonly channelOrder?: ChannelOrder;
  /** Lowest and highest value of a set of floats, for drawing them; absent for bytes. */
  readonly range?: readonly [number, number];
  /** A second labelling of the same images, such as CIFAR-100's coarse classes. */
  readonly otherLabels?: OtherLabels;
  /** What the reader did that the user should know, a sentence each: sizes changed, lines without pictures. */
  readonly notes?: readonly string[];
  /** The records that could not be read. */
  readonly broken?: BrokenList;
  /** A mean [C, H, W] given with the set (a .binaryproto), used in place of the training images' own. */
  readonly mean?: Float32Array<ArrayBuffer>;
}

/** RGB as files of pictures and CIFAR have it; BGR as OpenCV reads pictures, and with it Caffe's convert_imageset. */
export type ChannelOrder = 'RGB' | 'BGR';

/** Labels that may take the place of a set's own. */
export interface OtherLabels {
  /** What they are called: "coarse". */
  readonly name: string;
  /** What the labels in use are called: "fine". */
  readonly instead: string;
  readonly classNames: readonly string[];
  readonly train: Uint16Array;
  readonly test: Uint16Array;
}

/** A record that was passed over: where it stands (a file, and the place in it) and what is wrong with it. */
export interface BrokenRecord {
  readonly where: string;
  readonly why: string;
}

/** All records passed over: their number, and the first of them. */
export interface BrokenList {
  readonly count: number;
  readonly records: readonly BrokenRecord[];
}

/** What can be said of a data set without its images; plain data, so it crosses worker borders and is stored as JSON. */
export interface DatasetSummary {
  readonly name: string;
  readonly source: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
  readonly trainCount: number;
  readonly testCount: number;
  /** Number of training images of each class, in label order. */
  readonly trainPerClass: readonly number[];
  readonly testPerClass: readonly number[];
  /** Bytes of images and labels together. */
  readonly bytes: number;
  readonly format?: string;
  readonly channelOrder?: ChannelOrder;
  readonly range?: readonly [number, number];
  /** Names of the two labellings, the one in use first; absent where there is one. */
  readonly labellings?: readonly [string, string];
  readonly notes?: readonly string[];
  readonly broken?: BrokenList;
}

/** A named file as a reader takes it: from a drop, a folder, or Node's fs. Its contents are streamed, and may be streamed again. */
export interface SourceFile {
  /** Name with the folders above it, as far as they are known, separated by `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
  /** Up to `length` bytes from `start` on, fewer where the file ends: for formats with an index at their end or pages anywhere. */
  read(start: number, length: number): Promise<Uint8Array>;
}

/** Told how far a long job is: bytes done of bytes in total, and what is being worked on, such as a file name. */
export type Progress = (done: number, total: number, what: string) => void;

/** A mistake in what the user gave. The message is the user's sentence: what was expected, what was found, in which file, what to do. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}

/** Broken records that are listed by name; the others are counted. */
export const mostListed = 1000;

/** A split without images. */
export const emptySplit: ImageSplit = { images: new Uint8Array(0), labels: new Uint16Array(0), count: 0 };

/** Values of one image of the set: channels×height×width. */
export function imageBytes(shape: Pick<ImageDataset, 'channels' | 'height' | 'width'>): number {
  return shape.channels * shape.height * shape.width;
}

/** Puts splits behind each other in the order given; without a copy of the images where they lie so already. */
export function joinSplits(splits: readonly ImageSplit[]): ImageSplit {
  const filled = splits.filter((split) => split.count > 0);
  const [first] = filled;
  if (first === undefined) return emptySplit;
  if (filled.length === 1) return first;
  const lying = lyingTogether(filled);
  // Floats beside bytes make floats of all.
  const kind = filled.find(({ images: own }) => own instanceof Float32Array) ?? first;
  const length = filled.reduce((sum, split) => sum + split.images.length, 0);
  const images = lying ?? roomLike(kind.images, length);
  const labels = new Uint16Array(filled.reduce((sum, split) => sum + split.count, 0));
  let image = 0;
  let label = 0;
  for (const split of filled) {
    if (lying === undefined) images.set(split.images, image);
    labels.set(split.labels, label);
    image += split.images.length;
    label += split.count;
  }
  return { images, labels, count: labels.length };
}

/** Bytes that fill a buffer in the order of the splits, as one array; undefined where they do not. */
function lyingTogether(splits: readonly ImageSplit[]): Uint8Array | undefined {
  const buffer = splits[0]?.images.buffer;
  let end = 0;
  for (const { images } of splits) {
    if (!(images instanceof Uint8Array) || images.buffer !== buffer || images.byteOffset !== end) return undefined;
    end += images.length;
  }
  return buffer?.byteLength === end ? new Uint8Array(buffer) : undefined;
}

/** The images of some places of a split, in the order given. */
export function pickImages(split: ImageSplit, places: ArrayLike<number>): ImageSplit {
  const count = places.length;
  if (count === 0) return emptySplit;
  const size = split.images.length / split.count;
  const images = roomLike(split.images, count * size);
  const labels = new Uint16Array(count);
  for (let to = 0; to < count; to++) {
    const from = places[to] as number;
    images.set(split.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = split.labels[from] as number;
  }
  return { images, labels, count };
}

/**
 * Adds the images of `added` behind those of `base`, split by split: a test batch dropped on a set that has only training images fills its
 * test split, a further training batch makes the training split longer.
 *
 * @throws DatasetError where the two differ in image size or classes.
 */
export function mergeDatasets(base: ImageDataset, added: ImageDataset): ImageDataset {
  const size = (d: ImageDataset) => `${d.channels}×${d.height}×${d.width}`;
  if (size(base) !== size(added)) {
    throw new DatasetError(
      `${added.source} holds images of ${size(added)} (channels × height × width) and cannot be added to ${base.source}, whose images are ${size(base)}: load it on its own.`,
    );
  }
  if ((base.range === undefined) !== (added.range === undefined)) {
    throw new DatasetError(
      `Of ${base.source} and ${added.source} one holds bytes and the other floats: load it on its own.`,
    );
  }
  if (base.classNames.join('\n') !== added.classNames.join('\n')) {
    throw new DatasetError(
      `${added.source} has the classes ${added.classNames.join(', ')} and cannot be added to ${base.source}, which has ${base.classNames.join(', ')}: load it on its own.`,
    );
  }
  const notes = [...(base.notes ?? []), ...(added.notes ?? [])];
  const broken = joinBroken(base.broken, added.broken);
  const range = joinRanges(base.range, added.range);
  const { otherLabels: labels, ...rest } = base;
  const otherLabels = joinOthers(labels, added.otherLabels);
  return {
    ...rest,
    source: `${base.source} + ${added.source}`,
    ...(notes.length === 0 ? {} : { notes }),
    ...(broken === undefined ? {} : { broken }),
    ...(range === undefined ? {} : { range }),
    ...(otherLabels === undefined ? {} : { otherLabels }),
    train: joinSplits([base.train, added.train]),
    test: joinSplits([base.test, added.test]),
  };
}

/** The set with its second labelling in use, and the one that was in use as the second. A set with one labelling comes back as it is. */
export function withOtherLabels(dataset: ImageDataset): ImageDataset {
  const { otherLabels: other, classNames, train, test } = dataset;
  if (other === undefined) return dataset;
  return {
    ...dataset,
    classNames: other.classNames,
    train: { ...train, labels: other.train },
    test: { ...test, labels: other.test },
    otherLabels: { name: other.instead, instead: other.name, classNames, train: train.labels, test: test.labels },
  };
}

/** The range of two sets together. */
export function joinRanges(
  one: ImageDataset['range'],
  two: ImageDataset['range'],
): readonly [number, number] | undefined {
  if (one === undefined || two === undefined) return one ?? two;
  return [Math.min(one[0], two[0]), Math.max(one[1], two[1])];
}

/** The records passed over in both. */
export function joinBroken(one: BrokenList | undefined, two: BrokenList | undefined): BrokenList | undefined {
  if (one === undefined || two === undefined) return one ?? two;
  return { count: one.count + two.count, records: [...one.records, ...two.records].slice(0, mostListed) };
}

/** Labels with those of another part behind them. */
export function joinLabels(one: Uint16Array, two: Uint16Array): Uint16Array {
  const joined = new Uint16Array(one.length + two.length);
  joined.set(one);
  joined.set(two, one.length);
  return joined;
}

/** The second labellings of two parts, where both have one. */
function joinOthers(one: OtherLabels | undefined, two: OtherLabels | undefined): OtherLabels | undefined {
  if (one === undefined || two === undefined) return undefined;
  return { ...one, train: joinLabels(one.train, two.train), test: joinLabels(one.test, two.test) };
}

/** Number of images of each class in a split, in label order. */
export function countClasses(split: ImageSplit, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of split.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** Counts and sizes of a data set, without its images. */
export function summarize(dataset: ImageDataset): DatasetSummary {
  const { name, source, channels, height, width, classNames, train, test, otherLabels: other } = dataset;
  const bytes = [train, test].reduce((sum, split) => sum + split.images.byteLength + split.labels.byteLength, 0);
  return {
    name,
    source,
    channels,
    height,
    width,
    classNames,
    trainCount: train.count,
    testCount: test.count,
    trainPerClass: countClasses(train, classNames.length),
    testPerClass: countClasses(test, classNames.length),
    bytes,
    ...known({
      format: dataset.format,
      channelOrder: dataset.channelOrder,
      range: dataset.range,
      labellings: other === undefined ? undefined : ([other.instead, other.name] as const),
      notes: dataset.notes,
      broken: dataset.broken,
    }),
  };
}

/** The values that are there: what is undefined is left out, as types with optional properties want it. */
export function known<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/**
 * The mean of a split's images, C×H×W values of 0 to 255, as Caffe's `compute_image_mean` writes it to a `.binaryproto`. Caffe sums in
 * single precision, which is exact up to 65,793 images (255 · n < 2^24); here the sum is exact for any count and only the quotient rounds.
 *
 * @throws DatasetError for a split without images.
 */
export function meanImage(split: ImageSplit): Float32Array<ArrayBuffer> {
  if (split.count === 0) {
    throw new DatasetError('The mean image needs training images and there are none: load a training batch first.');
  }
  const size = split.images.length / split.count;
  const sums = new Float64Array(size);
  const { images } = split;
  for (let start = 0; start < images.length; start += size) {
    for (let i = 0; i < size; i++) sums[i] = (sums[i] as number) + (images[start + i] as number);
  }
  return Float32Array.from(sums, (sum) => sum / split.count);
}

/** Values of one image of a split, planar. */
export function imagePixels(split: ImageSplit, index: number): Pixels {
  const size = split.count === 0 ? 0 : split.images.length / split.count;
  return split.images.subarray(index * size, (index + 1) * size);
}
