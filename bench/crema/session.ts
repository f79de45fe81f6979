/** Crema in the comparison: a net's training step, its forward pass and a plain matrix product, on either engine. */
import { compileNet } from '../../app/compiler/compile-net.ts';
import type { CompiledNet } from '../../app/compiler/compiled-net.ts';
import { singleProgram } from '../../app/compiler/compile-training.ts';
import type { Engine, Executable, HostArray } from '../../app/engine/engine.ts';
import type { Program } from '../../app/engine/ir/kernel.ts';
import { trafficOf } from '../../app/engine/webgpu/work-estimate.ts';
import { definitionOf } from '../../app/layers/index.ts';
import { bytes, labels, parameter } from '../peers/values.js';
import { measuredNet, type Plan } from './plan.ts';
import { openPeak } from './product.ts';
import { openTraining } from './training.ts';

/** What the comparison measures of everyone; each call queues one pass, `done` waits for all of them. */
export interface Session {
  readonly device: string;
  forward(): Promise<void>;
  step(): Promise<void>;
  done(): Promise<void>;
  /** Loss of the first step. */
  readonly loss: () => number | undefined;
}

/** What only Crema tells of itself. */
export interface CremaSession extends Session {
  readonly software: boolean;
  /** Milliseconds to compile, tune and load both programs. */
  readonly load: number;
  /** Bytes of device memory. */
  readonly memory: number;
  /** Bytes that one pass must at least read and write. */
  readonly traffic: { readonly step: number; readonly forward: number };
  /** GFLOPS of a plain product now. */
  product(): Promise<number>;
  dispose(): void;
}

const trafficIn = (program: Program, sequences: readonly string[]): number =>
  sequences
    .flatMap((name) => program.sequences[name] ?? [])
    .reduce((sum, kernel) => sum + trafficOf(kernel, program), 0);

/** Makes a net ready. */
export async function openSession(engine: Engine, text: string, plan: Plan): Promise<CremaSession> {
  const began = performance.now();
  const training = await openTraining(engine, measuredNet(text, 'TRAIN', plan.record), true);
  const { executable: steps, compiled, scalars } = training;
  const inference = compileNet(measuredNet(text, 'TEST', plan.record), definitionOf, {
    prefix: 'forward',
    backward: false,
  });
  const forwardProgram = singleProgram(inference);
  await engine.tune?.(forwardProgram);
  const forwards = await engine.load(forwardProgram);
  fill(steps, compiled.train, plan);
  fill(forwards, inference, plan);
  const load = performance.now() - began;
  const pixels = bytes(plan);
  const product = await openPeak(engine);
  const [lossOutput] = compiled.train.outputs;
  let loss: number | undefined;
  return {
    device: engine.info.device,
    software: engine.info.software,
    load,
    memory: steps.bytes + forwards.bytes,
    traffic: {
      step: trafficIn(compiled.program, ['train', 'update']),
      forward: trafficIn(forwardProgram, ['run']),
    },
    forward: async () => {
      await forwards.ready();
      for (const { buffer, dtype } of inference.inputs) if (dtype === 'u8') forwards.write(buffer, pixels);
      forwards.run('run', scalars);
    },
    step: async () => {
      await training.step();
      if (loss === undefined && lossOutput !== undefined) loss = (await steps.read(lossOutput.buffer, 0, 1))[0];
    },
    done: async () => {
      await steps.idle();
      await forwards.idle();
    },
    loss: () => loss,
    product: () => product.rate(),
    dispose: () => engine.dispose(),
  };
}

/** What an engine computes on; the engine is disposed of. */
export function adapterOf(engine: Engine): { readonly device: string; readonly software: boolean } {
  const { device, software } = engine.info;
  engine.dispose();
  return { device, software };
}

/** Weights, labels and images, as everyone has them. Statistics of BatchNorm are those of values of size 1. */
function fill(executable: Executable, net: CompiledNet, plan: Plan): void {
  let next = 0;
  for (const { buffer, layerType, position, owned } of net.params) {
    const size = owned.declaration.shape.reduce((n, d) => n * d, 1);
    const values: HostArray =
      layerType === 'BatchNorm' ? new Float32Array(size).fill(position === 0 ? 0 : 1) : parameter(plan, next++);
    executable.write(buffer, values);
  }
  for (const { name, buffer } of net.inputs) {
    if (name === 'labels') executable.write(buffer, Float32Array.from(labels(plan)));
  }
}
