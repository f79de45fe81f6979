/**
 * The curves of a run, outside React's state: growing typed arrays that take sixty events a second without a render.
 * Charts subscribe, and read when they draw.
 */
import type { Curves } from '../workers/protocol.ts';
import { Smoother } from './smoothing.ts';

/** Numbers that grow at the end; `view()` shows what is there without a copy and is valid until the next change. */
export class GrowingArray {
  #data = new Float64Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const grown = new Float64Array(this.#data.length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.#length++] = value;
  }

  at(index: number): number | undefined {
    return index < this.#length ? this.#data[index] : undefined;
  }

  last(): number | undefined {
    return this.at(this.#length - 1);
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  view(): Float64Array {
    return this.#data.subarray(0, this.#length);
  }
}

/** One run's points by iteration: training loss and rate at each iteration, loss and accuracy at each test. */
export class CurveStore {
  readonly iteration = new GrowingArray();
  readonly loss = new GrowingArray();
  readonly rate = new GrowingArray();
  readonly testIteration = new GrowingArray();
  readonly testLoss = new GrowingArray();
  /** NaN where the net has no accuracy. */
  readonly testAccuracy = new GrowingArray();
  #smoothed = new GrowingArray();
  #smoother = new Smoother(0.9);
  readonly #listeners = new Set<() => void>();

  /** Losses and rates of consecutive iterations, the last belonging to `next` − 1. */
  addTraining(next: number, losses: ArrayLike<number>, rates: ArrayLike<number>): void {
    const first = next - losses.length;
    this.#forgetTrainingFrom(first);
    for (let i = 0; i < losses.length; i++) {
      this.iteration.push(first + i);
      this.loss.push(losses[i] as number);
      this.rate.push(rates[i] ?? Number.NaN);
    }
    this.#changed();
  }

  addTest(iteration: number, loss: number, accuracy: number | undefined): void {
    this.#forgetTestsFrom(iteration);
    this.testIteration.push(iteration);
    this.testLoss.push(loss);
    this.testAccuracy.push(accuracy ?? Number.NaN);
    this.#changed();
  }

  /** A run that goes on from an earlier iteration draws over what had come after it. */
  continueFrom(iteration: number): void {
    this.#forgetTrainingFrom(iteration);
    // The test before the first iteration at `iteration` belongs to the part that is kept.
    this.#forgetTestsFrom(iteration + 1);
    this.#changed();
  }

  clear(): void {
    this.#forgetTrainingFrom(-Infinity);
    this.#forgetTestsFrom(-Infinity);
    this.#changed();
  }

  /** Puts in the curves of an earlier visit. */
  restore(curves: Curves): void {
    this.clear();
    for (const [i, iteration] of curves.train.iteration.entries()) {
      this.iteration.push(iteration);
      this.loss.push(curves.train.loss[i] ?? Number.NaN);
      this.rate.push(curves.train.lr[i] ?? Number.NaN);
    }
    for (const [i, iteration] of curves.test.iteration.entries()) {
      this.testIteration.push(iteration);
      this.testLoss.push(curves.test.loss[i] ?? Number.NaN);
      this.testAccuracy.push(curves.test.accuracy[i] ?? Number.NaN);
    }
    this.#changed();
  }

  /** The training losses smoothed with `weight`, as many as there are iterations; only what is new is computed. */
  smoothed(weight: number): Float64Array {
    if (this.#smoother.weight !== weight) {
      this.#smoother = new Smoother(weight);
      this.#smoothed.truncate(0);
    }
    for (let i = this.#smoothed.length; i < this.loss.length; i++) {
      this.#smoothed.push(this.#smoother.next(this.loss.at(i) as number));
    }
    return this.#smoothed.view();
  }

  /** Whether there is anything to draw. */
  get empty(): boolean {
    return this.iteration.length === 0 && this.testIteration.length === 0;
  }

  /** Calls `listener` at every change; returns the function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forgetTrainingFrom(iteration: number): void {
    const keep = lowerBound(this.iteration, iteration);
    if (keep === this.iteration.length) return;
    for (const series of [this.iteration, this.loss, this.rate]) series.truncate(keep);
    this.#smoother = new Smoother(this.#smoother.weight);
    this.#smoothed.truncate(0);
  }

  #forgetTestsFrom(iteration: number): void {
    const keep = lowerBound(this.testIteration, iteration);
    for (const series of [this.testIteration, this.testLoss, this.testAccuracy]) series.truncate(keep);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Index of the first element of an ascending array that is not less than `value`. */
export function lowerBound(sorted: Pick<GrowingArray, 'length' | 'at'>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted.at(middle) as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The curves of the run on the page. */
export const curves = new CurveStore();
