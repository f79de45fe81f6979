import { describe, expect, test } from 'vitest';
import { Scope } from '../reference/compile-expression.ts';
import * as b from './build.ts';
import { randomBits, randomBitsOf, uniform, uniformOf } from './random.ts';

test('kernels and host draw the same numbers', () => {
  const i = b.axis(50);
  const [seed, iteration] = [b.scalar('seed', 'u32'), b.scalar('iteration', 'i32')];
  const scope = new Scope('test', new Map());
  const bits = scope.compile(randomBits(seed, iteration, 3, b.at(i)));
  const number = scope.compile(uniform(seed, iteration, 3, b.at(i)));
  for (const [s, t] of [
    [0, 0],
    [1, 0],
    [0xffffffff, 7],
    [0x12345678, 2 ** 31 - 1],
  ] as const) {
    scope.begin({ seed: s, iteration: t });
    let n = 0;
    scope.loop([i])(() => {
      expect(bits()).toBe(randomBitsOf(s, t, 3, n));
      expect(number()).toBe(uniformOf(s, t, 3, n));
      n++;
    });
  }
});

const COUNT = 100_000;
const draw = (of: (n: number) => number): number[] => Array.from({ length: COUNT }, (_, n) => of(n));

/** Correlation of two series that are each uniform on [0, 1): its standard deviation is 1/√COUNT when independent. */
const correlation = (p: readonly number[], q: readonly number[]): number =>
  (p.reduce((total, v, n) => total + (v - 0.5) * ((q[n] as number) - 0.5), 0) / p.length) * 12;

describe.each([
  ['index', (n: number, lag: number) => uniformOf(1, 0, 0, n + lag)],
  ['iteration', (n: number, lag: number) => uniformOf(1, n + lag, 0, 5)],
  ['stream', (n: number, lag: number) => uniformOf(1, 9, n + lag, 5)],
  ['seed', (n: number, lag: number) => uniformOf(n + lag, 9, 2, 5)],
])('numbers over successive values of the %s', (_, of) => {
  const series = draw((n) => of(n, 0));

  test('have the mean and variance of a uniform distribution', () => {
    const mean = series.reduce((a, v) => a + v, 0) / COUNT;
    const variance = series.reduce((a, v) => a + (v - mean) ** 2, 0) / COUNT;
    // Five standard deviations.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * COUNT));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 / Math.sqrt(180 * COUNT));
    expect(Math.min(...series.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...series.slice(0, 1000))).toBeLessThan(1);
  });
  test('fill 256 bins evenly', () => {
    const bins = new Float64Array(256);
    for (const v of series) bins[Math.floor(v * 256)] = (bins[Math.floor(v * 256)] as number) + 1;
    const expected = COUNT / 256;
    const chi = bins.reduce((a, n) => a + (n - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: mean 255, standard deviation 22.6.
    expect(chi).toBeGreaterThan(255 - 5 * 22.6);
    expect(chi).toBeLessThan(255 + 5 * 22.6);
  });
  test.each([1, 2, 3, 64, 1024])('are not correlated at lag %d', (lag) => {
    expect(
      Math.abs(
        correlation(
          series,
          draw((n) => of(n, lag)),
        ),
      ),
    ).toBeLessThan(5 / Math.sqrt(COUNT));
  });
});

test('every bit is set half the time, and independent of the next one', () => {
  const set = new Float64Array(32);
  const agree = new Float64Array(32);
  for (let n = 0; n < COUNT; n++) {
    const word = randomBitsOf(42, 3, 1, n);
    for (let bit = 0; bit < 32; bit++) {
      const one = (word >>> bit) & 1;
      set[bit] = (set[bit] as number) + one;
      agree[bit] = (agree[bit] as number) + (one ^ ((word >>> ((bit + 1) % 32)) & 1));
    }
  }
  for (const count of [...set, ...agree]) expect(Math.abs(count - COUNT / 2)).toBeLessThan(5 * Math.sqrt(COUNT / 4));
});

test('a change of one input bit changes half the output bits', () => {
  const inputs: [number, number, number, number] = [1, 2, 3, 4];
  const base = randomBitsOf(...inputs);
  let changed = 0;
  for (let input = 0; input < 4; input++)
    for (let bit = 0; bit < 32; bit++) {
      const other: typeof inputs = [...inputs];
      other[input] = ((other[input] as number) ^ (1 << bit)) >>> 0;
      let difference = base ^ randomBitsOf(...other);
      for (; difference !== 0; difference &= difference - 1) changed++;
    }
  expect(changed / (128 * 32)).toBeGreaterThan(0.45);
  expect(changed / (128 * 32)).toBeLessThan(0.55);
});
