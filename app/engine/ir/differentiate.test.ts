import { describe, expect, test } from 'vitest';
import { Scope } from '../reference/compile-expression.ts';
import * as b from './build.ts';
import { differentiate } from './differentiate.ts';
import type { Expr } from './expr.ts';
import { print } from './print.ts';

const x = b.load('x', 0);
const y = b.load('y', 0);

const valueAt = (e: Expr, xv: number, yv: number): number => {
  const scope = new Scope(
    'test',
    new Map([
      ['x', Float64Array.of(xv)],
      ['y', Float64Array.of(yv)],
    ]),
  );
  scope.begin({});
  return scope.compile(e)();
};

describe('readable derivatives', () => {
  test.each<[Expr, string]>([
    [b.mul(x, x), 'x[0] * 2'],
    [b.pow(x, 3), 'x[0] * x[0] * 3'],
    [b.mul(b.add(x, y), 3), '3'],
    [b.sub(y, x), '-1'],
    [b.max(x, 0), '0 < x[0] ? 1 : 0'],
    [b.max(0, x), '0 < x[0] ? 1 : 0'],
    [b.exp(b.neg(x)), '-exp(-x[0])'],
    [b.tanh(x), '1 - tanh(x[0]) * tanh(x[0])'],
    [b.sqrt(x), '0.5 / sqrt(x[0])'],
    [b.log(x), '1 / x[0]'],
    [b.div(x, y), '1 / y[0]'],
    [b.div(y, x), '-(y[0] / x[0] / x[0])'],
    [b.abs(x), '0 < x[0] ? 1 : x[0] < 0 ? -1 : 0'],
    [b.select(b.lt(y, 0), b.mul(x, 2), y), 'y[0] < 0 ? 2 : 0'],
    [b.mul(y, b.max(x, 0)), '0 < x[0] ? y[0] : 0'],
    [b.floor(x), '0'],
    [y, '0'],
  ])('%#', (e, expected) => {
    expect(print(differentiate(e, x))).toBe(expected);
  });
});

test.each<[string, Expr]>([
  ['sigmoid', b.div(1, b.add(b.exp(b.neg(x)), 1))],
  ['sigmoid by tanh', b.add(b.mul(b.tanh(b.mul(x, 0.5)), 0.5), 0.5)],
  ['leaky', b.add(b.max(x, 0), b.mul(b.min(x, 0), 0.1))],
  ['elu', b.select(b.lt(0, x), x, b.sub(b.exp(x), 1))],
  ['power', b.pow(b.add(b.mul(b.abs(x), 0.3), 2), 1.7)],
  ['exponent', b.pow(b.add(b.abs(y), 1), x)],
  ['base and exponent', b.pow(b.add(b.abs(x), 1), x)],
  ['log of a quotient', b.log(b.div(b.add(b.mul(x, x), 1), b.add(b.sqrt(b.add(b.mul(x, x), y)), 3)))],
  ['minimum of two', b.min(b.mul(x, y), b.sub(y, x))],
  ['product of four', b.mul(b.mul(x, b.sub(x, y)), b.mul(b.exp(x), b.tanh(x)))],
  ['difference', b.sub(b.tanh(x), b.exp(b.mul(x, -0.5)))],
])('derivative of %s equals the central difference', (_, e) => {
  const d = differentiate(e, x);
  for (const xv of [-2.3, -0.7, 0.4, 1.9])
    for (const yv of [0.3, 2.1]) {
      const h = 1e-6;
      const expected = (valueAt(e, xv + h, yv) - valueAt(e, xv - h, yv)) / (2 * h);
      expect(valueAt(d, xv, yv)).toBeCloseTo(expected, 6);
    }
});

test('any node can be the variable', () => {
  const s = b.exp(x);
  expect(print(differentiate(b.mul(s, y), b.exp(b.load('x', 0))))).toBe('y[0]');
});

test('Caffe has 0 where |x| and max(x, 0) have no derivative', () => {
  expect(valueAt(differentiate(b.abs(x), x), 0, 0)).toBe(0);
  expect(valueAt(differentiate(b.max(x, 0), x), 0, 0)).toBe(0);
});

test('a reduction over the variable is refused', () => {
  const k = b.axis(4);
  expect(() => differentiate(b.sum([k], b.mul(x, b.load('y', b.at(k)))), x)).toThrow('is not elementwise');
  expect(print(differentiate(b.mul(x, b.sum([k], b.load('y', b.at(k)))), x))).toBe('sum(i < 4: y[i])');
});
