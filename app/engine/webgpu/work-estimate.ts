/** Rough amounts of arithmetic in a kernel: enough to cut submits before anything has been timed. */
import type { Expr } from '../ir/expr.ts';
import type { Kernel } from '../ir/kernel.ts';
import { extentOf, outputAxes } from '../ir/kernel.ts';
import { children } from '../ir/rewrite.ts';

/** Operations of a kernel in one run. */
export function operationsOf(kernel: Kernel): number {
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
