/**
 * What each of Caffe's solvers makes of a gradient: the step to take and the history to keep, as expressions. Mirrors
 * `ComputeUpdateValue` of nesterov_solver.cpp, adagrad_solver.cpp, rmsprop_solver.cpp, adadelta_solver.cpp and
 * adam_solver.cpp; AdamW, which Caffe lacks, is Loshchilov and Hutter's as PyTorch has it. Clipping, averaging and weight decay come before, alike for all (`solver-update.ts`).
 */
import * as b from '../ir/build.ts';
import type { Expr } from '../ir/expr.ts';

/** A solver and the fields of SolverParameter that its rule reads. */
export type UpdateRule =
  | { readonly type: 'SGD' | 'Nesterov'; readonly momentum: number }
  | { readonly type: 'AdaGrad'; readonly delta: number }
  | { readonly type: 'RMSProp'; readonly rmsDecay: number; readonly delta: number }
  | { readonly type: 'AdaDelta'; readonly momentum: number; readonly delta: number }
  | { readonly type: 'Adam' | 'AdamW'; readonly momentum: number; readonly momentum2: number; readonly delta: number };

/** The run-time scalar that holds the learning rate of the iteration (f32). */
export const LEARNING_RATE = 'learning_rate';
/** Adam's correction of its means for having started from zero (f32). */
export const ADAM_CORRECTION = 'adam_correction';
/** AdamW's correction of `delta`, which it adds to the corrected root (f32). */
export const DELTA_CORRECTION = 'delta_correction';

/**
 * History blobs that a rule keeps for each parameter. Caffe stores the first of every parameter, in order, then the
 * second of every parameter.
 */
export const historiesOf = (rule: UpdateRule): number => (['AdaDelta', 'Adam', 'AdamW'].includes(rule.type) ? 2 : 1);

/** Does weight decay pull the weights by itself, instead of being a part of the gradient? */
export const decaysApart = (rule: UpdateRule): boolean => rule.type === 'AdamW';

/** The run-time scalars of an iteration (from 0), given its learning rate. */
export function updateScalars(rule: UpdateRule, iteration: number, rate: number): Record<string, number> {
  if (rule.type !== 'Adam' && rule.type !== 'AdamW') return { [LEARNING_RATE]: rate };
  const t = iteration + 1;
  const root = Math.sqrt(1 - Math.pow(rule.momentum2, t));
  const scalars = { [LEARNING_RATE]: rate, [ADAM_CORRECTION]: root / (1 - Math.pow(rule.momentum, t)) };
  return rule.type === 'Adam' ? scalars : { ...scalars, [DELTA_CORRECTION]: root };
}

/** A rule's outcome for one value: what is subtracted from the weight, and the histories' new values. */
export interface Step {
  readonly step: Expr;
  readonly histories: readonly Expr[];
}

/**
 * One value's step. `rate` is the parameter's own learning rate; `history` gives the histories as they are, `first`
 * always and `second` where the rule keeps two.
 */
export function stepOf(
  rule: UpdateRule,
  gradient: Expr,
  rate: Expr,
  history: { readonly first: Expr; readonly second: Expr },
): Step {
  const { first, second } = history;
  const square = b.mul(gradient, gradient);
  switch (rule.type) {
    case 'SGD': {
      const moved = b.add(b.mul(first, rule.momentum), b.mul(gradient, rate));
      return { step: moved, histories: [moved] };
    }
    case 'Nesterov': {
      const moved = b.add(b.mul(first, rule.momentum), b.mul(gradient, rate));
      return { step: b.sub(b.mul(moved, 1 + rule.momentum), b.mul(first, rule.momentum)), histories: [moved] };
    }
    case 'AdaGrad': {
      const total = b.add(first, square);
      return { step: b.mul(rate, b.div(gradient, b.add(b.sqrt(total), rule.delta))), histories: [total] };
    }
    case 'RMSProp': {
      const mean = blend(first, square, rule.rmsDecay);
      return { step: b.mul(rate, b.div(gradient, b.add(b.sqrt(mean), rule.delta))), histories: [mean] };
    }
    case 'AdaDelta': {
      // The first history is of squared gradients, the second of squared steps.
      const mean = blend(first, square, rule.momentum);
      const unscaled = b.mul(gradient, b.sqrt(b.div(b.add(second, rule.delta), b.add(mean, rule.delta))));
      return {
        step: b.mul(rate, unscaled),
        histories: [mean, blend(second, b.mul(unscaled, unscaled), rule.momentum)],
      };
    }
    case 'Adam':
    case 'AdamW': {
      const mean = blend(first, gradient, rule.momentum);
      const meanSquare = blend(second, square, rule.momentum2);
      const delta = rule.type === 'Adam' ? b.f32(rule.delta) : b.mul(b.scalar(DELTA_CORRECTION), rule.delta);
      const direction = b.div(mean, b.add(b.sqrt(meanSquare), delta));
      return { step: b.mul(b.mul(rate, b.scalar(ADAM_CORRECTION)), direction), histories: [mean, meanSquare] };
    }
  }
}

/** A running mean that keeps `kept` of what it was. */
const blend = (old: Expr, value: Expr, kept: number): Expr => b.add(b.mul(old, kept), b.mul(value, 1 - kept));
