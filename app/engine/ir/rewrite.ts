/** Walking and rewriting expressions: what fusion, differentiation, verification and code generators are made of. */
import { at, axis, binary, cast, load, reduce, select, unary } from './build.ts';
import type { Axis, Expr } from './expr.ts';
import type { Kernel, Store } from './kernel.ts';

/** Direct subexpressions, in reading order. */
export function children(e: Expr): readonly Expr[] {
  switch (e.op) {
    case 'const':
    case 'axis':
    case 'scalar':
    case 'acc':
      return [];
    case 'load':
      return e.guard === undefined ? [e.index] : [e.index, e.guard];
    case 'unary':
    case 'cast':
      return [e.a];
    case 'binary':
      return [e.a, e.b];
    case 'select':
      return [e.cond, e.a, e.b];
    case 'reduce':
      return [e.body];
  }
}

/** Calls back once for every distinct node, children first. */
export function visit(roots: Expr | readonly Expr[], callback: (node: Expr) => void): void {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    children(e).forEach(walk);
    callback(e);
  };
  for (const root of isExpr(roots) ? [roots] : roots) walk(root);
}

const isExpr = (x: Expr | readonly Expr[]): x is Expr => 'op' in x;

/** The distinct load nodes of an expression. */
export function loadsOf(roots: Expr | readonly Expr[]): (Expr & { op: 'load' })[] {
  const loads: (Expr & { op: 'load' })[] = [];
  visit(roots, (e) => {
    if (e.op === 'load') loads.push(e);
  });
  return loads;
}

/**
 * Replaces nodes, outermost first: where the callback gives an expression it takes the node's place (and is not looked
 * into again); elsewhere the node is built anew from its rewritten children, and so simplified. Nodes of which nothing
 * changes keep their identity. Axes bound by a reduction stay as they are: see `renameAxes`.
 */
export function substitute(expr: Expr, replace: (node: Expr) => Expr | undefined): Expr {
  return substitution(replace)(expr);
}

/** As `substitute`, for several expressions with one memory. */
export function substitution(replace: (node: Expr) => Expr | undefined): (expr: Expr) => Expr {
  const done = new Map<Expr, Expr>();
  const rewrite = (e: Expr): Expr => {
    const known = done.get(e);
    if (known !== undefined) return known;
    const result = replace(e) ?? rebuild(e, rewrite);
    done.set(e, result);
    return result;
  };
  return rewrite;
}

/** The node over rewritten children; the node itself when they are the same. */
function rebuild(e: Expr, rewrite: (child: Expr) => Expr): Expr {
  const old = children(e);
  const now = old.map(rewrite);
  if (old.every((child, i) => child === now[i])) return e;
  const [x, y, z] = now as [Expr, Expr, Expr];
  switch (e.op) {
    case 'const':
    case 'axis':
    case 'scalar':
    case 'acc':
      return e;
    case 'load':
      return load(e.buffer, x, {
        dtype: e.dtype,
        otherwise: e.otherwise,
        ...(e.guard === undefined ? {} : { guard: y }),
      });
    case 'unary':
      return unary(e.fn, x);
    case 'binary':
      return binary(e.fn, x, y);
    case 'select':
      return select(x, y, z);
    case 'cast':
      return cast(x, e.dtype);
    case 'reduce':
      return reduce(e.reducer, e.axes, x);
  }
}

/** Replaces axes, by id, wherever they stand: free or bound by a reduction. */
export function renameAxes(expr: Expr, to: ReadonlyMap<number, Axis>): Expr {
  return renaming(to)(expr);
}

/** As `renameAxes`, for several expressions with one memory. */
export function renaming(to: ReadonlyMap<number, Axis>): (expr: Expr) => Expr {
  const rewrite: (e: Expr) => Expr = substitution((e) => {
    if (e.op === 'axis') {
      const replacement = to.get(e.axis.id);
      return replacement === undefined ? undefined : at(replacement);
    }
    if (e.op === 'reduce' && e.axes.some((a) => to.has(a.id)))
      return reduce(
        e.reducer,
        e.axes.map((a) => to.get(a.id) ?? a),
        rewrite(e.body),
      );
    return undefined;
  });
  return rewrite;
}

/** Axes bound by the reductions of some expressions. */
export function boundAxes(roots: Expr | readonly Expr[]): Axis[] {
  const bound = new Map<number, Axis>();
  visit(roots, (e) => {
    if (e.op === 'reduce') for (const a of e.axes) bound.set(a.id, a);
  });
  return [...bound.values()];
}

/**
 * Some expressions with every axis that their reductions bind replaced by a fresh one, the same in all of them: so that
 * they may be put into a kernel whose axes may happen to be the same.
 */
export function freshen(exprs: readonly Expr[]): Expr[] {
  const fresh = new Map(boundAxes(exprs).map((a) => [a.id, axis(a.extent)]));
  return exprs.map(renaming(fresh));
}

const free = new WeakMap<Expr, ReadonlyMap<number, Axis>>();

/** Axes, by id, that an expression's value depends on: not those bound by its own reductions. */
export function freeAxes(e: Expr): ReadonlyMap<number, Axis> {
  const known = free.get(e);
  if (known !== undefined) return known;
  const axes = new Map<number, Axis>();
  if (e.op === 'axis') axes.set(e.axis.id, e.axis);
  for (const child of children(e)) for (const [id, a] of freeAxes(child)) axes.set(id, a);
  if (e.op === 'reduce') for (const a of e.axes) axes.delete(a.id);
  free.set(e, axes);
  return axes;
}

/** Every expression of a kernel: operands, indices and values. */
export const expressionsOf = (kernel: Kernel): Expr[] => [
  ...(kernel.kind === 'contract' ? [kernel.a, kernel.b] : []),
  ...kernel.stores.flatMap((s) => [s.index, s.value]),
];

/** Buffers that a kernel loads from or adds to. */
export function buffersRead(kernel: Kernel): Set<string> {
  const read = new Set(loadsOf(expressionsOf(kernel)).map((l) => l.buffer));
  for (const s of kernel.stores) if (s.mode === 'add') read.add(s.buffer);
  return read;
}

/** Buffers that a kernel stores to. */
export const buffersWritten = (kernel: Kernel): Set<string> => new Set(kernel.stores.map((s) => s.buffer));

/** Buffers that a kernel names at all: what must be bound to run it. */
export const buffersNamed = (kernel: Kernel): Set<string> =>
  new Set([...buffersRead(kernel), ...buffersWritten(kernel)]);

/** Whether a reduction stands anywhere in some expressions. */
export function hasReduction(roots: Expr | readonly Expr[]): boolean {
  let found = false;
  visit(roots, (e) => {
    if (e.op === 'reduce') found = true;
  });
  return found;
}

/** A store with its index and value rewritten. */
export const mapStore = (store: Store, rewrite: (e: Expr) => Expr): Store => ({
  ...store,
  index: rewrite(store.index),
  value: rewrite(store.value),
});
