/** Which axes are one, and which are taken apart. */
import { describe, expect, it } from 'vitest';
import * as ir from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { mergeAxes, periodOf, splitAxes, strideAlong } from './strides.ts';

const { at, axis } = ir;
const extents = (axes: readonly Axis[] | undefined): number[] => (axes ?? []).map((a) => a.extent);

describe('mergeAxes', () => {
  it('makes rows that follow each other in memory one', () => {
    const [n, y, x] = [axis(3), axis(4), axis(5)];
    const index = ir.flatten([3, 4, 5], [at(n), at(y), at(x)]);
    const { lists, exprs } = mergeAxes({ lists: [[n, y, x]], exprs: [index, ir.load('x', index)] });
    expect(extents(lists[0])).toEqual([60]);
    expect(strideAlong(exprs[0] as Expr, lists[0]?.[0] as Axis)).toBe(1);
  });

  it('keeps an axis that something uses by itself', () => {
    const [n, y, x] = [axis(3), axis(4), axis(5)];
    const index = ir.flatten([3, 4, 5], [at(n), at(y), at(x)]);
    const { lists } = mergeAxes({ lists: [[n, y, x]], exprs: [index, ir.load('bias', at(n))] });
    expect(extents(lists[0])).toEqual([3, 20]);
  });

  it('keeps axes whose rows leave gaps', () => {
    const [y, x] = [axis(4), axis(5)];
    expect(extents(mergeAxes({ lists: [[y, x]], exprs: [ir.flatten([4, 9], [at(y), at(x)])] }).lists[0])).toEqual([
      4, 5,
    ]);
  });

  it('merges inside reductions, and keeps the order that argmax counts in', () => {
    const [y, x] = [axis(4), axis(5)];
    const best = ir.reduce('argmax', [y, x], ir.load('x', ir.flatten([4, 5], [at(y), at(x)])));
    const { exprs } = mergeAxes({ lists: [], exprs: [best] });
    expect(exprs[0]).toMatchObject({ op: 'reduce', axes: [{ extent: 20 }] });
  });

  it('does not merge across lists', () => {
    const [m, n] = [axis(4), axis(5)];
    const { lists } = mergeAxes({ lists: [[m], [n]], exprs: [ir.flatten([4, 5], [at(m), at(n)])] });
    expect(lists.map(extents)).toEqual([[4], [5]]);
  });
});

describe('periodOf', () => {
  it('finds the divisor that an axis is divided by', () => {
    const x = axis(8);
    expect(periodOf([ir.floordiv(ir.add(at(x), 1), 2)], x)).toBe(2);
  });

  it('is 1 where the extent is no multiple, or two divisors meet', () => {
    const [x, z] = [axis(7), axis(12)];
    expect(periodOf([ir.floordiv(at(x), 2)], x)).toBe(1);
    expect(periodOf([ir.floordiv(at(z), 2), ir.mod(at(z), 3)], z)).toBe(1);
  });
});

describe('splitAxes', () => {
  it('finds the axes that a flat count is made of', () => {
    const i = axis(6 * 8 * 10);
    const channel = ir.mod(ir.floordiv(at(i), 10), 8);
    const { lists, exprs } = splitAxes({ lists: [[i]], exprs: [at(i), channel] });
    expect(extents(lists[0])).toEqual([6, 8, 10]);
    expect(exprs[1]).toEqual(at(lists[0]?.[1] as Axis));
  });

  it('leaves an axis that is no whole number of rows', () => {
    const i = axis(35);
    expect(splitAxes({ lists: [[i]], exprs: [ir.floordiv(at(i), 10)] }).lists).toEqual([[i]]);
  });
});
