/** The solver of a new document. */
import { expect, test } from 'vitest';
import { PLAIN_SOLVER } from './plain-solver.ts';
import { readSolver } from './read-solver.ts';

test('the plain solver is one that nothing is to be said against', () => {
  const { settings, diagnostics } = readSolver(PLAIN_SOLVER);
  expect(diagnostics).toEqual([]);
  expect(settings).toMatchObject({ type: 'Adam', baseLr: 0.001, maxIter: 2000, testInterval: 200 });
});
