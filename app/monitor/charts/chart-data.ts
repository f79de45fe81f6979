/** What each chart draws, from the curves: thinned to the width there is, aligned on one x axis. Pure. */
import type { CurveStore } from '../../store/curves.ts';
import { thin } from '../../store/smoothing.ts';

/** A column of a chart's table; null where the series has no point. */
export type Column = (number | null)[];

/** x values ascending, then one column for each series. */
export type Table = [x: number[], ...series: Column[]];

/** Points of a chart with x values of their own, ascending. */
interface Group {
  readonly x: readonly number[];
  readonly ys: readonly Column[];
}

/**
 * Loss: raw and smoothed training loss, and test loss; with another run, its smoothed training loss and its test loss. `width`
 * is the room in pixels.
 */
export function lossTable(curves: CurveStore, smoothing: number, width: number, other?: CurveStore): Table {
  const trained = (store: CurveStore, raw: boolean): Group => {
    const smoothed = store.smoothed(smoothing);
    const { x, at } = thinned(store, store.loss.view(), width);
    return { x, ys: raw ? [at(store.loss.view()), at(smoothed)] : [at(smoothed)] };
  };
  const groups = [trained(curves, true), testsOf(curves, curves.testLoss.view())];
  return align(
    other === undefined ? groups : [...groups, trained(other, false), testsOf(other, other.testLoss.view())],
  );
}

/** Accuracy on the test images, 0 to 1: this run's, and another's. */
export function accuracyTable(curves: CurveStore, other?: CurveStore): Table {
  return align([curves, ...(other === undefined ? [] : [other])].map((run) => testsOf(run, run.testAccuracy.view())));
}

/** Learning rate: this run's, and another's. */
export function rateTable(curves: CurveStore, width: number, other?: CurveStore): Table {
  const group = (run: CurveStore): Group => {
    const { x, at } = thinned(run, run.rate.view(), width);
    return { x, ys: [at(run.rate.view())] };
  };
  return align([curves, ...(other === undefined ? [] : [other])].map(group));
}

/** The iterations to draw, and a function that takes a series' values at them. */
function thinned(run: CurveStore, values: Float64Array, width: number) {
  const iterations = run.iteration.view();
  const shown = thin(values, Math.max(1, Math.floor(width)));
  return {
    x: shown.map((i) => iterations[i] as number),
    at: (series: Float64Array): Column => shown.map((i) => finite(series[i])),
  };
}

const testsOf = (run: CurveStore, values: Float64Array): Group => ({
  x: [...run.testIteration.view()],
  ys: [[...values].map(finite)],
});

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
 * Limits of the loss axis. They follow the smoothed and the test losses, so that one wild batch does not flatten the curve;
 * they begin at zero unless everything lies far above it.
 */
export function lossLimits(table: Table, log: boolean): [number, number] {
  const [, raw = [], ...steady] = table;
  const calm = steady.flat().filter((value) => value !== null);
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

/** Groups of columns with x values of their own, on one ascending x axis. */
export function align(groups: readonly Group[]): Table {
  const x: number[] = [];
  const columns: Column[] = groups.flatMap(({ ys }) => ys.map(() => []));
  const next = groups.map(() => 0);
  for (;;) {
    const at = groups.reduce((least, group, g) => Math.min(least, group.x[next[g] as number] ?? Infinity), Infinity);
    if (at === Infinity) return [x, ...columns];
    x.push(at);
    let c = 0;
    for (const [g, group] of groups.entries()) {
      const i = next[g] as number;
      const isHere = group.x[i] === at;
      for (const column of group.ys) (columns[c++] as Column).push(isHere ? (column[i] ?? null) : null);
      if (isHere) next[g] = i + 1;
    }
  }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
