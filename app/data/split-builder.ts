/**
 * Collecting the records of a split as they are read, and putting splits together to a set: what the readers of all formats share.
 * A format may promise any number of records; memory grows with those that arrive.
 */
import { formatBytes, formatCount } from './file-names.ts';
import {
  DatasetError,
  emptySplit,
  imageBytes,
  known,
  mostListed,
  type BrokenList,
  type BrokenRecord,
  type ChannelOrder,
  type ImageDataset,
  type ImageSplit,
  type OtherLabels,
  type Pixels,
} from './image-dataset.ts';
import type { RecordShape } from './image-pixels.ts';
import { roomForBytes, roomForFloats, roomLike } from './pixel-memory.ts';

/** A split of more bytes than this is refused: it would not fit into a browser tab beside the training. */
export const largestSplit = 1_500_000_000;
/** Labels are kept in 16 bits. */
export const mostClasses = 65_536;
/** Pixels of a record's side; more than this is no size that anybody trains with. */
const largestSide = 4096;

/** Whether a file or folder of this path holds test images by its name: `test`, `val`, `t10k` as a word of any part of it. */
export function isTestPath(path: string): boolean {
  return /(^|[^a-z])(test|testing|tests|val|valid|validation|eval|t10k)([^a-z]|$)/i.test(path);
}

/**
 * Checks a shape that a file claims.
 *
 * @throws DatasetError where there is nothing in it, it is absurdly large, or it has neither one nor three channels.
 */
export function checkShape(shape: RecordShape, where: string): void {
  const { channels, height, width } = shape;
  const sane = (side: number) => Number.isInteger(side) && side >= 1 && side <= largestSide;
  if (!sane(height) || !sane(width) || !Number.isInteger(channels) || channels < 1 || channels > 64) {
    throw new DatasetError(
      `${where} claims images of ${channels}×${height}×${width} (channels × height × width), which are no sizes of images to train with: 1 to 64 channels of up to ${largestSide}×${largestSide} pixels are read.`,
    );
  }
}

/** Grows a split record by record. */
export class SplitBuilder<Values extends Pixels = Pixels> {
  readonly shape: RecordShape;
  readonly #size: number;
  readonly #where: string;
  readonly #room: (length: number) => Values;
  #images: Values;
  #labels: Uint16Array<ArrayBuffer>;
  #count = 0;

  /** `room` makes place for values; `where` names the source in messages; `expected` records get room at once, up to 64 MB of it. */
  constructor(room: (length: number) => Values, shape: RecordShape, where: string, expected = 256) {
    this.shape = shape;
    this.#size = imageBytes(shape);
    this.#where = where;
    this.#room = room;
    const count = Math.max(1, Math.min(expected, Math.floor((64 << 20) / this.#size)));
    this.#images = room(count * this.#size);
    this.#labels = new Uint16Array(count);
  }

  get count(): number {
    return this.#count;
  }

  /** Room for the next record; it counts once {@link commit} gives its label. Valid until the next call. */
  next(): Values {
    if (this.#count === this.#labels.length) this.#grow();
    return this.#images.subarray(this.#count * this.#size, (this.#count + 1) * this.#size) as Values;
  }

  /** Keeps the record written to {@link next}. */
  commit(label: number): void {
    this.#labels[this.#count++] = checkedLabel(label, this.#where, this.#count);
  }

  /** The records, or those chosen in another order (indices of records), with the labels given where they were not known before. */
  finish(order?: ArrayLike<number>, labels?: ArrayLike<number>): ImageSplit {
    if (this.#count === 0) return emptySplit;
    const size = this.#size;
    if (order === undefined) {
      const whole = this.#count === this.#labels.length;
      const images = whole ? this.#images : this.#copy(this.#room(this.#count * size));
      return { images, labels: this.#labels.slice(0, this.#count), count: this.#count };
    }
    if (order.length === 0) return emptySplit;
    const images = roomLike(this.#images, order.length * size);
    const ordered = new Uint16Array(order.length);
    for (let to = 0; to < order.length; to++) {
      const from = order[to] as number;
      images.set(this.#images.subarray(from * size, (from + 1) * size), to * size);
      ordered[to] =
        labels === undefined ? (this.#labels[from] as number) : checkedLabel(labels[to] as number, this.#where, to);
    }
    return { images, labels: ordered, count: order.length };
  }

  #copy(target: Values): Values {
    target.set(this.#images.subarray(0, this.#count * this.#size));
    return target;
  }

  #grow(): void {
    const room = Math.ceil(this.#count * 1.5) + 1;
    if (this.#images.byteLength >= largestSplit) {
      const { channels, height, width } = this.shape;
      throw new DatasetError(
        `${this.#where} does not fit into memory: more than ${formatCount(this.#count)} images of ${channels}×${height}×${width} take over ${formatBytes(largestSplit)}. Use fewer images, or a smaller size.`,
      );
    }
    this.#images = this.#copy(this.#room(room * this.#size));
    const labels = new Uint16Array(room);
    labels.set(this.#labels);
    this.#labels = labels;
  }
}

/** A builder of records of bytes, as pictures are. */
export const bytesBuilder = (shape: RecordShape, where: string, expected?: number) =>
  new SplitBuilder(roomForBytes, shape, where, expected);

/** A builder of records of floats. */
export const floatsBuilder = (shape: RecordShape, where: string, expected?: number) =>
  new SplitBuilder(roomForFloats, shape, where, expected);

/** A label as it is stored. @throws DatasetError where it is no class: negative, a fraction, or past 65,535. */
export function checkedLabel(label: number, where: string, index: number): number {
  if (Number.isInteger(label) && label >= 0 && label < mostClasses) return label;
  throw new DatasetError(
    `${where} has the label ${label} at image ${formatCount(index + 1)}: labels are classes, whole numbers from 0 to ${formatCount(mostClasses - 1)}.`,
  );
}

/** What a set is put together from. */
export interface SetParts extends RecordShape {
  readonly name: string;
  readonly source: string;
  /** What the files are, in a few words. */
  readonly format: string;
  readonly train: ImageSplit;
  readonly test: ImageSplit;
  /** Where the files name no classes, they are called by their numbers. */
  readonly classNames?: readonly string[] | undefined;
  /** The order of colours, where there are three channels. */
  readonly channelOrder?: ChannelOrder | undefined;
  readonly otherLabels?: OtherLabels | undefined;
  readonly notes?: readonly string[];
  readonly broken?: BrokenList | undefined;
}

/**
 * Puts a set together: names for all labels that occur, one kind of values in both splits, no notes where there are none.
 *
 * @throws DatasetError where there is no image at all, or values are no numbers.
 */
export function assembleSet(parts: SetParts): ImageDataset {
  const { name, source, format, channels, height, width, notes = [] } = parts;
  const { train, test } = ofOneKind(parts);
  if (train.count + test.count === 0) throw new DatasetError(`${source} holds no images: nothing to train with.`);
  let most = -1;
  for (const { labels } of [train, test]) for (const label of labels) if (label > most) most = label;
  const given = parts.classNames ?? [];
  const classNames = [...given];
  for (let label = given.length; label <= most; label++) classNames.push(String(label));
  return {
    name,
    source,
    format,
    channels,
    height,
    width,
    classNames,
    train,
    test,
    ...known({
      channelOrder: channels === 3 ? parts.channelOrder : undefined,
      range: rangeOf([train, test]),
      otherLabels: parts.otherLabels,
      notes: notes.length === 0 ? undefined : notes,
      broken: parts.broken,
    }),
  };
}

function ofOneKind({ train, test }: Pick<SetParts, 'train' | 'test'>): Pick<SetParts, 'train' | 'test'> {
  const areFloats = (split: ImageSplit) => split.count > 0 && split.images instanceof Float32Array;
  if (areFloats(train) === areFloats(test) || train.count === 0 || test.count === 0) return { train, test };
  const floats = (split: ImageSplit): ImageSplit => ({ ...split, images: Float32Array.from(split.images) });
  return areFloats(train) ? { train, test: floats(test) } : { train: floats(train), test };
}

/** Lowest and highest of the floats; undefined for bytes. */
function rangeOf(splits: readonly ImageSplit[]): readonly [number, number] | undefined {
  if (!splits.some(({ images }) => images instanceof Float32Array)) return undefined;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const split of splits) {
    for (const value of split.images) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** Records that could not be read: counted, the first of them listed. */
export class BrokenRecords {
  readonly #records: BrokenRecord[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** `where` says which record of which file, `why` what is wrong with it, such as "cannot be decoded". */
  add(where: string, why: string): void {
    this.#count++;
    if (this.#records.length < mostListed) this.#records.push({ where, why });
  }

  /**
   * The list of them, undefined where all was well.
   *
   * @throws DatasetError where hardly anything could be read.
   */
  list(good: number, source: string): BrokenList | undefined {
    if (this.#count === 0) return undefined;
    if (this.#count > good) {
      const first = this.#records.slice(0, 5).map(({ where, why }) => `${where} ${why}`);
      const rest = this.#count - first.length;
      const named = `${first.join('; ')}${rest > 0 ? `; and ${formatCount(rest)} more` : ''}`;
      throw new DatasetError(
        `${source}: most of its images cannot be read (${formatCount(this.#count)} of ${formatCount(this.#count + good)}): ${named}.`,
      );
    }
    return { count: this.#count, records: this.#records };
  }
}

/** A set's name from a file's or folder's: without the ending that says how it is packed. */
export function setName(path: string): string {
  const base = path.replace(/\/+$/, '').replace(/.*\//, '');
  return base.replace(/\.(tar\.gz|tgz|tar|zip|npz|npy|csv|h5|hdf5|parquet|txt|mdb|gz)$/i, '') || base;
}
