/**
 * CIFAR-10's batch files, alone: what a file is, told from its first bytes, and the records of one batch in either of the official forms.
 * The binary form is a row of records of one label byte and 3,072 pixel bytes; the python form a pickled dictionary of `data` and `labels`.
 */
import type { FileEntry } from './file-entry.ts';
import { baseName, formatBytes, formatCount } from './file-names.ts';
import { isGzip } from './gunzip.ts';
import { DatasetError, type ImageSplit } from './image-dataset.ts';
import { roomForBytes } from './pixel-memory.ts';
import { copyRowMajor } from './pickle-numpy.ts';
import { isKind, pickleString, type PickleDict, type PickleValue } from './pickle-values.ts';
import { isPickle, readPickle } from './pickle.ts';
import { isTarHeader } from './tar.ts';

/** Shape and classes of every CIFAR-10 batch. */
export const cifar10 = {
  name: 'CIFAR-10',
  channels: 3,
  height: 32,
  width: 32,
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
} as const;

const classes = cifar10.classNames.length;
const imageSize = cifar10.channels * cifar10.height * cifar10.width;
const recordSize = 1 + imageSize;
/** An official batch has 31 MB. Past this a file is something else, and would not fit into memory. */
const largestBatch = 1 << 30;
/** Enough of a file to know its kind: a tar header. */
export const headLength = 512;

/** What a file can be to a reader of CIFAR-10. `other` is passed over. */
export type FileKind = 'gzip' | 'tar' | 'binary' | 'pickle' | 'meta' | 'other';

/** Tells what a file is from its first {@link headLength} bytes, and from its name only where those leave it open. */
export function fileKind(path: string, size: number, head: Uint8Array): FileKind {
  const name = baseName(path);
  if (name.startsWith('.')) return 'other';
  if (/^batches\.meta(\.txt)?$/.test(name)) return 'meta';
  const namedBinary = name.endsWith('.bin');
  const namedBatch = /^(data|test)_batch/.test(name);
  if (isGzip(head)) return 'gzip';
  if (isTarHeader(head)) return 'tar';
  if (!namedBinary && isPickle(head)) return 'pickle';
  const looksBinary = size > 0 && size % recordSize === 0 && (head[0] as number) < classes;
  return namedBinary || namedBatch || looksBinary ? 'binary' : 'other';
}

/** The images of one batch file. `stem` is its name without `.bin`, by which batches are ordered. */
export interface Batch {
  readonly stem: string;
  readonly role: 'train' | 'test';
  readonly split: ImageSplit;
}

/** A batch file's name without folders and `.bin`: the same for both forms of a batch. */
export function batchStem(path: string): string {
  return baseName(path).replace(/\.bin$/, '');
}

/** Whether a batch of this name holds test images; all others hold training images. */
export function isTestName(stem: string): boolean {
  return /^test/i.test(stem);
}

/** Room for the images of a batch of so many; `stem` is the batch's name. */
export type BatchRoom = (stem: string, count: number) => Uint8Array;

const ownRoom: BatchRoom = (_, count) => roomForBytes(count * imageSize);

/** Room in which the five official training batches lie behind each other, in whichever order they come; others get room of their own. */
export function officialRoom(): BatchRoom {
  const official = { batches: 5, count: 10_000 };
  const size = official.count * imageSize;
  let all: Uint8Array | undefined;
  return (stem, count) => {
    const number = Number(/^data_batch_([1-5])$/.exec(stem)?.[1] ?? 0);
    if (number === 0 || count !== official.count) return ownRoom(stem, count);
    all ??= roomForBytes(official.batches * size);
    return all.subarray((number - 1) * size, number * size);
  };
}

/**
 * Reads a batch in the binary form.
 *
 * @throws DatasetError where the file is not a whole number of records, or a label is over 9.
 */
export async function readBinaryBatch(entry: FileEntry, room: BatchRoom = ownRoom): Promise<Batch> {
  const { path, size } = entry;
  checkSize(entry);
  if (size === 0 || size % recordSize !== 0) {
    throw new DatasetError(
      `${path} is not a whole CIFAR-10 batch: its size must be a multiple of ${formatCount(recordSize)} bytes (a label and ${formatCount(imageSize)} pixel values for each image), and it has ${formatCount(size)} bytes${sizeHint(size)}. Download or unpack it again.`,
    );
  }
  const count = size / recordSize;
  const stem = batchStem(path);
  const images = room(stem, count);
  const labels = new Uint16Array(count);
  const atOnce = 256;
  const records = new Uint8Array(Math.min(atOnce, count) * recordSize);
  for (let done = 0; done < count; done += atOnce) {
    const part = records.subarray(0, Math.min(atOnce, count - done) * recordSize);
    await entry.readInto(part);
    for (let i = 0; i * recordSize < part.length; i++) {
      const start = i * recordSize;
      labels[done + i] = checkedLabel(part[start] as number, path, done + i);
      images.set(part.subarray(start + 1, start + recordSize), (done + i) * imageSize);
    }
  }
  return { stem, role: isTestName(stem) ? 'test' : 'train', split: { images, labels, count } };
}

/**
 * Reads a batch in the python form.
 *
 * @throws DatasetError where the pickle is damaged, names code, or is not a batch.
 */
export async function readPickleBatch(entry: FileEntry, room: BatchRoom = ownRoom): Promise<Batch> {
  const { path } = entry;
  const dict = await readDict(entry, 'a batch');
  if (dict.entries.has('fine_labels')) {
    throw new DatasetError(
      `${path} is from CIFAR-100 (it has fine and coarse labels), and CIFAR-10 was expected. Use cifar-10-python.tar.gz or cifar-10-binary.tar.gz.`,
    );
  }
  const data = dict.entries.get('data');
  const list = dict.entries.get('labels');
  if (data === undefined || list === undefined) {
    const found = [...dict.entries.keys()].slice(0, 6).join(', ') || 'nothing';
    throw new DatasetError(
      `${path} is no CIFAR-10 batch: entries named data and labels were expected, and it holds ${found}. Use data_batch_1 to data_batch_5 and test_batch.`,
    );
  }
  if (!isKind(data, 'array') || data.type !== 'u1' || data.shape.length !== 2 || data.shape[1] !== imageSize) {
    const found = isKind(data, 'array') ? `${data.shape.join('×')} values of type ${data.type}` : 'no numpy array';
    throw new DatasetError(
      `${path} has images that are not CIFAR-10's: an array of N×${imageSize} bytes (type u1) was expected, and there is ${found}.`,
    );
  }
  const count = data.shape[0] as number;
  if (!isKind(list, 'list') || list.items.length !== count) {
    const found = isKind(list, 'list') ? `${formatCount(list.items.length)} labels` : 'no list of labels';
    throw new DatasetError(
      `${path} has ${formatCount(count)} images and ${found}: one label for each image was expected.`,
    );
  }
  const labels = Uint16Array.from(list.items, (label, i) => checkedLabel(label, path, i));
  const stem = batchStem(path);
  const images = room(stem, count);
  copyRowMajor(data, images);
  const saysTest = isTestName(pickleString(dict.entries.get('batch_label')) ?? '');
  const role = isTestName(stem) || (saysTest && !stem.startsWith('data_batch')) ? 'test' : 'train';
  return { stem, role, split: { images, labels, count } };
}

/**
 * Reads the class names of `batches.meta` (a pickle) or `batches.meta.txt` (a line for each).
 *
 * @throws DatasetError where there are not ten.
 */
export async function readClassNames(entry: FileEntry): Promise<string[]> {
  const names = entry.path.endsWith('.txt') ? await readLines(entry) : await readLabelNames(entry);
  if (names.length !== classes) {
    throw new DatasetError(
      `${entry.path} lists ${names.length} class names and CIFAR-10 has ${classes}: use the file of the official archive, or leave it out.`,
    );
  }
  return names;
}

/** Names the kind of a file that no reader here takes, from its first bytes, with what to do where there is something. */
export function describeOther(head: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 64)).trimStart().toLowerCase();
  if (head.length === 0) return 'an empty file';
  if (text.startsWith('\xfd7zxz') || text.startsWith('bzh')) {
    return 'an archive of another compression (unpack it and load the folder)';
  }
  if (text.startsWith('<')) return 'a web page, so the download probably went wrong';
  if (text.startsWith('\x89png') || text.startsWith('\xff\xd8\xff') || text.startsWith('gif8')) return 'a picture';
  return 'neither an archive nor a batch file';
}

async function readDict(entry: FileEntry, expected: string): Promise<PickleDict> {
  checkSize(entry);
  const bytes = new Uint8Array(entry.size);
  await entry.readInto(bytes);
  const value = readPickle(bytes, entry.path);
  if (!isKind(value, 'dict')) {
    throw new DatasetError(
      `${entry.path} is a Python pickle but not ${expected} of CIFAR-10: a dictionary was expected.`,
    );
  }
  return value;
}

async function readLines(entry: FileEntry): Promise<string[]> {
  checkSize(entry);
  const bytes = new Uint8Array(entry.size);
  await entry.readInto(bytes);
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

async function readLabelNames(entry: FileEntry): Promise<string[]> {
  const names = (await readDict(entry, 'a list of classes')).entries.get('label_names');
  return isKind(names, 'list') ? names.items.map((name) => pickleString(name) ?? '?') : [];
}

function checkSize({ path, size }: FileEntry): void {
  if (size > largestBatch) {
    throw new DatasetError(
      `${path} is too large for a CIFAR-10 batch: ${formatBytes(size)}, where an official batch has 30.7 MB. Use the official archive.`,
    );
  }
}

/** CIFAR-100's records have a second label byte, and the sizes of whole batches tell. */
function sizeHint(size: number): string {
  return size > 0 && size % (recordSize + 1) === 0 ? ', which fits the records of CIFAR-100' : '';
}

function checkedLabel(label: PickleValue, path: string, index: number): number {
  if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes) return label;
  const found = typeof label === 'number' ? String(label) : 'no number';
  throw new DatasetError(
    `${path} is not a CIFAR-10 batch, or is damaged: the label of image ${formatCount(index + 1)} should be 0 to ${classes - 1} and is ${found}. Use the files of the official archive.`,
  );
}
