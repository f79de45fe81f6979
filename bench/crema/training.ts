/** A net that trains on images of noise, as the benchmarks of Crema alone want it: compiled and loaded as a run would. */
import type { TypedNet } from '../../app/caffe/net/typed-net.ts';
import { readSolver } from '../../app/caffe/solver/read-solver.ts';
import { compileTraining, type TrainingProgram } from '../../app/compiler/compile-training.ts';
import type { Engine, Executable } from '../../app/engine/engine.ts';
import { LEARNING_RATE } from '../../app/engine/train/update-rules.ts';
import { definitionOf } from '../../app/layers/index.ts';
import { updateSettingsOf } from '../../app/trainer/solver-settings.ts';
import { initialise } from '../../app/trainer/weights.ts';
import { MOMENTUM, RATE } from '../peers/values.js';

export interface Training {
  readonly executable: Executable;
  readonly compiled: TrainingProgram;
  /** Milliseconds to compile the net, to tune its kernels, and to load the program. */
  readonly compile: number;
  readonly tune: number;
  readonly load: number;
  /** Values of the run-time scalars. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Queues a step, images and all; waits only where too much is in flight. */
  readonly step: () => Promise<void>;
}

/** Loads a net for training, filled by its fillers, its kernels tuned first where that is asked for and can be done. */
export async function openTraining(engine: Engine, train: TypedNet, tuned: boolean): Promise<Training> {
  const began = performance.now();
  const { solver } = readSolver(`base_lr: ${RATE} momentum: ${MOMENTUM} weight_decay: 0.004 lr_policy: "fixed"`);
  const compiled = compileTraining({ train, tests: [] }, definitionOf, updateSettingsOf(solver));
  const compile = performance.now() - began;
  if (tuned) await engine.tune?.(compiled.program);
  const tune = performance.now() - began - compile;
  const executable = await engine.load(compiled.program);
  const load = performance.now() - began - compile - tune;
  initialise(executable, compiled.train, 1);
  const scalars = {
    ...Object.fromEntries(compiled.program.scalars.map(({ name }) => [name, 0])),
    [LEARNING_RATE]: RATE,
  };
  const images = compiled.train.inputs
    .filter(({ dtype }) => dtype === 'u8')
    .map(({ buffer, shape }) => ({ buffer, pixels: noise(shape.reduce((n, d) => n * d, 1)) }));
  return {
    executable,
    compiled,
    compile,
    tune,
    load,
    scalars,
    step: async () => {
      await executable.ready();
      for (const { buffer, pixels } of images) executable.write(buffer, pixels);
      executable.run('train', scalars);
      executable.run('update', scalars);
    },
  };
}

/** The bytes that everyone is given in place of images. */
const noise = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => Math.imul(i, 2654435761) >>> 24);
