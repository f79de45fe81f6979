/**
 * Long reductions with few results (bias and weight gradients, batch statistics, norms) in two stages: parts that run
 * side by side into a transient buffer, then their sum in a fixed order. Deterministic, and enough work for a GPU.
 */
import * as b from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import type { BufferDeclaration, ComputeKernel, ContractKernel, Kernel, Program, Store } from '../ir/kernel.ts';
import { extentOf, outputAxes } from '../ir/kernel.ts';
import {
  buffersNamed,
  expressionsOf,
  freeAxes,
  freshen,
  hasReduction,
  mapStore,
  renaming,
  substitution,
  visit,
} from '../ir/rewrite.ts';
import { MAX_BUFFERS } from '../ir/verify.ts';

/** When reductions are split, and into how many parts. */
export interface SplitOptions {
  /** Points that should run side by side: a few for each of the thousand-odd lanes of a GPU. */
  readonly points: number;
  /** Shortest reduction worth a second kernel: below it the launch costs more than the wait. */
  readonly longReduction: number;
  /** Fewest elements that a part reduces, so that the second stage stays a small fraction of the work. */
  readonly part: number;
  /** Matrix tiles that should run side by side: about one for each core of a mid-size GPU. */
  readonly tiles: number;
  /** Edge of the tile that a back end is taken to compute at once. */
  readonly tileEdge: number;
  /** Fewest k a part of a product sums, so that loading tiles and storing partial sums stay cheap beside it. */
  readonly productPart: number;
}

/** Chosen for GPUs of ordinary size; they change speed only, and rounding in the last digits. */
export const SPLIT_DEFAULTS: SplitOptions = {
  points: 4096,
  longReduction: 1024,
  part: 64,
  tiles: 64,
  tileEdge: 32,
  productPart: 256,
};

/** Splits every long reduction of a program that has too few results to keep a GPU busy. */
export function splitReductions(program: Program, options: SplitOptions = SPLIT_DEFAULTS): Program {
  const buffers = [...program.buffers];
  const ids = new Set(buffers.map((d) => d.id));
  const declare: Declare = (label, dtype, size) => {
    let n = 0;
    while (ids.has(`${label}/part${n}`)) n++;
    const id = `${label}/part${n}`;
    ids.add(id);
    buffers.push({ id, dtype, size, lifetime: 'transient' });
    return id;
  };
  const split = (kernel: Kernel): readonly Kernel[] => {
    const stages =
      kernel.kind === 'compute' ? splitCompute(kernel, options, declare) : splitContract(kernel, options, declare);
    // The sum of many parts may itself be long.
    return stages === undefined ? [kernel] : [...stages.parts, ...split(stages.last)];
  };
  const sequences = Object.fromEntries(
    Object.entries(program.sequences).map(([name, kernels]) => [name, kernels.flatMap(split)]),
  );
  return { ...program, buffers, sequences };
}

/** Declares a transient buffer for partial results, and gives its id. */
type Declare = (label: string, dtype: BufferDeclaration['dtype'], size: number) => string;

/** Kernels that compute parts, and the one that brings them together. */
interface Stages {
  readonly parts: readonly Kernel[];
  readonly last: Kernel;
}

type Reduce = Expr & { op: 'reduce' };

/** Parts of each reduction into a buffer, and the kernel with these in the place of the whole. */
function splitCompute(kernel: ComputeKernel, options: SplitOptions, declare: Declare): Stages | undefined {
  const parts: Kernel[] = [];
  const replaced = new Map<number, Expr>();
  for (const group of alike(kernel, outermostReductions(kernel))) {
    const { reductions, outputs } = group;
    const { axes: whole } = reductions[0];
    const length = extentOf(whole);
    const wanted = Math.min(Math.ceil(options.points / extentOf(outputs)), Math.floor(length / options.part));
    if (length < options.longReduction || wanted < 2) continue;
    const { outer, inner, rewrite, valid } = splitAxes(whole, wanted);
    const axes = [...outer, ...outputs];
    const shape = axes.map((a) => a.extent);
    const index = b.flatten(shape, axes.map(b.at));
    const rest = outer.map((a) => b.axis(a.extent));
    const back = b.flatten(shape, [...rest, ...outputs].map(b.at));
    const stores = reductions.map((r): Store => {
      const overWhole = renaming(new Map(r.axes.map((a, i) => [a.id, whole[i] ?? a])));
      const buffer = declare(kernel.label, storageOf(r), extentOf(axes));
      replaced.set(key(r), b.reduce(r.reducer, rest, b.load(buffer, back, { dtype: storageOf(r) })));
      const body = rewrite(overWhole(r.body));
      const value = b.reduce(r.reducer, inner, valid === undefined ? body : b.select(valid, body, neutral(r)));
      return { buffer, index, value, mode: 'set' };
    });
    parts.push({ kind: 'compute', label: `${kernel.label}, parts`, axes, stores });
  }
  if (parts.length === 0) return undefined;
  const rewrite = substitution((e) => (e.op === 'reduce' ? replaced.get(key(e)) : undefined));
  const last: ComputeKernel = { ...kernel, stores: kernel.stores.map((s) => mapStore(s, rewrite)) };
  return [...parts, last].every(fits) ? { parts, last } : undefined;
}

/** Reductions of the same extents for the same outputs, which one pass over memory may compute. */
interface Alike {
  readonly reductions: [Reduce, ...Reduce[]];
  readonly outputs: readonly Axis[];
}

function alike(kernel: ComputeKernel, reductions: readonly Reduce[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const r of reductions) {
    if (r.reducer === 'argmax' || hasReduction(r.body)) continue;
    const free = freeAxes(r);
    const outputs = kernel.axes.filter((a) => free.has(a.id));
    const name = `${r.axes.map((a) => a.extent).join(',')};${outputs.map((a) => a.id).join(',')}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { reductions: [r], outputs });
    else group.reductions.push(r);
  }
  return [...groups.values()];
}

/** Parts of a product's k as more batches, and a kernel that sums them and does what the product's stores did. */
function splitContract(kernel: ContractKernel, options: SplitOptions, declare: Declare): Stages | undefined {
  const tilesOf = (axes: readonly Axis[]): number => Math.ceil(extentOf(axes) / options.tileEdge);
  const tiles = extentOf(kernel.batch) * tilesOf(kernel.m) * tilesOf(kernel.n);
  const wanted = Math.min(Math.ceil(options.tiles / tiles), Math.floor(extentOf(kernel.k) / options.productPart));
  if (wanted < 2) return undefined;
  const { outer, inner, rewrite, valid } = splitAxes(kernel.k, wanted);
  const operand = (e: Expr): Expr => (valid === undefined ? rewrite(e) : b.select(valid, rewrite(e), 0));
  const axes = [...outer, ...outputAxes(kernel)];
  const shape = axes.map((a) => a.extent);
  const buffer = declare(kernel.label, 'f32', extentOf(axes));
  const parts: ContractKernel = {
    ...kernel,
    label: `${kernel.label}, parts`,
    batch: [...outer, ...kernel.batch],
    k: inner,
    a: operand(kernel.a),
    b: operand(kernel.b),
    stores: [{ buffer, index: b.flatten(shape, axes.map(b.at)), value: b.acc, mode: 'set' }],
  };
  const rest = outer.map((a) => b.axis(a.extent));
  const whole = b.sum(rest, b.load(buffer, b.flatten(shape, [...rest, ...outputAxes(kernel)].map(b.at))));
  const last: ComputeKernel = {
    kind: 'compute',
    label: kernel.label,
    axes: outputAxes(kernel),
    stores: withSum(kernel.stores, whole),
  };
  return fits(last) ? { parts: [parts], last } : undefined;
}

function withSum(stores: readonly Store[], whole: Expr): Store[] {
  const fresh = freshen(stores.flatMap((s) => [s.index, s.value]));
  const rewrite = substitution((e) => (e.op === 'acc' ? whole : undefined));
  return stores.map((s, i) => ({ ...s, index: fresh[2 * i] as Expr, value: rewrite(fresh[2 * i + 1] as Expr) }));
}

interface SplitAxes {
  /** Axes over the parts. */
  readonly outer: readonly Axis[];
  /** Axes within a part; at least one. */
  readonly inner: readonly Axis[];
  /** An expression over the old axes, over the new ones. */
  readonly rewrite: (e: Expr) => Expr;
  /** Where the parts together are longer than the whole: holds at points of the whole. */
  readonly valid: Expr | undefined;
}

/**
 * Cuts axes into about `wanted` parts (at least 2). Whole leading axes become axes over the parts first; the one that
 * must be cut is cut evenly where a divisor is near, and else padded.
 */
function splitAxes(axes: readonly Axis[], wanted: number): SplitAxes {
  const outer: Axis[] = [];
  let parts = 1;
  let position = 0;
  let cut = axes[0] as Axis;
  while (position < axes.length - 1 && parts * cut.extent <= wanted) {
    outer.push(cut);
    parts *= cut.extent;
    position++;
    cut = axes[position] as Axis;
  }
  const after = axes.slice(position + 1);
  const more = Math.round(wanted / parts);
  if (more < 2) return { outer, inner: [cut, ...after], rewrite: (e) => e, valid: undefined };
  const divisor = nearestDivisor(cut.extent, more);
  if (parts > 1 && divisor === undefined) return { outer, inner: [cut, ...after], rewrite: (e) => e, valid: undefined };

  const count = divisor ?? more;
  const [over, within] = [b.axis(count), b.axis(Math.ceil(cut.extent / count))];
  const value = b.add(b.mul(b.at(over), within.extent), b.at(within));
  const valid = divisor === undefined ? b.lt(value, cut.extent) : undefined;
  const rewrite: (e: Expr) => Expr = substitution((e) => {
    if (e.op === 'axis' && e.axis.id === cut.id) return value;
    if (valid === undefined || e.op !== 'load' || !freeAxes(e).has(cut.id)) return undefined;
    // Past the end nothing may be read; what the load gives there is not used.
    const guard = e.guard === undefined ? valid : b.and(valid, rewrite(e.guard));
    return b.load(e.buffer, rewrite(e.index), { dtype: e.dtype, guard, otherwise: e.otherwise });
  });
  return { outer: [...outer, over], inner: [within, ...after], rewrite, valid };
}

/** The divisor of n nearest to `wanted` in ratio, when one lies within a factor of two; at least 2. */
function nearestDivisor(n: number, wanted: number): number | undefined {
  let best: number | undefined;
  let distance = Math.log(2) + 1e-9;
  for (let d = Math.max(2, Math.ceil(wanted / 2)); d <= Math.min(n, wanted * 2); d++) {
    if (n % d !== 0) continue;
    const away = Math.abs(Math.log(d / wanted));
    if (away < distance) {
      best = d;
      distance = away;
    }
  }
  return best;
}

/** The reductions of a kernel's stores that stand in no other, each once. */
function outermostReductions(kernel: ComputeKernel): Reduce[] {
  const found = new Map<number, Reduce>();
  const inside = new Set<number>();
  visit(expressionsOf(kernel), (e) => {
    if (e.op !== 'reduce') return;
    found.set(key(e), e);
    visit(e.body, (inner) => {
      if (inner.op === 'reduce') inside.add(key(inner));
    });
  });
  return [...found].filter(([id]) => !inside.has(id)).map(([, r]) => r);
}

/** The largest f32: shading languages have no infinity. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** What a padded element counts as. */
function neutral(r: Reduce): Expr {
  switch (r.reducer) {
    case 'sum':
    case 'argmax':
      return b.constant(0, r.dtype);
    case 'prod':
      return b.constant(1, r.dtype);
    case 'max':
      return b.constant(r.dtype === 'f32' ? -LARGEST : r.dtype === 'i32' ? -(2 ** 31) : 0, r.dtype);
    case 'min':
      return b.constant(r.dtype === 'f32' ? LARGEST : r.dtype === 'i32' ? 2 ** 31 - 1 : 2 ** 32 - 1, r.dtype);
  }
}

const storageOf = (r: Reduce): 'f32' | 'i32' | 'u32' => {
  if (r.dtype === 'bool') throw new TypeError('A reduction takes numbers, not bool.');
  return r.dtype;
};

const fits = (kernel: Kernel): boolean => buffersNamed(kernel).size <= MAX_BUFFERS;
