/** Curves of a run as growing flat arrays: appended to at every iteration, cut back when a run resumes earlier. */
import type { StoredCurves } from './run-store.ts';

/** Rows of three numbers, by iteration. */
class Rows {
  private data = new Float64Array(3 * 1024);
  private length = 0;

  /** Adds a row; rows at or after its iteration are dropped first. */
  push(iteration: number, a: number, b: number): void {
    this.cut(iteration);
    if (this.length + 3 > this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = iteration;
    this.data[this.length++] = a;
    this.data[this.length++] = b;
  }

  /** Drops rows at or after an iteration. */
  cut(iteration: number): void {
    while (this.length > 0 && (this.data[this.length - 3] as number) >= iteration) this.length -= 3;
  }

  values(): Float64Array {
    return this.data.slice(0, this.length);
  }

  load(values: Float64Array): void {
    this.length = 0;
    for (let i = 0; i + 2 < values.length; i += 3)
      this.push(values[i] as number, values[i + 1] as number, values[i + 2] as number);
  }
}

export class CurveLog {
  private readonly train = new Rows();
  private readonly test = new Rows();
  maxIter = 0;

  losses(first: number, losses: Float32Array, rates: Float32Array): void {
    losses.forEach((loss, i) => this.train.push(first + i, loss, rates[i] as number));
  }

  tested(iteration: number, loss: number, accuracy: number | undefined): void {
    this.test.push(iteration, loss, accuracy ?? NaN);
  }

  /** Forgets everything at or after an iteration (a test at that very iteration belongs to the weights and stays). */
  cut(iteration: number): void {
    this.train.cut(iteration);
    this.test.cut(iteration + 1);
  }

  stored(): StoredCurves {
    return { maxIter: this.maxIter, train: this.train.values(), test: this.test.values() };
  }

  load(curves: StoredCurves): void {
    this.maxIter = curves.maxIter;
    this.train.load(curves.train);
    this.test.load(curves.test);
  }
}
