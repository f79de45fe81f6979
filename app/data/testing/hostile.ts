/** What every reader must do with bad files: one sentence of {@link DatasetError}, never another error and never a set. */
import { expect } from 'vitest';
import { DatasetError, readDataset, type ReadOptions } from '../dataset.ts';
import type { PlainFile } from './cifar-archive.ts';
import { memorySource } from './sources.ts';

/** Reads files from memory. */
export const readFiles = (files: readonly PlainFile[], options: ReadOptions = {}) =>
  readDataset(
    files.map((file) => memorySource(file)),
    options,
  );

/** Expects the sentence that a reader refuses files with. */
export async function expectRefusal(files: readonly PlainFile[], sentence: RegExp, options: ReadOptions = {}) {
  const error: unknown = await readFiles(files, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DatasetError);
  expect((error as DatasetError).message).toMatch(sentence);
}

/**
 * Damages a file in many places, a byte or the whole tail at a time: each time it must be read or refused with a sentence. The file is read
 * beside the others given.
 */
export async function expectNoSurprises(file: PlainFile, beside: readonly PlainFile[] = [], options: ReadOptions = {}) {
  const places = Array.from({ length: 40 }, (_, i) => Math.floor((i * file.bytes.length) / 40) + ((i * 7) % 13));
  for (const at of places) {
    for (const bytes of [file.bytes.slice(0, at), flipped(file.bytes, at)]) {
      const error: unknown = await readFiles([{ path: file.path, bytes }, ...beside], options).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error !== undefined && !(error instanceof DatasetError)) {
        throw new Error(`damage at byte ${at} gave another error than the user's sentence`, { cause: error });
      }
    }
  }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  if (at < copy.length) copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}
