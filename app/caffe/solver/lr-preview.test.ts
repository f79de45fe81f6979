/** The planned rate: what the text must say, ends and steps among the points, and values that are Caffe's. */
import { describe, expect, test } from 'vitest';
import { ratePlanOf, ratePoints, stepsOf, type RatePlan } from './lr-preview.ts';
import { readSolver } from './read-solver.ts';

const plan = (text: string): RatePlan | undefined => ratePlanOf(readSolver(text).solver);

function planned(text: string): RatePlan {
  const found = plan(text);
  if (found === undefined) throw new Error('no plan');
  return found;
}

describe('a plan', () => {
  test('needs the rate, the policy with its settings, and an end', () => {
    expect(plan('base_lr: 0.1 lr_policy: "fixed" max_iter: 10')?.iterations).toBe(10);
    expect(plan('lr_policy: "fixed" max_iter: 10')).toBeUndefined();
    expect(plan('base_lr: 0.1 lr_policy: "fixed"')).toBeUndefined();
    expect(plan('base_lr: 0.1 lr_policy: "fxied" max_iter: 10')).toBeUndefined();
    expect(plan('base_lr: 0.1 lr_policy: "step" gamma: 0.1 max_iter: 10')).toBeUndefined();
    expect(plan('base_lr: 0.1 lr_policy: "step" gamma: 0.1 stepsize: 0 max_iter: 10')).toBeUndefined();
    expect(plan('base_lr: 0.1 lr_policy: "inv" gamma: 0.1 max_iter: 10')).toBeUndefined();
    expect(plan('base_lr: 0.1 lr_policy: "poly" power: 1 max_iter: 10')).toBeDefined();
  });
});

describe('points', () => {
  test('go from the first to the last iteration, none twice', () => {
    const points = ratePoints(planned('base_lr: 1 lr_policy: "poly" power: 1 max_iter: 1000'), 11);
    expect(points).toHaveLength(11);
    expect(points[0]).toEqual({ iteration: 0, rate: 1 });
    expect(points.at(-1)?.iteration).toBe(999);
    expect(points.at(-1)?.rate).toBeCloseTo(0.001, 6);
    expect(ratePoints(planned('base_lr: 1 lr_policy: "fixed" max_iter: 3'), 50)).toHaveLength(3);
    expect(ratePoints(planned('base_lr: 1 lr_policy: "fixed" max_iter: 1'), 50)).toEqual([{ iteration: 0, rate: 1 }]);
  });

  test('stand on both sides of a step', () => {
    const points = ratePoints(
      planned('base_lr: 1 lr_policy: "multistep" gamma: 0.5 stepvalue: [437, 901] max_iter: 1000'),
      5,
    );
    const rate = (iteration: number) => points.find((point) => point.iteration === iteration)?.rate;
    expect([rate(436), rate(437), rate(900), rate(901)]).toEqual([1, 0.5, 0.5, 0.25]);
  });

  test('are no more than asked for where steps are closer than points', () => {
    const points = ratePoints(planned('base_lr: 1 lr_policy: "step" gamma: 0.99 stepsize: 1 max_iter: 100000'), 100);
    expect(points).toHaveLength(100);
  });
});

test('steps are those within the run, one an iteration', () => {
  const steps = (text: string) => {
    const { settings, iterations } = planned(text);
    return stepsOf(settings, iterations);
  };
  expect(steps('base_lr: 1 lr_policy: "step" gamma: 0.1 stepsize: 50 max_iter: 150')).toEqual([50, 100]);
  expect(steps('base_lr: 1 lr_policy: "step" gamma: 0.1 stepsize: 50 max_iter: 151')).toEqual([50, 100, 150]);
  expect(steps('base_lr: 1 lr_policy: "multistep" gamma: 0.1 stepvalue: [5, 5, 300] max_iter: 150')).toEqual([5, 6]);
  expect(steps('base_lr: 1 lr_policy: "exp" gamma: 0.9 max_iter: 150')).toEqual([]);
});
