/**
 * Reading CIFAR-100. Its records have two labels, of twenty coarse and of a hundred fine classes; the fine one is taken. The binary form is
 * train.bin and test.bin with both labels before the pixels, the python form pickled dictionaries named train and test.
 */
import { isTestName } from './batch-files.ts';
import { eachEntry } from './entries.ts';
import type { FileEntry } from './file-entry.ts';
import { baseName, folderOf, formatBytes, formatCount } from './file-names.ts';
import { DatasetError, emptySplit, type ImageDataset, type ImageSplit, type SourceFile } from './image-dataset.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { rowMajor } from './pickle-numpy.ts';
import { isKind, pickleString, type PickleDict, type PickleValue } from './pickle-values.ts';
import { isPickle, readPickle } from './pickle.ts';
import { assembleSet } from './split-builder.ts';

const classes = 100;
const imageSize = 3072;
const recordSize = 2 + imageSize;
/** The official training file has 154 MB. */
const largestFile = 1 << 30;

/** Whether a file is one of CIFAR-100's: by its name, its size or its first bytes. Class names alone do not count. */
export function isCifar100(path: string, size: number, head: Uint8Array): boolean {
  const name = baseName(path);
  if (/^(train|test)\.bin$/.test(name)) {
    return size > 0 && (size % recordSize === 0 || /cifar-?100/i.test(path)) && (head[0] ?? 255) < 20;
  }
  return /^(train|test)$/.test(name) && isPickle(head);
}

/**
 * Reads CIFAR-100 from its archive, folder or single files.
 *
 * @throws DatasetError with a sentence where they are not what was expected.
 */
export async function readCifar100(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  const splits = new Map<'train' | 'test', { readonly path: string; readonly split: ImageSplit }>();
  let classNames: readonly string[] | undefined;
  await eachEntry(files, opener, async (entry) => {
    const name = baseName(entry.path);
    if (name === 'fine_label_names.txt') classNames = lines(await entry.readAll(1 << 20, 'a list of class names'));
    else if (name === 'meta') classNames = metaNames(await readDict(entry));
    else if (/^(train|test)(\.bin)?$/.test(name)) {
      const role = isTestName(name) ? 'test' : 'train';
      const known = splits.get(role);
      if (known !== undefined) {
        throw new DatasetError(
          `The ${role} images are there twice, as ${known.path} and ${entry.path}: load the files of one set only.`,
        );
      }
      const split = name.endsWith('.bin') ? await readBinary(entry) : readLabelled(await readDict(entry), entry.path);
      splits.set(role, { path: entry.path, split });
    }
  });
  if (classNames !== undefined && classNames.length !== classes) {
    throw new DatasetError(
      `The file of class names lists ${classNames.length} and CIFAR-100 has ${classes}: use the file of the official archive, or leave it out.`,
    );
  }
  const [first] = files;
  const folder = first === undefined ? '' : baseName(folderOf(first.path));
  return assembleSet({
    name: 'CIFAR-100',
    source: files.length > 1 && folder !== '' ? folder : files.map(({ path }) => baseName(path)).join(' + '),
    channels: 3,
    height: 32,
    width: 32,
    classNames: classNames ?? Array.from({ length: classes }, (_, i) => String(i)),
    train: splits.get('train')?.split ?? emptySplit,
    test: splits.get('test')?.split ?? emptySplit,
  });
}

async function readBinary(entry: FileEntry): Promise<ImageSplit> {
  const { path, size } = entry;
  checkSize(entry);
  if (size === 0 || size % recordSize !== 0) {
    throw new DatasetError(
      `${path} is not a whole file of CIFAR-100: its size must be a multiple of ${formatCount(recordSize)} bytes (two labels and ${formatCount(imageSize)} pixel values for each image), and it has ${formatCount(size)} bytes. Download or unpack it again.`,
    );
  }
  const count = size / recordSize;
  const images = new Uint8Array(count * imageSize);
  const labels = new Uint16Array(count);
  const record = new Uint8Array(recordSize);
  for (let i = 0; i < count; i++) {
    await entry.readInto(record);
    labels[i] = fineLabel(record[1], path, i);
    images.set(record.subarray(2), i * imageSize);
  }
  return { images, labels, count };
}

function readLabelled(dict: PickleDict, path: string): ImageSplit {
  const data = dict.entries.get('data');
  const list = dict.entries.get('fine_labels');
  if (!isKind(data, 'array') || !isKind(list, 'list')) {
    const found = [...dict.entries.keys()].slice(0, 6).join(', ') || 'nothing';
    throw new DatasetError(
      `${path} is no file of CIFAR-100: entries named data and fine_labels were expected, and it holds ${found}. Use the train and test of cifar-100-python.tar.gz.`,
    );
  }
  const [count = 0, columns] = data.shape;
  if (data.type !== 'u1' || data.shape.length !== 2 || columns !== imageSize || list.items.length !== count) {
    throw new DatasetError(
      `${path} is no file of CIFAR-100: N×${imageSize} bytes and N labels were expected, and there are ${data.shape.join('×')} values of type ${data.type} and ${formatCount(list.items.length)} labels.`,
    );
  }
  return { images: rowMajor(data), labels: Uint16Array.from(list.items, (v, i) => fineLabel(v, path, i)), count };
}

function metaNames(dict: PickleDict): string[] {
  const names = dict.entries.get('fine_label_names');
  return isKind(names, 'list') ? names.items.map((name) => pickleString(name) ?? '?') : [];
}

async function readDict(entry: FileEntry): Promise<PickleDict> {
  checkSize(entry);
  const value = readPickle(await entry.readAll(largestFile, 'a file of CIFAR-100'), entry.path);
  if (isKind(value, 'dict')) return value;
  throw new DatasetError(`${entry.path} is a Python pickle but no file of CIFAR-100: a dictionary was expected.`);
}

function lines(bytes: Uint8Array): string[] {
  const all = new TextDecoder().decode(bytes).split('\n');
  return all.map((line) => line.trim()).filter((line) => line !== '');
}

function checkSize({ path, size }: FileEntry): void {
  if (size <= largestFile) return;
  throw new DatasetError(`${path} is too large for CIFAR-100: ${formatBytes(size)}. Use the official archive.`);
}

function fineLabel(label: PickleValue | undefined, path: string, index: number): number {
  if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes) return label;
  const found = typeof label === 'number' ? String(label) : 'no number';
  throw new DatasetError(
    `${path} is no file of CIFAR-100, or is damaged: the fine label of image ${formatCount(index + 1)} should be 0 to ${classes - 1} and is ${found}.`,
  );
}
