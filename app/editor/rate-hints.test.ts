/** Rates behind the lines of a solver. */
import { expect, it } from 'vitest';
import { rateHints } from './rate-hints.ts';

const shown = (text: string): string =>
  rateHints(text).reduceRight(
    (out, { offset, text: hint }) => `${out.slice(0, offset)}[${hint}]${out.slice(offset)}`,
    text,
  );

it('shows the rate from each step on, and the last', () => {
  expect(shown('max_iter: 100\nbase_lr: 0.1\nlr_policy: "multistep"\ngamma: 0.1\nstepvalue: 30\nstepvalue: 60\n')).toBe(
    'max_iter: 100[last rate 0.001]\nbase_lr: 0.1\nlr_policy: "multistep"\ngamma: 0.1\nstepvalue: 30[rate 0.01]\nstepvalue: 60[rate 0.001]\n',
  );
});

it('says nothing of a rate that stays, and of a text that lacks something', () => {
  expect(rateHints('base_lr: 0.1 lr_policy: "fixed" max_iter: 10')).toEqual([]);
  expect(rateHints('base_lr: 0.1 lr_policy: "step" gamma: 0.1 max_iter: 10')).toEqual([]);
  expect(rateHints('lr_policy: "')).toEqual([]);
});
