import { expect, test } from 'vitest';
import golden from './fixtures/lr-policies.json' with { type: 'json' };
import type { LrPolicy, LrSettings } from './lr-policy.ts';
import { LR_POLICIES, learningRate } from './lr-policy.ts';

/** Reads the solver line of a golden case: only numbers and one string, in the order of Caffe's text format. */
function settingsOf(solver: string): LrSettings {
  const all = (name: string): number[] =>
    [...solver.matchAll(new RegExp(`\\b${name}: ([\\d.]+)`, 'g'))].map((m) => Number(m[1]));
  const one = (name: string): number => all(name)[0] ?? 0;
  return {
    lrPolicy: /lr_policy: "(\w+)"/.exec(solver)?.[1] as LrPolicy,
    baseLr: one('base_lr'),
    gamma: one('gamma'),
    power: one('power'),
    stepsize: one('stepsize'),
    stepvalue: all('stepvalue'),
    maxIter: one('max_iter'),
  };
}

test('every policy has golden rates', () => {
  expect(Object.keys(golden).sort()).toEqual([...LR_POLICIES].sort());
});

test.each(Object.entries(golden))('%s gives the rates of Caffe', (_, { solver, lr }) => {
  const settings = settingsOf(solver);
  lr.forEach((expected, iteration) => {
    // Caffe works in single precision throughout.
    expect(Math.abs(learningRate(settings, iteration) - expected)).toBeLessThanOrEqual(1e-6 * expected + 1e-9);
  });
});

test('multistep takes one step an iteration', () => {
  const settings: LrSettings = {
    lrPolicy: 'multistep',
    baseLr: 1,
    gamma: 0.5,
    power: 0,
    stepsize: 0,
    stepvalue: [2, 2, 5],
    maxIter: 0,
  };
  expect([0, 1, 2, 3, 4, 5, 6].map((t) => learningRate(settings, t))).toEqual([1, 1, 0.5, 0.25, 0.25, 0.125, 0.125]);
});
