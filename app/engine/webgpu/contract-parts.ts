/** What the layouts of a contract have in common: accumulators, the stores at the end, and how memory lies. */
import { at, axis, i32 } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ContractKernel } from '../ir/kernel.ts';
import { loadsOf, substitute } from '../ir/rewrite.ts';
import { emitStores } from './compute-source.ts';
import type { Point } from './tiling.ts';
import { allInside, placed } from './tiling.ts';
import type { Bindings } from './wgsl-bindings.ts';
import type { Emitter } from './wgsl-emitter.ts';

/** An axis that stands for a name of the text, as an expression of 0 … extent−1. */
export function bound(emitter: Emitter, extent: number, name: string): Expr {
  const a = axis(extent);
  emitter.bind(a, name);
  return at(a);
}

/** Declares a sum for each output of an invocation, starting at 0, and gives their names. */
export function accumulators(emitter: Emitter, rows: number, columns: number): string[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      emitter.statement(`var c${i}_${j} = 0f;`);
      return `c${i}_${j}`;
    }),
  );
}

/** Adds the products of two columns of values to their sums. */
export function multiply(
  emitter: Emitter,
  sums: readonly (readonly string[])[],
  left: readonly string[],
  right: readonly string[],
): void {
  left.forEach((a, i) => {
    right.forEach((b, j) => {
      const sum = sums[i]?.[j] as string;
      emitter.statement(`${sum} = ${sum} + ${a} * ${b};`);
    });
  });
}

/** Writes the stores of a contract for every output of an invocation that is one of the kernel's. */
export function epilogue(
  kernel: ContractKernel,
  emitter: Emitter,
  bindings: Bindings,
  batch: Point,
  rows: readonly Point[],
  columns: readonly Point[],
  sums: readonly (readonly string[])[],
): void {
  rows.forEach((row, i) => {
    columns.forEach((column, j) => {
      const inside = emitter.value(allInside(batch, row, column)).text;
      emitter.open(inside === 'true' ? '' : `if (${inside})`);
      emitter.bindAccumulator(sums[i]?.[j] as string);
      emitStores(emitter, bindings, kernel.stores, placed(batch, row, column));
      emitter.close();
    });
  });
}

/** Whether neighbouring points of the axes are neighbours in the memory that an expression loads. */
export function strideOne(e: Expr, axes: readonly Axis[]): boolean {
  const last = axes.findLast((a) => a.extent > 1);
  return last !== undefined && loadsOf(e).some((l) => strideOf(l.index, last) === 1);
}

/** How far an index moves from point 0 to point 1 of an axis, every other axis at 0; undefined where data decides. */
function strideOf(index: Expr, along: Axis): number | undefined {
  const when = (value: number): number | undefined => {
    const e = substitute(index, (node) =>
      node.op === 'axis' ? i32(node.axis.id === along.id ? value : 0) : undefined,
    );
    return e.op === 'const' ? e.value : undefined;
  };
  const [from, to] = [when(0), when(1)];
  return from === undefined || to === undefined ? undefined : to - from;
}
