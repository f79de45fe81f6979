/** A net on an engine held against the interpreter, forward and backward: what the tests of layers do for each engine. */
import { expect } from 'vitest';
import { relativeError } from '../../compiler/golden-errors.ts';
import { runCase } from '../../compiler/run-case.ts';
import type { Engine } from '../../engine/engine.ts';
import { createReferenceEngine } from '../../engine/reference/reference-engine.ts';
import type { SafeTensor, SafetensorsFile } from '../../formats/safetensors.ts';
import { interpretNet } from './interpreted-net.ts';
import { spreadValues } from './numeric-gradient.ts';

/** Floats on a device against double precision. */
const TOLERANCE = 1e-4;

export interface EngineCase {
  readonly net: string;
  /** Inputs that are not spread over ±1, by blob name: labels, marks, indices. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  /** Spread values lie within ±range; default 1. */
  readonly range?: number;
  /** All spread inputs are above 0. */
  readonly positive?: boolean;
  /** How many items pass each Filter, by the layers' names. */
  readonly passing?: ReadonlyMap<string, number>;
}

/** The case as a file: spread values for everything that is not given. */
async function fileOf(
  text: string,
  { values = {}, positive = false, range = 1, passing = new Map() }: EngineCase,
): Promise<SafetensorsFile> {
  const { given, outputs } = await interpretNet(text, { passing });
  const tensors = new Map<string, SafeTensor>();
  const put = (name: string, shape: readonly number[], salt: number): void => {
    const own = values[name.slice(name.indexOf('/') + 1)];
    const count = shape.reduce((n, d) => n * d, 1);
    const data = Float32Array.from(own ?? spreadValues(count, range, salt, positive && name.startsWith('bottom/')));
    tensors.set(name, { dtype: 'F32', shape, data });
  };
  given.forEach(({ name, shape }, salt) => {
    put(name, shape, salt);
  });
  outputs.forEach(({ name, shape, lossWeight }, salt) => {
    if (lossWeight === 0) put(name.replace('top/', 'top_diff/'), shape, 100 + salt);
  });
  return {
    tensors,
    metadata: new Map([
      ['prototxt', text],
      ['phase', 'TRAIN'],
    ]),
  };
}

/** Runs a case on an engine, twice, and in the interpreter: the same values, and the same bits both times. */
export async function expectLikeReference(engine: Engine, one: EngineCase): Promise<void> {
  const file = await fileOf(`force_backward: true\n${one.net}`, one);
  const [ours, again] = [await runCase(file, engine), await runCase(file, engine)];
  const exact = await runCase(file, createReferenceEngine());
  expect(exact.size).toBeGreaterThan(0);
  expect([...ours.keys()]).toEqual([...exact.keys()]);
  for (const [name, theirs] of exact) {
    const [mine, second] = [ours.get(name), again.get(name)];
    if (mine?.dtype !== 'F32' || second?.dtype !== 'F32' || theirs.dtype !== 'F32')
      throw new Error(`${name} is not of floats.`);
    expect(relativeError(mine.data, theirs.data), name).toBeLessThan(TOLERANCE);
    expect(new Uint32Array(second.data.buffer), `${name}, a second time`).toEqual(new Uint32Array(mine.data.buffer));
  }
}
