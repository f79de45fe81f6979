/** Source files made of bytes in memory, for tests of the readers. */
import type { SourceFile } from '../image-dataset.ts';
import { bytesOf } from '../pixel-memory.ts';
import type { PlainFile } from './cifar-archive.ts';

/** Serves bytes in chunks of an awkward length, so that every reader meets cuts in the middle of things. */
export function memorySource({ path, bytes }: PlainFile, chunk = 1009): SourceFile {
  return {
    path,
    size: bytes.length,
    read: (start, length) => Promise.resolve(bytes.slice(start, start + length)),
    stream: () => {
      let at = 0;
      return new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.slice(at, at + chunk));
          at += chunk;
        },
      });
    },
  };
}

/** Whether arrays hold the same bytes. */
export const sameBytes = (one: ArrayBufferView, two: ArrayBufferView): boolean =>
  Buffer.compare(bytesOf(one), bytesOf(two)) === 0;
