/** Crema in the benchmark beside its peers: cifar10_quick's training step and forward pass on either engine. */
import { buildNet } from '../../app/caffe/net/build-net.ts';
import { readSolver } from '../../app/caffe/solver/read-solver.ts';
import { compileNet } from '../../app/compiler/compile-net.ts';
import { compileTraining, singleProgram } from '../../app/compiler/compile-training.ts';
import type { Engine, Executable } from '../../app/engine/engine.ts';
import { openBrowserWasmEngine } from '../../app/engine/wasm/browser-wasm.ts';
import { createWebGpuEngine } from '../../app/engine/webgpu/webgpu-engine.ts';
import { definitionOf, layerTable } from '../../app/layers/index.ts';
import { updateSettingsOf } from '../../app/trainer/solver-settings.ts';
import { initialise } from '../../app/trainer/weights.ts';

/** Milliseconds of each forward pass and each training step, after some that do not count. */
export interface PeerTimes {
  readonly device: string;
  readonly forward: readonly number[];
  readonly step: readonly number[];
}

/** Times the network; `net` is its prototxt, with batches of 100 images of 3×32×32. */
export async function measure(options: {
  readonly net: string;
  readonly engine: 'wasm' | 'webgpu';
  readonly threads?: number;
  readonly steps: number;
  readonly warm: number;
}): Promise<PeerTimes> {
  const engine: Engine =
    options.engine === 'webgpu'
      ? await createWebGpuEngine(navigator.gpu)
      : await openBrowserWasmEngine({ threads: options.threads ?? 1 });
  const train = buildNet(options.net, { phase: 'TRAIN', layers: layerTable, record: [3, 32, 32] });
  const { solver } = readSolver('base_lr: 0.001 momentum: 0.9 weight_decay: 0.004 lr_policy: "fixed"');
  const training = compileTraining({ train, tests: [] }, definitionOf, updateSettingsOf(solver));
  const inference = compileNet(train, definitionOf, { prefix: 'forward', backward: false });
  const images = Uint8Array.from({ length: 100 * 3 * 32 * 32 }, (_, i) => (i * 2654435761) >>> 24);

  const timed = async (executable: Executable, input: string | undefined, sequences: readonly string[]) => {
    const times: number[] = [];
    for (let i = -options.warm; i < options.steps; i++) {
      const start = performance.now();
      if (input !== undefined) executable.write(input, images);
      for (const sequence of sequences) executable.run(sequence, scalars);
      await executable.idle();
      if (i >= 0) times.push(performance.now() - start);
    }
    executable.dispose();
    return times;
  };
  const programs = [singleProgram(inference), training.program];
  const scalars = Object.fromEntries(programs.flatMap((program) => program.scalars.map(({ name }) => [name, 0])));
  const bytesOf = (compiled: typeof inference) => compiled.inputs.find(({ dtype }) => dtype === 'u8')?.buffer;

  const forwards = await engine.load(singleProgram(inference));
  initialise(forwards, inference, 1);
  const forward = await timed(forwards, bytesOf(inference), ['run']);
  const steps = await engine.load(training.program);
  initialise(steps, training.train, 1);
  const step = await timed(steps, bytesOf(training.train), ['train', 'update']);
  const { device } = engine.info;
  engine.dispose();
  return { device, forward, step };
}
