/**
 * Windows of products without their guards: a product that reads an image under a window, zero outside, reads each
 * element many times and would ask each time whether it is there. Here the image is first copied with its border around
 * it; the product then reads the copy and asks nothing.
 */
import * as b from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import type { BufferDeclaration, ComputeKernel, ContractKernel, Kernel, Program } from '../ir/kernel.ts';
import { rangeOf } from '../ir/range.ts';
import { freeAxes, loadsOf, substitute } from '../ir/rewrite.ts';
import { sumOf, type Sum } from './strides.ts';

/** Times that an element must be read for a copy to pay. */
const LEAST_READS = 4;
/** Most elements of the copy for each that is inside. */
const MOST_BORDER = 3;

type Load = Expr & { op: 'load' };

/** The program with padded copies before the products that read windows. */
export function padWindows(program: Program): Program {
  const buffers = [...program.buffers];
  const ids = new Set(buffers.map((d) => d.id));
  const declare = (label: string, dtype: BufferDeclaration['dtype'], size: number): string => {
    let n = 0;
    while (ids.has(`${label}/padded${n}`)) n++;
    const id = `${label}/padded${n}`;
    ids.add(id);
    buffers.push({ id, dtype, size, lifetime: 'transient' });
    return id;
  };
  const sequences = Object.fromEntries(
    Object.entries(program.sequences).map(([name, kernels]) => [
      name,
      kernels.flatMap((kernel) => (kernel.kind === 'contract' ? padContract(kernel, declare) : [kernel])),
    ]),
  );
  return { ...program, buffers, sequences };
}

type Declare = (label: string, dtype: BufferDeclaration['dtype'], size: number) => string;

function padContract(kernel: ContractKernel, declare: Declare): Kernel[] {
  const copies: ComputeKernel[] = [];
  const replaced = new Map<number, Expr>();
  for (const load of loadsOf([kernel.a, kernel.b])) {
    const window = replaced.has(key(load)) ? undefined : windowOf(load);
    if (window === undefined) continue;
    const size = window.reduce((n, d) => n * d.extent, 1);
    const inside = window.reduce((n, d) => n * (d.high - d.low + 1), 1);
    const reads = [...freeAxes(load).values()].reduce((n, a) => n * a.extent, 1);
    if (reads < LEAST_READS * size || size > MOST_BORDER * inside) continue;
    const id = declare(kernel.label, load.dtype, size);
    copies.push(copyOf(load, window, id, kernel.label));
    replaced.set(
      key(load),
      b.load(
        id,
        b.flatten(
          window.map((d) => d.extent),
          window.map((d) => b.sub(d.place, d.first)),
        ),
        { dtype: load.dtype },
      ),
    );
  }
  if (copies.length === 0) return [kernel];
  const rewrite = (e: Expr): Expr =>
    substitute(e, (node) => (node.op === 'load' ? replaced.get(key(node)) : undefined));
  return [...copies, { ...kernel, a: rewrite(kernel.a), b: rewrite(kernel.b) }];
}

/** One dimension of what a window reads: an axis, or a place in an image, which may lie outside it. */
interface Dimension {
  readonly place: Expr;
  /** Least value of the place, and how many there are. */
  readonly first: number;
  readonly extent: number;
  /** Values that are inside. */
  readonly low: number;
  readonly high: number;
  /** How far one step moves in the buffer. */
  readonly stride: number;
  /** The index where all places are 0, counted once. */
  readonly start: number;
}

/** The dimensions of a load under a window, outermost first; undefined where it is none that can be taken apart. */
function windowOf(load: Load): Dimension[] | undefined {
  if (load.guard === undefined) return undefined;
  const bounds = boundsOf(load.guard);
  const index = sumOf(load.index);
  if (bounds === undefined || index.others.length > 0) return undefined;
  const left = new Map([...index.axes].map(([id, { axis, coefficient }]) => [id, { axis, coefficient }]));
  let start = index.constant;
  const dimensions: Omit<Dimension, 'start'>[] = [];
  for (const { place, low, high } of bounds.values()) {
    const sum = sumOf(place);
    const range = rangeOf(place);
    const stride = strideOf(sum, left);
    if (range === undefined || stride === undefined) return undefined;
    for (const id of sum.axes.keys()) left.delete(id);
    start -= stride * sum.constant;
    const [from, to] = [Math.max(range.min, low), Math.min(range.max, high)];
    if (from > to) return undefined;
    dimensions.push({ place, first: range.min, extent: range.max - range.min + 1, low: from, high: to, stride });
  }
  for (const { axis, coefficient } of left.values()) {
    if (coefficient <= 0) return undefined;
    const { extent } = axis;
    dimensions.push({ place: b.at(axis), first: 0, extent, low: 0, high: extent - 1, stride: coefficient });
  }
  return dimensions
    .sort((p, q) => q.stride - p.stride)
    .map((d, i): Dimension => ({ ...d, start: i === 0 ? start : 0 }));
}

/** How far the index moves with a place, when all axes of the place move it by as much. */
function strideOf(
  place: Sum,
  index: ReadonlyMap<number, { readonly axis: Axis; readonly coefficient: number }>,
): number | undefined {
  if (place.others.length > 0 || place.axes.size === 0) return undefined;
  let stride: number | undefined;
  for (const [id, { coefficient }] of place.axes) {
    const own = (index.get(id)?.coefficient ?? 0) / coefficient;
    if (!Number.isInteger(own) || own <= 0 || (stride !== undefined && stride !== own)) return undefined;
    stride = own;
  }
  return stride;
}

interface Bound {
  readonly place: Expr;
  low: number;
  high: number;
}

/** A guard as bounds of places; undefined where it says anything else. */
function boundsOf(guard: Expr): Map<number, Bound> | undefined {
  const bounds = new Map<number, Bound>();
  const walk = (e: Expr): boolean => {
    if (e.op !== 'binary') return false;
    if (e.fn === 'and') return walk(e.a) && walk(e.b);
    if ((e.fn !== 'lt' && e.fn !== 'le') || e.a.dtype !== 'i32') return false;
    const strict = e.fn === 'lt' ? 1 : 0;
    const place = e.a.op === 'const' ? e.b : e.a;
    const bound = bounds.get(key(place)) ?? { place, low: -Infinity, high: Infinity };
    bounds.set(key(place), bound);
    if (e.a.op === 'const') bound.low = Math.max(bound.low, e.a.value + strict);
    else if (e.b.op === 'const') bound.high = Math.min(bound.high, e.b.value - strict);
    else return false;
    return true;
  };
  return walk(guard) ? bounds : undefined;
}

/** The kernel that copies what the window reads, border included. */
function copyOf(load: Load, window: readonly Dimension[], buffer: string, label: string): ComputeKernel {
  const axes = window.map((d) => b.axis(d.extent));
  const places = window.map((d, i) => b.add(b.at(axes[i] as Axis), d.first));
  const index = window.reduce<Expr>(
    (sum, d, i) => b.add(b.add(sum, b.mul(places[i] as Expr, d.stride)), d.start),
    b.i32(0),
  );
  const guard = b.and(
    b.bool(true),
    ...window.flatMap((d, i) => [b.ge(places[i] as Expr, d.low), b.le(places[i] as Expr, d.high)]),
  );
  const value = b.load(load.buffer, index, { dtype: load.dtype, guard, otherwise: load.otherwise });
  const target = b.flatten(
    window.map((d) => d.extent),
    axes.map(b.at),
  );
  return {
    kind: 'compute',
    label: `${label}, padded`,
    axes,
    stores: [{ buffer, index: target, value, mode: 'set' }],
  };
}
