/**
 * Real Caffe's solver traces (ten iterations each: losses, parameters and the solver's state) as a check that any engine can be put to.
 * Used by the tests of both engines; the fixtures are what BVLC Caffe 1.0 computed.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { readSolverstate, type StoredSolverState } from '../caffe/wire/solverstate.ts';
import { relativeError } from '../compiler/golden-errors.ts';
import type { CompiledNet } from '../compiler/compiled-net.ts';
import type { Engine, Executable } from '../engine/engine.ts';
import { readSafetensors, type SafetensorsFile } from '../formats/safetensors.ts';
import { layerTable } from '../layers/index.ts';
import type { Feed } from './feed.ts';
import { TrainingSession } from './session.ts';

const folder = new URL('./fixtures/', import.meta.url);

/** Names of the traces. */
export const traceNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors'))
    .map((name) => name.replace('.safetensors', ''));

/** Tensor of f32 values by name. */
function values(file: SafetensorsFile, name: string): Float32Array {
  const tensor = file.tensors.get(name);
  if (tensor?.dtype !== 'F32') throw new Error(`No f32 tensor ${name} in the trace.`);
  return tensor.data;
}

/** Iteration t sees batch t; with `iter_size`, the same batch in each of its passes. */
class TraceFeed implements Feed {
  private readonly file: SafetensorsFile;
  private readonly iterSize: number;
  constructor(file: SafetensorsFile, iterSize: number) {
    this.file = file;
    this.iterSize = iterSize;
  }
  prepare(): void {
    // Every input changes with the pass.
  }
  feed(executable: Executable, net: CompiledNet, pass: number): void {
    const t = Math.floor(pass / this.iterSize);
    net.inputs.forEach((input, i) => {
      const all = values(this.file, i === 0 ? 'data' : 'label');
      const size = all.length / 10;
      executable.write(input.buffer, all.slice(t * size, (t + 1) * size));
    });
  }
}

/** A session over a trace's net and batches, before its first iteration. Losses are put behind `losses` as they come; another solver may take its own's place. */
export async function traceSession(
  engine: Engine,
  name: string,
  losses: number[] = [],
  solverText?: string,
): Promise<{ readonly session: TrainingSession; readonly file: SafetensorsFile }> {
  const file = readSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)));
  const prototxt = file.metadata.get('prototxt') ?? '';
  const { solver } = readSolver(solverText ?? file.metadata.get('solver') ?? '');
  const session = await TrainingSession.create({
    engine,
    train: buildNet(prototxt, { phase: 'TRAIN', layers: layerTable }),
    tests: [],
    solver,
    seed: 1,
    feed: new TraceFeed(file, solver.iter_size),
    events: { losses: (_, some) => void losses.push(...some) },
  });
  const layers = ['conv', 'ip'].map((layer) => ({
    name: layer,
    type: '',
    blobs: [0, 1].map((i) => {
      const tensor = file.tensors.get(`param/${layer}/${i}`);
      return { shape: tensor?.shape ?? [], data: values(file, `param/${layer}/${i}`) };
    }),
  }));
  session.load({ name: '', layers });
  return { session, file };
}

/** What Caffe's own snapshot after the last iteration holds. */
export const traceState = (name: string): StoredSolverState =>
  readSolverstate(readFileSync(new URL(`${name}_iter_10.solverstate`, folder)));

/**
 * Runs a trace; the relative error, by name, of the losses, and of every parameter and every blob of the solver's state
 * after the last iteration. A state that Caffe keeps more or fewer blobs of gives infinity.
 */
export async function traceErrors(engine: Engine, name: string): Promise<ReadonlyMap<string, number>> {
  const losses: number[] = [];
  const { session, file } = await traceSession(engine, name, losses);
  try {
    await session.run(() => 'go', 10);
    const errors = new Map([['loss', relativeError(losses, values(file, 'loss'))]]);
    const { weights, state } = await session.snapshot();
    for (const layer of weights.layers)
      layer.blobs.forEach((blob, i) => {
        const key = `param_after/${layer.name}/${i}`;
        errors.set(key, relativeError(blob.data, values(file, key)));
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
