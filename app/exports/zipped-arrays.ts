/** Reads an npz of any size: the arrays of a zip archive, one after the other, none of it in memory twice. */
import { bytesAt, type ByteSource } from '../caffe/wire/byte-source.ts';
import { readNpy } from '../data/npy.ts';
import { FileOpener } from '../data/open-files.ts';
import { zipFiles } from '../data/zip.ts';

/** An array, with its extents. */
export interface ZippedArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Every `.npy` of the archive by its name without the ending. @throws DatasetError where it is damaged, or no such archive. */
export async function readZippedArrays(source: ByteSource): Promise<Map<string, ZippedArray>> {
  const file = {
    path: 'The archive',
    size: source.size,
    stream: () => streamOf(source),
    read: (start: number, length: number) => bytesAt(source, start, start + length),
  };
  const arrays = new Map<string, ZippedArray>();
  for (const entry of await zipFiles(file, {})) {
    if (!entry.path.endsWith('.npy')) continue;
    const { shape, data } = await readNpy(entry, new FileOpener({}));
    arrays.set(entry.path.slice(file.path.length + 1, -'.npy'.length), { shape, data });
  }
  return arrays;
}

function streamOf(source: ByteSource): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const piece = await bytesAt(source, at, at + (1 << 20));
      at += piece.length;
      if (piece.length === 0) controller.close();
      else controller.enqueue(piece);
    },
  });
}
