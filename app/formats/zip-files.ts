/** Folders as zip archives: what a page can hand over as one download. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** A file of a folder: its content, and whether it can be run. */
export interface FolderFile {
  readonly content: Uint8Array | string;
  readonly executable?: boolean;
}

/** Files by their paths, separated by `/`. */
export type Folder = ReadonlyMap<string, FolderFile>;

/** Files from this size on are stored as they are: weights and images hardly shrink, and the zip then refers to them without a copy. */
const STORED_FROM = 1 << 16;

/** Bytes that go into an archive between two looks at what else there is to do. */
const AT_ONCE = 8 << 20;

/** How to follow the making of an archive, and how to stop it. */
export interface ZipOptions {
  /** Told how many bytes of all are in it. */
  readonly progress?: (done: number, total: number) => void;
  /** Aborting makes it throw the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The parts of a zip archive, in order; large files are in it without having been copied. The same for the same files. */
export async function zipFolder(
  folder: string,
  files: Folder,
  { progress, signal }: ZipOptions = {},
): Promise<Uint8Array<ArrayBuffer>[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    parts.push(chunk);
  });
  const contents = [...files].map(([path, { content, executable = false }]) => ({
    path,
    executable,
    bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  }));
  const total = contents.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let done = 0;
  for (const { path, bytes, executable } of contents) {
    const entry =
      bytes.length < STORED_FROM ? new ZipDeflate(`${folder}/${path}`) : new ZipPassThrough(`${folder}/${path}`);
    entry.mtime = '1980-01-02';
    entry.os = 3;
    entry.attrs = ((executable ? 0o100755 : 0o100644) << 16) >>> 0;
    zip.add(entry);
    for (let at = 0; at === 0 || at < bytes.length; at += AT_ONCE) {
      const piece = bytes.subarray(at, at + AT_ONCE);
      entry.push(piece, at + AT_ONCE >= bytes.length);
      done += piece.length;
      if (bytes.length < AT_ONCE) continue;
      progress?.(done, total);
      // Lets the message in that says to stop.
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
    }
  }
  zip.end();
  return parts;
}
