/** The order of images: Caffe's when not shuffled, a fresh permutation each epoch when shuffled, and the same for the same seed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchIndices } from './order.ts';

/** The first `length` positions of a run, batch by batch. */
function run(seed: number, batchSize: number, count: number, length: number, shuffle = true): number[] {
  const seen: number[] = [];
  for (let iteration = 0; seen.length < length; iteration++) {
    seen.push(...batchIndices(seed, iteration, batchSize, count, shuffle));
  }
  return seen.slice(0, length);
}

describe('batchIndices', () => {
  it('reads in file order and wraps around when not shuffled', () => {
    expect([...batchIndices(1, 0, 4, 10, false)]).toEqual([0, 1, 2, 3]);
    expect([...batchIndices(1, 2, 4, 10, false)]).toEqual([8, 9, 0, 1]);
    expect([...batchIndices(1, 3, 25, 10, false)].slice(0, 6)).toEqual([5, 6, 7, 8, 9, 0]);
  });

  it('shows every image once in each epoch', () => {
    const sizes = {
      seed: fc.integer(),
      count: fc.integer({ min: 1, max: 300 }),
      batchSize: fc.integer({ min: 1, max: 70 }),
    };
    fc.assert(
      fc.property(fc.record(sizes), ({ seed, count, batchSize }) => {
        const seen = run(seed, batchSize, count, 3 * count);
        for (let epoch = 0; epoch < 3; epoch++) {
          const sorted = seen.slice(epoch * count, (epoch + 1) * count).sort((a, b) => a - b);
          expect(sorted).toEqual(Array.from({ length: count }, (_, i) => i));
        }
      }),
    );
  });

  it('is a function of seed and iteration alone, and differs between seeds and epochs', () => {
    const count = 1000;
    expect(run(7, 32, count, count)).toEqual(run(7, 50, count, count));
    expect(run(7, 32, count, count)).not.toEqual(run(8, 32, count, count));
    const two = run(7, 32, count, 2 * count);
    expect(two.slice(0, count)).not.toEqual(two.slice(count));
  });

  it('mixes well: neighbours in the file land far apart, and few images keep their place', () => {
    const count = 50_000;
    const order = run(3, 100, count, count);
    const kept = order.filter((index, position) => index === position).length;
    const gaps = order.slice(1).map((index, i) => Math.abs(index - (order[i] as number)));
    const meanGap = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(kept).toBeLessThan(10);
    expect(meanGap / count).toBeCloseTo(1 / 3, 1);
  });

  it('keeps its place at iterations beyond 32 bits of images', () => {
    const iteration = 60_000_000;
    expect([...batchIndices(1, iteration, 100, 50_000, false)].slice(0, 2)).toEqual([0, 1]);
    expect(new Set(batchIndices(1, iteration, 500, 500, true)).size).toBe(500);
  });
});
