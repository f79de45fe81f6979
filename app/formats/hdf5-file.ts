/**
 * HDF5 files: the HDF5 library itself as WebAssembly, loaded when a file first needs it (it is large), in a browser,
 * a worker or Node alike.
 */
import type { File as Hdf5File, Group } from 'h5wasm';
import { bytesAt, type ByteSource } from '../caffe/wire/byte-source.ts';

/** The bytes are not an HDF5 file, or not one of the expected content; the message is a sentence for the user. */
export class Hdf5Error extends Error {
  override readonly name = 'Hdf5Error';
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Does a file begin as HDF5 files do? */
export const isHdf5 = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

let files = 0;

async function library() {
  const { default: h5, FS, ready } = await import('h5wasm');
  const module = await ready;
  const system = FS ?? module.FS;
  return { File: h5.File, system };
}

/**
 * Opens a file, hands its root to `read`, and closes it again. Where its bytes can be had at once when the library asks for
 * them, they are read where they lie; else the file is copied first. @throws Hdf5Error where it is damaged
 */
export async function readHdf5<T>(source: ByteSource, read: (root: Group) => T): Promise<T> {
  const { File, system } = await library();
  const name = `read${files++}.h5`;
  const now = readsNow(source);
  if (now === undefined) system.writeFile(name, await bytesAt(source, 0, source.size));
  else mountAt(system, name, source.size, now);
  let file: Hdf5File | undefined;
  try {
    file = new File(name, 'r');
    if (file.file_id < 0n) throw new Hdf5Error('This file is damaged or cut off: it is no whole HDF5 file.');
    return read(file);
  } finally {
    if (file !== undefined && file.file_id >= 0n) file.close();
    system.unlink(name);
  }
}

type ReadNow = (start: number, end: number) => Uint8Array;

/** What a worker has to read a Blob at once; the page's own types know nothing of it. */
declare const FileReaderSync: (new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer }) | undefined;

/** How a source is read without waiting: as it says itself; a worker can do so with any Blob. */
function readsNow(source: ByteSource): ReadNow | undefined {
  if (source.readNow !== undefined) return (start, end) => source.readNow?.(start, end) ?? new Uint8Array();
  if (typeof FileReaderSync === 'undefined' || !(source instanceof Blob)) return undefined;
  const reader = new FileReaderSync();
  return (start, end) => new Uint8Array(reader.readAsArrayBuffer(source.slice(start, end)));
}

/** The part of the library's file system that is needed here; its own types leave it out. */
interface MountedNode {
  stream_ops: Readonly<Record<string, unknown>>;
}

interface FileMaker {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): MountedNode;
}

/** Puts a file into the library's file system whose bytes are read from outside when they are asked for. */
function mountAt(system: object, name: string, size: number, now: ReadNow): void {
  const node = (system as FileMaker).createFile('/', name, {}, true, false);
  Object.defineProperty(node, 'usedBytes', { get: () => size });
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream: unknown, memory: Uint8Array, offset: number, length: number, position: number): number => {
      const piece = now(position, Math.min(size, position + length));
      memory.set(piece, offset);
      return piece.length;
    },
  };
}

/** The bytes of a new file that `fill` puts groups and data sets into. */
export async function writeHdf5(fill: (root: Group) => void): Promise<Uint8Array<ArrayBuffer>> {
  const { File, system } = await library();
  const name = `write${files++}.h5`;
  // The oldest form, which every HDF5 library reads: Caffe is built against old ones.
  const file = new File(name, 'w', { libver: ['earliest', 'latest'] });
  try {
    fill(file);
    file.flush();
  } finally {
    file.close();
  }
  const bytes = system.readFile(name);
  system.unlink(name);
  return Uint8Array.from(bytes);
}
