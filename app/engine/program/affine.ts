/** Affine index arithmetic: which indices run through a buffer densely, so that kernels over it may be matched. */
import type { Axis, Expr } from '../ir/expr.ts';

/** An axis and the distance in a buffer between its neighbours. */
export interface Stride {
  readonly axis: Axis;
  readonly stride: number;
}

/** constant + Σ stride · axis. */
export interface Affine {
  readonly constant: number;
  readonly strides: readonly Stride[];
}

/** An i32 expression as an affine form; undefined when it is none (a load, a division, a remainder). */
export function affineOf(e: Expr): Affine | undefined {
  switch (e.op) {
    case 'const':
      return { constant: e.value, strides: [] };
    case 'axis':
      return { constant: 0, strides: [{ axis: e.axis, stride: 1 }] };
    case 'unary': {
      const a = e.fn === 'neg' ? affineOf(e.a) : undefined;
      return a && scale(a, -1);
    }
    case 'binary': {
      const a = affineOf(e.a);
      const b = affineOf(e.b);
      if (a === undefined || b === undefined) return undefined;
      if (e.fn === 'add') return plus(a, b);
      if (e.fn === 'sub') return plus(a, scale(b, -1));
      if (e.fn === 'mul' && b.strides.length === 0) return scale(a, b.constant);
      if (e.fn === 'mul' && a.strides.length === 0) return scale(b, a.constant);
      return undefined;
    }
    case 'scalar':
    case 'acc':
    case 'load':
    case 'select':
    case 'cast':
    case 'reduce':
      return undefined;
  }
}

const scale = (a: Affine, by: number): Affine => ({
  constant: a.constant * by,
  strides: a.strides.map(({ axis, stride }) => ({ axis, stride: stride * by })),
});

function plus(a: Affine, b: Affine): Affine {
  const strides = new Map<number, Stride>();
  for (const { axis, stride } of [...a.strides, ...b.strides])
    strides.set(axis.id, { axis, stride: (strides.get(axis.id)?.stride ?? 0) + stride });
  return { constant: a.constant + b.constant, strides: [...strides.values()].filter((s) => s.stride !== 0) };
}

/**
 * The strides of an index, largest first, when it takes every value of 0 … size−1 exactly once over the points of
 * `axes`, in some row-major order of them; undefined when it does not, or does in a way not seen through.
 */
export function denseStrides(index: Expr, axes: readonly Axis[], size: number): readonly Stride[] | undefined {
  const affine = affineOf(index);
  if (affine?.constant !== 0) return undefined;
  const real = axes.filter((a) => a.extent > 1);
  if (affine.strides.length !== real.length) return undefined;
  const ids = new Set(real.map((a) => a.id));
  const strides = affine.strides.toSorted((p, q) => p.stride - q.stride);
  let expected = 1;
  for (const { axis, stride } of strides) {
    if (stride !== expected || !ids.has(axis.id)) return undefined;
    expected *= axis.extent;
  }
  return expected === size ? strides.reverse() : undefined;
}
