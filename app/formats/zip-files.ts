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

/** The parts of a zip archive, in order; large files are in it without having been copied. The same for the same files. */
export function zipFolder(folder: string, files: Folder): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    parts.push(chunk);
  });
  for (const [path, { content, executable = false }] of files) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const entry =
      bytes.length < STORED_FROM ? new ZipDeflate(`${folder}/${path}`) : new ZipPassThrough(`${folder}/${path}`);
    entry.mtime = '1980-01-02';
    entry.os = 3;
    entry.attrs = ((executable ? 0o100755 : 0o100644) << 16) >>> 0;
    zip.add(entry);
    entry.push(bytes, true);
  }
  zip.end();
  return parts;
}
