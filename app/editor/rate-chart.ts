/** Where the planned learning rate is drawn: from a plan to places in a box, and to a sentence for those who do not see it. Pure. */
import { learningRate } from '../caffe/solver/lr-policy.ts';
import { ratePoints, stepsOf, type RatePlan, type RatePoint } from '../caffe/solver/lr-preview.ts';
import { formatCount, formatFigure, plural } from '../store/format.ts';

/** What is drawn, in a box whose corner is 0, 0. */
export interface RateChart {
  /** SVG path of the curve. */
  readonly path: string;
  /** Rates to name at the left, with their heights. */
  readonly labels: readonly { readonly rate: number; readonly y: number }[];
  /** A rate falls over so many powers of ten that only their logarithms can be seen. */
  readonly logarithmic: boolean;
  readonly x: (iteration: number) => number;
  readonly y: (rate: number) => number;
  /** The iteration under a place. */
  readonly iterationAt: (x: number) => number;
}

/** From this ratio of the highest to the lowest rate on, the axis is logarithmic: unless the rate is to end at zero. */
const wideRange = 50;
const endsAtZero: readonly string[] = ['poly', 'sigmoid'];

/** Lays a plan out in a box; undefined where its rates cannot be drawn, because they grow without bound. */
export function rateChart(plan: RatePlan, { width, height }: { width: number; height: number }): RateChart | undefined {
  const points = ratePoints(plan, Math.max(2, Math.round(width / 2)));
  if (points.some(({ rate }) => !Number.isFinite(rate))) return undefined;
  const rates = points.map(({ rate }) => rate);
  const high = Math.max(...rates);
  const low = Math.min(...rates.filter((rate) => rate > 0), high);
  const logarithmic = low > 0 && high / low >= wideRange && !endsAtZero.includes(plan.settings.lrPolicy);
  const range = Math.log(high / low);
  const y = (rate: number): number => {
    if (high <= 0) return height;
    const share = logarithmic ? Math.log(Math.max(rate, low) / low) / range : rate / high;
    return height * (1 - share);
  };
  const x = (iteration: number): number => (width * iteration) / Math.max(1, plan.iterations - 1);
  const place = ({ iteration, rate }: RatePoint): string => `${fixed(x(iteration))},${fixed(y(rate))}`;
  const curve = points.length === 1 ? [...points, { ...(points[0] as RatePoint), iteration: 1 }] : points;
  return {
    path: `M${curve.map(place).join('L')}`,
    labels: labelsOf(high, low, logarithmic).map((rate) => ({ rate, y: y(rate) })),
    logarithmic,
    x,
    y,
    iterationAt: (at) => Math.max(0, Math.min(plan.iterations - 1, Math.round((at / width) * (plan.iterations - 1)))),
  };
}

const fixed = (value: number): string => String(Number(value.toFixed(2)));

/** The highest rate, and the lowest or zero. */
function labelsOf(high: number, low: number, logarithmic: boolean): number[] {
  if (high <= 0) return [0];
  return logarithmic ? [high, low] : [high, 0];
}

/** A plan in words: how it begins, its first steps, how it ends. */
export function describePlan({ settings, iterations }: RatePlan): string {
  const rate = (iteration: number) => formatFigure(learningRate(settings, iteration));
  const begin = `Learning rate over ${plural(iterations, 'iteration')}, policy ${settings.lrPolicy}: ${rate(0)}`;
  const { warmupIter = 0 } = settings;
  const warm = warmupIter > 1 ? [`rising to ${rate(warmupIter - 1)} at iteration ${formatCount(warmupIter - 1)}`] : [];
  if (settings.lrPolicy === 'fixed')
    return warm.length === 0 ? `${begin} throughout.` : `${begin} at first, ${warm.join()} and the same from there on.`;
  const steps = stepsOf(settings, iterations);
  const named = steps.slice(0, 3).map((step) => `${rate(step)} from iteration ${formatCount(step)} on`);
  const more = steps.length > named.length ? [`${plural(steps.length - named.length, 'more step')}`] : [];
  return [`${begin} at first`, ...warm, ...named, ...more, `${rate(iterations - 1)} in the last`]
    .join(', ')
    .concat('.');
}

/** Iterations at which something is done every `interval`, within a run; none where there would be more than fit. */
export function marksEvery(interval: number, iterations: number, most: number): number[] {
  if (!(interval > 0) || iterations / interval > most) return [];
  return Array.from({ length: Math.floor((iterations - 1) / interval) }, (_, i) => (i + 1) * interval);
}
