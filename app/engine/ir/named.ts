/**
 * Functions that are made of several operations but known by a name: sigmoid, erf, sine. An expression remembers of which
 * function of what it is the value, so that its derivative is the function's own, not that of the formula by which it is
 * computed, and so that a person may read the name.
 */
import type { Expr } from './expr.ts';

/** What an expression is the value of. */
export interface Named {
  readonly name: string;
  readonly args: readonly Expr[];
  /** The derivative by each argument. */
  partials(): readonly Expr[];
}

const known = new WeakMap<Expr, Named>();

/** The value, remembered as that of a function. A value that needs no computing (a constant, an argument) stays as it is. */
export function named(value: Expr, function_: Named): Expr {
  if (value.op !== 'const' && !function_.args.includes(value)) known.set(value, function_);
  return value;
}

/** Of which function an expression is the value; undefined for plain operations. A rewritten expression has forgotten it. */
export const namedOf = (e: Expr): Named | undefined => known.get(e);
