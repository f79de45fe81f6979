/** How far an engine is from what BVLC Caffe 1.0 computed for a small net: wherever the cases come from, in a browser as in Node. */
import type { Engine } from '../engine/engine.ts';
import type { SafetensorsFile } from '../formats/safetensors.ts';
import { runCase } from './run-case.ts';

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

/** Runs a case; the relative error of every result that Caffe recorded, by name. Throws as `runCase` does. */
export async function caseErrors(file: SafetensorsFile, engine: Engine): Promise<ReadonlyMap<string, number>> {
  const results = await runCase(file, engine);
  const errors = new Map<string, number>();
  for (const [key, tensor] of file.tensors) {
    if (!/^(top|bottom_diff|param_diff|param_after)\//.test(key) || tensor.dtype !== 'F32') continue;
    const ours = results.get(key);
    errors.set(key, ours?.dtype === 'F32' ? relativeError(ours.data, tensor.data) : Infinity);
  }
  return errors;
}
