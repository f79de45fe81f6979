/** The page of training-step.mjs: compiles a network as the app does and times its training step, whole and by kernel. */
import { buildNet } from '../app/caffe/net/build-net.ts';
import { compileTraining } from '../app/compiler/compile-training.ts';
import { extentOf, outputAxes } from '../app/engine/ir/kernel.ts';
import type { Kernel } from '../app/engine/ir/kernel.ts';
import { scheduleProgram } from '../app/engine/webgpu/choose-schedule.ts';
import type { Schedule } from '../app/engine/webgpu/schedule.ts';
import type { WebGpuEngine } from '../app/engine/webgpu/webgpu-engine.ts';
import { createWebGpuEngine } from '../app/engine/webgpu/webgpu-engine.ts';
import { definitionOf, layerTable } from '../app/layers/index.ts';
import { initialise } from '../app/trainer/weights.ts';

export interface BenchOptions {
  readonly net: string;
  /** Channels, height and width of an image. */
  readonly record: readonly number[];
  readonly steps: number;
  /** Used for every contract instead of the engine's choice. */
  readonly schedule?: Schedule;
}

export interface BenchResult {
  readonly device: string;
  /** Milliseconds to compile and load. */
  readonly load: number;
  /** Milliseconds of each step. */
  readonly steps: readonly number[];
  readonly kernels: readonly { readonly label: string; readonly milliseconds: number; readonly gflops: number }[];
}

let engine: Promise<WebGpuEngine> | undefined;

/** Times the training step of a network on random weights and empty images. */
async function bench(options: BenchOptions): Promise<BenchResult> {
  engine ??= createWebGpuEngine(navigator.gpu);
  const device = await engine;
  const train = buildNet(options.net, {
    phase: 'TRAIN',
    layers: layerTable,
    record: options.record,
    inputs: {},
    stages: [],
  });
  const compiled = compileTraining({ train, tests: [] }, definitionOf, {
    rule: { type: 'SGD', momentum: 0.9 },
    weightDecay: 0.004,
    regularization: 'L2',
    iterSize: 1,
  });
  const { program } = compiled;
  const began = performance.now();
  const profile = {
    software: device.info.software,
    maxInvocations: device.device.limits.maxComputeInvocationsPerWorkgroup,
  };
  const scheduled = scheduleProgram(program, profile);
  const chosen = new Map<Kernel, Schedule>(scheduled.schedules);
  const { schedule } = options;
  if (schedule !== undefined)
    for (const kernel of chosen.keys()) if (kernel.kind === 'contract') chosen.set(kernel, schedule);
  const executable = await device.loadScheduled({ ...scheduled, schedules: chosen });
  const load = performance.now() - began;
  initialise(executable, compiled.train, 1);
  const scalars = Object.fromEntries(program.scalars.map(({ name }) => [name, 0]));
  const steps: number[] = [];
  for (let i = 0; i < options.steps; i++) {
    const start = performance.now();
    executable.run('train', scalars);
    executable.run('update', scalars);
    await executable.idle();
    steps.push(performance.now() - start);
  }
  const times = await executable.time('train', scalars);
  const kernels = (program.sequences['train'] ?? []).map((kernel, i) => {
    const milliseconds = times[i]?.milliseconds ?? NaN;
    const operations = kernel.kind === 'contract' ? 2 * extentOf(outputAxes(kernel)) * extentOf(kernel.k) : 0;
    return { label: kernel.label, milliseconds, gflops: operations / milliseconds / 1e6 };
  });
  executable.dispose();
  return { device: device.info.device, load, steps, kernels };
}

Object.assign(globalThis, { bench });
