/** A stand-in for the browser's folder in tests of what is stored. */
import type { StoreDirectory } from '../store.ts';
import { concatenate } from './cifar-archive.ts';

/** A folder in memory with room for `room` bytes. A write that does not fit leaves half of its file, as a disk may. */
export class MemoryDirectory implements StoreDirectory {
  readonly files = new Map<string, Uint8Array>();
  room = Number.POSITIVE_INFINITY;
  /** Told of each write while it is under way. */
  onWrite: ((name: string) => void) | undefined;

  names() {
    return Promise.resolve([...this.files.keys()]);
  }

  read(name: string) {
    const bytes = this.files.get(name);
    if (bytes === undefined) return Promise.reject(new DOMException(`no ${name}`, 'NotFoundError'));
    return Promise.resolve(new Uint8Array(bytes).buffer);
  }

  readInto(name: string, parts: readonly Uint8Array[]) {
    const bytes = this.files.get(name);
    if (bytes === undefined) return Promise.reject(new DOMException(`no ${name}`, 'NotFoundError'));
    let at = 0;
    for (const part of parts) {
      part.set(bytes.subarray(at, at + part.length));
      at += part.length;
    }
    return Promise.resolve(bytes.length);
  }

  async write(name: string, parts: readonly Uint8Array[], signal?: AbortSignal) {
    const bytes = concatenate(parts);
    const fits = bytes.length <= (await this.free());
    this.onWrite?.(name);
    this.files.set(name, fits && signal?.aborted !== true ? bytes : bytes.slice(0, bytes.length >> 1));
    signal?.throwIfAborted();
    if (!fits) throw new DOMException('full', 'QuotaExceededError');
  }

  remove(name: string) {
    this.files.delete(name);
    return Promise.resolve();
  }

  free() {
    const used = [...this.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    return Promise.resolve(this.room - used);
  }

  exclusive<T>(work: () => Promise<T>) {
    return work();
  }
}
