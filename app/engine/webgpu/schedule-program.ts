/** Gives every kernel of a program its schedule: what tuning found where it did, else the untuned choice. */
import type { Schedules } from '../engine.ts';
import type { Kernel, Program } from '../ir/kernel.ts';
import { chooseSchedule } from './choose-schedule.ts';
import type { AdapterProfile } from './device.ts';
import type { Schedule } from './schedule.ts';
import { ScheduleBook } from './schedule-book.ts';

/** A program with a schedule for each of its kernels. */
export interface ScheduledProgram {
  readonly program: Program;
  readonly schedules: ReadonlyMap<Kernel, Schedule>;
  /** A kernel estimated to take longer, in milliseconds, is dispatched in pieces: drivers kill what runs for seconds. */
  readonly longestDispatch: number;
  /** Those of the schedules that tuning had found. */
  readonly tuned?: Schedules;
}

const LONGEST_DISPATCH = 1000;

/** Chooses a schedule for every kernel of a program, by what a book of tuned ones has for the adapter. */
export function scheduleProgram(
  program: Program,
  profile: AdapterProfile,
  book: ScheduleBook = new ScheduleBook(profile),
): ScheduledProgram {
  const schedules = new Map<Kernel, Schedule>();
  for (const kernel of Object.values(program.sequences).flat()) {
    const tuned = kernel.kind === 'contract' ? book.of(kernel, program) : undefined;
    schedules.set(kernel, tuned ?? chooseSchedule(kernel, profile));
  }
  return { program, schedules, longestDispatch: LONGEST_DISPATCH, tuned: book.for(program) };
}
