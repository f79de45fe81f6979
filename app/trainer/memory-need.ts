/** Does a run fit into a device's memory, and if not, which batch would: by planning, without allocating anything. */
import type { MemoryLimits, MemoryNeed } from '../engine/engine.ts';
import { TrainingError } from './training-error.ts';

/** What a run will take, as the page and the command line show it. Plain data. */
export interface MemoryForecast {
  /** Bytes of device memory. */
  readonly bytes: number;
  readonly fits: boolean;
  /** The largest batch that fits, as far as the device says what it has; undefined where it says nothing, 0 for none. */
  readonly largestBatch: number | undefined;
  readonly batch: number;
}

/** The need of a run with a certain batch; undefined where the net's batch cannot be changed. */
export type NeedOfBatch = (batch: number) => MemoryNeed;

/** Is there room? */
export const fits = (need: MemoryNeed, limits: MemoryLimits): boolean =>
  need.total <= limits.total && need.largest <= limits.largest;

/**
 * The largest batch below `batch`, which does not fit, that does; 0 where not even one image fits. Plans a run for each of
 * about log₂(batch) sizes.
 */
export function largestBatchBelow(batch: number, needOf: NeedOfBatch, limits: MemoryLimits): number {
  let fitting = 0;
  let tooLarge = batch;
  while (tooLarge - fitting > 1) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fits(needOf(middle), limits)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting;
}

/**
 * What a run will take. Where it fits, the largest batch is reckoned from two sizes, since memory grows in a straight line
 * with the batch; where it does not, it is searched for.
 */
export function forecast(batch: number, needOf: NeedOfBatch, limits: MemoryLimits): MemoryForecast {
  const need = needOf(batch);
  const bytes = need.total;
  if (!fits(need, limits)) return { bytes, fits: false, batch, largestBatch: largestBatchBelow(batch, needOf, limits) };
  if (limits.total === Infinity && limits.largest === Infinity)
    return { bytes, fits: true, batch, largestBatch: undefined };
  // Far enough away that rounding to whole pages of memory does not matter.
  const other = 8 * Math.max(4, batch);
  const more = needOf(other);
  const reach = (here: number, there: number, limit: number): number => {
    const each = (there - here) / (other - batch);
    return each > 0 ? batch + Math.floor((limit - here) / each) : Infinity;
  };
  const most = Math.min(reach(need.total, more.total, limits.total), reach(need.largest, more.largest, limits.largest));
  return { bytes, fits: true, batch, largestBatch: Number.isFinite(most) ? most : undefined };
}

/** The sentence for a run that does not fit. */
export function refusal(need: MemoryNeed, limits: MemoryLimits, largestBatch: number | undefined): TrainingError {
  const whole = need.total > limits.total;
  const numbers = whole
    ? `This run needs ${megabytes(need.total)} of memory, and there are ${megabytes(limits.total)} at most`
    : `One array of this run needs ${megabytes(need.largest)}, and this device takes at most ${megabytes(limits.largest)} in one`;
  const advice =
    largestBatch === undefined
      ? 'Use a smaller batch or a smaller network.'
      : largestBatch === 0
        ? 'Not even a batch of 1 fits: use a smaller network.'
        : `The largest batch that fits is ${largestBatch}: change batch_size, and iter_size if the sum shall stay the same.`;
  return new TrainingError(`${numbers}. ${advice}`);
}

/** Bytes in words: `31 MB`, `4.3 GB`. */
export function megabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
