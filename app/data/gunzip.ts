/** Streaming decompression of gzip with the platform's own decoder, and telling a file that is cut off from one that is damaged. */

/** The compressed data cannot be decoded to its end. Caught by the reader, which knows the file and what was being read from it. */
export class GzipError extends Error {
  override readonly name = 'GzipError';
  /** True where the data ends too early, false where what is there is wrong (a checksum, a code). */
  readonly cutOff: boolean;

  constructor(cutOff: boolean, cause: unknown) {
    super(cutOff ? 'the compressed data ends too early' : 'the compressed data is damaged', { cause });
    this.cutOff = cutOff;
  }
}

/** Whether a file that starts with `head` is compressed with gzip. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses a gzip stream. The stream that comes back fails with {@link GzipError} where the data is cut off or damaged, its checksum
 * included, and with the source's own error where the source fails.
 */
export function gunzip(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let sourceError: { readonly error: unknown } | undefined;
  let cancelled = false;
  const input = source.getReader();
  // A source of our own, so that an error while reading the file is known from an error in its compressed data.
  const watched = new ReadableStream<BufferSource>({
    pull: async (controller) => {
      const read = await input.read().catch((error: unknown) => {
        sourceError = { error };
        throw error;
      });
      // The decoder gives up on damaged data while the next chunk is on its way; that chunk then has nowhere to go.
      if (cancelled) return;
      if (read.done) controller.close();
      else controller.enqueue(read.value as Uint8Array<ArrayBuffer>);
    },
    cancel: (reason) => {
      cancelled = true;
      return input.cancel(reason);
    },
  });
  const output = watched.pipeThrough(new DecompressionStream('gzip')).getReader();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await output.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(sourceError === undefined ? new GzipError(saysCutOff(error), error) : sourceError.error);
      }
    },
    cancel: (reason) => output.cancel(reason),
  });
}

/** Browsers and Node word this in their own way: "unexpected end of file", "Compressed input was truncated", "unexpected EOF". */
function saysCutOff(error: unknown): boolean {
  return error instanceof Error && /truncat|end of file|eof/i.test(error.message);
}
