/** What each chart draws, from the curves: thinned to the width there is, aligned on one x axis. Pure. */
import type { CurveStore } from '../../store/curves.ts';
import { thin } from '../../store/smoothing.ts';

/** A column of a chart's table; null where the series has no point. */
export type Column = (number | null)[];

/** x values ascending, then one column for each series. */
export type Table = [x: number[], ...series: Column[]];

/** Loss: raw and smoothed training loss, and test loss. `width` is the room in pixels. */
export function lossTable(curves: CurveStore, smoothing: number, width: number): Table {
  const raw = curves.loss.view();
  const smoothed = curves.smoothed(smoothing);
  const iterations = curves.iteration.view();
  const shown = thin(raw, Math.max(1, Math.floor(width)));
  return align(
    shown.map((i) => iterations[i] as number),
    [shown.map((i) => finite(raw[i])), shown.map((i) => finite(smoothed[i]))],
    [...curves.testIteration.view()],
    [[...curves.testLoss.view()].map(finite)],
  );
}

/** Accuracy on the test images, 0 to 1. */
export function accuracyTable(curves: CurveStore): Table {
  return [[...curves.testIteration.view()], [...curves.testAccuracy.view()].map(finite)];
}

/** Learning rate. */
export function rateTable(curves: CurveStore, width: number): Table {
  const rates = curves.rate.view();
  const iterations = curves.iteration.view();
  const shown = thin(rates, Math.max(1, Math.floor(width)));
  return [shown.map((i) => iterations[i] as number), shown.map((i) => finite(rates[i]))];
}

/** The test with the greatest accuracy, the first of equals. */
export function bestTest(curves: CurveStore): { readonly iteration: number; readonly accuracy: number } | undefined {
  let best: { iteration: number; accuracy: number } | undefined;
  for (const [i, accuracy] of curves.testAccuracy.view().entries()) {
    if (Number.isNaN(accuracy)) continue;
    if (best === undefined || accuracy > best.accuracy) {
      best = { iteration: curves.testIteration.at(i) as number, accuracy };
    }
  }
  return best;
}

/**
 * Limits of the loss axis. They follow the smoothed and the test loss, so that one wild batch does not flatten the curve;
 * they begin at zero unless everything lies far above it.
 */
export function lossLimits(table: Table, log: boolean): [number, number] {
  const [, raw = [], smoothed = [], test = []] = table;
  const calm = [...smoothed, ...test].filter((value) => value !== null);
  const all = [...calm, ...raw.filter((value) => value !== null)];
  if (calm.length === 0) return log ? [0.1, 10] : [0, 1];
  const top = calm.reduce((a, b) => Math.max(a, b));
  const bottom = all.reduce((a, b) => Math.min(a, b));
  if (log) {
    const positive = all.filter((value) => value > 0).reduce((a, b) => Math.min(a, b), Infinity);
    return [Number.isFinite(positive) ? positive / 1.15 : 0.1, Math.max(top, positive * 1.1) * 1.15];
  }
  const low = calm.reduce((a, b) => Math.min(a, b));
  const wild = Math.min(
    all.reduce((a, b) => Math.max(a, b)),
    top * 1.3,
  );
  if (low > top * 0.7) {
    const pad = Math.max((top - low) * 0.3, top * 0.01);
    return [Math.max(bottom, low - pad * 2) - pad / 2, Math.min(wild, top + pad * 2) + pad / 2];
  }
  return [Math.min(0, bottom), wild * 1.06 || 1];
}

/** The value of a column nearest to an index that has one. */
export function nearestValue(column: ArrayLike<number | null | undefined>, index: number): number | undefined {
  for (let reach = 0; reach < column.length; reach++) {
    const value = column[index - reach] ?? column[index + reach];
    if (value != null) return value;
  }
  return undefined;
}

/** Two groups of columns with x values of their own, on one ascending x axis. */
export function align(
  x1: readonly number[],
  ys1: readonly Column[],
  x2: readonly number[],
  ys2: readonly Column[],
): Table {
  const x: number[] = [];
  const out: Column[] = [...ys1, ...ys2].map(() => []);
  for (let i = 0, j = 0; i < x1.length || j < x2.length;) {
    const at = Math.min(x1[i] ?? Infinity, x2[j] ?? Infinity);
    x.push(at);
    const from = x1[i] === at ? i : -1;
    const to = x2[j] === at ? j : -1;
    for (const [k, column] of ys1.entries()) (out[k] as Column).push(column[from] ?? null);
    for (const [k, column] of ys2.entries()) (out[ys1.length + k] as Column).push(column[to] ?? null);
    if (from >= 0) i++;
    if (to >= 0) j++;
  }
  return [x, ...out];
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
