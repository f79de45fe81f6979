/** Chooses a schedule for a kernel from its extents and the kind of adapter. */
import type { Kernel, Program } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { AdapterProfile } from './device.ts';
import type { Schedule } from './schedule.ts';

/** A schedule for a kernel on an adapter. */
export function chooseSchedule(kernel: Kernel, profile: AdapterProfile): Schedule {
  if (kernel.kind === 'compute')
    return { kind: 'points', workgroup: 64, guardedLoads: profile.software ? 'select' : 'branch' };
  if (profile.software)
    return { kind: 'registers', tileM: 8, tileN: 16, unroll: 4, workgroup: 4, guardedLoads: 'select' };
  const m = extentOf(kernel.m);
  const n = extentOf(kernel.n);
  const small = m <= 32 || n <= 32;
  const group = small ? 8 : 16;
  return { kind: 'workgroup', tileM: 4, tileN: 4, groupM: group, groupN: group, depth: 16, guardedLoads: 'branch' };
}

/** A program with a schedule for each of its kernels. */
export interface ScheduledProgram {
  readonly program: Program;
  readonly schedules: ReadonlyMap<Kernel, Schedule>;
}

/** Chooses a schedule for every kernel of a program. */
export function scheduleProgram(program: Program, profile: AdapterProfile): ScheduledProgram {
  const kernels = Object.values(program.sequences).flat();
  return { program, schedules: new Map(kernels.map((k) => [k, chooseSchedule(k, profile)])) };
}
