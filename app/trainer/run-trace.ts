/**
 * One recorded run of a solver: given the net, its first parameters and the batch of each iteration, trains and gives the
 * losses and the last parameters. Traces with Caffe's own answers are how solvers are held to Caffe's numbers.
 */
import { buildNet } from '../caffe/net/build-net.ts';
import type { NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { CaseError } from '../compiler/run-case.ts';
import type { CompiledNet } from '../compiler/compiled-net.ts';
import type { Engine, Executable } from '../engine/engine.ts';
import type { SafeTensor, SafetensorsFile } from '../formats/safetensors.ts';
import { countOf } from '../layers/definition.ts';
import { layerTable } from '../layers/index.ts';
import type { Feed } from './feed.ts';
import { TrainingSession } from './session.ts';

/** A trace before its first iteration. */
export interface OpenTrace {
  readonly session: TrainingSession;
  /** Iterations that there are batches for. */
  readonly iterations: number;
  /** The loss of each iteration, as they come. */
  readonly losses: number[];
}

/**
 * Opens a trace: `prototxt` and `solver` in the metadata, `param/LAYER/I`, and for each input of the net a tensor of its
 * name with one batch for each iteration.
 *
 * @param solverText takes the place of the trace's own solver
 * @throws CaseError where the trace lacks something; TrainingError, CompileError, EngineError.
 */
export async function openTrace(file: SafetensorsFile, engine: Engine, solverText?: string): Promise<OpenTrace> {
  const { solver, extensions, diagnostics } = readSolver(solverText ?? textOf(file, 'solver'));
  const train = buildNet(textOf(file, 'prototxt'), { phase: 'TRAIN', layers: layerTable });
  const mistake = [...train.diagnostics, ...diagnostics].find(({ severity }) => severity === 'error');
  if (mistake !== undefined) throw new CaseError(mistake.message);
  const losses: number[] = [];
  const feed = new TraceFeed(file, solver.iter_size);
  const session = await TrainingSession.create({
    engine,
    train,
    tests: [],
    solver,
    extensions,
    seed: 1,
    feed,
    events: { losses: (_, some) => void losses.push(...some) },
  });
  const layers = new Map<string, SafeTensor[]>();
  for (const [name, tensor] of file.tensors) {
    const [, layer, index] = /^param\/(.+)\/(\d+)$/.exec(name) ?? [];
    if (layer === undefined) continue;
    const blobs = layers.get(layer) ?? [];
    blobs[Number(index)] = tensor;
    layers.set(layer, blobs);
  }
  session.load({
    name: '',
    layers: [...layers].map(([name, blobs]) => ({
      name,
      type: '',
      blobs: blobs.map(({ shape }, i) => ({ shape, data: valuesIn(file, `param/${name}/${i}`) })),
    })),
  });
  return { session, iterations: feed.iterations, losses };
}

/**
 * Runs a trace to its end.
 *
 * @returns `loss` [iterations] and `param_after/LAYER/I`
 * @throws as `openTrace` does
 */
export async function runTrace(file: SafetensorsFile, engine: Engine): Promise<Map<string, SafeTensor>> {
  const { session, iterations, losses } = await openTrace(file, engine);
  try {
    await session.run(() => 'go', iterations);
    const { weights } = await session.snapshot();
    const results = new Map<string, SafeTensor>([
      ['loss', { dtype: 'F32', shape: [losses.length], data: Float32Array.from(losses) }],
    ]);
    for (const { name, blobs } of weights.layers)
      blobs.forEach(({ shape, data }, i) =>
        results.set(`param_after/${name}/${i}`, { dtype: 'F32', shape: [...shape], data: Float32Array.from(data) }),
      );
    return results;
  } finally {
    session.dispose();
  }
}

/** Iteration t sees batch t; with `iter_size`, the same batch in each of its passes. */
class TraceFeed implements Feed {
  private readonly file: SafetensorsFile;
  private readonly iterSize: number;
  /** Batches that there are of every input. */
  iterations = Infinity;

  constructor(file: SafetensorsFile, iterSize: number) {
    this.file = file;
    this.iterSize = iterSize;
  }

  prepare(_: Executable, { net, inputs }: CompiledNet): void {
    for (const { layer, name, shape } of inputs) {
      const blob = blobOf(net, layer, name);
      const size = countOf(shape);
      const whole = valuesIn(this.file, blob).length / size;
      if (!Number.isInteger(whole))
        throw new CaseError(`"${blob}" does not divide into batches of ${size} values, which the net takes.`);
      this.iterations = Math.min(this.iterations, whole);
    }
  }

  feed(executable: Executable, { net, inputs }: CompiledNet, pass: number): void {
    const t = Math.floor(pass / this.iterSize);
    for (const { layer, name, buffer, shape } of inputs) {
      const size = countOf(shape);
      executable.write(buffer, valuesIn(this.file, blobOf(net, layer, name)).slice(t * size, (t + 1) * size));
    }
  }
}

/** Name of the blob that an input is. */
function blobOf(net: TypedNet, layer: NetLayer, name: string): string {
  const top = /^top\/(\d+)$/.exec(name)?.[1];
  const id = top === undefined ? undefined : layer.tops[Number(top)];
  if (id === undefined)
    throw new CaseError(`layer "${layer.name}" reads a data set, which a trace has none of: use Input.`);
  return net.blobs.get(id)?.name ?? id;
}

function textOf(file: SafetensorsFile, name: string): string {
  const text = file.metadata.get(name);
  if (text === undefined) throw new CaseError(`it has no "${name}" in its metadata.`);
  return text;
}

/** Values of a tensor of a trace. */
export function valuesIn(file: SafetensorsFile, name: string): Float32Array {
  const tensor = file.tensors.get(name);
  if (tensor?.dtype !== 'F32') throw new CaseError(`it has no float32 tensor "${name}".`);
  return tensor.data;
}
