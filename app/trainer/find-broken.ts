/**
 * Where numbers stopped being finite. Once a loss is infinite or NaN, the solver leaves the weights as they were before that
 * iteration (a flag on the device; see `CompileOptions.guard`). The same pass is then computed once more, with a count of
 * such values in every blob, parameter and gradient: while all is well, none of this runs.
 */
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { compileNet } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import type { Passing } from '../compiler/filtered-net.ts';
import { PASS, SEED } from '../compiler/kernel-context.ts';
import type { Probe } from '../compiler/probes.ts';
import type { Engine, HostArray } from '../engine/engine.ts';
import { definitionOf } from '../layers/index.ts';
import type { Feed } from './feed.ts';

/** The first place with values that are no finite numbers. */
export interface Broken extends Probe {
  /** How many of its `count` values are infinite or NaN. */
  readonly broken: number;
}

export interface FindBrokenOptions {
  readonly engine: Engine;
  readonly net: TypedNet;
  /** Values of every parameter, by buffer. */
  readonly params: ReadonlyMap<string, HostArray>;
  readonly feed: Feed;
  readonly seed: number;
  /** Passes to look at, in order. */
  readonly passes: readonly number[];
  /** How many items pass each Filter in a pass. */
  readonly passing: (pass: number) => Passing;
}

/** Finds it, in the order in which a pass computes; undefined where all is finite this time. Throws EngineError. */
export async function findBroken(options: FindBrokenOptions): Promise<Broken | undefined> {
  for (const pass of options.passes) {
    const found = await lookAt(options, pass);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function lookAt(
  { engine, net, params, feed, seed, passing }: FindBrokenOptions,
  pass: number,
): Promise<Broken | undefined> {
  const compiled = compileNet(net, definitionOf, {
    prefix: 'train',
    backward: true,
    probes: 'broken',
    recordType: feed.recordType ?? 'u8',
    passing: passing(pass),
  });
  const { probes } = compiled;
  if (probes === undefined) throw new Error('The net was compiled without probes.');
  const executable = await engine.load(singleProgram(compiled));
  try {
    for (const [buffer, values] of params) executable.write(buffer, values);
    feed.prepare(executable, compiled);
    feed.feed(executable, compiled, pass);
    executable.run('run', { [SEED]: seed, [PASS]: pass });
    const counts = (await executable.read(probes.buffer)) as Float32Array;
    const found = probes.all.map((probe, i): Broken => ({ ...probe, broken: counts[i] ?? 0 })).filter(isBroken);
    const [first] = found;
    // A layer with a broken parameter gives broken tops: the parameter came first.
    return found.find((p) => p.layer === first?.layer && p.pass === first.pass && p.what === 'param') ?? first;
  } finally {
    executable.dispose();
  }
}

const isBroken = ({ broken }: Broken): boolean => broken > 0;

/** What was found and what to do, as sentences. `iteration` is the one whose loss was no finite number. */
export function describeBroken(found: Broken, iteration: number): string {
  const { layer, layerType, name, what, pass, broken, count } = found;
  const many = broken === count ? 'all' : `${broken}`;
  const values = count === 1 ? 'its one value is' : `${many} of its ${count} values are`;
  if (what === 'param' && pass === 'forward') {
    const since =
      iteration === 0
        ? 'The weights it started from hold them already'
        : `The update of iteration ${iteration - 1} made it so`;
    return `The first values that are infinite or no numbers are in parameter ${name} of layer "${layer}" (${layerType}): ${values}. ${since}. ${SMALLER_STEPS}`;
  }
  const where =
    pass === 'forward'
      ? `blob "${name}", which layer "${layer}" (${layerType}) computes`
      : `the gradient of ${what === 'param' ? `parameter ${name} of layer` : `blob "${name}" that comes from layer`} "${layer}" (${layerType})`;
  return `The first values that are infinite or no numbers are in ${where}: ${values}. ${ADVICE[layerType] ?? SMALLER_STEPS}`;
}

const SMALLER_STEPS =
  'Lower base_lr, set clip_gradients, or warm up; then start again from the last snapshot. If it happens in the first iterations, look at the fillers and at the scale of the data.';
const DATA = 'The data itself holds such values: look at the data set, and at scale and mean.';

/** What to do where a layer type has a way of its own to break. */
const ADVICE: Readonly<Record<string, string>> = {
  Log: 'A logarithm needs numbers above 0: raise shift, or put a ReLU or Clip layer with a lower bound in front of it.',
  Power:
    'A power that is no whole number needs numbers of at least 0, and a negative one none that are 0: raise shift, or put a ReLU in front of it.',
  Exp: 'The exponential of a large number is infinite: lower its scale, or normalise what it reads.',
  Eltwise: 'Products and sums of large numbers overflow: normalise what it reads, or lower base_lr.',
  BatchNorm: 'The variance is 0 or too large: raise eps, or look at what it reads.',
  Data: DATA,
  HDF5Data: DATA,
  ImageData: DATA,
  Input: DATA,
  MemoryData: DATA,
};
