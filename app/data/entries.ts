/** The files of loose files and tar archives in one stream, so that a reader that goes through files once need not know where they lie. */
import { FileEntry } from './file-entry.ts';
import { baseName } from './file-names.ts';
import { gunzip, isGzip } from './gunzip.ts';
import type { SourceFile } from './image-dataset.ts';
import { headLength, type FileOpener } from './open-files.ts';
import { isTarHeader, readTar } from './tar.ts';

/**
 * Calls `take` with every file: those of tar archives (compressed or not) one after the other, files compressed with gzip unpacked (their
 * size is then unknown, infinity), others as they are.
 */
export async function eachEntry(
  files: readonly SourceFile[],
  opener: FileOpener,
  take: (entry: FileEntry) => Promise<void>,
): Promise<void> {
  opener.total += files.reduce((sum, { size }) => sum + size, 0);
  for (const file of files) {
    await opener.open(file, async (outer) => {
      const zipped = isGzip(await outer.peek(headLength));
      const reader = zipped ? opener.reader(gunzip(outer.rest())) : outer;
      if (isTarHeader(await reader.peek(headLength))) {
        for await (const entry of readTar(reader, file.path)) {
          opener.current = baseName(entry.path);
          await take(entry);
        }
        return;
      }
      const size = zipped ? Number.POSITIVE_INFINITY : file.size;
      await take(new FileEntry(reader, zipped ? file.path.replace(/\.gz$/i, '') : file.path, size));
    });
  }
}

/** Looks at the first files of a tar archive until `decide` knows what it is; undefined where it never does, or the archive is damaged. */
export async function peekArchive<T>(
  file: SourceFile,
  opener: FileOpener,
  decide: (path: string, size: number, head: Uint8Array) => T | undefined,
): Promise<T | undefined> {
  let left = 64;
  try {
    return await opener.open({ ...file, stream: () => file.stream() }, async (outer) => {
      const zipped = isGzip(await outer.peek(headLength));
      const reader = zipped ? opener.reader(gunzip(outer.rest())) : outer;
      for await (const entry of readTar(reader, file.path)) {
        const found = decide(entry.path, entry.size, await entry.peek(headLength));
        if (found !== undefined || --left === 0) return found;
      }
      return undefined;
    });
  } catch (error) {
    // What is damaged is said by the reader that goes through it in earnest, with the place where it is.
    opener.options.signal?.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}
