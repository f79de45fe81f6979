/**
 * Memory for the images of a set. A set is looked at by the page, read by one worker and trained with by another: where the page is isolated
 * its images lie in memory that all share, from the moment they are read, so that a set of hundreds of megabytes is there once.
 */

/** Room for so many bytes. */
export function roomForBytes(length: number): Uint8Array {
  return new Uint8Array(isShared() ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
}

/** Room for so many floats. */
export function roomForFloats(length: number): Float32Array {
  const bytes = length * Float32Array.BYTES_PER_ELEMENT;
  return new Float32Array(isShared() ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
}

/** Room for so many values of the kind that `like` has. */
export function roomLike(like: Uint8Array | Float32Array, length: number): Uint8Array | Float32Array {
  return like instanceof Uint8Array ? roomForBytes(length) : roomForFloats(length);
}

/** The bytes in which values lie, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** True in an isolated page and its workers; on the command line there is nobody to share with. */
const isShared = (): boolean => globalThis.crossOriginIsolated === true;
