/** Smoothing of a noisy series and thinning of a long one, for charts. Pure arithmetic, tested without a page. */

/**
 * Exponential moving average with its start corrected: the first values are not pulled towards zero. Values that are not
 * finite (a diverged loss) leave the average as it was.
 */
export class Smoother {
  /** Weight of the past, 0 to below 1. */
  readonly weight: number;
  #sum = 0;
  /** What the weights so far add up to: 1 − weightⁿ. */
  #total = 0;

  constructor(weight: number) {
    this.weight = weight;
  }

  /** The average after one more value; NaN before the first finite one. */
  next(value: number): number {
    if (Number.isFinite(value)) {
      this.#sum = this.weight * this.#sum + (1 - this.weight) * value;
      this.#total = this.weight * this.#total + (1 - this.weight);
    }
    return this.#total === 0 ? Number.NaN : this.#sum / this.#total;
  }
}

/**
 * Indices of the points to draw of `values` when there is room for `buckets` columns: the least and the greatest of each
 * column, in order, and the first and last point, so that no peak is lost. All indices when they fit.
 */
export function thin(values: ArrayLike<number>, buckets: number): number[] {
  const { length } = values;
  if (length <= buckets * 2) return Array.from({ length }, (_, i) => i);
  const out: number[] = [0];
  const push = (index: number) => {
    if (index > (out.at(-1) as number)) out.push(index);
  };
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * length) / buckets);
    const end = Math.floor(((bucket + 1) * length) / buckets);
    let least = -1;
    let greatest = -1;
    for (let i = start; i < end; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (least < 0 || value < (values[least] as number)) least = i;
      if (greatest < 0 || value > (values[greatest] as number)) greatest = i;
    }
    if (least < 0) continue;
    push(Math.min(least, greatest));
    push(Math.max(least, greatest));
  }
  push(length - 1);
  return out;
}
