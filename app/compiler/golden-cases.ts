/**
 * The golden layer cases as a check that any engine can be put to: what BVLC Caffe 1.0 computed for one small net each.
 * Runs in Node, where the fixtures are files.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { Engine } from '../engine/engine.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { runCase } from './run-case.ts';

const folder = new URL('../layers/fixtures/golden/', import.meta.url);

/** Names of the cases. */
export const goldenNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors'))
    .map((name) => name.replace('.safetensors', ''));

/** Relative error of a tensor: max|ours − theirs| / max(1e-3, max|theirs|); infinite where sizes differ or a NaN is. */
export function relativeError(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length) return Infinity;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < ours.length; i++) {
    const d = Math.abs((ours[i] as number) - (theirs[i] as number));
    difference = Number.isNaN(d) ? Infinity : Math.max(difference, d);
    size = Math.max(size, Math.abs(theirs[i] as number));
  }
  return difference / Math.max(1e-3, size);
}

/** Runs a case; the relative error of every result that Caffe recorded, by name. */
export async function goldenErrors(engine: Engine, name: string): Promise<ReadonlyMap<string, number>> {
  const file = readSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)));
  const results = await runCase(file, engine);
  const errors = new Map<string, number>();
  for (const [key, tensor] of file.tensors) {
    if (!/^(top|bottom_diff|param_diff|param_after)\//.test(key) || tensor.dtype !== 'F32') continue;
    const ours = results.get(key);
    errors.set(key, ours?.dtype === 'F32' ? relativeError(ours.data, tensor.data) : Infinity);
  }
  return errors;
}
