/** The browser's origin-private file system as the folder of a {@link DatasetStore}. Works in a dedicated worker, where files can be written synchronously. */
import type { StoreDirectory } from './store.ts';

/** The part of `FileSystemSyncAccessHandle` that is used here; TypeScript types it for worker projects only. */
interface SyncFile {
  truncate(size: number): void;
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** Bytes handed to the disk at once. */
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
    async write(name, parts) {
      const handle = (await directory.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
        createSyncAccessHandle(): Promise<SyncFile>;
      };
      const file = await handle.createSyncAccessHandle();
      try {
        file.truncate(0);
        let at = 0;
        for (const part of parts) at += writeAll(file, part, at);
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

function writeAll(file: SyncFile, bytes: Uint8Array, at: number): number {
  for (let done = 0; done < bytes.length;) {
    const written = file.write(bytes.subarray(done, done + writeSize), { at: at + done });
    // A full disk may also show as a write that takes nothing.
    if (written === 0) throw new DOMException('no more room', 'QuotaExceededError');
    done += written;
  }
  return bytes.length;
}
