/** A part of a file as a file of its own, for archives that store files as they are. */
import type { SourceFile } from './image-dataset.ts';

const chunk = 1 << 18;

/** The bytes of `file` from `start` on, `size` of them, under another name. */
export function slicesOf(file: SourceFile, path: string, start: number, size: number): SourceFile {
  const read = (from: number, length: number) => file.read(start + from, Math.max(0, Math.min(length, size - from)));
  return {
    path,
    size,
    read,
    stream: () => {
      let at = 0;
      return new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const bytes = await read(at, chunk);
          at += bytes.length;
          if (bytes.length === 0) controller.close();
          else controller.enqueue(bytes);
        },
      });
    },
  };
}
