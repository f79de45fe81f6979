/** A kernel and its schedule as WGSL. */
import type { Kernel, Program } from '../ir/kernel.ts';
import type { KernelSource } from './compute-source.ts';
import { computeSource } from './compute-source.ts';
import { registerSource, workgroupSource } from './contract-source.ts';
import type { Schedule } from './schedule.ts';
import { Bindings } from './wgsl-bindings.ts';
import { Emitter } from './wgsl-emitter.ts';

/** A kernel as WGSL; `inPieces` for one whose workgroups are dispatched in several pieces. */
export function sourceOf(kernel: Kernel, schedule: Schedule, program: Program, inPieces = false): KernelSource {
  const bindings = new Bindings(new Map(program.buffers.map((b) => [b.id, b])), program.scalars, inPieces);
  const registers = schedule.kind === 'registers';
  const emitter = new Emitter(bindings, { guardedLoads: schedule.guardedLoads, outerTermsLast: registers });
  if (kernel.kind === 'compute') {
    if (schedule.kind !== 'points') throw new Error(`${kernel.label}: a ${schedule.kind} schedule is for contracts.`);
    return computeSource(kernel, emitter, bindings, schedule.workgroup);
  }
  switch (schedule.kind) {
    case 'registers':
      return registerSource(kernel, schedule, emitter, bindings);
    case 'workgroup':
      return workgroupSource(kernel, schedule, emitter, bindings);
    case 'points':
      throw new Error(`${kernel.label}: a points schedule is not for contracts.`);
  }
}
