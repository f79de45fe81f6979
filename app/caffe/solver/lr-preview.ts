/** The learning rate that a solver text plans, before anything has run: for a drawing, and for hints beside the text. */
import { learningRate, LR_POLICIES } from './lr-policy.ts';
import type { LrSettings } from './lr-policy.ts';
import type { SolverParameter } from '../schema/solver-messages.ts';
import { has } from '../schema/dsl.ts';
import { NO_EXTENSIONS, type SolverExtensions } from './extensions.ts';

/** A planned run. Plain data: it survives `postMessage`. */
export interface RatePlan {
  readonly settings: LrSettings;
  /** Iterations of the run, at least 1. */
  readonly iterations: number;
}

/** The rate of one iteration. */
export interface RatePoint {
  readonly iteration: number;
  readonly rate: number;
}

/** Fields without which Caffe does not know the rate, by policy. */
const NEEDED = {
  fixed: [],
  step: ['gamma', 'stepsize'],
  exp: ['gamma'],
  inv: ['gamma', 'power'],
  multistep: ['gamma'],
  poly: ['power'],
  sigmoid: ['gamma', 'stepsize'],
} as const;

/** What a solver plans; undefined where its text does not say it all, or not sensibly. */
export function ratePlanOf(
  solver: SolverParameter,
  { warmupIter }: SolverExtensions = NO_EXTENSIONS,
): RatePlan | undefined {
  const lrPolicy = LR_POLICIES.find((policy) => policy === solver.lr_policy);
  const { base_lr: baseLr, max_iter: iterations = 0, stepsize = 0, stepvalue } = solver;
  if (lrPolicy === undefined || baseLr === undefined || !(iterations > 0)) return undefined;
  if (NEEDED[lrPolicy].some((field) => !has(solver, field))) return undefined;
  if (lrPolicy === 'step' && !(stepsize > 0)) return undefined;
  const { gamma = 0, power = 0 } = solver;
  const settings = { lrPolicy, baseLr, gamma, power, stepsize, stepvalue, maxIter: iterations };
  return { settings: warmupIter > 0 ? { ...settings, warmupIter } : settings, iterations };
}

/**
 * Points of the plan, by rising iteration, from the first to the last: `count` of them evenly spread, and both sides of
 * every step and the warm-up's end, unless there are more steps than points.
 */
export function ratePoints({ settings, iterations }: RatePlan, count: number): RatePoint[] {
  const last = iterations - 1;
  const at = new Set([0, last]);
  for (let i = 1; i < count - 1; i++) at.add(Math.round((i * last) / (count - 1)));
  const steps = stepsOf(settings, iterations);
  const { warmupIter = 0 } = settings;
  if (warmupIter > 0 && warmupIter <= last) at.add(warmupIter - 1);
  if (steps.length <= count) {
    for (const step of steps) {
      at.add(step - 1);
      at.add(step);
    }
  }
  return [...at].sort((a, b) => a - b).map((iteration) => ({ iteration, rate: learningRate(settings, iteration) }));
}

/** Iterations whose rate differs from the one before by a step; none for policies that glide. */
export function stepsOf(settings: LrSettings, iterations: number): number[] {
  if (settings.lrPolicy === 'step') {
    const steps = Math.ceil(iterations / settings.stepsize) - 1;
    return Array.from({ length: Math.max(0, Math.min(steps, 10_000)) }, (_, i) => (i + 1) * settings.stepsize);
  }
  if (settings.lrPolicy !== 'multistep') return [];
  // As Caffe takes them: one an iteration, in the order written.
  const steps: number[] = [];
  let earliest = 1;
  for (const value of settings.stepvalue) {
    earliest = Math.max(value, earliest);
    if (earliest < iterations) steps.push(earliest);
    earliest++;
  }
  return steps;
}
