import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scope } from '../reference/compile-expression.ts';
import * as b from './build.ts';
import type { Expr } from './expr.ts';
import { key } from './key.ts';
import { print } from './print.ts';
import { rangeOf } from './range.ts';

/** An integer expression over two axes, built with simplification, beside the plain meaning of what was asked for. */
interface Pair {
  readonly built: Expr;
  readonly meaning: (i: number, j: number) => number;
}

const I = b.axis(7);
const J = b.axis(5);

const pairs = fc.letrec<{ pair: Pair }>((tie) => {
  const two = (f: (x: Expr, y: Expr) => Expr, g: (x: number, y: number) => number): fc.Arbitrary<Pair> =>
    fc.tuple(tie('pair'), tie('pair')).map(([p, q]) => ({
      built: f(p.built, q.built),
      meaning: (i, j) => g(p.meaning(i, j), q.meaning(i, j)),
    }));
  const withNumber = (
    from: number,
    to: number,
    f: (x: Expr, d: number) => Expr,
    g: (x: number, d: number) => number,
  ): fc.Arbitrary<Pair> =>
    fc.tuple(tie('pair'), fc.integer({ min: from, max: to })).map(([p, d]) => ({
      built: f(p.built, d),
      meaning: (i, j) => g(p.meaning(i, j), d),
    }));
  return {
    pair: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constant<Pair>({ built: b.at(I), meaning: (i) => i }),
      fc.constant<Pair>({ built: b.at(J), meaning: (_, j) => j }),
      fc.integer({ min: -9, max: 9 }).map<Pair>((v) => ({ built: b.i32(v), meaning: () => v })),
      two(b.add, (x, y) => x + y),
      two(b.sub, (x, y) => x - y),
      two(b.min, Math.min),
      two(b.max, Math.max),
      withNumber(
        -6,
        6,
        (x, d) => b.mul(x, d),
        (x, d) => x * d,
      ),
      withNumber(1, 8, b.floordiv, (x, d) => Math.floor(x / d)),
      withNumber(1, 8, b.mod, (x, d) => x - Math.floor(x / d) * d),
      fc.tuple(tie('pair'), tie('pair'), tie('pair'), tie('pair')).map<Pair>(([p, q, r, s]) => ({
        built: b.select(b.lt(p.built, q.built), r.built, s.built),
        meaning: (i, j) => (p.meaning(i, j) < q.meaning(i, j) ? r.meaning(i, j) : s.meaning(i, j)),
      })),
      fc.tuple(tie('pair'), tie('pair')).map<Pair>(([p, q]) => ({
        built: b.cast(b.or(b.le(p.built, q.built), b.eq(p.built, q.built)), 'i32'),
        meaning: (i, j) => (p.meaning(i, j) <= q.meaning(i, j) ? 1 : 0),
      })),
    ),
  };
});

test('simplification keeps the meaning of integer expressions, and ranges hold every value', () => {
  fc.assert(
    fc.property(pairs.pair, ({ built, meaning }) => {
      const scope = new Scope('test', new Map());
      const value = scope.compile(built);
      const range = rangeOf(built);
      scope.begin({});
      let [i, j] = [0, 0];
      scope.loop([I, J])(() => {
        const got = value();
        expect(got).toBe(meaning(i, j) + 0);
        if (range !== undefined && (got < range.min || got > range.max))
          throw new Error(`${print(built)} is ${got}, outside [${range.min}, ${range.max}]`);
        j++;
        if (j === J.extent) {
          j = 0;
          i++;
        }
      });
    }),
    { numRuns: 1000 },
  );
});

describe('index arithmetic disappears where ranges allow', () => {
  const [n, y, x] = [b.axis(3), b.axis(4), b.axis(8)];
  const flat = b.flatten([3, 4, 8], [b.at(n), b.at(y), b.at(x)]);

  test('coordinates of a flattened index are the coordinates', () => {
    expect(b.unflatten([3, 4, 8], flat).map(key)).toEqual([n, y, x].map((a) => key(b.at(a))));
  });
  test('a guard that always holds leaves a plain load', () => {
    const e = b.load('x', flat, { guard: b.and(b.le(b.i32(0), b.at(y)), b.lt(b.at(y), b.i32(4))) });
    expect(e.op === 'load' && e.guard).toBeUndefined();
  });
  test('a guard that never holds leaves its value', () => {
    expect(b.load('x', flat, { guard: b.lt(b.at(y), b.i32(0)), otherwise: 3 })).toEqual(b.f32(3));
  });
  test('an axis of extent 1 is 0, and drops out of reductions', () => {
    const one = b.axis(1);
    expect(b.at(one)).toEqual(b.i32(0));
    expect(b.sum([one], b.load('x', b.at(n)))).toEqual(b.load('x', b.at(n)));
    expect(b.reduce('argmax', [one], b.load('x', b.at(n)))).toEqual(b.i32(0));
  });
});

describe('types are checked', () => {
  test.each<[string, () => Expr]>([
    ['add of f32 and i32', () => b.add(b.f32(1), b.i32(1))],
    ['exp takes f32', () => b.exp(b.i32(1))],
    ['div takes f32', () => b.div(b.at(I), b.at(J))],
    ['positive constant', () => b.floordiv(b.at(I), -2)],
    ['select needs a bool', () => b.select(b.at(I), 1, 2)],
    ['xor takes u32', () => b.xor(b.at(I), b.at(J))],
  ])('%s', (message, make) => {
    expect(make).toThrow(message);
  });
});
