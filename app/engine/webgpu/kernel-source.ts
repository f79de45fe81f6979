/** A kernel and its schedule as WGSL. */
import type { Kernel, Program } from '../ir/kernel.ts';
import { buffersRead } from '../ir/rewrite.ts';
import type { KernelSource } from './compute-source.ts';
import { computeSource } from './compute-source.ts';
import { registerSource } from './register-source.ts';
import type { Schedule } from './schedule.ts';
import { Bindings } from './wgsl-bindings.ts';
import { Emitter } from './wgsl-emitter.ts';
import { workgroupSource } from './workgroup-source.ts';

/** A kernel as WGSL; `inPieces` for one whose workgroups are dispatched in several pieces. */
export function sourceOf(kernel: Kernel, schedule: Schedule, program: Program, inPieces = false): KernelSource {
  const declared = new Map(program.buffers.map((b) => [b.id, b]));
  const vectors = new Set(schedule.kind !== 'points' && schedule.vector === 4 ? buffersRead(kernel) : []);
  // Whether a buffer can be read as vectors shows when all its loads are written: it is tried, and tried again without.
  for (;;) {
    const bindings = new Bindings(declared, program.scalars, inPieces, vectors);
    const source = attempt(kernel, schedule, bindings);
    if (bindings.notVectors.size === 0) return source;
    for (const id of bindings.notVectors) vectors.delete(id);
  }
}

function attempt(kernel: Kernel, schedule: Schedule, bindings: Bindings): KernelSource {
  const emitter = new Emitter(bindings, {
    guardedLoads: schedule.guardedLoads,
    outerTermsLast: schedule.kind === 'registers',
  });
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
