/** How a contract is laid out over invocations, as plain data, and the choice of a layout for an adapter. */
import type { EmitterOptions } from './wgsl-emitter.ts';

/** Every invocation computes a tile of outputs in registers and loads its operands straight from memory. */
export interface RegisterSchedule {
  readonly kind: 'registers';
  /** Outputs of an invocation: rows (m) and columns (n). */
  readonly tileM: number;
  readonly tileN: number;
  /** Points of k written out in the innermost loop, at most. */
  readonly unroll: number;
  /** Invocations in a workgroup. */
  readonly workgroup: number;
  /** `quads`: four neighbours load each operand once between them (even tiles; needs subgroups). */
  readonly share: 'none' | 'quads';
  /** Invocations of a workgroup that share the sum of one tile, each a part of k; joined in a fixed order. */
  readonly splitK: number;
  /** 4: reads four neighbours at once where their place in memory allows. */
  readonly vector: 1 | 4;
  readonly guardedLoads: EmitterOptions['guardedLoads'];
}

/** A workgroup loads pieces of both operands into its memory together, and each invocation computes a tile from them. */
export interface WorkgroupSchedule {
  readonly kind: 'workgroup';
  readonly tileM: number;
  readonly tileN: number;
  /** Invocations of a workgroup along m and n. */
  readonly groupM: number;
  readonly groupN: number;
  /** Points of k in workgroup memory at a time. */
  readonly depth: number;
  /** 4: workgroup memory holds vectors of four, and memory is read four at a time where it allows. Tiles are multiples. */
  readonly vector: 1 | 4;
  readonly guardedLoads: EmitterOptions['guardedLoads'];
}

export type ContractSchedule = RegisterSchedule | WorkgroupSchedule;

/** One invocation for each point of a compute kernel. */
export interface PointSchedule {
  readonly kind: 'points';
  readonly workgroup: number;
  readonly guardedLoads: EmitterOptions['guardedLoads'];
}

export type Schedule = ContractSchedule | PointSchedule;

/** A schedule in a few words: `8×8 registers, 5 of k at once`. */
export function layoutOf(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'points':
      return `a point each, groups of ${schedule.workgroup}`;
    case 'registers': {
      const parts = [
        `${schedule.tileM}×${schedule.tileN} registers, ${schedule.unroll} of k at once`,
        schedule.share === 'quads' ? 'loads shared in fours' : '',
        schedule.splitK > 1 ? `sums in ${schedule.splitK} parts` : '',
        schedule.vector > 1 ? 'vectors' : '',
      ];
      return parts.filter((part) => part !== '').join(', ');
    }
    case 'workgroup':
      return (
        `${schedule.tileM}×${schedule.tileN} registers, ${schedule.groupM}×${schedule.groupN} invocations sharing ` +
        `${schedule.depth} of k${schedule.vector > 1 ? ', vectors' : ''}`
      );
  }
}
