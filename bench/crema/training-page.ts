/** The page of the benchmarks of Crema alone: a net's training step on an engine, step by step and kernel by kernel. */
import type { Engine } from '../../app/engine/engine.ts';
import { openBrowserWasmEngine } from '../../app/engine/wasm/browser-wasm.ts';
import { createWebGpuEngine } from '../../app/engine/webgpu/webgpu-engine.ts';
import { flopsOf, trafficOf } from '../../app/engine/webgpu/work-estimate.ts';
import { measuredNet } from './plan.ts';
import { openProduct } from './product.ts';
import { openTraining, type Training } from './training.ts';

interface NetOptions {
  readonly net: string;
  readonly record: readonly number[];
  readonly tune?: boolean;
}

interface EngineOptions {
  readonly engine: 'webgpu' | 'wasm';
  readonly threads: number;
}

let engine: Engine | undefined;
let training: Training | undefined;

async function openEngine({ engine: kind, threads }: EngineOptions): Promise<Engine> {
  engine?.dispose();
  engine = kind === 'webgpu' ? await createWebGpuEngine(navigator.gpu) : await openBrowserWasmEngine({ threads });
  return engine;
}

function opened(): Training {
  if (training === undefined) throw new Error('No net is open.');
  return training;
}

const bench = {
  /** Opens a net on an engine of its own. Times in milliseconds, memory in bytes. */
  async open(options: EngineOptions & NetOptions) {
    const { net, record, tune = false } = options;
    const opened = await openEngine(options);
    training = await openTraining(opened, measuredNet(net, 'TRAIN', record), tune);
    const { executable, ...times } = training;
    return {
      device: opened.info.device,
      memory: executable.bytes,
      compile: times.compile,
      tune: times.tune,
      load: times.load,
    };
  },

  /** Milliseconds of each of a number of steps, each of them to its end. */
  async steps(count: number): Promise<number[]> {
    const { step, executable } = opened();
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const began = performance.now();
      await step();
      await executable.idle();
      times.push(performance.now() - began);
    }
    return times;
  },

  /** Milliseconds of each kernel of a step in a number of runs, with what it computes and moves. */
  async kernels(runs: number) {
    const { compiled, executable, scalars } = opened();
    const { program } = compiled;
    const found = [];
    for (const sequence of ['train', 'update']) {
      const times: number[][] = [];
      for (let i = 0; i < runs; i++)
        (await executable.time(sequence, scalars)).forEach((time, k) => (times[k] ??= []).push(time.milliseconds));
      for (const [k, kernel] of (program.sequences[sequence] ?? []).entries())
        found.push({
          label: kernel.label,
          milliseconds: times[k] ?? [],
          flops: flopsOf(kernel),
          bytes: trafficOf(kernel, program),
        });
    }
    return found;
  },

  /** GFLOPS of each of a number of square products. */
  async product(options: EngineOptions & { readonly size: number; readonly runs: number }): Promise<number[]> {
    const product = await openProduct(await openEngine(options), options.size);
    const rates: number[] = [];
    for (let i = 0; i < options.runs; i++) rates.push(await product.rate(1));
    return rates;
  },
};

Object.assign(globalThis, { bench });
