/**
 * A streaming tar reader: the files of an archive, one after the other, without holding more than a header. Reads POSIX ustar, GNU long
 * names, pax paths and sizes, and old archives without a magic word, which is what tar programs and Python's tarfile write.
 */
import type { ByteReader } from './byte-reader.ts';
import { FileEntry } from './file-entry.ts';
import { formatCount } from './file-names.ts';
import { DatasetError } from './image-dataset.ts';

const blockSize = 512;
const checksumAt = 148;
/** Long names and pax records are a few hundred bytes; more than this is not an archive anybody made by packing files. */
const longestExtension = 1 << 20;

/** Whether `block`, the first 512 bytes of a file, is a tar header. Its checksum decides, so archives without `ustar` are known too. */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= blockSize && block[0] !== 0 && octal(block, checksumAt, 8) === checksum(block);
}

/**
 * Yields the regular files of an archive in their order. An entry may be read in whole, in part or not at all before the next is asked for.
 *
 * @param archive Name of the archive, for messages.
 * @throws DatasetError where the archive is cut off or a header is damaged.
 */
export async function* readTar(reader: ByteReader, archive: string): AsyncGenerator<FileEntry> {
  const block = new Uint8Array(blockSize);
  let extension: Extension = {};
  for (;;) {
    const at = reader.position;
    const read = await reader.readInto(block);
    if (read < blockSize) {
      throw new DatasetError(
        `${archive} is cut off after ${formatCount(at + read)} bytes of its tar archive: the closing mark of an archive was expected. Download it again.`,
      );
    }
    if (block.every((byte) => byte === 0)) {
      // The closing mark. What follows is padding; reading it lets a compressed archive check its checksum.
      await reader.skip(Number.POSITIVE_INFINITY);
      return;
    }
    if (!isTarHeader(block)) {
      throw new DatasetError(
        `${archive} is damaged: at byte ${formatCount(at)} of its tar archive the header of a file was expected, and its checksum does not fit. Download it again.`,
      );
    }
    const type = String.fromCharCode(block[156] as number);
    const size = extension.size ?? numberField(block, 124, 12);
    const entry = new FileEntry(reader, extension.path ?? headerPath(block), size, archive);
    if (type === 'x' || type === 'L') {
      extension = { ...extension, ...(await readExtension(entry, type, archive)) };
    } else {
      extension = {};
      if (type === '0' || type === '\0' || type === '7') yield entry;
    }
    await entry.skipRest();
    await reader.skip((blockSize - (size % blockSize)) % blockSize);
  }
}

/** What a pax header or a GNU long name says of the file that follows it. */
interface Extension {
  readonly path?: string;
  readonly size?: number;
}

async function readExtension(entry: FileEntry, type: string, archive: string): Promise<Extension> {
  if (entry.size > longestExtension) {
    throw new DatasetError(
      `${archive} is damaged: a file's name takes ${formatCount(entry.size)} bytes in its tar archive. Download it again.`,
    );
  }
  const bytes = new Uint8Array(entry.size);
  await entry.readInto(bytes);
  return type === 'L' ? { path: textField(bytes, 0, bytes.length) } : paxRecords(bytes);
}

/** Pax records are lines `LENGTH key=value\n`, the length counting itself. */
function paxRecords(bytes: Uint8Array): Extension {
  const records: { path?: string; size?: number } = {};
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(textField(bytes, at, space - at));
    if (!(length > space - at)) break;
    const [key, ...value] = textField(bytes, space + 1, at + length - space - 2).split('=');
    if (key === 'path') records.path = value.join('=');
    if (key === 'size') records.size = Number(value.join('='));
    at += length;
  }
  return records;
}

function headerPath(block: Uint8Array): string {
  const name = textField(block, 0, 100);
  const prefix = textField(block, 257, 6) === 'ustar' ? textField(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Text up to a zero byte or the field's end. */
function textField(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(block: Uint8Array, start: number, length: number): number {
  const text = textField(block, start, length).trim();
  return text === '' ? 0 : Number(`0o${text}`);
}

/** Octal digits, or for what they cannot hold a big-endian binary number behind a set top bit, as GNU tar writes it. */
function numberField(block: Uint8Array, start: number, length: number): number {
  if ((block[start] as number) < 0x80) return octal(block, start, length);
  return block.subarray(start + 1, start + length).reduce((value, byte) => value * 256 + byte, 0);
}

/** Sum of the header's bytes with the checksum's own field read as blanks. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockSize; i++) {
    if (i < checksumAt || i >= checksumAt + 8) sum += block[i] as number;
  }
  return sum;
}
