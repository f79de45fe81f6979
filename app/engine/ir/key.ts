/** Structural identity of expressions: equal keys mean equal values. Used by simplification, fusion and code generators. */
import type { Expr } from './expr.ts';

const keys = new WeakMap<Expr, number>();
const table = new Map<string, number>();

/** A number that two expressions share exactly when they are structurally equal. Shared subtrees are looked at once. */
export function key(e: Expr): number {
  const known = keys.get(e);
  if (known !== undefined) return known;
  const text = describe(e);
  let id = table.get(text);
  if (id === undefined) {
    id = table.size;
    table.set(text, id);
  }
  keys.set(e, id);
  return id;
}

function describe(e: Expr): string {
  switch (e.op) {
    case 'const':
      return `c${e.dtype}:${Object.is(e.value, -0) ? '-0' : e.value}`;
    case 'axis':
      return `x${e.axis.id}`;
    case 'scalar':
      return `s${e.dtype}:${e.name}`;
    case 'acc':
      return 'acc';
    case 'load':
      return `l${e.dtype}:${key(e.index)}:${e.guard === undefined ? '' : key(e.guard)}:${e.otherwise}:${e.buffer}`;
    case 'unary':
      return `u${e.fn}:${key(e.a)}`;
    case 'binary':
      return `b${e.fn}:${key(e.a)}:${key(e.b)}`;
    case 'select':
      return `?${key(e.cond)}:${key(e.a)}:${key(e.b)}`;
    case 'cast':
      return `t${e.dtype}:${key(e.a)}`;
    case 'reduce':
      return `r${e.reducer}:${e.axes.map((a) => a.id).join(',')}:${key(e.body)}`;
  }
}
