/** Bytes that are read where they lie, in pieces: what readers of large files take. */

/** A Blob or File as it is; a file of the disk or an array through an adapter. `slice` is clipped to the size. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
  /** The same without waiting, where that is possible: for libraries that cannot wait. */
  readNow?(start: number, end: number): Uint8Array;
}

/** An array as a source, each piece a copy; what is a source already, as it is. */
export function sourceOf(bytes: Uint8Array | ByteSource): ByteSource {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return {
    size: bytes.length,
    slice: (start, end) => ({ arrayBuffer: () => Promise.resolve(new Uint8Array(bytes.subarray(start, end)).buffer) }),
    readNow: (start, end) => bytes.subarray(start, end),
  };
}

/** Bytes `start` to `end` of a source, fewer where it ends before. */
export async function bytesAt(source: ByteSource, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await source.slice(start, end).arrayBuffer());
}

/** Read at a time: large enough to be quick, small against the files that are read so. */
const AT_ONCE = 4 << 20;

/** Copies bytes `start` to `start + target.length` of a source into `target`, in pieces; returns how many there were. */
export async function fillFrom(source: ByteSource, start: number, target: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const from = start + filled;
    const piece = await bytesAt(source, from, Math.min(from + AT_ONCE, start + target.length));
    if (piece.length === 0) break;
    target.set(piece, filled);
    filled += piece.length;
  }
  return filled;
}
