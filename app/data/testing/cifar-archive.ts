/**
 * Makes archives in CIFAR-10's official layouts from any data set of its shape, for tests: the reader's own, and those of the page, which
 * drop such an archive on it. Writers for tests only: they know the layouts of CIFAR-10's archives and nothing else.
 */
import { gzipSync } from 'fflate';
import type { ImageDataset, ImageSplit } from '../image-dataset.ts';
import { pickleBatch, pickleMeta, type PickleStyle } from './pickle-writer.ts';

/** A file to be packed, or to be dropped as it is. */
export interface PlainFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How an archive is laid out. */
export interface ArchiveOptions {
  /** Number of data_batch files among which the training images are divided; 5 in the official archives. */
  readonly trainBatches?: number;
  /** Who pickled a python archive: Python 2 as the official one, or Python 3. */
  readonly style?: PickleStyle;
}

/** The files of the binary version, in its folder, as the official archive holds them. */
export function binaryFiles(dataset: ImageDataset, options: ArchiveOptions = {}): PlainFile[] {
  const folder = 'cifar-10-batches-bin';
  const names = new TextEncoder().encode(`${dataset.classNames.join('\n')}\n\n`);
  return [
    { path: `${folder}/batches.meta.txt`, bytes: names },
    ...batches(dataset, options).map(({ name, split }) => ({
      path: `${folder}/${name}.bin`,
      bytes: binaryBatch(split),
    })),
  ];
}

/** The files of the python version, in its folder, in an order of no meaning, as the official archive has them. */
export function pythonFiles(dataset: ImageDataset, options: ArchiveOptions = {}): PlainFile[] {
  const folder = 'cifar-10-batches-py';
  const style = options.style ?? 'python2';
  return [
    ...batches(dataset, options).map(({ name, split }) => ({
      path: `${folder}/${name}`,
      bytes: pickleBatch(split, name, style),
    })),
    { path: `${folder}/readme.html`, bytes: new TextEncoder().encode('<html>not a batch</html>') },
    { path: `${folder}/batches.meta`, bytes: pickleMeta(dataset.classNames, style) },
  ].reverse();
}

/** `cifar-10-binary.tar.gz`. */
export function binaryArchive(dataset: ImageDataset, options: ArchiveOptions = {}): Uint8Array {
  return gzipSync(tar(binaryFiles(dataset, options)), { level: 1 });
}

/** `cifar-10-python.tar.gz`. */
export function pythonArchive(dataset: ImageDataset, options: ArchiveOptions = {}): Uint8Array {
  return gzipSync(tar(pythonFiles(dataset, options)), { level: 1 });
}

/** Records of one label byte and the pixels of an image. */
export function binaryBatch(split: ImageSplit): Uint8Array {
  const imageSize = split.count === 0 ? 0 : split.images.length / split.count;
  const records = new Uint8Array(split.count * (1 + imageSize));
  for (let i = 0; i < split.count; i++) {
    records[i * (1 + imageSize)] = split.labels[i] as number;
    records.set(split.images.subarray(i * imageSize, (i + 1) * imageSize), i * (1 + imageSize) + 1);
  }
  return records;
}

/** A tar archive (ustar) of files, with an entry for each folder as `tar` makes them. */
export function tar(files: readonly PlainFile[]): Uint8Array {
  const folders = new Set(
    files.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)).filter((path) => path !== ''),
  );
  const blocks: Uint8Array[] = [...folders].map((path) => tarHeader(path, 0, '5'));
  for (const { path, bytes } of files) {
    blocks.push(tarHeader(path, bytes.length, '0'), bytes, new Uint8Array((512 - (bytes.length % 512)) % 512));
  }
  blocks.push(new Uint8Array(1024));
  return concatenate(blocks);
}

/** One header block. `type` is tar's: '0' a file, '5' a folder, 'L' a long name, 'x' a pax header. */
export function tarHeader(path: string, size: number, type: string): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(0, path);
  put(100, `${octal(type === '5' ? 0o755 : 0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0${octal(0, 11)}\0`);
  put(148, ' '.repeat(8));
  put(156, type);
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return header;
}

/** Byte arrays behind each other in one. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function batches(dataset: ImageDataset, options: ArchiveOptions): { name: string; split: ImageSplit }[] {
  const count = options.trainBatches ?? 5;
  const each = Math.ceil(dataset.train.count / count);
  const train = Array.from({ length: count }, (_, i) => ({
    name: `data_batch_${i + 1}`,
    split: part(dataset.train, i * each, (i + 1) * each),
  }));
  return [...train, { name: 'test_batch', split: dataset.test }];
}

function part(split: ImageSplit, from: number, to: number): ImageSplit {
  const imageSize = split.images.length / split.count;
  const labels = split.labels.slice(from, to);
  return { images: split.images.slice(from * imageSize, to * imageSize), labels, count: labels.length };
}
