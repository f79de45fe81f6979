/** Streaming the user's files through a reader: progress as bytes arrive, cancelling, and sentences for what fails on the way. */
import { ByteReader } from './byte-reader.ts';
import { baseName, formatBytes } from './file-names.ts';
import { GzipError } from './gunzip.ts';
import type { ImageDecoder, ImageSettings } from './image-pixels.ts';
import { DatasetError, type Progress, type SourceFile } from './image-dataset.ts';

/** How to follow and stop a read, and how pictures become pixels. */
export interface ReadOptions {
  /** Called as bytes arrive, with the bytes read of those to be read and the file they belong to. */
  readonly progress?: Progress;
  /** Aborting makes the read throw the signal's reason. */
  readonly signal?: AbortSignal;
  /** Decodes JPEG, PNG and the like; without it such files are refused. */
  readonly decode?: ImageDecoder;
  /** Size, colour and order that pictures are brought to. */
  readonly images?: ImageSettings;
  /** Which of CIFAR-100's two labellings is used. Default: fine. */
  readonly labels?: 'fine' | 'coarse';
}

/** Opens files one after the other, adding up what was read. */
export class FileOpener {
  readonly options: ReadOptions;
  /** Bytes that will be read in all, as far as is known. */
  total = 0;
  /** The file, or the file inside an archive, that is being read. */
  current = '';
  #done = 0;

  constructor(options: ReadOptions) {
    this.options = options;
  }

  /** A reader of a stream that stops when the user says so. */
  reader(stream: ReadableStream<Uint8Array>, onChunk?: (bytes: number) => void): ByteReader {
    const { signal } = this.options;
    return new ByteReader(stream, {
      ...(signal === undefined ? {} : { signal }),
      ...(onChunk === undefined ? {} : { onChunk }),
    });
  }

  /** Counts bytes read in another way than by {@link open}, and stops when the user says so. */
  advance(bytes: number, what = this.current): void {
    this.options.signal?.throwIfAborted();
    this.current = what;
    this.#done += bytes;
    this.options.progress?.(Math.min(this.#done, this.total), this.total, this.current);
  }

  /** Streams a file through `take`, counting progress, and turns what fails on the way into the user's sentence. */
  async open<T>(file: SourceFile, take: (reader: ByteReader) => Promise<T>): Promise<T> {
    this.current = baseName(file.path);
    const reader = this.reader(file.stream(), (bytes) => this.advance(bytes));
    try {
      return await take(reader);
    } catch (error) {
      throw readFailure(error, file, this.options.signal, this.current);
    } finally {
      await reader.cancel();
    }
  }

  /** Reads bytes anywhere in a file; `what` the file names them in a message. */
  async readAt(file: SourceFile, start: number, length: number, what: string): Promise<Uint8Array> {
    this.options.signal?.throwIfAborted();
    const bytes = await file.read(start, length).catch((error: unknown) => {
      throw readFailure(error, file, this.options.signal);
    });
    if (bytes.length < length) {
      throw new DatasetError(
        `${file.path} is cut off: ${what} should lie at byte ${start} (${formatBytes(length)}), and the file ends after ${formatBytes(file.size)}. Copy or download it again.`,
      );
    }
    return bytes;
  }
}

/** Enough of a file to know its kind: a tar header. */
export const headLength = 512;

/** The first bytes of a file, up to {@link headLength}. */
export async function headOf(file: SourceFile, { signal }: ReadOptions): Promise<Uint8Array> {
  signal?.throwIfAborted();
  try {
    return await file.read(0, headLength);
  } catch (error) {
    throw readFailure(error, file, signal);
  }
}

/** The error to throw for what went wrong while `file` was read, at `inside` in it where that is known. */
export function readFailure(
  error: unknown,
  file: SourceFile,
  signal: AbortSignal | undefined,
  inside?: string,
): unknown {
  if (signal?.aborted === true || error instanceof DatasetError) return error;
  if (error instanceof GzipError) {
    const where = inside === undefined || inside === baseName(file.path) ? '' : `, in ${inside}`;
    const what = error.cutOff
      ? `is cut off: its compressed data ends too early${where} (the file has ${formatBytes(file.size)})`
      : `is damaged: its compressed data is not what was packed${where}`;
    return new DatasetError(`${file.path} ${what}. Download the archive again.`, { cause: error });
  }
  // A file that was moved or may not be read fails with a DOMException in browsers and a coded Error in Node.
  const unreadable = error instanceof DOMException || (error instanceof Error && 'code' in error && 'syscall' in error);
  if (!unreadable) return error;
  const cannot = `${file.path} cannot be read (${error.message}): check that it is still there and load it again.`;
  return new DatasetError(cannot, { cause: error });
}
