/**
 * Reading CIFAR-100. Its records have two labels, of twenty coarse and of a hundred fine classes: one of them is taken, and the other kept
 * beside it. The binary form is train.bin and test.bin with both labels before the pixels, the python form pickled dictionaries named train and test.
 */
import { isTestName } from './batch-files.ts';
import { eachEntry } from './entries.ts';
import type { FileEntry } from './file-entry.ts';
import { baseName, folderOf, formatBytes, formatCount } from './file-names.ts';
import {
  DatasetError,
  emptySplit,
  withOtherLabels,
  type ImageDataset,
  type ImageSplit,
  type SourceFile,
} from './image-dataset.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { roomForBytes } from './pixel-memory.ts';
import { copyRowMajor } from './pickle-numpy.ts';
import { isKind, pickleString, type PickleDict, type PickleValue } from './pickle-values.ts';
import { isPickle, readPickle } from './pickle.ts';
import { assembleSet } from './split-builder.ts';

const classes = { fine: 100, coarse: 20 } as const;
type Labelling = keyof typeof classes;
const labellings: readonly Labelling[] = ['fine', 'coarse'];
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
  const splits = new Map<'train' | 'test', LabelledTwice & { readonly path: string }>();
  const names: Partial<Record<Labelling, readonly string[]>> = {};
  await eachEntry(files, opener, async (entry) => {
    const name = baseName(entry.path);
    const [, listed] = /^(fine|coarse)_label_names\.txt$/.exec(name) ?? [];
    if (listed === 'fine' || listed === 'coarse') {
      names[listed] = lines(await entry.readAll(1 << 20, 'a list of class names'));
    } else if (name === 'meta') {
      const meta = await readDict(entry);
      for (const labelling of labellings) names[labelling] = metaNames(meta, labelling);
    } else if (/^(train|test)(\.bin)?$/.test(name)) {
      const role = isTestName(name) ? 'test' : 'train';
      const known = splits.get(role);
      if (known !== undefined) {
        throw new DatasetError(
          `The ${role} images are there twice, as ${known.path} and ${entry.path}: load the files of one set only.`,
        );
      }
      const read = name.endsWith('.bin') ? await readBinary(entry) : readLabelled(await readDict(entry), entry.path);
      splits.set(role, { path: entry.path, ...read });
    }
  });
  const [train, test] = [splits.get('train'), splits.get('test')];
  const [first] = files;
  const folder = first === undefined ? '' : baseName(folderOf(first.path));
  const isBinary = [...splits.values()].some(({ path }) => path.endsWith('.bin'));
  const dataset = assembleSet({
    name: 'CIFAR-100',
    source: files.length > 1 && folder !== '' ? folder : files.map(({ path }) => baseName(path)).join(' + '),
    format: `CIFAR-100 (${isBinary ? 'binary' : 'python'})`,
    channels: 3,
    height: 32,
    width: 32,
    channelOrder: 'RGB',
    classNames: namesOf(names, 'fine'),
    train: train?.split ?? emptySplit,
    test: test?.split ?? emptySplit,
    otherLabels: {
      name: 'coarse',
      instead: 'fine',
      classNames: namesOf(names, 'coarse'),
      train: train?.coarse ?? new Uint16Array(0),
      test: test?.coarse ?? new Uint16Array(0),
    },
  });
  return options.labels === 'coarse' ? withOtherLabels(dataset) : dataset;
}

/** The images with their fine labels, and the coarse ones. */
interface LabelledTwice {
  readonly split: ImageSplit;
  readonly coarse: Uint16Array;
}

function namesOf(found: Partial<Record<Labelling, readonly string[]>>, labelling: Labelling): readonly string[] {
  const names = found[labelling];
  const count = classes[labelling];
  if (names === undefined) return Array.from({ length: count }, (_, i) => String(i));
  if (names.length === count) return names;
  throw new DatasetError(
    `The file of class names lists ${names.length} and CIFAR-100 has ${count} ${labelling} classes: use the file of the official archive, or leave it out.`,
  );
}

async function readBinary(entry: FileEntry): Promise<LabelledTwice> {
  const { path, size } = entry;
  checkSize(entry);
  if (size === 0 || size % recordSize !== 0) {
    throw new DatasetError(
      `${path} is not a whole file of CIFAR-100: its size must be a multiple of ${formatCount(recordSize)} bytes (two labels and ${formatCount(imageSize)} pixel values for each image), and it has ${formatCount(size)} bytes. Download or unpack it again.`,
    );
  }
  const count = size / recordSize;
  const images = roomForBytes(count * imageSize);
  const labels = new Uint16Array(count);
  const coarse = new Uint16Array(count);
  const atOnce = 256;
  const records = new Uint8Array(Math.min(atOnce, count) * recordSize);
  for (let done = 0; done < count; done += atOnce) {
    const part = records.subarray(0, Math.min(atOnce, count - done) * recordSize);
    await entry.readInto(part);
    for (let start = 0, i = done; start < part.length; start += recordSize, i++) {
      coarse[i] = checkedLabel(part[start], 'coarse', path, i);
      labels[i] = checkedLabel(part[start + 1], 'fine', path, i);
      images.set(part.subarray(start + 2, start + recordSize), i * imageSize);
    }
  }
  return { split: { images, labels, count }, coarse };
}

function readLabelled(dict: PickleDict, path: string): LabelledTwice {
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
  const labels = (items: readonly PickleValue[], labelling: Labelling) =>
    Uint16Array.from(items, (value, i) => checkedLabel(value, labelling, path, i));
  const coarse = dict.entries.get('coarse_labels');
  if (!isKind(coarse, 'list') || coarse.items.length !== count) {
    throw new DatasetError(
      `${path} is no file of CIFAR-100, or is damaged: it has no list of ${formatCount(count)} coarse labels. Download or unpack it again.`,
    );
  }
  const images = roomForBytes(count * imageSize);
  copyRowMajor(data, images);
  return {
    split: { images, labels: labels(list.items, 'fine'), count },
    coarse: labels(coarse.items, 'coarse'),
  };
}

function metaNames(dict: PickleDict, labelling: Labelling): string[] {
  const names = dict.entries.get(`${labelling}_label_names`);
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

function checkedLabel(label: PickleValue | undefined, labelling: Labelling, path: string, index: number): number {
  const count = classes[labelling];
  if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < count) return label;
  const found = typeof label === 'number' ? String(label) : 'no number';
  throw new DatasetError(
    `${path} is no file of CIFAR-100, or is damaged: the ${labelling} label of image ${formatCount(index + 1)} should be 0 to ${count - 1} and is ${found}.`,
  );
}
