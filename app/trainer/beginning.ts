/** What a run takes over from the state that it goes on from, so that it computes what an unbroken run would have. */
import type { StoredSolverState } from '../caffe/wire/solverstate.ts';
import type { Engine, Schedules } from '../engine/engine.ts';
import type { Program } from '../engine/ir/kernel.ts';
import { TrainingError } from './training-error.ts';

/** How the kernels of a run were tuned, as its states keep it; nothing where they were not. */
export const storedSchedules = (schedules: Schedules | undefined): Pick<StoredSolverState, 'schedules'> =>
  schedules === undefined || Object.keys(schedules).length === 0 ? {} : { schedules: JSON.stringify(schedules) };

/**
 * The schedules that a run which goes on from a state is to have: those it was begun with, be it none. Undefined for a
 * new run and for one of Caffe's, which may have whatever is fastest.
 */
export function schedulesOf(state: StoredSolverState | undefined): Schedules | undefined {
  if (state?.seed === undefined) return undefined;
  try {
    // The engine passes over what it does not know.
    return JSON.parse(state.schedules ?? '{}') as Schedules;
  } catch {
    throw new TrainingError('The solver state is damaged: what it says of how kernels were tuned cannot be read.');
  }
}

/** Seed and schedules of a run: those of its state, else the solver's seed (one that is drawn, where it is negative). */
export function beginningOf(
  state: StoredSolverState | undefined,
  randomSeed: number,
): { readonly seed: number; readonly schedules: Schedules | undefined } {
  const seed = state?.seed ?? (randomSeed >= 0 ? randomSeed : drawSeed());
  return { seed, schedules: schedulesOf(state) };
}

const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] as number;

/** Tunes the kernels that an engine does not know yet; gives a line that says what came of it. */
export async function tuneKernels(engine: Engine, program: Program): Promise<string | undefined> {
  const report = await engine.tune?.(program);
  if (report === undefined) return undefined;
  const { tuned, known, left, milliseconds } = report;
  const rest = left === 0 ? '' : `; there was no time for ${left}, which run untuned`;
  return `Tuned ${tuned} kernels in ${(milliseconds / 1000).toFixed(1)} s, ${known} were known${rest}`;
}
