/** Files of the disk as sources for a reader, for the command line. The only module of this folder that needs Node. */
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { DatasetError, type SourceFile } from './image-dataset.ts';

/**
 * The file at `path`, or every file below the folder at `path`, named from that folder on.
 *
 * @throws DatasetError where there is neither, or where it may not be read.
 */
export async function sourceFilesAt(path: string): Promise<SourceFile[]> {
  try {
    return await collect(path, basename(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${code})`;
    throw new DatasetError(
      `No data at ${path}: ${reason}. Give an archive, a file, or the folder that holds the data.`,
      {
        cause: error,
      },
    );
  }
}

async function collect(path: string, name: string): Promise<SourceFile[]> {
  const info = await stat(path);
  if (info.isFile()) {
    const stream = () =>
      Readable.toWeb(createReadStream(path, { highWaterMark: 1 << 18 })) as ReadableStream<Uint8Array>;
    return [{ path: name, size: info.size, stream, read: (start, length) => readAt(path, start, length) }];
  }
  if (!info.isDirectory()) return [];
  const files: SourceFile[] = [];
  for (const entry of (await readdir(path)).sort())
    files.push(...(await collect(join(path, entry), `${name}/${entry}`)));
  return files;
}

async function readAt(path: string, start: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, (await file.stat()).size - start)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}
