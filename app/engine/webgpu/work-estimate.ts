/** Rough times of kernels, and dispatches cut by them: enough to pace the GPU before anything has been timed. */
import type { Expr } from '../ir/expr.ts';
import type { Kernel } from '../ir/kernel.ts';
import { extentOf, outputAxes } from '../ir/kernel.ts';
import { children } from '../ir/rewrite.ts';

/** Operations of a kernel in one run. */
function operationsOf(kernel: Kernel): number {
  const points = extentOf(outputAxes(kernel));
  const stores = points * operations(kernel.stores.flatMap((s) => [s.index, s.value]));
  return kernel.kind === 'compute' ? stores : stores + 2 * points * extentOf(kernel.k);
}

/** Operations to evaluate expressions once, each distinct node once. */
function operations(roots: readonly Expr[]): number {
  const seen = new Set<Expr>();
  const count = (e: Expr): number => {
    if (seen.has(e)) return 0;
    seen.add(e);
    const inside = children(e).reduce((sum, child) => sum + count(child), 0);
    return e.op === 'reduce' ? extentOf(e.axes) * (inside + 1) : inside + 1;
  };
  return roots.reduce((sum, e) => sum + count(e), 0);
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
