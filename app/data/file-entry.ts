/** One file with a known length inside a stream, on the disk or in an archive: what the batch readers read from. */
import type { ByteReader } from './byte-reader.ts';
import { formatCount } from './file-names.ts';
import { DatasetError } from './image-dataset.ts';

/** A file being read front to back. Reading past what is there is an error of the user's file, so it never comes back short. */
export class FileEntry {
  readonly path: string;
  /** Bytes, as the archive or the file system states them; infinity where a compressed file does not. */
  readonly size: number;
  readonly #reader: ByteReader;
  readonly #container: string | undefined;
  #left: number;

  /** `container` is the archive's name where the file lies in one. */
  constructor(reader: ByteReader, path: string, size: number, container?: string) {
    this.path = path;
    this.size = size;
    this.#reader = reader;
    this.#container = container;
    this.#left = size;
  }

  /** The next bytes without taking them, up to `length` of them. */
  peek(length: number): Promise<Uint8Array> {
    return this.#reader.peek(Math.min(length, this.#left));
  }

  /** Fills `target`, which must not be longer than what is left. */
  async readInto(target: Uint8Array): Promise<void> {
    const read = await this.#reader.readInto(target);
    this.#left -= read;
    if (read < target.length) this.#cutOff();
  }

  /** The whole content. @throws DatasetError where it is longer than `limit` bytes; `what` says what it should be. */
  async readAll(limit: number, what: string): Promise<Uint8Array> {
    const known = Number.isFinite(this.size);
    if (known && this.size <= limit) {
      const bytes = new Uint8Array(this.size);
      await this.readInto(bytes);
      return bytes;
    }
    const bytes = await this.peek(limit + 1);
    if (known || bytes.length > limit) {
      throw new DatasetError(`${this.path} is too large for ${what}: more than ${formatCount(limit)} bytes.`);
    }
    return bytes.slice();
  }

  /** Passes over what is left. */
  async skipRest(): Promise<void> {
    this.#left -= await this.#reader.skip(this.#left);
    if (this.#left > 0) this.#cutOff();
  }

  #cutOff(): never {
    if (!Number.isFinite(this.size))
      throw new DatasetError(`${this.path} is cut off: its data ends too early. Download it again.`);
    const found = `${formatCount(this.size)} bytes expected, ${formatCount(this.size - this.#left)} found`;
    throw new DatasetError(
      this.#container === undefined
        ? `${this.path} ended while it was being read: ${found}. Check the file and load it again.`
        : `${this.#container} is cut off inside ${this.path}: ${found}. Download the archive again.`,
    );
  }
}
