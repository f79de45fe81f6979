/** Reading a data set from whatever the user has: tells the format from the files' contents and hands them to its reader. */
import { readCifar100 } from './cifar100.ts';
import { readCsv } from './csv.ts';
import { formatsOf, type Format, type FormedFile } from './file-format.ts';
import { baseName } from './file-names.ts';
import { readHdf5 } from './hdf5-set.ts';
import { readIdx } from './idx.ts';
import { DatasetError, type ImageDataset, type SourceFile } from './image-dataset.ts';
import { readLmdbSet } from './lmdb-set.ts';
import { readNumpy } from './numpy-set.ts';
import type { ReadOptions } from './open-files.ts';
import { readParquet } from './parquet-set.ts';
import { readPictures } from './picture-set.ts';
import { readCifar10 } from './read-cifar10.ts';
import { tarFiles } from './tar-files.ts';
import { zipFiles } from './zip.ts';

export type { ReadOptions };

/** What can be read, as a sentence's part. */
export const readable =
  'CIFAR-10 or CIFAR-100, MNIST (idx), an LMDB, HDF5 or Parquet file, NumPy arrays, CSV, or pictures in a folder for each class';

type Reader = (files: readonly SourceFile[], options: ReadOptions) => Promise<ImageDataset>;

interface FormatReader {
  readonly format: Format;
  readonly read: Reader;
  /** Files beside those of the format that the reader wants too. */
  readonly beside?: (file: FormedFile) => boolean;
  /** Whether it reads files front to back, so that a compressed archive will do. */
  readonly streams: boolean;
}

/** In the order in which they are tried: a folder with several is read as the first. */
const readers: readonly FormatReader[] = [
  { format: 'lmdb', read: readLmdbSet, streams: false },
  { format: 'hdf5', read: readHdf5, beside: ({ format }) => format === 'list', streams: false },
  { format: 'parquet', read: readParquet, streams: false },
  {
    format: 'cifar100',
    read: readCifar100,
    beside: ({ file }) => /^(meta|(fine|coarse)_label_names\.txt)$/.test(baseName(file.path)),
    streams: true,
  },
  { format: 'idx', read: readIdx, streams: true },
  { format: 'npy', read: readNumpy, streams: false },
  { format: 'picture', read: readPictures, beside: ({ format }) => format === 'list', streams: true },
  { format: 'csv', read: readCsv, streams: true },
];

/**
 * Reads a data set from files of any format known. What is in zip and plain tar archives is read like files of a folder.
 *
 * @throws DatasetError with a sentence for the user where the files are not what was expected.
 */
export async function readDataset(files: readonly SourceFile[], options: ReadOptions = {}): Promise<ImageDataset> {
  if (files.length === 0) throw new DatasetError(`The folder is empty: ${readable} was expected.`);
  const formed = await formatsOf(files, options);
  const of = (format: Format) => formed.filter((file) => file.format === format);
  const anyBatch = of('cifar10').length > 0 && of('cifar100').length === 0;
  if (anyBatch) return readCifar10(files, options, `${readable} was expected`);
  const [zip] = of('zip');
  for (const reader of readers) {
    const own = of(reader.format);
    if (own.length === 0) continue;
    const beside = formed.filter((file) => reader.beside?.(file) === true && file.packed === 'no');
    return reader.read(await unpacked([...own, ...beside], reader, options), options);
  }
  // Nothing was recognised; CIFAR-10's reader has the sentences for half-right files.
  if (zip === undefined) return readCifar10(files, options, `${readable} was expected`);
  const inside = await zipFiles(zip.file, options);
  if (inside.length === 0)
    throw new DatasetError(`${zip.file.path} is an empty zip archive: ${readable} was expected.`);
  if (inside.some(({ path }) => /\.zip$/i.test(path)) && inside.every(({ path }) => /\.(zip|md|txt)$/i.test(path))) {
    throw new DatasetError(`${zip.file.path} holds zip archives itself: unpack it and load one of them.`);
  }
  return readDataset(inside, options);
}

async function unpacked(
  files: readonly FormedFile[],
  reader: FormatReader,
  options: ReadOptions,
): Promise<SourceFile[]> {
  if (reader.streams) return files.map(({ file }) => file);
  const all: SourceFile[] = [];
  for (const { file, packed } of files) {
    if (packed === 'no') all.push(file);
    else if (packed === 'tar') {
      const inside = await formatsOf(await tarFiles(file, options), options);
      all.push(...inside.filter((f) => f.format === reader.format || reader.beside?.(f) === true).map((f) => f.file));
    } else {
      throw new DatasetError(
        `${file.path} holds ${reader.format.toUpperCase()} files in compressed form, and those are read from any place in them: unpack it and load the folder.`,
      );
    }
  }
  return all;
}
