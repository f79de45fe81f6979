/** A run that goes on has the seed and the schedules that it was begun with. */
import { describe, expect, it } from 'vitest';
import { readSolverstate, writeSolverstate, type StoredSolverState } from '../caffe/wire/solverstate.ts';
import { sourceOf } from '../caffe/wire/byte-source.ts';
import { readState, writeState } from '../formats/weight-files.ts';
import { beginningOf, schedulesOf, storedSchedules } from './beginning.ts';

const schedules = { '0123456789abcdef': '{"kind":"registers","tileM":8}' };
const state: StoredSolverState = { iteration: 5, learnedNet: 'a', history: [], currentStep: 0, seed: 7 };

describe('how a run begins', () => {
  it('keeps schedules in both forms of a solver state', async () => {
    const tuned = { ...state, ...storedSchedules(schedules) };
    expect(schedulesOf(readSolverstate(writeSolverstate(tuned)))).toEqual(schedules);
    expect(schedulesOf(await readState(sourceOf(await writeState(tuned, 'HDF5'))))).toEqual(schedules);
  });

  it('goes on untuned where it was begun untuned, and leaves the choice where it is new', () => {
    expect(storedSchedules({})).toEqual({});
    expect(schedulesOf(state)).toEqual({});
    expect(schedulesOf(undefined)).toBeUndefined();
    expect(schedulesOf({ ...state, seed: undefined })).toBeUndefined();
    expect(() => schedulesOf({ ...state, schedules: '{' })).toThrow('damaged');
  });

  it('takes the seed of its state, of the solver, or draws one', () => {
    expect(beginningOf(state, 3).seed).toBe(7);
    expect(beginningOf(undefined, 3).seed).toBe(3);
    expect(beginningOf(undefined, -1).seed).not.toBe(beginningOf(undefined, -1).seed);
  });
});
