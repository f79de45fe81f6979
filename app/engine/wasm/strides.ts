/** How integer expressions move along axes: what decides which loads are contiguous and which axes are really one. */
import { add, at, axis, i32, mul, reduce } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { children, freeAxes, substitution, visit } from '../ir/rewrite.ts';

const strides = new WeakMap<Expr, Map<number, number | undefined>>();

/** How far an i32 expression moves from one point of an axis to the next; undefined where that is not always the same. */
export function strideAlong(e: Expr, a: Axis): number | undefined {
  if (!freeAxes(e).has(a.id)) return 0;
  if (e.op === 'axis') return 1;
  const known = strides.get(e) ?? new Map<number, number | undefined>();
  strides.set(e, known);
  if (!known.has(a.id)) known.set(a.id, strideOf(e, a));
  return known.get(a.id);
}

function strideOf(e: Expr, a: Axis): number | undefined {
  if (!isSum(e)) return undefined;
  if (e.op === 'unary') {
    const x = strideAlong(e.a, a);
    return x === undefined ? undefined : -x;
  }
  if (e.op !== 'binary') return undefined;
  const x = strideAlong(e.a, a);
  if (e.fn === 'mul') return x === undefined || e.b.op !== 'const' ? undefined : x * e.b.value;
  const y = strideAlong(e.b, a);
  if (x === undefined || y === undefined) return undefined;
  return e.fn === 'add' ? x + y : x - y;
}

/** A sum of axes and of other things, each with a coefficient. */
export interface Sum {
  constant: number;
  readonly axes: Map<number, { readonly axis: Axis; coefficient: number }>;
  readonly others: { readonly e: Expr; readonly coefficient: number }[];
}

/** Whether a node belongs to an integer sum. */
export const isSum = (e: Expr): boolean =>
  e.dtype === 'i32' &&
  (e.op === 'axis' ||
    (e.op === 'unary' && e.fn === 'neg') ||
    (e.op === 'binary' && (e.fn === 'add' || e.fn === 'sub' || (e.fn === 'mul' && e.b.op === 'const'))));

/** Takes an i32 expression apart as far as sums go. */
export function sumOf(e: Expr): Sum {
  const sum: Sum = { constant: 0, axes: new Map(), others: [] };
  const walk = (x: Expr, by: number): void => {
    if (x.op === 'const') sum.constant += x.value * by;
    else if (x.op === 'axis') {
      const known = sum.axes.get(x.axis.id);
      if (known === undefined) sum.axes.set(x.axis.id, { axis: x.axis, coefficient: by });
      else known.coefficient += by;
    } else if (!isSum(x)) sum.others.push({ e: x, coefficient: by });
    else if (x.op === 'unary') walk(x.a, -by);
    else if (x.op === 'binary') {
      if (x.fn === 'mul') walk(x.a, by * (x.b.op === 'const' ? x.b.value : 0));
      else {
        walk(x.a, by);
        walk(x.b, x.fn === 'sub' ? -by : by);
      }
    }
  };
  walk(e, 1);
  return sum;
}

/** Expressions over lists of axes. */
export interface Nest {
  readonly lists: readonly (readonly Axis[])[];
  readonly exprs: readonly Expr[];
}

/**
 * Neighbouring axes of a list, or of a reduction, that only ever move together become one: rows then are longer and
 * loops fewer. Row-major order stays.
 */
export function mergeAxes(nest: Nest): Nest {
  let current: Nest = { ...nest, lists: nest.lists.map((list) => list.filter((a) => a.extent > 1)) };
  for (;;) {
    const next = mergeOne(current);
    if (next === undefined) return current;
    current = next;
  }
}

function mergeOne(nest: Nest): Nest | undefined {
  const reductions = new Set<Expr & { op: 'reduce' }>();
  const sums: Sum[] = [];
  const seen = new Set<Expr>();
  // Whole sums only: their parts say nothing by themselves.
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === 'reduce') reductions.add(e);
    if (!isSum(e)) {
      children(e).forEach(walk);
      return;
    }
    const sum = sumOf(e);
    sums.push(sum);
    for (const { e: other } of sum.others) walk(other);
  };
  nest.exprs.forEach(walk);
  const lists = [...nest.lists, ...[...reductions].map((r) => r.axes)];
  for (const list of lists)
    for (let i = list.length - 2; i >= 0; i--) {
      const [outer, inner] = [list[i] as Axis, list[i + 1] as Axis];
      const together = sums.every(({ axes }) => {
        const [x, y] = [axes.get(outer.id)?.coefficient ?? 0, axes.get(inner.id)?.coefficient ?? 0];
        return x === y * inner.extent;
      });
      if (!together || !lists.every((l) => adjacent(l, outer, inner))) continue;
      return merge(nest, outer, inner);
    }
  return undefined;
}

/** Whether a list has both axes side by side, or neither. */
function adjacent(list: readonly Axis[], outer: Axis, inner: Axis): boolean {
  const i = list.findIndex((a) => a.id === outer.id);
  const j = list.findIndex((a) => a.id === inner.id);
  return i < 0 ? j < 0 : j === i + 1;
}

function merge(nest: Nest, outer: Axis, inner: Axis): Nest {
  const both = axis(outer.extent * inner.extent);
  const replace = (list: readonly Axis[]): Axis[] =>
    list.flatMap((a) => (a.id === outer.id ? [] : a.id === inner.id ? [both] : [a]));
  const rewrite: (e: Expr) => Expr = substitution((e) => {
    if (e.op === 'reduce' && e.axes.some((a) => a.id === outer.id))
      return reduce(e.reducer, replace(e.axes), rewrite(e.body));
    if (!isSum(e)) return undefined;
    const sum = sumOf(e);
    if (!sum.axes.has(inner.id)) return sum.others.length === 0 ? e : undefined;
    let result = sum.others.reduce<Expr>((all, o) => add(all, mul(rewrite(o.e), o.coefficient)), i32(0));
    for (const { axis: a, coefficient } of sum.axes.values())
      if (a.id !== outer.id) result = add(result, mul(at(a.id === inner.id ? both : a), coefficient));
    return add(result, sum.constant);
  });
  return { lists: nest.lists.map(replace), exprs: nest.exprs.map(rewrite) };
}

/**
 * An axis that is only a flat count of rows (`i // 1024 % 16`) becomes the axes that it counts: what is the same along a
 * row is then computed once a row, and neighbours in it need no division.
 */
export function splitAxes(nest: Nest): Nest {
  let current = nest;
  for (;;) {
    const next = splitOne(current);
    if (next === undefined) return current;
    current = next;
  }
}

function splitOne({ lists, exprs }: Nest): Nest | undefined {
  const axes = new Map(lists.flat().map((a) => [a.id, a]));
  let found: { readonly whole: Axis; readonly by: number } | undefined;
  visit(exprs, (e) => {
    if (e.op !== 'binary' || (e.fn !== 'floordiv' && e.fn !== 'mod') || e.a.op !== 'axis' || e.b.op !== 'const') return;
    const whole = axes.get(e.a.axis.id);
    const by = e.b.value;
    // Short periods are for `periodOf`, which keeps neighbours together.
    if (whole === undefined || by <= MOST_PHASES || by >= whole.extent || whole.extent % by !== 0) return;
    if (found === undefined || by > found.by) found = { whole, by };
  });
  if (found === undefined) return undefined;
  const { whole, by } = found;
  const [over, within] = [axis(whole.extent / by), axis(by)];
  const value = add(mul(at(over), by), at(within));
  const rewrite = substitution((e) => (e.op === 'axis' && e.axis.id === whole.id ? value : undefined));
  return {
    lists: lists.map((list) => list.flatMap((a) => (a.id === whole.id ? [over, within] : [a]))),
    exprs: exprs.map(rewrite),
  };
}

/**
 * A divisor that takes an axis apart: every floordiv and mod in which the axis moves by less than the divisor divides by
 * this one, and the extent is a multiple of it. 1 where there is none.
 */
export function periodOf(exprs: readonly Expr[], a: Axis): number {
  let period = 1;
  let one = true;
  visit(exprs, (e) => {
    if (e.op !== 'binary' || (e.fn !== 'floordiv' && e.fn !== 'mod') || e.b.op !== 'const') return;
    const stride = strideAlong(e.a, a);
    const d = e.b.value;
    if (stride === 0 || (stride !== undefined && stride % d === 0)) return;
    if (stride === undefined || (period !== 1 && period !== d)) one = false;
    else period = d;
  });
  return one && period <= MOST_PHASES && a.extent % period === 0 ? period : 1;
}

/** Each phase is a copy of the code. */
const MOST_PHASES = 4;
