/**
 * Writes an LMDB database as Caffe's tools do, for tests: two meta pages, leaf pages filled in the order of the keys, branch pages above
 * them, and values too large for half a page in overflow pages. 64-bit page numbers unless told otherwise.
 */
const pageSize = 4096;

/** A record to be written; keys must come in order. */
export interface WrittenRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

/** The bytes of a `data.mdb`. `word` is the size of page numbers: 8, or 4 as 32-bit programs write. */
export function writeLmdb(records: readonly WrittenRecord[], word: 4 | 8 = 8): Uint8Array {
  const writer = new LmdbWriter(word);
  return writer.write(records);
}

interface Child {
  readonly page: number;
  readonly key: Uint8Array;
}

class LmdbWriter {
  readonly #word: 4 | 8;
  readonly #header: number;
  readonly #pages: Uint8Array[] = [new Uint8Array(pageSize), new Uint8Array(pageSize)];
  #counts = { branch: 0, leaf: 0, overflow: 0 };

  constructor(word: 4 | 8) {
    this.#word = word;
    this.#header = word === 8 ? 16 : 12;
  }

  write(records: readonly WrittenRecord[]): Uint8Array {
    let level = this.#leaves(records);
    let depth = records.length === 0 ? 0 : 1;
    while (level.length > 1) {
      level = this.#branches(level);
      depth++;
    }
    const root = level[0]?.page ?? -1;
    this.#meta(0, 0, records.length, depth, root);
    this.#meta(1, 1, records.length, depth, root);
    const out = new Uint8Array(this.#pages.reduce((sum, page) => sum + page.length, 0));
    let at = 0;
    for (const page of this.#pages) {
      out.set(page, at);
      at += page.length;
    }
    return out;
  }

  #leaves(records: readonly WrittenRecord[]): Child[] {
    return this.#level(
      2,
      records.map(({ key, value }) => {
        const name = new TextEncoder().encode(key);
        const isBig = 8 + name.length + value.length > pageSize >> 1;
        const body = isBig ? this.#number(this.#overflow(value)) : value;
        const node = new Uint8Array((8 + name.length + body.length + 1) & ~1);
        const view = new DataView(node.buffer);
        view.setUint32(0, value.length, true);
        view.setUint16(4, isBig ? 1 : 0, true);
        view.setUint16(6, name.length, true);
        node.set(name, 8);
        node.set(body, 8 + name.length);
        return { key: name, node };
      }),
    );
  }

  #branches(children: readonly Child[]): Child[] {
    return this.#level(
      1,
      children.map(({ key, page }, i) => {
        // The first key of a branch page is never compared, and empty.
        const name = i === 0 ? new Uint8Array(0) : key;
        const node = new Uint8Array((8 + name.length + 1) & ~1);
        const view = new DataView(node.buffer);
        view.setUint32(0, page, true);
        view.setUint16(6, name.length, true);
        node.set(name, 8);
        return { key, node };
      }),
    );
  }

  /** Packs nodes into pages: their offsets from the front, the nodes from the back. */
  #level(flags: 1 | 2, nodes: readonly { readonly key: Uint8Array; readonly node: Uint8Array }[]): Child[] {
    const children: Child[] = [];
    let page: Uint8Array | undefined;
    let lower = 0;
    let upper = 0;
    for (const { key, node } of nodes) {
      if (page === undefined || lower + 2 + node.length > upper) {
        page = new Uint8Array(pageSize);
        children.push({ page: this.#add(page, flags), key });
        this.#counts[flags === 1 ? 'branch' : 'leaf']++;
        lower = this.#header;
        upper = pageSize;
      }
      upper -= node.length;
      page.set(node, upper);
      const view = new DataView(page.buffer);
      view.setUint16(lower, upper, true);
      lower += 2;
      view.setUint16(this.#word + 4, lower, true);
      view.setUint16(this.#word + 6, upper, true);
    }
    return children;
  }

  #overflow(value: Uint8Array): number {
    const count = Math.ceil((this.#header + value.length) / pageSize);
    const first = this.#pages.length;
    const all = new Uint8Array(count * pageSize);
    all.set(value, this.#header);
    for (let i = 0; i < count; i++) this.#pages.push(all.subarray(i * pageSize, (i + 1) * pageSize));
    this.#put(all, first, 4);
    new DataView(all.buffer).setUint32(this.#word + 4, count, true);
    this.#counts.overflow += count;
    return first;
  }

  #add(page: Uint8Array, flags: number): number {
    this.#put(page, this.#pages.length, flags);
    return this.#pages.push(page) - 1;
  }

  #put(page: Uint8Array, number: number, flags: number): void {
    page.set(this.#number(number));
    new DataView(page.buffer, page.byteOffset).setUint16(this.#word + 2, flags, true);
  }

  #number(value: number): Uint8Array {
    const bytes = new Uint8Array(this.#word);
    const view = new DataView(bytes.buffer);
    if (this.#word === 8) view.setBigInt64(0, BigInt(value), true);
    else view.setInt32(0, value, true);
    return bytes;
  }

  #meta(number: number, transaction: number, entries: number, depth: number, root: number): void {
    const page = this.#pages[number] as Uint8Array;
    this.#put(page, number, 8);
    const view = new DataView(page.buffer);
    const word = this.#word;
    view.setUint32(this.#header, 0xbeefc0de, true);
    view.setUint32(this.#header + 4, 1, true);
    const words = (at: number, values: readonly number[]) => {
      values.forEach((value, i) => page.set(this.#number(value), at + i * word));
    };
    words(this.#header + 8, [0, 2 ** 30]);
    const free = this.#header + 8 + 2 * word;
    view.setUint32(free, pageSize, true);
    words(free + 8, [0, 0, 0, 0, -1]);
    const main = free + 8 + 5 * word;
    view.setUint16(main + 6, depth, true);
    words(main + 8, [this.#counts.branch, this.#counts.leaf, this.#counts.overflow, entries, root]);
    words(main + 8 + 5 * word, [this.#pages.length - 1, transaction]);
  }
}
