/**
 * Zip archives: the files in them, read where they lie. The directory at the archive's end is checked before anything is unpacked, and what
 * is unpacked is held to it: a file that turns out larger than it says, or archives whose files lie over each other, are refused.
 */
import { crc32 } from './crc32.ts';
import { formatBytes, formatCount } from './file-names.ts';
import { GzipError } from './gunzip.ts';
import { DatasetError, type SourceFile } from './image-dataset.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { slicesOf } from './slice-stream.ts';

/** A directory of more bytes than this is no collection of pictures. */
const largestDirectory = 256 << 20;
/** Files are unpacked as a whole where a reader jumps about in them; up to this size. */
const largestUnpacked = 1_000_000_000;
/** Deflate cannot do better than 1032 : 1. */
const bestRatio = 1032;

interface ZipEntry {
  readonly path: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  /** Where its local header lies. */
  readonly at: number;
}

/** Lists the files of an archive, their paths behind the archive's. @throws DatasetError where it is damaged, encrypted or hostile. */
export async function zipFiles(archive: SourceFile, options: ReadOptions): Promise<SourceFile[]> {
  const opener = new FileOpener(options.signal === undefined ? {} : { signal: options.signal });
  const directory = await findDirectory(archive, opener);
  const bytes = await opener.readAt(archive, directory.at, directory.size, "the archive's directory");
  const entries = readDirectory(bytes, directory.count, archive);
  const packed = entries.reduce((sum, entry) => sum + entry.packed, 0);
  if (packed > archive.size) {
    throw new DatasetError(
      `${archive.path} is refused: its files lie over each other (${formatBytes(packed)} of packed data in ${formatBytes(archive.size)}), as in archives made to fill a disk.`,
    );
  }
  return entries.map((entry) => fileOf(archive, entry, opener));
}

interface Directory {
  readonly at: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(archive: SourceFile, opener: FileOpener): Promise<Directory> {
  const tail = Math.min(archive.size, 65_557 + 20);
  const bytes = await opener.readAt(archive, archive.size - tail, tail, "the archive's end");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) {
    throw new DatasetError(
      `${archive.path} is cut off or no zip archive: its directory should lie at its end and is not there. Download it again.`,
    );
  }
  let count = view.getUint16(end + 10, true);
  let size = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  if (end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
    const where = Number(view.getBigUint64(end - 12, true));
    const large = await opener.readAt(archive, where, 56, "the archive's directory");
    const wide = new DataView(large.buffer, large.byteOffset, large.byteLength);
    if (wide.getUint32(0, true) !== 0x06064b50) throw damaged(archive, 'the end of its directory is not where it says');
    count = Number(wide.getBigUint64(32, true));
    size = Number(wide.getBigUint64(40, true));
    at = Number(wide.getBigUint64(48, true));
  }
  if (size > largestDirectory || at + size > archive.size || count * 46 > size) {
    throw damaged(archive, `its directory claims ${formatCount(count)} files in ${formatCount(size)} bytes`);
  }
  return { at, size, count };
}

function readDirectory(bytes: Uint8Array, count: number, archive: SourceFile): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw damaged(archive, `file ${formatCount(i + 1)} of its directory is not where it should be`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
      number,
      number,
      number,
    ];
    const nameEnd = at + 46 + nameLength;
    if (nameEnd + extraLength + commentLength > bytes.length) throw damaged(archive, 'its directory is cut off');
    const path = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)).replaceAll('\\', '/');
    const extra = new DataView(bytes.buffer, bytes.byteOffset + nameEnd, extraLength);
    const sizes = wideSizes(
      extra,
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    );
    const entry = { path, method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), ...sizes };
    if (!path.endsWith('/') && !path.startsWith('__MACOSX/'))
      entries.push(checkEntry(entry, view.getUint16(at + 8, true), archive));
    at = nameEnd + extraLength + commentLength;
  }
  return entries;
}

/** Sizes of 4 GB and more stand in an extra field (zip64), those only that do not fit. */
function wideSizes(extra: DataView, size: number, packed: number, at: number) {
  const values = [size, packed, at];
  for (let from = 0; from + 4 <= extra.byteLength; from += 4 + extra.getUint16(from + 2, true)) {
    if (extra.getUint16(from, true) !== 1) continue;
    let next = from + 4;
    for (let i = 0; i < 3; i++) {
      if (values[i] !== 0xffffffff || next + 8 > extra.byteLength) continue;
      values[i] = Number(extra.getBigUint64(next, true));
      next += 8;
    }
  }
  const [wideSize = 0, widePacked = 0, wideAt = 0] = values;
  return { size: wideSize, packed: widePacked, at: wideAt };
}

function checkEntry(entry: ZipEntry, flags: number, archive: SourceFile): ZipEntry {
  const { path, method, size, packed } = entry;
  if ((flags & 1) === 1)
    throw new DatasetError(`${archive.path} is encrypted (${path}): unpack it and load the folder.`);
  if (method !== 0 && method !== 8) {
    throw new DatasetError(
      `${archive.path} packs ${path} by a method that is not read (number ${method}): unpack it and load the folder.`,
    );
  }
  if (method === 0 ? size !== packed : size > packed * bestRatio + 64) {
    throw new DatasetError(
      `${archive.path} is refused: ${path} claims ${formatCount(size)} bytes out of ${formatCount(packed)}, which cannot be.`,
    );
  }
  return entry;
}

function fileOf(archive: SourceFile, entry: ZipEntry, opener: FileOpener): SourceFile {
  const path = `${archive.path}/${entry.path}`;
  /** The name in a local header may have another length than in the directory. */
  const packedBytes = async (): Promise<SourceFile> => {
    const header = await opener.readAt(archive, entry.at, 30, path);
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    if (view.getUint32(0, true) !== 0x04034b50) throw damaged(archive, `${entry.path} is not where it should be`);
    const start = entry.at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    if (start + entry.packed > archive.size) throw damaged(archive, `${entry.path} reaches past its end`);
    return slicesOf(archive, path, start, entry.packed);
  };
  const stream = () => checkedStream(packedBytes, entry, archive);
  let unpacked: Promise<Uint8Array> | undefined;
  const read = async (start: number, length: number) => {
    if (entry.method === 0) return (await packedBytes()).read(start, length);
    if (length <= 4096 && start === 0) return firstBytes(stream(), length);
    if (entry.size > largestUnpacked) {
      throw new DatasetError(`${path} has ${formatBytes(entry.size)}: unpack the archive and load the folder.`);
    }
    // One byte more than there is: the stream's end, with its checks, has to be met.
    unpacked ??= firstBytes(stream(), entry.size + 1);
    return (await unpacked).slice(start, start + length);
  };
  return { path, size: entry.size, stream, read };
}

/** Unpacks an entry, and fails where it is longer or shorter than it says, or its checksum is another. */
function checkedStream(
  open: () => Promise<SourceFile>,
  entry: ZipEntry,
  archive: SourceFile,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let given = 0;
  let crc = 0xffffffff;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (reader === undefined) {
        const raw = (await open()).stream();
        const pair = new DecompressionStream('deflate-raw') as ReadableWritablePair<Uint8Array, Uint8Array>;
        reader = (entry.method === 0 ? raw : raw.pipeThrough(pair)).getReader();
      }
      const { done, value } = await reader.read().catch((error: unknown) => {
        if (error instanceof DatasetError) throw error;
        throw new GzipError(
          given < entry.size && error instanceof Error && /truncat|end of/i.test(error.message),
          error,
        );
      });
      if (value !== undefined) {
        given += value.length;
        crc = crc32(crc, value);
      }
      if (given > entry.size) {
        await reader.cancel();
        throw new DatasetError(
          `${archive.path} is refused: ${entry.path} claims ${formatCount(entry.size)} bytes and unpacks to more, as in archives made to fill a disk.`,
        );
      }
      if (!done) {
        controller.enqueue(value);
        return;
      }
      if (given < entry.size || ~crc >>> 0 !== entry.crc)
        throw damaged(archive, `${entry.path} is not what was packed`);
      controller.close();
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

async function firstBytes(stream: ReadableStream<Uint8Array>, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  let filled = 0;
  const reader = stream.getReader();
  while (filled < length) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, length - filled);
    out.set(part, filled);
    filled += part.length;
  }
  await reader.cancel();
  return out.subarray(0, filled);
}

function damaged(archive: SourceFile, what: string): DatasetError {
  return new DatasetError(`${archive.path} is damaged: ${what}. Download the archive again.`);
}
