/** The page of wasm.mjs: the training step of a network, and a large product, on the processor engine. */
import { buildNet } from '../app/caffe/net/build-net.ts';
import { readSolver } from '../app/caffe/solver/read-solver.ts';
import { compileTraining } from '../app/compiler/compile-training.ts';
import { acc, at, axis, flatten, load } from '../app/engine/ir/build.ts';
import type { Kernel, Program } from '../app/engine/ir/kernel.ts';
import { extentOf, outputAxes } from '../app/engine/ir/kernel.ts';
import { openBrowserWasmEngine } from '../app/engine/wasm/browser-wasm.ts';
import { definitionOf, layerTable } from '../app/layers/index.ts';
import { updateSettingsOf } from '../app/trainer/solver-settings.ts';
import { initialise } from '../app/trainer/weights.ts';

export interface KernelResult {
  readonly label: string;
  /** Least and median of the runs. */
  readonly least: number;
  readonly median: number;
  readonly gflops: number;
}

export interface StepResult {
  readonly device: string;
  /** Milliseconds from text to a loaded program: compiling the net, and lowering and loading it. */
  readonly compile: number;
  readonly load: number;
  /** MiB of memory. */
  readonly memory: number;
  /** Milliseconds of each step, in order. */
  readonly steps: readonly number[];
  readonly kernels: readonly KernelResult[];
}

const operationsOf = (kernel: Kernel): number =>
  kernel.kind === 'contract' ? 2 * extentOf(outputAxes(kernel)) * extentOf(kernel.k) : 0;

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Times the training step of a network on random images. */
async function step(options: {
  readonly net: string;
  readonly record: readonly number[];
  readonly threads: number;
  readonly steps: number;
  readonly profiles: number;
}): Promise<StepResult> {
  const engine = await openBrowserWasmEngine({ threads: options.threads });
  const began = performance.now();
  const train = buildNet(options.net, { phase: 'TRAIN', layers: layerTable, record: options.record });
  const { solver } = readSolver('base_lr: 0.001 momentum: 0.9 weight_decay: 0.004 lr_policy: "fixed"');
  const compiled = compileTraining({ train, tests: [] }, definitionOf, updateSettingsOf(solver));
  const { program } = compiled;
  const loading = performance.now();
  const executable = await engine.load(program);
  const loaded = performance.now();
  initialise(executable, compiled.train, 1);
  const images = new Uint8Array(100 * 3 * 32 * 32);
  crypto.getRandomValues(images.subarray(0, 65_536));
  images.copyWithin(65_536, 0, 65_536);
  const scalars = Object.fromEntries(program.scalars.map(({ name }) => [name, 0]));
  const steps: number[] = [];
  const input = compiled.train.inputs.find(({ dtype }) => dtype === 'u8');
  for (let i = 0; i < options.steps; i++) {
    const start = performance.now();
    if (input !== undefined) executable.write(input.buffer, images);
    executable.run('train', scalars);
    executable.run('update', scalars);
    await executable.idle();
    steps.push(performance.now() - start);
  }
  const operations = new Map((program.sequences['train'] ?? []).map((k) => [k.label, operationsOf(k)]));
  const times = new Map<string, number[]>();
  for (let i = 0; i < options.profiles; i++)
    for (const { label, milliseconds } of await executable.time('train', scalars))
      times.set(label, [...(times.get(label) ?? []), milliseconds]);
  const kernels = [...times].map(([label, list]): KernelResult => {
    const least = Math.min(...list);
    return { label, least, median: medianOf(list), gflops: (operations.get(label) ?? 0) / least / 1e6 };
  });
  const memory = executable.bytes / 2 ** 20;
  engine.dispose();
  return { device: engine.info.device, compile: loading - began, load: loaded - loading, memory, steps, kernels };
}

/** GFLOPS of each run of a square product. */
async function product(options: {
  readonly size: number;
  readonly threads: number;
  readonly runs: number;
}): Promise<readonly number[]> {
  const { size } = options;
  const [m, n, k] = [axis(size), axis(size), axis(size)];
  const buffer = (id: string): Program['buffers'][number] => ({
    id,
    dtype: 'f32',
    size: size * size,
    lifetime: 'persistent',
  });
  const program: Program = {
    buffers: ['a', 'b', 'c'].map(buffer),
    scalars: [],
    sequences: {
      main: [
        {
          kind: 'contract',
          label: 'product',
          batch: [],
          m: [m],
          n: [n],
          k: [k],
          a: load('a', flatten([size, size], [at(m), at(k)])),
          b: load('b', flatten([size, size], [at(k), at(n)])),
          stores: [{ buffer: 'c', index: flatten([size, size], [at(m), at(n)]), value: acc, mode: 'set' }],
        },
      ],
    },
  };
  const engine = await openBrowserWasmEngine({ threads: options.threads });
  const executable = await engine.load(program);
  for (const id of ['a', 'b'])
    executable.write(
      id,
      Float32Array.from({ length: size * size }, (_, i) => ((i * 7) % 13) / 13),
    );
  const rates: number[] = [];
  for (let i = 0; i < options.runs; i++) {
    const start = performance.now();
    executable.run('main', {});
    await executable.idle();
    rates.push((2 * size ** 3) / (performance.now() - start) / 1e6);
  }
  engine.dispose();
  return rates;
}

Object.assign(globalThis, { bench: { step, product } });
