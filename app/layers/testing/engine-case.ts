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

/** Half the distance between the two points of a difference, where a case does not say. */
const STEP = 2 ** -8;
/** Largest difference allowed between a gradient and a difference quotient in single precision, relative to the sum of the sizes of its parts. */
const DIRECTION_TOLERANCE = 5e-4;

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
  /** Half the distance between the points of a difference in single precision: smaller where maxima or draws would change. */
  readonly step?: number;
}

/** The case as a file: spread values for everything that is not given. */
async function fileOf(
  text: string,
  { values = {}, positive = false, range = 1, passing = new Map() }: EngineCase,
): Promise<{ readonly file: SafetensorsFile; readonly lossWeights: ReadonlyMap<string, number> }> {
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
  const metadata = new Map([
    ['prototxt', text],
    ['phase', 'TRAIN'],
  ]);
  return {
    file: { tensors, metadata },
    lossWeights: new Map(outputs.map(({ name, lossWeight }) => [name, lossWeight])),
  };
}

/** Runs a case on an engine, twice, and in the interpreter: the same values, and the same bits both times. */
export async function expectLikeReference(engine: Engine, one: EngineCase): Promise<void> {
  const { file } = await fileOf(`force_backward: true\n${one.net}`, one);
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

/** Values of a tensor that a case was given or gave. */
function floats(tensors: ReadonlyMap<string, SafeTensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== 'F32') throw new Error(`${name} is not of floats.`);
  return tensor.data;
}

/**
 * Checks an engine's gradients along one direction of all inputs and parameters together, against a difference of the
 * engine's own forward passes. The points are taken as they are in single precision, so only what comes out is rounded.
 */
export async function checkDirectionOn(engine: Engine, one: EngineCase): Promise<void> {
  const { file, lossWeights } = await fileOf(`force_backward: true\n${one.net}`, one);
  const gradients = await runCase(file, engine);
  const moved = [...file.tensors.keys()].flatMap((name) => {
    const gradient = name.replace('bottom/', 'bottom_diff/').replace('param/', 'param_diff/');
    return gradient !== name && gradients.has(gradient) ? [{ name, gradient: floats(gradients, gradient) }] : [];
  });
  expect(moved.length, 'gradients').toBeGreaterThan(0);
  const at = (step: number): ReadonlyMap<string, SafeTensor> => {
    const tensors = new Map(file.tensors);
    moved.forEach(({ name, gradient }, salt) => {
      const direction = spreadValues(gradient.length, 1, 1000 + salt);
      const start = floats(file.tensors, name);
      const data = start.map((v, i) => v + step * (direction[i] as number));
      tensors.set(name, { dtype: 'F32', shape: file.tensors.get(name)?.shape ?? [], data });
    });
    return tensors;
  };
  const step = one.step ?? STEP;
  const [above, below] = [at(step), at(-step)];
  const tops = [
    await runCase({ ...file, tensors: above }, engine),
    await runCase({ ...file, tensors: below }, engine),
  ] as const;
  let numeric = 0;
  for (const [name, lossWeight] of lossWeights) {
    const [high, low] = [floats(tops[0], name), floats(tops[1], name)];
    const weights = lossWeight === 0 ? floats(file.tensors, name.replace('top/', 'top_diff/')) : undefined;
    high.forEach((v, i) => {
      numeric += (v - (low[i] as number)) * (weights?.[i] ?? lossWeight);
    });
  }
  let expected = 0;
  let size = 0;
  for (const { name, gradient } of moved) {
    const [high, low] = [floats(above, name), floats(below, name)];
    gradient.forEach((g, i) => {
      const part = g * ((high[i] as number) - (low[i] as number));
      expected += part;
      size += Math.abs(part);
    });
  }
  const error = Math.abs(numeric - expected) / Math.max(size, 2 * step * 1e-3);
  expect(error, `${numeric / (2 * step)} for ${expected / (2 * step)}`).toBeLessThan(DIRECTION_TOLERANCE);
}
