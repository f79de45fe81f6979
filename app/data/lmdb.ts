/**
 * Reads LMDB databases (`data.mdb`, file format 1), of which Caffe makes its image databases. Two meta pages at the start name the root of
 * a B+tree of pages; a value too large for its page lies in pages of its own. Every page number is checked, and no page is read twice, so
 * a damaged or hostile file ends in a sentence.
 *
 * Layouts of 64-bit programs (page numbers of 8 bytes), as Caffe on Linux writes, and of 32-bit ones.
 */
import { formatBytes, formatCount } from './file-names.ts';
import { DatasetError, type SourceFile } from './image-dataset.ts';
import type { FileOpener } from './open-files.ts';

const magic = 0xbeefc0de;
const pageFlags = { branch: 1, leaf: 2, overflow: 4, meta: 8, sub: 0x40 } as const;
const nodeFlags = { big: 1, sub: 2, duplicates: 4 } as const;
/** Trees of more levels than this would have more entries than atoms. */
const deepest = 32;
/** Bytes read at a time. */
const blockSize = 1 << 20;
/** A Datum is an image; one of more bytes than this is none. */
const largestValue = 256 << 20;

/** A record of the database. The bytes are good until the next one is asked for. */
export interface LmdbRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Whether a file starts as an LMDB database of either layout. */
export function isLmdb(head: Uint8Array): boolean {
  return wordSize(head) !== undefined;
}

function wordSize(head: Uint8Array): 4 | 8 | undefined {
  if (head.length < 160) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(16, true) === magic && view.getUint16(10, true) === pageFlags.meta) return 8;
  return view.getUint32(12, true) === magic && view.getUint16(6, true) === pageFlags.meta ? 4 : undefined;
}

/** What the newer meta page says. */
interface Meta {
  readonly word: 4 | 8;
  readonly header: number;
  readonly pageSize: number;
  readonly root: number;
  readonly entries: number;
  readonly depth: number;
  readonly lastPage: number;
  readonly transaction: number;
}

/** An opened database. */
export interface Lmdb {
  /** Number of records, as the database says. */
  readonly entries: number;
  /** The records in the order of their keys. */
  records(): AsyncGenerator<LmdbRecord>;
}

/** Opens a database. @throws DatasetError where its meta pages are damaged; reading records throws where other pages are. */
export async function openLmdb(file: SourceFile, opener: FileOpener): Promise<Lmdb> {
  const first = await opener.readAt(file, 0, 512, 'the first meta page');
  const word = wordSize(first);
  if (word === undefined) {
    throw new DatasetError(
      `${file.path} is no LMDB database: its first page does not begin as one. Give the data.mdb that Caffe's tools wrote.`,
    );
  }
  const one = readMeta(first, word, file);
  const second = await opener.readAt(file, one.pageSize, 512, 'the second meta page');
  const two = wordSize(second) === word ? readMeta(second, word, file) : one;
  const meta = two.transaction > one.transaction ? two : one;
  return { entries: meta.entries, records: () => new Walk(file, opener, meta).records() };
}

function readMeta(bytes: Uint8Array, word: 4 | 8, file: SourceFile): Meta {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = word === 8 ? 16 : 12;
  const number = (at: number) => (word === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true));
  const version = view.getUint32(header + 4, true);
  // Behind magic and version: an address and the map's size, then two databases (free pages, records) of 8 bytes and five words.
  const free = header + 8 + 2 * word;
  const main = free + 8 + 5 * word;
  const pageSize = view.getUint32(free, true);
  const root = number(main + 8 + 4 * word);
  const meta = {
    word,
    header,
    pageSize,
    root,
    depth: view.getUint16(main + 6, true),
    entries: number(main + 8 + 3 * word),
    lastPage: number(main + 8 + 5 * word),
    transaction: number(main + 8 + 6 * word),
  } as const;
  if (version !== 1) throw damaged(file, `it is of version ${version}, and version 1 is read`);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    throw damaged(file, `its pages have ${formatCount(pageSize)} bytes`);
  if ((view.getUint16(main + 4, true) & ~0x08) !== 0)
    throw damaged(file, 'it has several values for a key, as no image database has');
  if (meta.entries > 0 && meta.depth > deepest) throw damaged(file, `its tree has ${meta.depth} levels`);
  return meta;
}

class Walk {
  readonly #file: SourceFile;
  readonly #opener: FileOpener;
  readonly #meta: Meta;
  /** Pages used so far: a tree uses each once. */
  readonly #seen = new Set<number>();
  readonly #blocks = new Map<number, Uint8Array>();
  readonly #pages: number;
  #given = 0;

  constructor(file: SourceFile, opener: FileOpener, meta: Meta) {
    this.#file = file;
    this.#opener = opener;
    this.#meta = meta;
    this.#pages = Math.min(meta.lastPage + 1, Math.ceil(file.size / meta.pageSize));
  }

  async *records(): AsyncGenerator<LmdbRecord> {
    const { entries, root } = this.#meta;
    if (entries > 0) yield* this.#page(root, 1);
    if (this.#given < entries)
      throw damaged(this.#file, `it claims ${formatCount(entries)} records and holds ${formatCount(this.#given)}`);
  }

  async *#page(number: number, level: number): AsyncGenerator<LmdbRecord> {
    const { pageSize, header, word, depth, entries } = this.#meta;
    this.#use(number, 1);
    // A copy: the block that it lies in may be let go while its records are read.
    const page = (await this.#bytes(number * pageSize, pageSize)).slice();
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const flags = view.getUint16(word + 2, true);
    const isLeaf = (flags & pageFlags.leaf) !== 0;
    if (isLeaf === ((flags & pageFlags.branch) !== 0) || isLeaf !== (level === depth)) {
      throw this.#bad(number, 'is not of the kind that belongs at its place in the tree');
    }
    const lower = view.getUint16(word + 4, true);
    const count = (lower - header) >> 1;
    if (lower > pageSize || count < 0) throw this.#bad(number, `claims to end at byte ${lower}`);
    for (let i = 0; i < count; i++) {
      const at = view.getUint16(header + 2 * i, true);
      if (at < lower || at + 8 > pageSize) throw this.#bad(number, `has record ${i + 1} at byte ${at}`);
      const low = view.getUint16(at, true);
      const high = view.getUint16(at + 2, true);
      const third = view.getUint16(at + 4, true);
      const keyEnd = at + 8 + view.getUint16(at + 6, true);
      if (keyEnd > pageSize) throw this.#bad(number, `has a key that reaches past it`);
      if (!isLeaf) {
        yield* this.#page(low + high * 65_536 + (word === 8 ? third * 2 ** 32 : 0), level + 1);
        continue;
      }
      if ((third & (nodeFlags.sub | nodeFlags.duplicates)) !== 0)
        throw this.#bad(number, 'holds a database instead of a record');
      if (++this.#given > entries)
        throw damaged(this.#file, `it holds more records than the ${formatCount(entries)} that it claims`);
      const size = low + high * 65_536;
      const value =
        (third & nodeFlags.big) !== 0
          ? await this.#overflow(view, keyEnd, size, number)
          : page.subarray(keyEnd, keyEnd + size);
      if (value.length < size)
        throw this.#bad(number, `has a value of ${formatCount(size)} bytes that reaches past it`);
      yield { key: page.subarray(at + 8, keyEnd), value };
    }
  }

  /** The value of a node that only names the page where it begins. */
  async #overflow(view: DataView, at: number, size: number, from: number): Promise<Uint8Array> {
    const { word, pageSize, header } = this.#meta;
    if (at + word > pageSize) throw this.#bad(from, 'names an overflow page past its end');
    const number = word === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
    if (size > largestValue) throw this.#bad(from, `has a value of ${formatBytes(size)}, too large for an image`);
    const pages = Math.ceil((header + size) / pageSize);
    this.#use(number, pages);
    const bytes = await this.#bytes(number * pageSize, header + size);
    const page = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if ((page.getUint16(word + 2, true) & pageFlags.overflow) === 0 || page.getUint32(word + 4, true) < pages) {
      throw this.#bad(number, `is not the start of ${pages} overflow pages`);
    }
    return bytes.subarray(header);
  }

  /** Marks pages as used. @throws DatasetError for those that lie outside the file or are used already. */
  #use(number: number, count: number): void {
    if (!Number.isSafeInteger(number) || number < 2 || number + count > this.#pages) {
      throw damaged(
        this.#file,
        `it refers to page ${formatCount(number)}, and has pages 2 to ${formatCount(this.#pages - 1)}`,
      );
    }
    for (let page = number; page < number + count; page++) {
      if (this.#seen.has(page))
        throw damaged(this.#file, `page ${formatCount(page)} is used twice, so its tree runs in circles`);
      this.#seen.add(page);
    }
  }

  /** Bytes anywhere in the file, through a few blocks kept in memory: pages follow each other mostly. */
  async #bytes(start: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(start / blockSize);
    if (Math.floor((start + length - 1) / blockSize) !== first) {
      return this.#opener.readAt(this.#file, start, length, 'a page');
    }
    let block = this.#blocks.get(first);
    if (block === undefined) {
      const size = Math.min(blockSize, this.#file.size - first * blockSize);
      block = await this.#opener.readAt(this.#file, first * blockSize, size, 'a page');
      this.#opener.advance(size, this.#file.path);
      const [oldest] = this.#blocks.keys();
      if (this.#blocks.size >= 16 && oldest !== undefined) this.#blocks.delete(oldest);
      this.#blocks.set(first, block);
    }
    const found = block.subarray(start - first * blockSize, start - first * blockSize + length);
    if (found.length < length)
      throw damaged(this.#file, `it is cut off: a page at byte ${formatCount(start)} is not whole`);
    return found;
  }

  #bad(page: number, what: string): DatasetError {
    return damaged(this.#file, `page ${formatCount(page)} ${what}`);
  }
}

function damaged(file: SourceFile, what: string): DatasetError {
  return new DatasetError(
    `${file.path} is a damaged LMDB database: ${what}. Copy it again, or write it anew with Caffe's tools.`,
  );
}
