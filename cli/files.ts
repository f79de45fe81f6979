/** Reading and writing the user's files, with failures as sentences. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ByteSource } from '../app/caffe/wire/byte-source.ts';
import { CommandError } from './command.ts';

/** The bytes of a file, as a plain array: Node's Buffer has a `slice` that does not copy. @throws CommandError */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw new CommandError(`${path} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

/** Does work with a file that is read where it lies, piece by piece. @throws CommandError where it cannot be opened */
export async function withSource<T>(path: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  let file: number;
  let size: number;
  try {
    file = openSync(path, 'r');
    size = fstatSync(file).size;
  } catch (cause) {
    throw new CommandError(`${path} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
  const readNow = (start: number, end: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, bytes.length - filled, start + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled < bytes.length ? bytes.slice(0, filled) : bytes;
  };
  try {
    const slice = (start: number, end: number) => ({
      arrayBuffer: () => Promise.resolve(readNow(start, end).buffer),
    });
    return await work({ size, slice, readNow });
  } finally {
    closeSync(file);
  }
}

/** A file in one of Caffe's binary forms, read by `decode`. @throws CommandError */
export async function readBinary<T>(path: string, decode: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
  const bytes = await readBytes(path);
  try {
    return await decode(bytes);
  } catch (cause) {
    if (cause instanceof Error && ['WireError', 'Hdf5Error'].includes(cause.name))
      throw new CommandError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** A prototxt. @throws CommandError, also where the file is not text. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.includes(0)) {
    throw new CommandError(`${path} is not a text: a prototxt is expected here.`);
  }
  return new TextDecoder().decode(bytes);
}

/** Writes a file whole or not at all, making the folders above it. @throws CommandError */
export async function writeBytes(path: string, data: Uint8Array | string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, data);
    await rename(partial, path);
  } catch (cause) {
    throw new CommandError(`${path} cannot be written: ${reasonOf(cause)}.`, { cause });
  }
}

/** Why the system refused, in words for the reasons that people meet. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'a part of its path is not a folder',
    EISDIR: 'it is a folder',
    EACCES: 'permission is denied',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  return words[code] ?? code;
}
