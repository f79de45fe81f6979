/** How much kernels compute and move, rough times, and dispatches cut by them: enough to pace the GPU before anything has been timed. */
import type { Axis, Expr } from '../ir/expr.ts';
import type { Kernel, Program } from '../ir/kernel.ts';
import { extentOf, outputAxes } from '../ir/kernel.ts';
import { buffersNamed, children, expressionsOf, freeAxes, visit } from '../ir/rewrite.ts';

/** Operations of a kernel in one run. */
function operationsOf(kernel: Kernel): number {
  const points = extentOf(outputAxes(kernel));
  const stores = points * operations(kernel.stores.flatMap((s) => [s.index, s.value]));
  return kernel.kind === 'compute' ? stores : stores + 2 * points * extentOf(kernel.k);
}

/** Operations to evaluate expressions once, each distinct node once; `own` says how many a node is by itself. */
function operations(roots: readonly Expr[], own: (e: Expr) => number = () => 1): number {
  const seen = new Set<Expr>();
  const count = (e: Expr): number => {
    if (seen.has(e)) return 0;
    seen.add(e);
    const inside = children(e).reduce((sum, child) => sum + count(child), 0);
    return e.op === 'reduce' ? extentOf(e.axes) * (inside + own(e)) : inside + own(e);
  };
  return roots.reduce((sum, e) => sum + count(e), 0);
}

const isFloat = (e: Expr): boolean => e.dtype === 'f32' && ['unary', 'binary', 'reduce'].includes(e.op);

/** Arithmetic on floats in one run of a kernel: a multiply-add is two, a comparison none. */
export function flopsOf(kernel: Kernel): number {
  const float = (e: Expr): number => (isFloat(e) ? 1 : 0);
  const points = extentOf(outputAxes(kernel));
  const adds = kernel.stores.filter((s) => s.mode === 'add' && s.value.dtype === 'f32').length;
  const stores =
    points *
    (adds +
      operations(
        kernel.stores.map((s) => s.value),
        float,
      ));
  if (kernel.kind === 'compute') return stores;
  const k = extentOf(kernel.k);
  const operand = (e: Expr): number => extentOf([...freeAxes(e).values()]) * operations([e], float);
  return stores + 2 * points * k + operand(kernel.a) + operand(kernel.b);
}

/** Bytes that a kernel must read and write at least: of each buffer what it can touch, once for each direction. */
export function trafficOf(kernel: Kernel, program: Program): number {
  const declared = new Map(program.buffers.map((b) => [b.id, b]));
  // How many points an access runs over: the axes of its index, those of enclosing reductions among them.
  const read = new Map<string, number>();
  const written = new Map<string, number>();
  const touch = (where: Map<string, number>, id: string, axes: Iterable<Axis>): void => {
    where.set(id, (where.get(id) ?? 0) + extentOf([...axes]));
  };
  visit(expressionsOf(kernel), (e) => {
    if (e.op === 'load') touch(read, e.buffer, freeAxes(e.index).values());
  });
  for (const s of kernel.stores) {
    touch(written, s.buffer, freeAxes(s.index).values());
    if (s.mode === 'add') touch(read, s.buffer, freeAxes(s.index).values());
  }
  let bytes = 0;
  for (const id of buffersNamed(kernel)) {
    const buffer = declared.get(id);
    if (buffer === undefined) throw new Error(`Buffer ${id} is not declared.`);
    const width = buffer.dtype === 'u8' ? 1 : 4;
    for (const where of [read, written]) bytes += width * Math.min(buffer.size, where.get(id) ?? 0);
  }
  return bytes;
}

/** Operations in a millisecond that even a slow device of its kind does. */
const SOFTWARE_RATE = 5e5;
const GPU_RATE = 2e8;

/** Estimated milliseconds of a kernel. */
export const millisecondsOf = (kernel: Kernel, software: boolean): number =>
  0.005 + operationsOf(kernel) / (software ? SOFTWARE_RATE : GPU_RATE);

const WORKGROUPS_PER_DIMENSION = 65_535;

/** Some workgroups of a dispatch, from number `first`. */
export interface Piece {
  readonly first: number;
  readonly count: number;
}

/** Cuts workgroups into about `wanted` pieces. A piece that is not the whole fits one dimension, and so runs none twice. */
export function piecesFor(workgroups: number, wanted: number): Piece[] {
  if (wanted <= 1) return [{ first: 0, count: workgroups }];
  const size = Math.min(WORKGROUPS_PER_DIMENSION, Math.max(1, Math.ceil(workgroups / wanted)));
  return Array.from({ length: Math.ceil(workgroups / size) }, (_, i) => ({
    first: i * size,
    count: Math.min(size, workgroups - i * size),
  }));
}

/** Workgroups over two dimensions; the last row may reach beyond, and kernels return there. */
export function spread(workgroups: number): { x: number; y: number } {
  const y = Math.ceil(workgroups / WORKGROUPS_PER_DIMENSION);
  return { x: Math.ceil(workgroups / y), y };
}
