/** Smoothing against its definition, thinning against what must not be lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Smoother, thin } from './smoothing.ts';

describe('Smoother', () => {
  it('starts at the first value instead of being pulled towards zero', () => {
    expect(new Smoother(0.99).next(2.3)).toBeCloseTo(2.3, 12);
  });

  it('weighs the past geometrically', () => {
    const smoother = new Smoother(0.5);
    smoother.next(4);
    smoother.next(2);
    // (0.5·0.5·4 + 0.5·2) / 0.75 + …: weights 1, 2, 4 of 7 for three values.
    expect(smoother.next(1)).toBeCloseTo((1 * 4 + 2 * 2 + 4 * 1) / 7, 12);
  });

  it('passes the values through without a weight', () => {
    const smoother = new Smoother(0);
    expect([3, 1, 2].map((value) => smoother.next(value))).toEqual([3, 1, 2]);
  });

  it('stays where it was when the loss is not a number', () => {
    const smoother = new Smoother(0.9);
    expect(smoother.next(Number.NaN)).toBeNaN();
    smoother.next(1);
    expect(smoother.next(Infinity)).toBeCloseTo(1, 12);
    expect(smoother.next(Number.NaN)).toBeCloseTo(1, 12);
  });
});

describe('thin', () => {
  it('keeps every point when they fit', () => {
    expect(thin([5, 4, 3, 2], 2)).toEqual([0, 1, 2, 3]);
  });

  it('keeps the peaks, the first and the last point, in order, within the room there is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        (values, buckets) => {
          const kept = thin(values, buckets);
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
          expect(kept.length).toBeLessThanOrEqual(2 * buckets + 2);
          expect([kept[0], kept.at(-1)]).toEqual([0, values.length - 1]);
          const shown = kept.map((i) => values[i] as number);
          expect(Math.max(...shown)).toBe(Math.max(...values));
          expect(Math.min(...shown)).toBe(Math.min(...values));
        },
      ),
    );
  });

  it('passes over what is not finite', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? Number.NaN : i));
    const inner = thin(values, 4).slice(1, -1);
    expect(inner.every((i) => Number.isFinite(values[i]))).toBe(true);
  });
});
