/** Kernels of layers that only give a blob another shape or further names: the values stay as they are. */
import { add } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { flat, type BackwardContext, type ForwardContext } from './definition.ts';
import { nth } from './views.ts';

/** Every top gets the bottom's values, in order. */
export function copyForward(c: ForwardContext): void {
  for (const top of c.tops) c.computeFlat(top, (i) => flat(nth(c.bottoms, 0), i));
}

/** The bottom gets the sum of the tops' gradients. */
export function copyBackward(c: BackwardContext): void {
  const target = c.bottomDiffs[0];
  if (target !== undefined)
    c.computeFlat(target, (i) => c.topDiffs.map((t): Expr => flat(t, i)).reduce((a, b) => add(a, b)));
}
