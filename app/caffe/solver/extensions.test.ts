/** Comments for Crema in a solver: what they ask for, where they are wrong, and that Caffe's reader passes over them. */
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../text/apply-edits.ts';
import { ratePlanOf, ratePoints } from './lr-preview.ts';
import { learningRate } from './lr-policy.ts';
import { readSolver } from './read-solver.ts';

const SOLVER = 'base_lr: 0.1 lr_policy: "poly" power: 1 max_iter: 100 type: "Adam"\n';
const found = (text: string): string[] =>
  readSolver(text).diagnostics.map(
    ({ severity, range, message }) => `${severity} [${text.slice(range.start, range.end)}] ${message}`,
  );

describe('what is asked for', () => {
  test('is read from comments, in any way of writing them', () => {
    for (const text of [
      '# crema: type AdamW\n# crema: warmup_iter 10',
      '#crema: type: "AdamW"\n  # Crema: warmup_iter = 10',
    ])
      expect(readSolver(SOLVER + text)).toMatchObject({
        extensions: { type: 'AdamW', warmupIter: 10 },
        diagnostics: [],
        settings: { type: 'Adam' },
      });
    expect(readSolver(SOLVER).extensions).toEqual({ warmupIter: 0 });
    expect(readSolver(`${SOLVER}snapshot_prefix: "a # crema: warmup_iter 5"`).extensions.warmupIter).toBe(0);
  });

  test('shows in the plan of the rate: up in a straight line, then down to zero', () => {
    const { solver, extensions } = readSolver(`${SOLVER}# crema: warmup_iter 10`);
    const plan = ratePlanOf(solver, extensions);
    if (plan === undefined) throw new Error('no plan');
    const rate = (t: number) => learningRate(plan.settings, t);
    expect(rate(0)).toBeCloseTo(0.01, 7);
    expect(rate(4)).toBeCloseTo(0.1 * 0.96 * 0.5, 7);
    expect(rate(9)).toBeCloseTo(0.1 * 0.91, 7);
    expect(rate(50)).toBeCloseTo(0.05, 7);
    expect(rate(100)).toBe(0);
    expect(ratePoints(plan, 3).map(({ iteration }) => iteration)).toContain(9);
  });
});

describe('what is wrong', () => {
  test.each([
    [
      '# crema: warmup 10',
      'warning [warmup] Crema knows no "warmup" here. Did you mean "warmup_iter"? There are type and warmup_iter.',
    ],
    ['# crema: warmup_iter many', 'error [many] "warmup_iter" takes a whole number from 0, not many.'],
    ['# crema: type AdamX', 'error [AdamX] Crema has no solver type "AdamX" beyond Caffe\'s; there is AdamW.'],
    ['# crema: warmup_iter 101', 'warning [101] The warm-up is longer than the run of 100 iterations: it never ends.'],
  ])('%s', (comment, message) => {
    expect(found(SOLVER + comment)).toEqual([message]);
  });

  test('is AdamW as a type of Caffe; the fix asks for it in a comment', () => {
    const text = SOLVER.replace('"Adam"', '"AdamW"');
    const [finding] = readSolver(text).diagnostics;
    expect(finding?.message).toContain('Caffe has no solver type "AdamW"');
    const mended = applyEdits(text, finding?.fixes?.[0]?.edits ?? []);
    expect(readSolver(mended)).toMatchObject({ extensions: { type: 'AdamW' }, diagnostics: [] });
  });

  test('is a type for Caffe that is far from it', () => {
    const text = 'base_lr: 0.1 lr_policy: "fixed" max_iter: 10\n# crema: type AdamW';
    expect(found(text)).toEqual([
      'warning [AdamW] Crema trains with AdamW, but Caffe would with SGD, the default. Write type: "Adam", its nearest.',
    ]);
  });
});
