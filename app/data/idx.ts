/**
 * Reading idx files, the format of MNIST and of what was made in its image (Fashion-MNIST, KMNIST, EMNIST): a file of images beside a file
 * of labels, each an array of bytes behind its extents, most significant byte first. Usually compressed with gzip.
 */
import { eachEntry } from './entries.ts';
import type { FileEntry } from './file-entry.ts';
import { baseName, folderOf, formatCount } from './file-names.ts';
import { DatasetError, emptySplit, type ImageDataset, type ImageSplit, type SourceFile } from './image-dataset.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { roomForBytes } from './pixel-memory.ts';
import { assembleSet, checkShape, isTestPath, largestSplit } from './split-builder.ts';

const fashion = ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
const digits = Array.from({ length: 10 }, (_, i) => String(i));

/** Whether a file starts as an idx file of bytes with one to four extents. */
export function isIdx(head: Uint8Array): boolean {
  const dims = head[3] ?? 0;
  return head.length > 4 * dims && head[0] === 0 && head[1] === 0 && head[2] === 8 && dims >= 1 && dims <= 4;
}

interface IdxArray {
  readonly path: string;
  readonly extents: readonly number[];
  readonly data: Uint8Array;
}

interface Pair {
  images?: IdxArray;
  labels?: IdxArray;
}

/**
 * Reads the pairs of images and labels among the files: `train` and `t10k` (or test) by their names.
 *
 * @throws DatasetError with a sentence where a file is damaged or a partner is missing.
 */
export async function readIdx(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  const pairs: Record<'train' | 'test', Pair> = { train: {}, test: {} };
  await eachEntry(files, opener, async (entry) => {
    if (!isIdx(await entry.peek(32))) {
      if (/idx\d|ubyte/i.test(entry.path)) throw notIdx(entry);
      return;
    }
    const array = await readArray(entry);
    const pair = pairs[isTestPath(baseName(array.path)) ? 'test' : 'train'];
    const role = array.extents.length === 1 ? 'labels' : 'images';
    const known = pair[role];
    if (known !== undefined) {
      throw new DatasetError(`${known.path} and ${array.path} are both ${role} of the same images: load one set only.`);
    }
    pair[role] = array;
  });
  const splits = { train: join(pairs.train), test: join(pairs.test) };
  const shapes = [splits.train, splits.test].flatMap((split) => (split === undefined ? [] : [split.shape]));
  const [shape, other] = shapes;
  if (shape === undefined) throw new DatasetError('There are no images among the idx files, only labels: load both.');
  if (other !== undefined && other.join() !== shape.join()) {
    throw new DatasetError(
      `The training images have ${shape.join('×')} values and the test images ${other.join('×')}: load files of one set.`,
    );
  }
  const [channels = 1, height = 1, width = 1] = shape;
  return assembleSet({
    ...naming(files, shape),
    format: 'idx (MNIST)',
    channels,
    height,
    width,
    ...withImages(splits),
  });
}

interface Joined {
  readonly split: ImageSplit;
  readonly shape: readonly number[];
}

const withImages = ({ train, test }: { train: Joined | undefined; test: Joined | undefined }) => ({
  train: train?.split ?? emptySplit,
  test: test?.split ?? emptySplit,
});

async function readArray(entry: FileEntry): Promise<IdxArray> {
  const start = new Uint8Array(4);
  await entry.readInto(start);
  const extentBytes = new Uint8Array(4 * (start[3] as number));
  await entry.readInto(extentBytes);
  const view = new DataView(extentBytes.buffer);
  const extents = Array.from({ length: start[3] as number }, (_, i) => view.getUint32(4 * i));
  const size = extents.reduce((product, extent) => product * extent, 1);
  const claim = `${extents.map(formatCount).join('×')} bytes`;
  if (size === 0 || size > largestSplit) {
    throw new DatasetError(`${entry.path} claims to hold ${claim}: that is no data set that can be read.`);
  }
  const expected = 4 + extentBytes.length + size;
  if (Number.isFinite(entry.size) && entry.size !== expected) {
    const what = entry.size < expected ? 'is cut off' : 'is damaged';
    throw new DatasetError(
      `${entry.path} ${what}: it claims ${claim}, which takes ${formatCount(expected)} in all, and has ${formatCount(entry.size)}. Download it again.`,
    );
  }
  return { path: entry.path, extents, data: await readGrowing(entry, size) };
}

/** Of a compressed file, which may claim any size in a few bytes, memory is taken as its data arrives. */
async function readGrowing(entry: FileEntry, size: number): Promise<Uint8Array> {
  let data = roomForBytes(Number.isFinite(entry.size) ? size : Math.min(size, 16 << 20));
  for (let filled = 0; ; data = grown(data, size)) {
    await entry.readInto(data.subarray(filled));
    filled = data.length;
    if (filled === size) break;
  }
  if ((await entry.peek(1)).length > 0) {
    throw new DatasetError(`${entry.path} is damaged: there is more in it than it claims. Download it again.`);
  }
  return data;
}

function grown(data: Uint8Array, limit: number): Uint8Array {
  const larger = roomForBytes(Math.min(limit, 2 * data.length));
  larger.set(data);
  return larger;
}

function join({ images, labels }: Pair): Joined | undefined {
  if (images === undefined && labels === undefined) return undefined;
  if (images === undefined || labels === undefined) {
    const [there, lacks] = images === undefined ? [labels, 'images'] : [images, 'labels'];
    throw new DatasetError(
      `${there?.path ?? ''} is there without its ${lacks}: load both files of a pair, such as train-images-idx3-ubyte and train-labels-idx1-ubyte.`,
    );
  }
  const [count = 0, ...rest] = images.extents;
  if (labels.extents[0] !== count) {
    throw new DatasetError(
      `${images.path} holds ${formatCount(count)} images and ${labels.path} ${formatCount(labels.extents[0] ?? 0)} labels: they do not belong together.`,
    );
  }
  // Two extents are rows of values, three images of one channel, four images of several.
  const shape = rest.length === 1 ? [1, 1, ...rest] : rest.length === 2 ? [1, ...rest] : rest;
  const [channels = 1, height = 1, width = 1] = shape;
  checkShape({ channels, height, width }, images.path);
  return { shape, split: { images: images.data, labels: Uint16Array.from(labels.data), count } };
}

function naming(files: readonly SourceFile[], shape: readonly number[]) {
  const [first] = files;
  const folder = baseName(folderOf(first?.path ?? ''));
  const loose =
    files.length === 1 ? baseName(first?.path ?? '') : `${baseName(first?.path ?? '')} and ${files.length - 1} more`;
  const source = folder === '' ? loose : folder;
  const paths = files.map(({ path }) => path).join(' ');
  const isMnistSized = shape.join() === '1,28,28';
  if (isMnistSized && /fashion/i.test(paths)) return { name: 'Fashion-MNIST', source, classNames: fashion };
  if (/kmnist|kuzushiji/i.test(paths)) return { name: 'KMNIST', source };
  if (/emnist/i.test(paths)) return { name: 'EMNIST', source };
  if (isMnistSized) return { name: 'MNIST', source, classNames: digits };
  return { name: folder === '' ? 'idx images' : folder, source };
}

function notIdx(entry: FileEntry): DatasetError {
  return new DatasetError(
    `${entry.path} is named like an idx file (MNIST) and is none: it should start with 00 00 08 and its number of extents. Download it again.`,
  );
}
