/** Interval analysis of integer expressions: what lets constructors drop guards, divisions and remainders. */
import type { Expr } from './expr.ts';

export interface Interval {
  readonly min: number;
  readonly max: number;
}

const cache = new WeakMap<Expr, Interval | null>();

/** Smallest and largest value an integer expression can take; undefined where it is not known (loads, scalars, floats). */
export function rangeOf(e: Expr): Interval | undefined {
  const known = cache.get(e);
  if (known !== undefined) return known ?? undefined;
  const r = compute(e);
  cache.set(e, r ?? null);
  return r;
}

function compute(e: Expr): Interval | undefined {
  if (e.dtype !== 'i32' && e.dtype !== 'u32') return undefined;
  switch (e.op) {
    case 'const':
      return { min: e.value, max: e.value };
    case 'axis':
      return { min: 0, max: e.axis.extent - 1 };
    case 'select': {
      const a = rangeOf(e.a);
      const b = rangeOf(e.b);
      return a && b ? { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) } : undefined;
    }
    case 'unary': {
      const a = rangeOf(e.a);
      return a && e.fn === 'neg' && e.dtype === 'i32' ? { min: -a.max, max: -a.min } : undefined;
    }
    case 'binary':
      return binaryRange(e);
    case 'reduce':
      return e.reducer === 'argmax' ? { min: 0, max: e.axes.reduce((n, a) => n * a.extent, 1) - 1 } : undefined;
    case 'cast': {
      if (e.a.dtype === 'bool') return { min: 0, max: 1 };
      const a = rangeOf(e.a);
      return a && a.min >= 0 && a.max < 2 ** 31 ? a : undefined;
    }
    case 'scalar':
    case 'load':
      return undefined;
  }
}

function binaryRange(e: Expr & { op: 'binary' }): Interval | undefined {
  const a = rangeOf(e.a);
  const b = rangeOf(e.b);
  if (e.fn === 'mod' && b) {
    return a && a.min >= 0 && a.max < b.max ? a : { min: 0, max: b.max - 1 };
  }
  if (!a || !b) return undefined;
  switch (e.fn) {
    case 'add':
      return within(e, a.min + b.min, a.max + b.max);
    case 'sub':
      return within(e, a.min - b.max, a.max - b.min);
    case 'mul': {
      const p = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max];
      return within(e, Math.min(...p), Math.max(...p));
    }
    case 'floordiv':
      return { min: Math.floor(a.min / b.max), max: Math.floor(a.max / b.max) };
    case 'min':
      return { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) };
    case 'max':
      return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) };
    default:
      return undefined;
  }
}

/** Arithmetic that may wrap has no known range. */
function within(e: Expr, min: number, max: number): Interval | undefined {
  const low = e.dtype === 'u32' ? 0 : -(2 ** 31);
  const high = e.dtype === 'u32' ? 2 ** 32 - 1 : 2 ** 31 - 1;
  return min >= low && max <= high ? { min, max } : undefined;
}
