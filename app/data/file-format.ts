/** Which format a file is of, told from its first bytes, and from its name where those leave it open; archives by what lies in them. */
import { fileKind } from './batch-files.ts';
import { isCifar100 } from './cifar100.ts';
import { peekArchive } from './entries.ts';
import { baseName } from './file-names.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { isIdx } from './idx.ts';
import type { SourceFile } from './image-dataset.ts';
import { isPicture } from './image-header.ts';
import { isLmdb } from './lmdb.ts';
import { FileOpener, headLength, headOf, type ReadOptions } from './open-files.ts';
import { isTarHeader } from './tar.ts';

/** What files are read as. `list` is a text that may name pictures or HDF5 files. */
export type Format =
  'cifar10' | 'cifar100' | 'idx' | 'picture' | 'npy' | 'csv' | 'lmdb' | 'hdf5' | 'parquet' | 'zip' | 'list' | 'other';

/** A file and its format. */
export interface FormedFile {
  readonly file: SourceFile;
  readonly format: Format;
  /** How it is packed; what is in a tar archive decides its format. */
  readonly packed: 'no' | 'tar' | 'gzip' | 'tar.gz';
}

const pictureName = /\.(png|jpe?g|gif|bmp|webp)$/i;
/** A folder of pictures may hold any number; of so many files the contents are looked at, of the others the names. */
const mostLooked = 64;

/** Tells the formats of files. A file that cannot be read throws the user's sentence. */
export async function formatsOf(files: readonly SourceFile[], options: ReadOptions): Promise<FormedFile[]> {
  const found: FormedFile[] = [];
  const many = files.length > mostLooked;
  let looked = 0;
  for (const file of files) {
    const name = baseName(file.path);
    if (name.startsWith('.') || file.path.includes('__MACOSX/')) continue;
    if (many && (pictureName.test(name) || looked >= 4 * mostLooked)) {
      found.push({ file, format: pictureName.test(name) ? 'picture' : 'other', packed: 'no' });
      continue;
    }
    looked++;
    found.push(await formOf(file, options));
  }
  return found;
}

async function formOf(file: SourceFile, options: ReadOptions): Promise<FormedFile> {
  const head = await headOf(file, options);
  const opener = new FileOpener(options.signal === undefined ? {} : { signal: options.signal });
  const inArchive = async () =>
    (await peekArchive(file, opener, (path, size, start) => {
      const format = formatOf(path, size, start);
      return format === 'other' || format === 'list' ? undefined : format;
    })) ?? 'cifar10';
  if (isTarHeader(head)) return { file, format: await inArchive(), packed: 'tar' };
  if (!isGzip(head)) return { file, format: formatOf(file.path, file.size, head), packed: 'no' };
  const inner = await headInside(file, opener);
  if (inner === undefined || isTarHeader(inner)) {
    return { file, format: inner === undefined ? gzipByName(file.path) : await inArchive(), packed: 'tar.gz' };
  }
  const format = formatOf(file.path.replace(/\.gz$/i, ''), Number.NaN, inner);
  return { file, format: format === 'other' ? 'cifar10' : format, packed: 'gzip' };
}

/** What a file whose compressed data is damaged at its start would be; its reader says what is wrong with it. */
function gzipByName(path: string): Format {
  return /idx\d|ubyte/i.test(path) ? 'idx' : 'cifar10';
}

/** The first unpacked bytes, or undefined where they cannot be had: the reader of the whole says why. */
async function headInside(file: SourceFile, opener: FileOpener): Promise<Uint8Array | undefined> {
  try {
    return await opener.open(file, async (reader) => {
      const inner = opener.reader(gunzip(reader.rest()));
      return (await inner.peek(headLength)).slice();
    });
  } catch (error) {
    opener.options.signal?.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** The format of a file that is not packed itself. */
export function formatOf(path: string, size: number, head: Uint8Array): Format {
  const name = baseName(path);
  if (name.startsWith('.')) return 'other';
  if (/^(data_batch|test_batch|batches\.meta)/.test(name))
    return fileKind(path, size, head) === 'other' ? 'other' : 'cifar10';
  const text = String.fromCharCode(...head.subarray(0, 8));
  if (isLmdb(head)) return 'lmdb';
  if (text === '\x89HDF\r\n\x1a\n') return 'hdf5';
  if (text.startsWith('PAR1')) return 'parquet';
  if (text.startsWith('\x93NUMPY')) return 'npy';
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'zip';
  if (isPicture(head) && pictureName.test(name)) return 'picture';
  if (isIdx(head) || /-idx\d-ubyte$/i.test(name)) return 'idx';
  if (isCifar100(path, size, head)) return 'cifar100';
  if (/\.(csv|tsv)$/i.test(name)) return 'csv';
  // By their names alone: what is not what it is called gets its own reader's sentence.
  if (/\.npy$/i.test(name)) return 'npy';
  if (/\.mdb$/i.test(name) && name !== 'lock.mdb') return 'lmdb';
  if (/\.(h5|hdf5)$/i.test(name)) return 'hdf5';
  if (/\.parquet$/i.test(name)) return 'parquet';
  if (/\.(zip|npz)$/i.test(name)) return 'zip';
  if (/\.txt$/i.test(name)) return 'list';
  const kind = fileKind(path, size, head);
  if (kind === 'binary' || kind === 'pickle') return 'cifar10';
  return pictureName.test(name) ? 'picture' : 'other';
}
