/** One file with a known length inside a stream, on the disk or in an archive: what the batch readers read from. */
import type { ByteReader } from './byte-reader.ts';
import { formatCount } from './file-names.ts';
import { DatasetError } from './image-dataset.ts';

/** A file being read front to back. Reading past what is there is an error of the user's file, so it never comes back short. */
export class FileEntry {
  readonly path: string;
  /** Bytes, as the archive or the file system states them. */
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

  /** Passes over what is left. */
  async skipRest(): Promise<void> {
    this.#left -= await this.#reader.skip(this.#left);
    if (this.#left > 0) this.#cutOff();
  }

  #cutOff(): never {
    const found = `${formatCount(this.size)} bytes expected, ${formatCount(this.size - this.#left)} found`;
    throw new DatasetError(
      this.#container === undefined
        ? `${this.path} ended while it was being read: ${found}. Check the file and load it again.`
        : `${this.#container} is cut off inside ${this.path}: ${found}. Download the archive again.`,
    );
  }
}
