/** The browser's origin-private file system as the folder of a {@link DatasetStore}. Works in a dedicated worker, where files can be written synchronously. */
import type { StoreDirectory } from './store.ts';

/** The part of `FileSystemSyncAccessHandle` that is used here; TypeScript types it for worker projects only. */
interface SyncFile {
  getSize(): number;
  truncate(size: number): void;
  read(bytes: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** Bytes handed to the disk at once; a write may be stopped between two. */
const writeSize = 8 << 20;

/** Opens (and creates) a folder of the origin-private file system. Throws a DOMException where the browser allows no storage. */
export async function openOpfsDirectory(folder: string): Promise<StoreDirectory> {
  const root = await navigator.storage.getDirectory();
  const directory = await root.getDirectoryHandle(folder, { create: true });
  return {
    async names() {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
    async read(name) {
      const file = await (await directory.getFileHandle(name)).getFile();
      return file.arrayBuffer();
    },
    async readInto(name, parts) {
      const file = await openSync(await directory.getFileHandle(name));
      try {
        const size = file.getSize();
        let at = 0;
        for (const part of parts) at += file.read(part, { at });
        return size;
      } finally {
        file.close();
      }
    },
    async write(name, parts, signal) {
      const file = await openSync(await directory.getFileHandle(name, { create: true }));
      try {
        file.truncate(0);
        let at = 0;
        for (const part of parts) at += await writeAll(file, part, at, signal);
        file.flush();
      } finally {
        file.close();
      }
    },
    remove: (name) => directory.removeEntry(name),
    async free() {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage);
    },
    // Without the promise around it, `request` types its result as doubly awaited.
    exclusive: async (work) => await navigator.locks.request(`crema/${folder}`, work),
  };
}

const openSync = (handle: FileSystemFileHandle): Promise<SyncFile> =>
  (handle as FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> }).createSyncAccessHandle();

async function writeAll(file: SyncFile, bytes: Uint8Array, at: number, signal: AbortSignal | undefined) {
  for (let done = 0; done < bytes.length;) {
    signal?.throwIfAborted();
    const written = file.write(bytes.subarray(done, done + writeSize), { at: at + done });
    // A full disk may also show as a write that takes nothing.
    if (written === 0) throw new DOMException('no more room', 'QuotaExceededError');
    done += written;
    // Lets the message in that says to stop.
    if (done < bytes.length) await new Promise((resolve) => setTimeout(resolve));
  }
  return bytes.length;
}
