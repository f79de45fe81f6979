/** Files of the browser as sources for a reader: what a drop or a file input gives, posted to a worker as they are. */
import type { SourceFile } from './image-dataset.ts';

/** Wraps a `File` or `Blob`. `path` is its name, with the folders above it when a folder was dropped (`webkitRelativePath`). */
export function sourceFromBlob(blob: Blob, path: string): SourceFile {
  return {
    path,
    size: blob.size,
    stream: () => blob.stream(),
    read: async (start, length) => new Uint8Array(await blob.slice(start, start + length).arrayBuffer()),
  };
}
