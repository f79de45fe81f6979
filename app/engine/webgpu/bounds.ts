/** Comparisons of an integer with a constant, told apart so that a pair of them can be written as one. */
import type { Expr } from '../ir/expr.ts';

/** x ≥ 0, or x < high, for an i32 x that is not constant. */
export function boundOf(e: Expr): { subject: Expr; high: number | undefined } | undefined {
  if (e.op !== 'binary' || e.a.dtype !== 'i32') return undefined;
  const { fn, a, b } = e;
  if (fn === 'le' && a.op === 'const' && a.value === 0) return { subject: b, high: undefined };
  if (fn === 'lt' && a.op === 'const' && a.value === -1) return { subject: b, high: undefined };
  if (fn === 'lt' && b.op === 'const' && b.value > 0) return { subject: a, high: b.value };
  if (fn === 'le' && b.op === 'const' && b.value >= 0 && b.value < 2 ** 31 - 1)
    return { subject: a, high: b.value + 1 };
  return undefined;
}
