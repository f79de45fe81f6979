/**
 * HDF5 files in memory: the HDF5 library itself as WebAssembly, loaded when a file first needs it (it is large), in a browser,
 * a worker or Node alike.
 */
import type { File as Hdf5File, Group } from 'h5wasm';

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

/** Opens a file's bytes, hands its root to `read`, and closes it again. @throws Hdf5Error where it is damaged */
export async function readHdf5<T>(bytes: Uint8Array, read: (root: Group) => T): Promise<T> {
  const { File, system } = await library();
  const name = `read${files++}.h5`;
  system.writeFile(name, bytes);
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
