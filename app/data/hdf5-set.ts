/**
 * Reads what Caffe's HDF5Data layer reads: HDF5 files with the arrays `data` and `label`, several of them where a text lists them. The HDF5
 * library itself (compiled to WebAssembly) reads the files, loaded only when there is one.
 */
import type * as Hdf5 from 'h5wasm';
import { ByteCheck, roomFor, type NumberArray } from './array-values.ts';
import { baseName, formatBytes, formatCount } from './file-names.ts';
import { DatasetError, type ImageDataset, type SourceFile } from './image-dataset.ts';
import { setOfArrays, type ArrayGroup, type NamedArray } from './named-arrays.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { commonName } from './picture-set.ts';
import { isTestPath, largestSplit } from './split-builder.ts';

/** The library works on a copy of the file in memory. */
const largestFile = 1_500_000_000;
/** Gzip cannot make more of a byte, and a file that claims more holds nothing but claims. */
const bestRatio = 1032;
/** Values read at a time. */
const atOnce = 1 << 22;

type Library = typeof Hdf5;

/** Reads HDF5 files, in the order of a list where there is one. @throws DatasetError where they are damaged or no images. */
export async function readHdf5(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  const { inOrder, source } = await listed(files, opener);
  opener.total = inOrder.reduce((sum, { file }) => sum + file.size, 0);
  const library = await import('h5wasm');
  const module = await library.ready;
  const opened: { readonly file: Hdf5.File; readonly name: string }[] = [];
  // Else the library prints what went wrong, call by call, and goes on.
  module.activate_throwing_error_handler();
  try {
    const groups: ArrayGroup[] = [];
    for (const [i, { file, isTest }] of inOrder.entries()) {
      const name = `/set-${i}.h5`;
      await copyIn(library, file, name, opener);
      const open = openFile(library, file, name);
      opened.push({ file: open, name });
      groups.push({ isTest, arrays: arraysOf(library, open, file) });
    }
    return await setOfArrays(groups, source, 'HDF5');
  } finally {
    module.deactivate_throwing_error_handler();
    for (const { file, name } of opened) {
      file.close();
      library.FS?.unlink(name);
    }
  }
}

interface Listed {
  readonly file: SourceFile;
  readonly isTest: boolean;
}

async function listed(
  files: readonly SourceFile[],
  opener: FileOpener,
): Promise<{ inOrder: Listed[]; source: string }> {
  const data = files.filter(({ path }) => !/\.txt$/i.test(path));
  const inOrder: Listed[] = [];
  for (const list of files.filter(({ path, size }) => /\.txt$/i.test(path) && size < 1 << 20)) {
    const lines = new TextDecoder().decode(await opener.readAt(list, 0, list.size, 'the list')).split(/\r?\n/);
    for (const line of lines) {
      const file = data.find(({ path }) => line.trim() !== '' && baseName(path) === baseName(line.trim()));
      if (file !== undefined) inOrder.push({ file, isTest: isTestPath(baseName(list.path)) });
    }
  }
  const [first] = data;
  const source = data.length === 1 && first !== undefined ? first.path : commonName(data.map(({ path }) => path));
  if (inOrder.length > 0) return { inOrder, source };
  return { inOrder: data.map((file) => ({ file, isTest: isTestPath(baseName(file.path)) })), source };
}

async function copyIn({ FS }: Library, file: SourceFile, name: string, opener: FileOpener): Promise<void> {
  if (FS === null) throw new RangeError('the HDF5 library has no file system');
  if (file.size > largestFile) {
    throw new DatasetError(
      `${file.path} has ${formatBytes(file.size)}; HDF5 files are read up to ${formatBytes(largestFile)}: split it and list the parts in a text file.`,
    );
  }
  const target = FS.open(name, 'w+');
  // Room at once: the library's file system would copy the file again and again while it grows.
  FS.truncate(name, file.size);
  let at = 0;
  await opener.open(file, async (reader) => {
    const part = new Uint8Array(1 << 20);
    for (;;) {
      const read = await reader.readInto(part);
      if (read === 0) break;
      FS.write(target, part, 0, read, at);
      at += read;
    }
  });
  FS.close(target);
}

function openFile(library: Library, file: SourceFile, name: string): Hdf5.File {
  const broken = (cause?: unknown) =>
    new DatasetError(
      `${file.path} is cut off, damaged or no HDF5 file: the HDF5 library cannot open it. Copy it again.`,
      { cause },
    );
  try {
    const open = new library.File(name, 'r');
    if (open.file_id < 0n) throw broken();
    return open;
  } catch (error) {
    library.FS?.unlink(name);
    throw error instanceof DatasetError ? error : broken(error);
  }
}

function arraysOf(library: Library, open: Hdf5.File, file: SourceFile): NamedArray[] {
  return guarded(file, 'its list of arrays', () =>
    open.keys().flatMap((name) => {
      const entity = open.get(name);
      if (!(entity instanceof library.Dataset)) return [];
      const { shape } = entity;
      // 0 whole numbers, 1 floating point: HDF5's first two classes.
      if (shape === null || entity.metadata.type > 1) return [];
      return [
        { name, shape, read: () => Promise.resolve(guarded(file, name, () => readArray(entity, shape, name, file))) },
      ];
    }),
  );
}

/** What fails in the library (a cut-off chunk, a wrong checksum) is the file's fault. */
function guarded<T>(file: SourceFile, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DatasetError || !(error instanceof Error)) throw error;
    throw new DatasetError(
      `${file.path} is cut off or damaged: ${what} cannot be read (${reasonOf(error)}). Copy it again.`,
      { cause: error },
    );
  }
}

/** The innermost of the library's reasons, which it lists call by call, each behind the place in its own source. */
function reasonOf({ message }: Error): string {
  const reasons = [...message.matchAll(/^ *#\d+: .*\(\): (.*)$/gm)].map(([, reason]) => reason);
  return reasons.at(-1) ?? message;
}

function readArray(dataset: Hdf5.Dataset, shape: readonly number[], name: string, file: SourceFile): NumberArray {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const where = `${file.path}, ${name}`;
  if (
    count * Math.min(4, dataset.metadata.size) > largestSplit ||
    count * dataset.metadata.size > file.size * bestRatio
  ) {
    throw new DatasetError(
      `${where} claims ${shape.map(formatCount).join('×')} values, more than the file can hold or memory takes.`,
    );
  }
  if (shape.length < 2) return { where, shape, data: values(dataset, shape, 0, shape[0] ?? 0, where) };
  const rows = shape[0] ?? 0;
  const step = Math.max(1, Math.floor(atOnce / Math.max(1, count / Math.max(1, rows))));
  const parts = (take: (part: ArrayLike<number>, at: number) => void) => {
    for (let from = 0, at = 0; from < rows; from += step) {
      const part = values(dataset, shape, from, Math.min(rows, from + step), where);
      take(part, at);
      at += part.length;
    }
  };
  // Two passes: all values say whether they are bytes, and as floats they need not be in memory twice.
  const check = new ByteCheck();
  if (dataset.metadata.type !== 0 || dataset.metadata.size > 1 || dataset.metadata.signed) {
    parts((part) => check.take(part, where));
  }
  const data = roomFor(check.isBytes, count);
  parts((part, at) => data.set(part, at));
  return { where, shape, data };
}

function values(
  dataset: Hdf5.Dataset,
  shape: readonly number[],
  from: number,
  to: number,
  where: string,
): ArrayLike<number> {
  const found = dataset.slice(shape.map((extent, i) => (i === 0 ? [from, to] : [0, extent])));
  if (found instanceof BigInt64Array || found instanceof BigUint64Array) return Float64Array.from(found, Number);
  if (ArrayBuffer.isView(found)) return found;
  throw new DatasetError(`${where} holds no plain numbers.`);
}
