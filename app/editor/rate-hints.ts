/** Learning rates behind the lines of a solver that decide them: after each `stepvalue` the rate from there on, after `max_iter` the last. */
import { learningRate } from '../caffe/solver/lr-policy.ts';
import { ratePlanOf, stepsOf } from '../caffe/solver/lr-preview.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { rangeOf } from '../caffe/text/decode.ts';
import { formatFigure } from '../store/format.ts';

/** A rate and the offset it stands behind. */
export interface RateHint {
  readonly offset: number;
  /** `rate 0.001` */
  readonly text: string;
}

/** The hints of a solver text, in order; none where its text does not say all. */
export function rateHints(text: string): RateHint[] {
  const { solver, extensions } = readSolver(text);
  const plan = ratePlanOf(solver, extensions);
  if (plan === undefined || plan.settings.lrPolicy === 'fixed') return [];
  const { settings, iterations } = plan;
  const hint = (offset: number | undefined, iteration: number, words: string): RateHint[] =>
    offset === undefined ? [] : [{ offset, text: `${words} ${formatFigure(learningRate(settings, iteration))}` }];
  const steps = settings.lrPolicy === 'multistep' ? stepsOf(settings, iterations) : [];
  return [
    ...steps.flatMap((step, i) => hint(rangeOf(solver, 'stepvalue', i)?.end, step, 'rate')),
    ...hint(rangeOf(solver, 'max_iter')?.end, iterations - 1, 'last rate'),
  ].sort((a, b) => a.offset - b.offset);
}
