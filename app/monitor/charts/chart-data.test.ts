/** The tables that charts draw, and the limits of their axes. */
import { describe, expect, it } from 'vitest';
import { CurveStore } from '../../store/curves.ts';
import { accuracyTable, align, bestTest, lossLimits, lossTable, nearestValue, rateTable } from './chart-data.ts';

function run(): CurveStore {
  const curves = new CurveStore();
  curves.addTraining(4, [2.4, Number.NaN, 2, 1.8], [0.1, 0.1, 0.01, 0.01]);
  curves.addTest(0, 2.5, 0.1);
  curves.addTest(4, 1.9, 0.4);
  curves.addTest(8, 1.95, 0.4);
  return curves;
}

describe('tables', () => {
  it('puts training and tests on one axis, with nulls where there is nothing', () => {
    const [x, raw, smoothed, test] = lossTable(run(), 0, 100);
    expect(x).toEqual([0, 1, 2, 3, 4, 8]);
    expect(raw).toEqual([2.4, null, 2, 1.8, null, null]);
    expect(smoothed).toEqual([2.4, 2.4, 2, 1.8, null, null]);
    expect(test).toEqual([2.5, null, null, null, 1.9, 1.95]);
  });

  it('draws no more points than there is room for', () => {
    const curves = new CurveStore();
    const losses = Array.from({ length: 100_000 }, (_, i) => 2 + Math.sin(i));
    curves.addTraining(losses.length, losses, losses);
    expect(lossTable(curves, 0.9, 300)[0].length).toBeLessThanOrEqual(602);
    expect(rateTable(curves, 300)[0].length).toBeLessThanOrEqual(602);
  });

  it('aligns groups whose x values interleave and coincide', () => {
    expect(
      align([
        { x: [0, 2], ys: [[1, 2]] },
        { x: [1, 2, 3], ys: [[5, 6, 7]] },
      ]),
    ).toEqual([
      [0, 1, 2, 3],
      [1, null, 2, null],
      [null, 5, 6, 7],
    ]);
  });

  it('has columns for a run made elsewhere, with iterations of its own', () => {
    const other = new CurveStore();
    other.restore({
      train: { iteration: [0, 10], loss: [2.2, 1.2], lr: [0.1, 0.05] },
      test: { iteration: [5], loss: [1.6], accuracy: [0.5] },
    });
    const [x, , , test, theirs, theirTest] = lossTable(run(), 0, 100, other);
    expect(x).toEqual([0, 1, 2, 3, 4, 5, 8, 10]);
    expect(test).toEqual([2.5, null, null, null, 1.9, null, 1.95, null]);
    expect(theirs).toEqual([2.2, null, null, null, null, null, null, 1.2]);
    expect(theirTest).toEqual([null, null, null, null, null, 1.6, null, null]);
    expect(accuracyTable(run(), other)).toEqual([
      [0, 4, 5, 8],
      [0.1, 0.4, null, 0.4],
      [null, null, 0.5, null],
    ]);
    expect(rateTable(run(), 100, other)[2]).toEqual([0.1, null, null, null, 0.05]);
  });

  it('marks the first of the best tests, if any has an accuracy', () => {
    expect(bestTest(run())).toEqual({ iteration: 4, accuracy: 0.4 });
    const without = new CurveStore();
    without.addTest(0, 1, undefined);
    expect(bestTest(without)).toBeUndefined();
    expect(accuracyTable(without)).toEqual([[0], [null]]);
  });

  it('finds the nearest value for the legend', () => {
    expect(nearestValue([null, 5, null, null, 7], 2)).toBe(5);
    expect(nearestValue([null, 5, null, null, 7], 4)).toBe(7);
    expect(nearestValue([null, null], 0)).toBeUndefined();
  });
});

describe('lossLimits', () => {
  const table = (raw: number[], smoothed: number[], test: (number | null)[] = []) =>
    lossLimits([raw.map((_, i) => i), raw, smoothed, test], false);

  it('begins at zero for a falling loss', () => {
    const [low, high] = table([2.4, 1, 0.5], [2.4, 1.2, 0.7]);
    expect(low).toBe(0);
    expect(high).toBeGreaterThanOrEqual(2.4);
  });

  it('is not flattened by one wild batch', () => {
    expect(table([2, 87, 1], [2, 2.1, 1.2])[1]).toBeLessThan(3);
  });

  it('comes close when everything lies within a narrow band', () => {
    const [low, high] = table([2.31, 2.29, 2.3], [2.31, 2.3, 2.3]);
    expect(low).toBeGreaterThan(2.2);
    expect(high).toBeLessThan(2.4);
  });

  it('shows something sensible without data, and only positive values on a logarithmic axis', () => {
    expect(table([], [])).toEqual([0, 1]);
    const [low, high] = lossLimits(
      [
        [0, 1],
        [0, 0.01],
        [1, 0.5],
      ],
      true,
    );
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(0.01);
    expect(high).toBeGreaterThan(1);
  });
});
