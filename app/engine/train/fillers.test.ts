import { describe, expect, test } from 'vitest';
import type { FillerSettings } from './fillers.ts';
import { fill } from './fillers.ts';

const SHAPE = [100, 50, 4, 5];
const COUNT = 100_000;

function statistics(filler: FillerSettings): {
  mean: number;
  variance: number;
  kurtosis: number;
  min: number;
  max: number;
} {
  const values = fill(filler, SHAPE, 1701, 4);
  expect(values).toHaveLength(COUNT);
  const mean = values.reduce((a, v) => a + v, 0) / COUNT;
  const moment = (n: number): number => values.reduce((a, v) => a + (v - mean) ** n, 0) / COUNT;
  const variance = moment(2);
  const min = values.reduce((a, v) => Math.min(a, v), Infinity);
  const max = values.reduce((a, v) => Math.max(a, v), -Infinity);
  return { mean, variance, kurtosis: moment(4) / variance ** 2, min, max };
}

test('constant', () => {
  expect(fill({ type: 'constant', value: 0.5 }, [2, 2], 1, 0)).toEqual(Float32Array.of(0.5, 0.5, 0.5, 0.5));
});

test('uniform fills its interval', () => {
  const s = statistics({ type: 'uniform', min: -1, max: 3 });
  expect(s.mean).toBeCloseTo(1, 1);
  expect(s.variance / (16 / 12)).toBeCloseTo(1, 1);
  expect(s.kurtosis).toBeCloseTo(1.8, 1);
  expect(s.min).toBeGreaterThanOrEqual(-1);
  expect(s.min).toBeLessThan(-0.99);
  expect(s.max).toBeLessThanOrEqual(3);
  expect(s.max).toBeGreaterThan(2.99);
});

test('gaussian has the mean, deviation and tails asked for', () => {
  const s = statistics({ type: 'gaussian', mean: 2, std: 0.01 });
  expect(Math.abs(s.mean - 2)).toBeLessThan(5 * (0.01 / Math.sqrt(COUNT)));
  expect(Math.abs(Math.sqrt(s.variance) / 0.01 - 1)).toBeLessThan(0.02);
  // Standard deviation of the kurtosis of normal samples: √(24/n) = 0.015.
  expect(Math.abs(s.kurtosis - 3)).toBeLessThan(0.08);
});

test('sparse gaussian keeps about that many inputs of each output', () => {
  const values = fill({ type: 'gaussian', mean: 0, std: 1, sparse: 10 }, [100, 1000], 1, 0);
  const kept = values.filter((v) => v !== 0).length / values.length;
  expect(Math.abs(kept - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / values.length));
});

test('positive_unitball sums to 1 over each item', () => {
  const values = fill({ type: 'positive_unitball' }, [3, 2, 50], 1, 0);
  for (const item of [0, 1, 2]) {
    const own = values.subarray(item * 100, (item + 1) * 100);
    expect(own.reduce((a, v) => a + v, 0)).toBeCloseTo(1, 5);
    expect(own.every((v) => v >= 0)).toBe(true);
  }
  expect(new Set(values).size).toBeGreaterThan(290);
});

test('bilinear is a tent over each kernel, of odd and of even sides', () => {
  const odd = [0.5, 1, 0.5];
  expect(fill({ type: 'bilinear' }, [1, 2, 3, 3], 1, 0)).toEqual(
    Float32Array.from([...odd, ...odd].flatMap((y) => odd.map((x) => x * y))),
  );
  const even = [0.25, 0.75, 0.75, 0.25];
  expect(fill({ type: 'bilinear' }, [1, 1, 4, 4], 1, 0)).toEqual(
    Float32Array.from(even.flatMap((y) => even.map((x) => x * y))),
  );
});

describe.each([
  ['FAN_IN', 50 * 4 * 5],
  ['FAN_OUT', 100 * 4 * 5],
  ['AVERAGE', (1000 + 2000) / 2],
] as const)('%s', (varianceNorm, fan) => {
  test('xavier is uniform with variance 1/n', () => {
    const s = statistics({ type: 'xavier', varianceNorm });
    expect(Math.abs(s.variance * fan - 1)).toBeLessThan(0.02);
    expect(s.kurtosis).toBeCloseTo(1.8, 1);
    expect(s.max).toBeLessThanOrEqual(Math.sqrt(3 / fan));
  });
  test('msra is gaussian with variance 2/n', () => {
    const s = statistics({ type: 'msra', varianceNorm });
    expect(Math.abs((s.variance * fan) / 2 - 1)).toBeLessThan(0.03);
    expect(Math.abs(s.kurtosis - 3)).toBeLessThan(0.08);
  });
});

test('values depend on seed and stream, and on nothing else', () => {
  const gaussian: FillerSettings = { type: 'gaussian', mean: 0, std: 1 };
  expect(fill(gaussian, [8], 1, 2)).toEqual(fill(gaussian, [2, 4], 1, 2));
  expect(fill(gaussian, [8], 1, 2)).not.toEqual(fill(gaussian, [8], 1, 3));
  expect(fill(gaussian, [8], 1, 2)).not.toEqual(fill(gaussian, [8], 2, 2));
});
