/** The drawing of a planned learning rate: ends, axis, what lies under the pointer, and the sentence. */
import { describe, expect, it } from 'vitest';
import { ratePlanOf, type RatePlan } from '../caffe/solver/lr-preview.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { describePlan, marksEvery, rateChart } from './rate-chart.ts';

function planned(text: string): RatePlan {
  const plan = ratePlanOf(readSolver(text).solver);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const box = { width: 200, height: 100 };
const steps = planned('base_lr: 0.01 lr_policy: "multistep" gamma: 0.1 stepvalue: [60, 80] max_iter: 101');

describe('the drawing', () => {
  it('fills the box from the first to the last iteration', () => {
    const chart = rateChart(planned('base_lr: 0.1 lr_policy: "poly" power: 1 max_iter: 101'), box);
    expect(chart?.path).toMatch(/^M0,0L/);
    expect(chart?.path).toMatch(/L200,99(\.\d+)?$/);
    expect(chart?.labels.map(({ rate, y }) => [Number(rate.toFixed(6)), y])).toEqual([
      [0.1, 0],
      [0, 100],
    ]);
  });

  it('takes a logarithmic axis where rates fall far', () => {
    const chart = rateChart(steps, box);
    expect(chart?.logarithmic).toBe(true);
    expect(chart?.y(0.001)).toBeCloseTo(50, 3);
    expect(
      rateChart(planned('base_lr: 1 lr_policy: "step" gamma: 0.5 stepsize: 40 max_iter: 100'), box)?.logarithmic,
    ).toBe(false);
  });

  it('knows the iteration under the pointer, also beyond the edges', () => {
    const chart = rateChart(steps, box);
    expect([-5, 0, 100, 200, 900].map((at) => chart?.iterationAt(at))).toEqual([0, 0, 50, 100, 100]);
  });

  it('is a level line for a fixed rate, and there even for one iteration or a rate of zero', () => {
    expect(rateChart(planned('base_lr: 0.1 lr_policy: "fixed" max_iter: 3'), box)?.path).toBe('M0,0L100,0L200,0');
    expect(rateChart(planned('base_lr: 0.1 lr_policy: "fixed" max_iter: 1'), box)?.path).toBe('M0,0L200,0');
    expect(rateChart(planned('base_lr: 0 lr_policy: "fixed" max_iter: 2'), box)?.path).toBe('M0,100L200,100');
  });

  it('is none where the rate grows beyond all numbers', () => {
    expect(rateChart(planned('base_lr: 1 lr_policy: "exp" gamma: 10 max_iter: 1000'), box)).toBeUndefined();
  });
});

it('says the plan in a sentence', () => {
  expect(describePlan(steps)).toBe(
    'Learning rate over 101 iterations, policy multistep: 0.01 at first, 0.001 from iteration 60 on, 1.00e-4 from iteration 80 on, 1.00e-4 in the last.',
  );
  expect(describePlan(planned('base_lr: 0.001 lr_policy: "fixed" max_iter: 4000'))).toBe(
    'Learning rate over 4,000 iterations, policy fixed: 0.001 throughout.',
  );
});

it('marks what is done every so often, unless the marks would touch', () => {
  expect(marksEvery(500, 2000, 10)).toEqual([500, 1000, 1500]);
  expect(marksEvery(500, 2001, 10)).toEqual([500, 1000, 1500, 2000]);
  expect(marksEvery(0, 2000, 10)).toEqual([]);
  expect(marksEvery(1, 2000, 10)).toEqual([]);
});
