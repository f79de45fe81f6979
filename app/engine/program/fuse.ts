/**
 * Elementwise fusion: a kernel that reads what an earlier one wrote, element for element, is folded into it, so that
 * bias, activation, scaling, residual sums and their gradients cost no pass of their own over memory.
 */
import * as b from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import type { BufferDeclaration, ComputeKernel, Kernel, Program, Store } from '../ir/kernel.ts';
import { outputAxes } from '../ir/kernel.ts';
import {
  buffersNamed,
  buffersRead,
  buffersWritten,
  expressionsOf,
  freshen,
  hasReduction,
  loadsOf,
  mapStore,
  substitution,
} from '../ir/rewrite.ts';
import { inPlaceProblem, MAX_BUFFERS } from '../ir/verify.ts';
import type { Stride } from './affine.ts';
import { denseStrides } from './affine.ts';

/**
 * Folds elementwise kernels into the producers of what they read, in every sequence. A consumer K is folded into a
 * producer P when P sets every element of a buffer T once, K reads T only at the one index that runs through all of T
 * over K's points, and moving them together crosses no kernel that either depends on. T is no longer stored when
 * nothing else reads it; where something does, K still becomes more stores of P, which saves reading T again.
 */
export function fuse(program: Program): Program {
  const buffers = new Map(program.buffers.map((d) => [d.id, d]));
  const sequences = Object.entries(program.sequences).map(([name, kernels]) => [name, fuseSequence(kernels, buffers)]);
  return { ...program, sequences: Object.fromEntries(sequences) as Program['sequences'] };
}

type Buffers = ReadonlyMap<string, BufferDeclaration>;

function fuseSequence(kernels: readonly Kernel[], buffers: Buffers): Kernel[] {
  const list = [...kernels];
  let q = 0;
  while (q < list.length) {
    // What came of a fusion may be folded on into an earlier producer.
    q = foldBack(list, q, buffers) ?? q + 1;
  }
  return list;
}

/** Folds the kernel at q into an earlier one, if it can be; gives the position of the result. */
function foldBack(list: Kernel[], q: number, buffers: Buffers): number | undefined {
  const consumer = list[q] as Kernel;
  if (consumer.kind !== 'compute' || hasReduction(expressionsOf(consumer))) return undefined;
  const reads = effects(consumer).reads;
  for (let p = q - 1; p >= 0; p--) {
    const producer = list[p] as Kernel;
    const shared = producer.stores.filter((s) => s.mode === 'set' && reads.has(s.buffer));
    if (shared.length === 0) continue;
    const between = list.slice(p + 1, q);
    const up = between.every((k) => independent(k, consumer));
    if (!up && !between.every((k) => independent(k, producer))) continue;
    for (const store of shared) {
      const merged = merge(producer, consumer, store, buffers);
      if (merged === undefined) continue;
      const rewritten = effects(consumer).writes.has(store.buffer);
      const transient = buffers.get(store.buffer)?.lifetime === 'transient';
      const readLater = list.some((k, at) => at > p && at !== q && effects(k).reads.has(store.buffer));
      const stores =
        transient && !rewritten && !readLater ? merged.stores.filter((s) => s.buffer !== store.buffer) : merged.stores;
      const result: Kernel = { ...merged, stores };
      if (stores.length === 0 || !fits(result)) continue;
      list.splice(q, 1);
      if (up) {
        list[p] = result;
        return p;
      }
      list.splice(p, 1);
      list.splice(q - 1, 0, result);
      return q - 1;
    }
  }
  return undefined;
}

interface Effects {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

const known = new WeakMap<Kernel, Effects>();

function effects(kernel: Kernel): Effects {
  let e = known.get(kernel);
  if (e === undefined) {
    e = { reads: buffersRead(kernel), writes: buffersWritten(kernel) };
    known.set(kernel, e);
  }
  return e;
}

/** Whether two kernels may change places. */
function independent(p: Kernel, q: Kernel): boolean {
  const [x, y] = [effects(p), effects(q)];
  return !meet(x.writes, y.reads) && !meet(x.reads, y.writes) && !meet(x.writes, y.writes);
}

const meet = (p: ReadonlySet<string>, q: ReadonlySet<string>): boolean => [...p].some((id) => q.has(id));

const fits = (kernel: Kernel): boolean =>
  buffersNamed(kernel).size <= MAX_BUFFERS && inPlaceProblem(kernel) === undefined;

/** Both kernels as one over the producer's points, still storing T; undefined when they do not match. */
function merge(producer: Kernel, consumer: ComputeKernel, store: Store, buffers: Buffers): Kernel | undefined {
  const size = buffers.get(store.buffer)?.size ?? 0;
  const from = denseStrides(store.index, outputAxes(producer), size);
  if (from === undefined) return undefined;
  // Adding to T is reading it.
  const loads = loadsOf(expressionsOf(consumer)).filter((l) => l.buffer === store.buffer);
  if (loads.some((l) => l.guard !== undefined)) return undefined;
  if (loadsOf(consumer.stores.map((s) => s.index)).some((l) => l.buffer === store.buffer)) return undefined;
  const adds = consumer.stores.filter((s) => s.buffer === store.buffer && s.mode === 'add');
  const indices = [...loads, ...adds].map((access) => access.index);
  const index = indices[0];
  if (index === undefined || indices.some((other) => key(other) !== key(index))) return undefined;
  const to = denseStrides(index, consumer.axes, size);
  if (to === undefined) return undefined;

  const flat = from[0];
  if (producer.kind === 'compute' && from.length === 1 && flat !== undefined && to.length > 1) {
    // A flat producer takes on the consumer's axes: then no index needs dividing.
    const reshaped = overAxes(producer, flat.axis, index, consumer.axes);
    const same = reshaped.stores.find((s) => s.buffer === store.buffer);
    return same === undefined ? undefined : join(reshaped, consumer, same, index, new Map());
  }
  return join(producer, consumer, store, index, coordinates(to, store.index));
}

/** A kernel of one real axis over other axes, at which that axis has the value of `index`. */
function overAxes(kernel: ComputeKernel, flat: Axis, index: Expr, axes: readonly Axis[]): ComputeKernel {
  const fresh = freshen(expressionsOf(kernel));
  const rewrite = substitution((e) => (e.op === 'axis' && e.axis.id === flat.id ? index : undefined));
  const stores = kernel.stores.map((s, i) => ({
    ...s,
    index: rewrite(fresh[2 * i] as Expr),
    value: rewrite(fresh[2 * i + 1] as Expr),
  }));
  return { ...kernel, axes, stores };
}

/** The value of each axis, by id, at the point where a dense index has the given value. */
function coordinates(strides: readonly Stride[], index: Expr): Map<number, Expr> {
  return new Map(
    strides.map(({ axis, stride }, position) => {
      const quotient = b.floordiv(index, stride);
      return [axis.id, position === 0 ? quotient : b.mod(quotient, axis.extent)];
    }),
  );
}

/**
 * The producer with the consumer's stores after its own: the consumer's axes are replaced, the index at which it reads T
 * becomes the one at which P stores it, and its loads of what P writes become the values written.
 */
function join<K extends Kernel>(
  producer: K,
  consumer: ComputeKernel,
  store: Store,
  index: Expr,
  axes: ReadonlyMap<number, Expr>,
): K | undefined {
  let matches = true;
  const written = buffersWritten(producer);
  const rewrite: (e: Expr) => Expr = substitution((e) => {
    if (e.dtype === 'i32' && key(e) === key(index)) return store.index;
    if (e.op === 'axis') return axes.get(e.axis.id);
    if (e.op !== 'load' || !written.has(e.buffer)) return undefined;
    if (e.buffer === store.buffer) return store.value;
    const others = producer.stores.filter((s) => s.buffer === e.buffer);
    const other = others[0];
    if (
      other === undefined ||
      others.length > 1 ||
      other.mode !== 'set' ||
      e.guard !== undefined ||
      key(rewrite(e.index)) !== key(other.index)
    ) {
      matches = false;
      return e;
    }
    return other.value;
  });
  // T must have one value only.
  if (producer.stores.filter((s) => s.buffer === store.buffer).length > 1) return undefined;

  const stores = [...producer.stores];
  for (const own of consumer.stores) {
    const added = mapStore(own, rewrite);
    const at = stores.findIndex((s) => s.buffer === added.buffer);
    const before = stores[at];
    if (before === undefined) {
      stores.push(added);
      continue;
    }
    const alone = [producer, consumer].every((k) => k.stores.filter((s) => s.buffer === added.buffer).length <= 1);
    if (!alone || key(before.index) !== key(added.index)) return undefined;
    stores[at] = added.mode === 'set' ? added : { ...before, value: b.add(before.value, added.value) };
  }
  return matches ? { ...producer, label: `${producer.label} + ${consumer.label}`, stores } : undefined;
}
