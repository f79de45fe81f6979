/**
 * Learning rate policies: the rate as a pure function of the iteration, as Caffe's `SGDSolver::GetLearningRate` has it. The
 * trainer and the preview of a solver text both take it from here.
 */
import { POLICIES } from './solver-settings.ts';
import type { LearningRatePolicy } from './solver-settings.ts';

export type LrPolicy = LearningRatePolicy['kind'];
/** Names that `lr_policy` may take. */
export const LR_POLICIES: readonly LrPolicy[] = POLICIES;

/** Fields of a solver that its policy reads, named as in SolverParameter; each policy's own are noted beside them. */
export interface LrSettings {
  readonly lrPolicy: LrPolicy;
  readonly baseLr: number;
  /** step, exp, inv, multistep, sigmoid. */
  readonly gamma: number;
  /** inv, poly. */
  readonly power: number;
  /** step, sigmoid: iterations, at least 1. */
  readonly stepsize: number;
  /** multistep: iterations at which the rate is multiplied by gamma, rising. */
  readonly stepvalue: readonly number[];
  /** poly: the iteration at which the rate is 0. */
  readonly maxIter: number;
  /** Any policy: iterations over which the rate rises to the policy's (Crema's extension); none where it is left out. */
  readonly warmupIter?: number;
}

/** The rate of iteration `iteration` (from 0), rounded to f32. */
export function learningRate(settings: LrSettings, iteration: number): number {
  return Math.fround(Math.fround(settings.baseLr) * factor(settings, iteration) * warmth(settings, iteration));
}

/** The part of the policy's rate that the warm-up lets through: 1 after it, and always in Caffe. */
const warmth = ({ warmupIter = 0 }: LrSettings, iteration: number): number =>
  iteration < warmupIter ? (iteration + 1) / warmupIter : 1;

function factor(s: LrSettings, iteration: number): number {
  switch (s.lrPolicy) {
    case 'fixed':
      return 1;
    case 'step':
      return Math.pow(s.gamma, Math.floor(iteration / s.stepsize));
    case 'exp':
      return Math.pow(s.gamma, iteration);
    case 'inv':
      return Math.pow(1 + s.gamma * iteration, -s.power);
    case 'multistep':
      return Math.pow(s.gamma, stepsReached(s.stepvalue, iteration));
    case 'poly':
      return Math.pow(1 - iteration / s.maxIter, s.power);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-s.gamma * (iteration - s.stepsize)));
  }
}

/** Caffe takes at most one step in an iteration, in the order written, whatever the values. */
function stepsReached(stepvalue: readonly number[], iteration: number): number {
  let reached = 0;
  let earliest = 0;
  for (const value of stepvalue) {
    earliest = Math.max(value, earliest);
    if (iteration < earliest) break;
    reached++;
    earliest++;
  }
  return reached;
}
