/**
 * Real Caffe's solver traces (ten iterations each: losses, parameters and the solver's state) as a check that any engine can be put to.
 * Used by the tests of both engines; the fixtures are what BVLC Caffe 1.0 computed.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { readSolverstate, type StoredSolverState } from '../caffe/wire/solverstate.ts';
import { relativeError } from '../compiler/golden-errors.ts';
import type { Engine } from '../engine/engine.ts';
import { readSafetensors, type SafetensorsFile } from '../formats/safetensors.ts';
import { openTrace, valuesIn, type OpenTrace } from './run-trace.ts';

const folder = new URL('./fixtures/', import.meta.url);

/** Names of the traces. */
export const traceNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors'))
    .map((name) => name.replace('.safetensors', ''));

/** A trace by name, before its first iteration; another solver may take its own's place. */
export async function traceOf(
  engine: Engine,
  name: string,
  solverText?: string,
): Promise<OpenTrace & { readonly file: SafetensorsFile }> {
  const file = readSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)));
  return { ...(await openTrace(file, engine, solverText)), file };
}

/** What Caffe's own snapshot after the last iteration holds. */
export const traceState = (name: string): StoredSolverState =>
  readSolverstate(readFileSync(new URL(`${name}_iter_10.solverstate`, folder)));

/**
 * Runs a trace; the relative error, by name, of the losses, and of every parameter and every blob of the solver's state
 * after the last iteration. A state that Caffe keeps more or fewer blobs of gives infinity.
 */
export async function traceErrors(engine: Engine, name: string): Promise<ReadonlyMap<string, number>> {
  const { session, file, losses, iterations } = await traceOf(engine, name);
  try {
    await session.run(() => 'go', iterations);
    const errors = new Map([['loss', relativeError(losses, valuesIn(file, 'loss'))]]);
    const { weights, state } = await session.snapshot();
    for (const layer of weights.layers)
      layer.blobs.forEach((blob, i) => {
        const key = `param_after/${layer.name}/${i}`;
        errors.set(key, relativeError(blob.data, valuesIn(file, key)));
      });
    const theirs = traceState(name);
    errors.set('iteration', state.iteration === theirs.iteration ? 0 : Infinity);
    Array.from({ length: Math.max(theirs.history.length, state.history.length) }, (_, i) => {
      const [our, their] = [state.history[i]?.data ?? [], theirs.history[i]?.data ?? []];
      errors.set(`history/${i}`, our.length === 0 ? Infinity : relativeError(our, their));
    });
    return errors;
  } finally {
    session.dispose();
  }
}
