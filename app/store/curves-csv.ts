/** The curves as a table for other programs. */
import type { CurveStore } from './curves.ts';

/** One line for each iteration that has a training loss or a test: `iteration,train_loss,learning_rate,test_loss,test_accuracy`. */
export function curvesCsv(curves: CurveStore): string {
  const rows = new Map<number, (number | undefined)[]>();
  for (const [i, iteration] of curves.iteration.view().entries()) {
    rows.set(iteration, [curves.loss.at(i), curves.rate.at(i), undefined, undefined]);
  }
  for (const [i, iteration] of curves.testIteration.view().entries()) {
    const row = rows.get(iteration) ?? [undefined, undefined, undefined, undefined];
    row[2] = curves.testLoss.at(i);
    row[3] = curves.testAccuracy.at(i);
    rows.set(iteration, row);
  }
  const cell = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? '' : shortest(value));
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([iteration, row]) => [String(iteration), ...row.map(cell)].join(','));
  return ['iteration,train_loss,learning_rate,test_loss,test_accuracy', ...lines, ''].join('\n');
}

/** The shortest text of a single-precision number: the worker's figures are f32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(value);
}
