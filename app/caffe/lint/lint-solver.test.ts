/** A solver beside its net, its data and its files. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../net/build-net.ts';
import { PLAIN_LAYERS, SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { readSolver } from '../solver/read-solver.ts';
import { applyEdits } from '../text/apply-edits.ts';
import { lintSolver } from './lint-solver.ts';

const solver = (testIter: number): string =>
  `net: "net.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\nmax_iter: 10\ntest_iter: ${testIter}\ntest_interval: 5\n`;
/** Its batch in TEST is 50. */
const testNet = buildNet(SMALL_NET, { phase: 'TEST', layers: PLAIN_LAYERS });

describe('test_iter times the batch', () => {
  const found = (testIter: number, testImages: number) =>
    lintSolver(readSolver(solver(testIter)), { testNet, testImages });

  test('that covers the set is fine', () => expect(found(4, 200)).toEqual([]));

  test('too few leave images out, too many count some twice', () => {
    const [few] = found(3, 200);
    expect(few).toMatchObject({ code: 'test-coverage', severity: 'info' });
    expect(few?.message).toBe(
      '3 batches of 50 are 150 images, but the data set has 200 to test with: some are never tested. Use test_iter: 4.',
    );
    expect(applyEdits(solver(3), few?.fixes?.[0]?.edits ?? [])).toBe(solver(4));
    expect(found(5, 200)[0]).toMatchObject({ severity: 'info' });
    expect(found(5, 210)[0]?.message).toContain('Use a batch_size that divides 210.');
  });

  test('is not judged where a number is missing', () => {
    expect(lintSolver(readSolver(solver(3)), { testNet })).toEqual([]);
    expect(lintSolver(readSolver(solver(3)), { testImages: 200 })).toEqual([]);
    expect(lintSolver(readSolver('max_iter: 1'), { testNet, testImages: 200 })).toEqual([]);
  });
});

test('a net that is not there', () => {
  const [missing, ...more] = lintSolver(readSolver(`${solver(4)}test_net: "other"`), {
    exists: (path) => path === 'other',
  });
  expect(more).toEqual([]);
  expect(missing).toMatchObject({ code: 'missing-file', range: { start: 5, end: 19 } });
});

describe('what a policy needs can be added', () => {
  test.each([
    ['step', 'stepsize', /stepsize: 3333\n/],
    ['inv', 'power', /power: 0.75\n/],
    ['poly', 'power', /power: 1\n/],
  ])('%s without %s', (policy, field, wanted) => {
    const text = `base_lr: 0.1\nlr_policy: "${policy}"\nmax_iter: 10000\n${field === 'stepsize' || policy === 'inv' ? 'gamma: 0.1\n' : ''}`;
    const finding = readSolver(text).diagnostics.find(({ message }) => message.includes(`needs ${field}`));
    const after = applyEdits(text, finding?.fixes?.[0]?.edits ?? []);
    expect(after).toMatch(wanted);
    expect(readSolver(after).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('poly without max_iter says why it matters', () => {
    const [finding] = readSolver('net: "n"\nbase_lr: 0.1\nlr_policy: "poly"\npower: 1\n').diagnostics;
    expect(finding?.message).toBe('The policy "poly" needs max_iter: the rate reaches 0 there. Add it.');
    expect(finding?.fixes?.[0]?.title).toBe('Add max_iter: 10000');
  });
});
