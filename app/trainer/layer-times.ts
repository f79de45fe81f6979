/**
 * How long each layer takes on an engine, forward and backward: what `caffe time` tells. The net is loaded a second time, with
 * fresh weights and images of noise, so that a run that stands beside it is left as it is.
 */
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { compileNet, scalarsUsed } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import { allPassing } from '../compiler/filtered-net.ts';
import type { Engine, KernelTime } from '../engine/engine.ts';
import { definitionOf } from '../layers/index.ts';
import { initialise } from './weights.ts';

/** Milliseconds of a layer for one batch, medians of the passes. */
export interface LayerTime {
  /** `NetLayer.id`. */
  readonly layer: string;
  readonly name: string;
  readonly type: string;
  readonly forward: number;
  readonly backward: number;
  /** Its kernels in the order in which they run; one that does a later layer's work with its own names both. */
  readonly kernels: readonly KernelTime[];
}

export interface NetTimes {
  readonly layers: readonly LayerTime[];
  /** Milliseconds of a whole pass, kernels one upon the other: less than the sum, for nothing waits between them. */
  readonly pass: number;
}

export interface TimeOptions {
  /** Passes to take medians of. Default: 5. */
  readonly passes?: number;
  /** Whether gradients are computed too. */
  readonly backward: boolean;
  /** Whether the kernels are tuned first, where the engine can. */
  readonly tune?: boolean;
  /** Asked between passes; true ends the measuring with what is there. */
  readonly cancelled?: () => boolean;
}

/** Times a net. Throws CompileError for one that cannot compute, EngineError where the device fails. */
export async function timeLayers(engine: Engine, net: TypedNet, options: TimeOptions): Promise<NetTimes> {
  const compiled = compileNet(net, definitionOf, {
    prefix: 'time',
    backward: options.backward,
    passing: allPassing(net),
  });
  const program = singleProgram(compiled);
  const scalars = Object.fromEntries(scalarsUsed(compiled.kernels).map(({ name }) => [name, 0]));
  if (options.tune === true) await engine.tune?.(program);
  const executable = await engine.load(program);
  try {
    initialise(executable, compiled, 1);
    for (const { buffer, shape, dtype } of compiled.inputs) {
      const count = shape.reduce((product, extent) => product * extent, 1);
      if (dtype === 'u8') executable.write(buffer, noise(count));
    }
    // The first passes compile, allocate and warm up.
    for (let i = 0; i < 2; i++) executable.run('run', scalars);
    await executable.idle();
    const passes: number[] = [];
    const kernels: number[][] = [];
    let timed: readonly KernelTime[] = [];
    for (let i = 0; i < (options.passes ?? 5); i++) {
      if (i > 0 && options.cancelled?.() === true) break;
      const began = performance.now();
      executable.run('run', scalars);
      await executable.idle();
      passes.push(performance.now() - began);
      const times = await executable.time('run', scalars);
      timed = times;
      times.forEach(({ milliseconds }, k) => (kernels[k] ??= []).push(milliseconds));
    }
    const medians = timed.map((time, k) => ({ ...time, milliseconds: median(kernels[k] ?? []) }));
    return { layers: byLayer(net, medians), pass: median(passes) };
  } finally {
    executable.dispose();
  }
}

/** Sums kernels by the layer that each belongs to: the one its label begins with. */
function byLayer(net: TypedNet, times: readonly KernelTime[]): LayerTime[] {
  const own = new Map<string, { forward: number; backward: number; kernels: KernelTime[] }>();
  // Longer names first: "conv1/dw" is not "conv1".
  const names = [...new Set(net.layers.map(({ name }) => name))].sort((a, b) => b.length - a.length);
  for (const time of times) {
    const name = names.find((n) => ['forward', 'backward'].some((pass) => isOf(time.label, `${n}/${pass}`)));
    if (name === undefined) continue;
    const sums = own.get(name) ?? { forward: 0, backward: 0, kernels: [] };
    own.set(name, sums);
    sums[isOf(time.label, `${name}/backward`) ? 'backward' : 'forward'] += time.milliseconds;
    sums.kernels.push(time);
  }
  return net.layers.map(({ id, name, type }) => ({
    layer: id,
    name,
    type,
    ...(own.get(name) ?? { forward: 0, backward: 0, kernels: [] }),
  }));
}

const isOf = (label: string, start: string): boolean =>
  label.startsWith(start) && (label.length === start.length || '/, '.includes(label.charAt(start.length)));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Bytes that look like an image to whatever branches on them. */
const noise = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => Math.imul(i, 2654435761) >>> 24);
