/** The files of an uncompressed tar archive, each readable from any place: for formats that are not read front to back. */
import type { SourceFile } from './image-dataset.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { slicesOf } from './slice-stream.ts';
import { readTar } from './tar.ts';

/** Lists the archive's files. @throws DatasetError where it is damaged. */
export async function tarFiles(archive: SourceFile, options: ReadOptions): Promise<SourceFile[]> {
  const opener = new FileOpener(options.signal === undefined ? {} : { signal: options.signal });
  const found: SourceFile[] = [];
  await opener.open(archive, async (reader) => {
    for await (const { path, size } of readTar(reader, archive.path)) {
      found.push(slicesOf(archive, `${archive.path}/${path}`, reader.position, size));
    }
  });
  return found;
}
