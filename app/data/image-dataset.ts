/**
 * What an image data set is in memory, and the arithmetic that needs nothing but the images: summary, mean image, merging.
 * Readers, the sample generator and the store all meet in these types; `dataset.ts` is the face that others import.
 */

/** One split: `count` records of channels×height×width bytes (CHW planar, as CIFAR stores and Caffe's Datum holds them) and as many labels. */
export interface ImageSplit {
  readonly images: Uint8Array;
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
  /** What the reader did that the user should know, a sentence each: records passed over, values brought to bytes, sizes changed. */
  readonly notes?: readonly string[];
  /** A mean [C, H, W] given with the set (a .binaryproto), used in place of the training images' own. */
  readonly mean?: Float32Array<ArrayBuffer>;
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
  /** The set's notes; absent where there are none. */
  readonly notes?: readonly string[];
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

/** A split without images. */
export const emptySplit: ImageSplit = { images: new Uint8Array(0), labels: new Uint16Array(0), count: 0 };

/** Bytes of one image of the set: channels×height×width. */
export function imageBytes(shape: Pick<ImageDataset, 'channels' | 'height' | 'width'>): number {
  return shape.channels * shape.height * shape.width;
}

/** Puts splits behind each other in the order given. A single split with images comes back as it is, without a copy. */
export function joinSplits(splits: readonly ImageSplit[]): ImageSplit {
  const filled = splits.filter((split) => split.count > 0);
  const [first] = filled;
  if (first === undefined) return emptySplit;
  if (filled.length === 1) return first;
  const images = new Uint8Array(filled.reduce((sum, split) => sum + split.images.length, 0));
  const labels = new Uint16Array(filled.reduce((sum, split) => sum + split.count, 0));
  let image = 0;
  let label = 0;
  for (const split of filled) {
    images.set(split.images, image);
    labels.set(split.labels, label);
    image += split.images.length;
    label += split.count;
  }
  return { images, labels, count: labels.length };
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
  if (base.classNames.join('\n') !== added.classNames.join('\n')) {
    throw new DatasetError(
      `${added.source} has the classes ${added.classNames.join(', ')} and cannot be added to ${base.source}, which has ${base.classNames.join(', ')}: load it on its own.`,
    );
  }
  const notes = [...(base.notes ?? []), ...(added.notes ?? [])];
  return {
    ...base,
    source: `${base.source} + ${added.source}`,
    ...(notes.length === 0 ? {} : { notes }),
    train: joinSplits([base.train, added.train]),
    test: joinSplits([base.test, added.test]),
  };
}

/** Number of images of each class in a split, in label order. */
export function countClasses(split: ImageSplit, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of split.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** Counts and sizes of a data set, without its images. */
export function summarize(dataset: ImageDataset): DatasetSummary {
  const { name, source, channels, height, width, classNames, train, test } = dataset;
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
    ...(dataset.notes === undefined ? {} : { notes: dataset.notes }),
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
