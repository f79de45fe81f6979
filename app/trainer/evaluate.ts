/** A test as Caffe's `Solver::Test` runs it: batches from the start of the split, and the mean of every output over them. */
import { PASS, SEED } from '../compiler/kernel-context.ts';
import { SLOT } from '../compiler/compile-net.ts';
import type { CompiledNet } from '../compiler/compiled-net.ts';
import type { Executable } from '../engine/engine.ts';
import type { Feed } from './feed.ts';
import { TrainingError } from './training-error.ts';

/** What a test found. */
export interface Evaluation {
  /** Σ loss weight × mean of each output. */
  readonly loss: number;
  /** Mean of the first Accuracy layer's first top; undefined where the net has none. */
  readonly accuracy: number | undefined;
  /** Mean of every output over the test, by blob name. */
  readonly outputs: ReadonlyMap<string, readonly number[]>;
}

export interface EvaluationOptions {
  readonly executable: Executable;
  /** Compiled with a ring. */
  readonly net: CompiledNet;
  /** The sequence that runs a batch of `net`. */
  readonly sequence: (pass: number) => Promise<string> | string;
  readonly feed: Feed;
  readonly seed: number;
  readonly batches: number;
  /** Called before each batch; may wait, and may throw to end the test. */
  readonly beforeBatch?: (done: number) => Promise<void> | void;
}

/**
 * Runs a test.
 *
 * @throws TrainingError where the net has no output to report, and EngineError
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { executable, net, sequence, feed, seed, batches } = options;
  if (net.ring === undefined) {
    throw new TrainingError(
      'This network has nothing to report in the TEST phase: it needs a loss or an Accuracy layer.',
    );
  }
  const { buffer, stride, slots } = net.ring;
  const sums = new Float64Array(stride);
  let read = 0;
  for (let pass = 0; pass < batches; pass++) {
    await executable.ready();
    await options.beforeBatch?.(pass);
    const name = await sequence(pass);
    feed.feed(executable, net, pass);
    executable.run(name, { [SEED]: seed, [PASS]: pass, [SLOT]: pass % slots });
    if ((pass + 1) % slots !== 0 && pass !== batches - 1) continue;
    const ring = (await executable.read(buffer)) as Float32Array;
    for (; read <= pass; read++) {
      const start = (read % slots) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + (ring[start + i] as number);
    }
  }
  return summarise(net, sums, Math.max(1, batches));
}

function summarise(net: CompiledNet, sums: Float64Array, batches: number): Evaluation {
  const outputs = new Map<string, readonly number[]>();
  let loss = 0;
  let accuracy: number | undefined;
  for (const { blob, shape, ringOffset } of net.outputs) {
    if (ringOffset === undefined) continue;
    const size = shape.reduce((n, d) => n * d, 1);
    const means = Array.from(sums.subarray(ringOffset, ringOffset + size), (sum) => sum / batches);
    outputs.set(blob.name, means);
    loss += blob.lossWeight * means.reduce((a, b) => a + b, 0);
    if (net.net.layers[blob.producer]?.type === 'Accuracy' && blob.topIndex === 0) accuracy ??= means[0];
  }
  return { loss, accuracy, outputs };
}
