/**
 * Reading a stream of bytes in pieces of one's own choosing: archives and batch files come in chunks of any length, and no reader wants to
 * know where they were cut. Holds one chunk at a time, never the stream.
 */

/** Pulls bytes from a stream. Not for use by two callers at once. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #onChunk: ((bytes: number) => void) | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #position = 0;

  /** `onChunk` hears the length of each chunk as it arrives; an aborted `signal` makes the next read throw its reason. */
  constructor(
    stream: ReadableStream<Uint8Array>,
    options: { signal?: AbortSignal; onChunk?: (bytes: number) => void } = {},
  ) {
    this.#reader = stream.getReader();
    this.#signal = options.signal;
    this.#onChunk = options.onChunk;
  }

  /** Bytes handed out or skipped so far. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes without taking them: `length` of them, or fewer where the stream ends. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#chunk.length - this.#at < length) {
      const next = await this.#pull();
      if (next === undefined) break;
      const rest = this.#chunk.subarray(this.#at);
      const joined = new Uint8Array(rest.length + next.length);
      joined.set(rest);
      joined.set(next, rest.length);
      this.#chunk = joined;
      this.#at = 0;
    }
    return this.#chunk.subarray(this.#at, this.#at + length);
  }

  /** Fills `target`; returns how many bytes there were, fewer than asked for only where the stream ends. */
  async readInto(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length && (await this.#fill())) {
      const part = this.#chunk.subarray(this.#at, this.#at + target.length - filled);
      target.set(part, filled);
      this.#advance(part.length);
      filled += part.length;
    }
    return filled;
  }

  /** Passes over `length` bytes; returns how many there were. */
  async skip(length: number): Promise<number> {
    let skipped = 0;
    while (skipped < length && (await this.#fill())) {
      const part = Math.min(length - skipped, this.#chunk.length - this.#at);
      this.#advance(part);
      skipped += part;
    }
    return skipped;
  }

  /** What is left, as a stream, for a decoder that wants one. This reader must not be used afterwards. */
  rest(): ReadableStream<Uint8Array> {
    let cancelled = false;
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const isMore = await this.#fill();
        if (cancelled) return;
        if (!isMore) {
          controller.close();
          return;
        }
        const part = this.#chunk.subarray(this.#at);
        this.#advance(part.length);
        controller.enqueue(part);
      },
      cancel: (reason) => {
        cancelled = true;
        return this.cancel(reason);
      },
    });
  }

  /**
   * Lets go of the stream, whose end nobody needs any more. Never fails: cancelling a stream that has broken down meanwhile only repeats
   * its error, which either was thrown to whoever read that far, or lies beyond what anybody wanted.
   */
  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => undefined);
  }

  #advance(length: number): void {
    this.#at += length;
    this.#position += length;
  }

  async #fill(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const next = await this.#pull();
      if (next === undefined) return false;
      this.#chunk = next;
      this.#at = 0;
    }
    return true;
  }

  async #pull(): Promise<Uint8Array | undefined> {
    this.#signal?.throwIfAborted();
    const { done, value } = await this.#reader.read();
    if (done) return undefined;
    this.#onChunk?.(value.length);
    return value;
  }
}
