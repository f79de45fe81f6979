/**
 * Finds the fastest schedule of each contract by trying them on the device, within a time that is given. Every candidate
 * computes the same sums in a fixed order, so that a choice changes speed, and results in their last digits at most.
 */
import { EngineError, type TuneOptions, type TuneReport } from '../engine.ts';
import { acc, at, axis, flatten, load } from '../ir/build.ts';
import type { ContractKernel, Program } from '../ir/kernel.ts';
import { candidateSchedules } from './choose-schedule.ts';
import type { OpenDevice } from './device.ts';
import { KernelTimer } from './kernel-timer.ts';
import type { PipelineCache } from './pipelines.ts';
import type { ContractSchedule } from './schedule.ts';
import { classOf, contractsOf, type ScheduleBook } from './schedule-book.ts';
import { flopsOf } from './work-estimate.ts';

/** Milliseconds that tuning takes at most, when nobody says otherwise. Software compiles slowly, too. */
const GPU_BUDGET = 3000;
const SOFTWARE_BUDGET = 15_000;
/** A class with less than this share of a program's arithmetic is not worth the time. */
const LEAST_SHARE = 0.005;
/** How much faster than the untuned one a schedule must be: less is chance. */
const GAIN = 0.97;

interface Tuned {
  readonly name: string;
  readonly kernel: ContractKernel;
  readonly flops: number;
}

/**
 * Tries the candidates of every class that the book does not know, the costliest first, and enters the fastest. A class
 * that is begun when the time is up gets the best of what was tried; one that is not begun stays untuned.
 */
export async function tune(
  program: Program,
  open: OpenDevice,
  pipelines: PipelineCache,
  book: ScheduleBook,
  options: TuneOptions = {},
): Promise<TuneReport> {
  const began = performance.now();
  const deadline = began + (options.budget ?? (open.profile.software ? SOFTWARE_BUDGET : GPU_BUDGET));
  const classes = new Map<string, Tuned>();
  for (const kernel of contractsOf(program)) {
    const name = classOf(kernel, program, open.profile);
    const flops = (classes.get(name)?.flops ?? 0) + flopsOf(kernel);
    classes.set(name, { name, kernel, flops });
  }
  const total = [...classes.values()].reduce((sum, { flops }) => sum + flops, 0);
  const worth = [...classes.values()].filter(({ flops }) => flops >= LEAST_SHARE * total);
  const unknown = worth.filter(({ name }) => !book.has(name)).sort((p, q) => q.flops - p.flops);
  let done = 0;
  let left = unknown.reduce((sum, { flops }) => sum + flops, 0);
  for (const { name, kernel, flops } of unknown) {
    const now = performance.now();
    if (now >= deadline || options.cancelled?.() === true) break;
    // Each class may take its share of what is left, by the arithmetic in it, and no less than a fair part.
    const share = Math.max(flops / left, 1 / (unknown.length - done) / 2);
    const best = await fastest(kernel, program, open, pipelines, now + (deadline - now) * share, options);
    if (best !== undefined) book.set(name, best);
    left -= flops;
    options.onProgress?.(++done, unknown.length);
  }
  return {
    tuned: done,
    known: worth.length - unknown.length,
    left: unknown.length - done,
    milliseconds: performance.now() - began,
  };
}

/** The fastest candidate of those that there is time for, at least the untuned one; undefined where none could be run. */
async function fastest(
  kernel: ContractKernel,
  program: Program,
  open: OpenDevice,
  pipelines: PipelineCache,
  until: number,
  options: TuneOptions,
): Promise<ContractSchedule | undefined> {
  const candidates = candidateSchedules(kernel, open.profile);
  const timer = new KernelTimer(open.device, pipelines, kernel, program, open.profile.software);
  let best: { schedule: ContractSchedule; milliseconds: number } | undefined;
  try {
    // Drivers of GPUs compile side by side; what a software adapter compiles takes time from what is measured.
    if (!open.profile.software) for (const schedule of candidates) timer.prepare(schedule);
    for (const schedule of candidates) {
      if (best !== undefined && (performance.now() >= until || options.cancelled?.() === true)) break;
      const milliseconds = await timer.time(schedule).catch(unusable);
      if (milliseconds === undefined) continue;
      if (best === undefined || milliseconds < GAIN * best.milliseconds) best = { schedule, milliseconds };
    }
    return best?.schedule;
  } finally {
    timer.dispose();
  }
}

/** A candidate that the driver does not compile, or has no memory for, is not chosen; a lost device is a failure. */
function unusable(error: unknown): undefined {
  if (error instanceof EngineError && (error.code === 'validation' || error.code === 'out-of-memory')) return undefined;
  throw error;
}

/** What one dense product reaches. */
export interface ProductSpeed {
  /** 10⁹ operations a second under the fastest schedule; a multiply-add is two. */
  readonly gflops: number;
  readonly schedule: ContractSchedule;
  /** Of every schedule tried, the fastest first. */
  readonly tried: readonly { readonly schedule: ContractSchedule; readonly gflops: number }[];
}

/**
 * What a plain product of an m×k and a k×n matrix (row-major, nothing else in the kernel) reaches on the device, tuned:
 * the measure that a network's kernels are held against. Tries every candidate.
 */
export async function measureProduct(
  open: OpenDevice,
  pipelines: PipelineCache,
  [rows, columns, depth]: readonly [m: number, n: number, k: number],
): Promise<ProductSpeed> {
  const [m, n, k] = [axis(rows), axis(columns), axis(depth)];
  const buffer = (id: string, size: number) => ({ id, size, dtype: 'f32', lifetime: 'persistent' }) as const;
  const kernel: ContractKernel = {
    kind: 'contract',
    label: `${rows}×${columns}×${depth}`,
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    a: load('a', flatten([rows, depth], [at(m), at(k)])),
    b: load('b', flatten([depth, columns], [at(k), at(n)])),
    stores: [{ buffer: 'y', index: flatten([rows, columns], [at(m), at(n)]), value: acc, mode: 'set' }],
  };
  const program: Program = {
    buffers: [buffer('a', rows * depth), buffer('b', depth * columns), buffer('y', rows * columns)],
    scalars: [],
    sequences: { main: [kernel] },
  };
  const timer = new KernelTimer(open.device, pipelines, kernel, program, open.profile.software);
  try {
    const tried: { schedule: ContractSchedule; gflops: number }[] = [];
    for (const schedule of candidateSchedules(kernel, open.profile)) {
      const milliseconds = await timer.time(schedule).catch(unusable);
      if (milliseconds !== undefined) tried.push({ schedule, gflops: flopsOf(kernel) / milliseconds / 1e6 });
    }
    tried.sort((p, q) => q.gflops - p.gflops);
    const [best] = tried;
    if (best === undefined) throw new EngineError('validation', 'The device could not run a plain product.');
    return { ...best, tried };
  } finally {
    timer.dispose();
  }
}
