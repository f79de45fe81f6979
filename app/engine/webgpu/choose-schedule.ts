/** Chooses a schedule for a kernel from its extents and the kind of adapter. */
import type { Axis } from '../ir/expr.ts';
import type { ComputeKernel, ContractKernel, Kernel, Program } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { AdapterProfile } from './device.ts';
import type { ContractSchedule, PointSchedule, RegisterSchedule, Schedule, WorkgroupSchedule } from './schedule.ts';
import { largestBox } from './tiling.ts';

/** A schedule for a kernel on an adapter. */
export function chooseSchedule(kernel: Kernel, profile: AdapterProfile): Schedule {
  return kernel.kind === 'compute' ? pointSchedule(kernel, profile) : contractSchedule(kernel, profile);
}

function pointSchedule(_kernel: ComputeKernel, profile: AdapterProfile): PointSchedule {
  return { kind: 'points', workgroup: 64, guardedLoads: profile.software ? 'select' : 'branch' };
}

/**
 * A GPU wants operands in workgroup memory, read once for many outputs. A software adapter pays for every load and
 * every barrier and nothing for registers, so there each invocation computes a large tile by itself.
 */
function contractSchedule(kernel: ContractKernel, profile: AdapterProfile): ContractSchedule {
  return profile.software ? softwareSchedule(kernel) : gpuSchedule(kernel, profile);
}

function softwareSchedule(kernel: ContractKernel): RegisterSchedule {
  return {
    kind: 'registers',
    tileM: edge(kernel.m),
    tileN: edge(kernel.n),
    unroll: unrolled(kernel.k),
    workgroup: 4,
    guardedLoads: 'select',
  };
}

/** Edge of a register tile: about 8, and a box where one is near, since its points share their addresses and guards. */
function edge(axes: readonly Axis[]): number {
  const box = largestBox(axes, 8);
  return box >= 6 ? box : 8;
}

/** Points of k to write out: a whole row of a window, so that neighbouring outputs share what they load. */
function unrolled(k: readonly Axis[]): number {
  for (const limit of [5, 8, 12]) {
    const box = largestBox(k, limit);
    if (box >= 3) return box;
  }
  return largestBox(k, 5);
}

function gpuSchedule(kernel: ContractKernel, profile: AdapterProfile): WorkgroupSchedule {
  const small = Math.min(extentOf(kernel.m), extentOf(kernel.n)) <= 32;
  const group = small || profile.maxInvocations < 256 ? 8 : 16;
  return { kind: 'workgroup', tileM: 4, tileN: 4, groupM: group, groupN: group, depth: 16, guardedLoads: 'branch' };
}

/** A program with a schedule for each of its kernels. */
export interface ScheduledProgram {
  readonly program: Program;
  readonly schedules: ReadonlyMap<Kernel, Schedule>;
  /** A kernel estimated to take longer, in milliseconds, is dispatched in pieces: drivers kill what runs for seconds. */
  readonly longestDispatch: number;
}

const LONGEST_DISPATCH = 1000;

/** Chooses a schedule for every kernel of a program. */
export function scheduleProgram(program: Program, profile: AdapterProfile): ScheduledProgram {
  const kernels = Object.values(program.sequences).flat();
  return {
    program,
    schedules: new Map(kernels.map((k) => [k, chooseSchedule(k, profile)])),
    longestDispatch: LONGEST_DISPATCH,
  };
}
