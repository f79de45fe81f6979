/**
 * Sine and cosine as tensor expressions: engines have no such instruction in common, and augmentation needs both only
 * within half a turn, where a polynomial is as exact as single precision.
 */
import { add, f32, mul } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';

/** Terms of the power series: the first that is left out is below 1e-7 at half a turn. */
const TERMS = 10;

/** Σ (−1)^k x^(2k) / (2k + odd)!, from the highest power down. */
function series(x: Expr, odd: 0 | 1): Expr {
  const square = mul(x, x);
  let factorial = 1;
  const coefficients = Array.from({ length: TERMS }, (_, k) => {
    if (k > 0) factorial *= (2 * k + odd) * (2 * k + odd - 1);
    return (k % 2 === 0 ? 1 : -1) / factorial;
  });
  return coefficients
    .slice(0, -1)
    .reduceRight<Expr>((sum, k) => add(mul(sum, square), k), f32(coefficients.at(-1) ?? 0));
}

/** sin x for x within ±π. */
export const sine = (x: Expr): Expr => mul(series(x, 1), x);

/** cos x for x within ±π. */
export const cosine = (x: Expr): Expr => series(x, 0);
