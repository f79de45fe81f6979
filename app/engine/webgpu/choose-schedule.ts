/** The schedules a kernel may have on an adapter: the one it gets untuned, and those that the tuner tries beside it. */
import type { Axis } from '../ir/expr.ts';
import type { ContractKernel, Kernel } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { AdapterProfile } from './device.ts';
import type { ContractSchedule, RegisterSchedule, Schedule, WorkgroupSchedule } from './schedule.ts';
import { largestBox } from './tiling.ts';

/** The schedule of a kernel that has not been tuned. */
export function chooseSchedule(kernel: Kernel, profile: AdapterProfile): Schedule {
  return kernel.kind === 'compute'
    ? { kind: 'points', workgroup: 64, guardedLoads: guarded(profile) }
    : (candidateSchedules(kernel, profile)[0] as ContractSchedule);
}

/**
 * All schedules that a contract may be given on an adapter, the untuned choice first, then the most promising. A GPU wants
 * operands in workgroup memory, read once for many outputs. A software adapter pays for every load and every barrier and
 * nothing for registers, so there each invocation computes a large tile, and four share what they load.
 */
export function candidateSchedules(kernel: ContractKernel, profile: AdapterProfile): readonly ContractSchedule[] {
  const wanted = profile.software ? softwareSchedules(kernel, profile) : gpuSchedules(kernel, profile);
  const legal = wanted.filter((schedule) => isLegal(schedule, profile));
  const distinct = new Map(legal.map((schedule) => [JSON.stringify(schedule), schedule]));
  return [...distinct.values()];
}

/** Bytes of workgroup memory that every device has. */
const WORKGROUP_BYTES = 16_384;

function isLegal(schedule: ContractSchedule, profile: AdapterProfile): boolean {
  if (schedule.kind === 'workgroup') {
    const { tileM, tileN, groupM, groupN, depth } = schedule;
    const bytes = 4 * depth * (tileM * groupM + tileN * groupN);
    return groupM * groupN <= profile.maxInvocations && bytes <= WORKGROUP_BYTES;
  }
  const { tileM, tileN, workgroup, splitK, share } = schedule;
  const bytes = 4 * ((splitK - 1) / splitK) * workgroup * tileM * tileN;
  return workgroup <= profile.maxInvocations && bytes <= WORKGROUP_BYTES && (share === 'none' || profile.quads);
}

const guarded = (profile: AdapterProfile): 'branch' | 'select' => (profile.software ? 'select' : 'branch');

function softwareSchedules(kernel: ContractKernel, profile: AdapterProfile): RegisterSchedule[] {
  const alone: RegisterSchedule = {
    kind: 'registers',
    tileM: edge(kernel.m),
    tileN: edge(kernel.n),
    unroll: unrolled(kernel.k),
    workgroup: 4,
    share: 'none',
    splitK: 1,
    vector: 1,
    guardedLoads: guarded(profile),
  };
  const quads: RegisterSchedule = {
    ...alone,
    tileM: quadEdge(kernel.m),
    tileN: quadEdge(kernel.n),
    share: 'quads',
  };
  // Whoever has one row, or two, has nobody to share a load with.
  const shares = profile.quads && Math.min(extentOf(kernel.m), extentOf(kernel.n)) >= 4;
  const both = [
    quads,
    { ...quads, tileM: 2 * quads.tileM },
    { ...quads, tileN: 2 * quads.tileN },
    { ...quads, tileM: quads.tileM / 2 },
    { ...quads, vector: 4 as const },
    { ...quads, unroll: largestBox(kernel.k, 8) },
  ].filter(({ tileM, tileN }) => tileM % 2 === 0 && tileN % 2 === 0);
  const single = [
    alone,
    { ...alone, vector: 4 as const },
    { ...alone, tileM: 4 },
    { ...alone, workgroup: 16, splitK: 4, tileM: 4, tileN: 4 },
  ];
  return shares ? [...both, ...single] : single;
}

/** Edge of a register tile: about 8, and a box where one is near, since its points share their addresses and guards. */
function edge(axes: readonly Axis[]): number {
  const box = largestBox(axes, 8);
  return box >= 6 ? box : Math.min(8, extentOf(axes));
}

/** Edge of the tile of one of four: two boxes of 4 or 5, one that it loads and one that its neighbour does. */
function quadEdge(axes: readonly Axis[]): number {
  const extent = extentOf(axes);
  const box = largestBox(axes, 5);
  const half = box >= 3 ? box : 4;
  return 2 * Math.min(half, Math.ceil(extent / 4));
}

/** Points of k to write out: a whole row of a window, so that neighbouring outputs share what they load. */
function unrolled(k: readonly Axis[]): number {
  for (const limit of [5, 8, 12]) {
    const box = largestBox(k, limit);
    if (box >= 3) return box;
  }
  return largestBox(k, 5);
}

function gpuSchedules(kernel: ContractKernel, profile: AdapterProfile): ContractSchedule[] {
  const [m, n] = [extentOf(kernel.m), extentOf(kernel.n)];
  const shared = (
    tileM: number,
    tileN: number,
    groupM: number,
    groupN: number,
    depth: number,
    vector: 1 | 4 = 4,
  ): WorkgroupSchedule => ({
    kind: 'workgroup',
    tileM,
    tileN,
    groupM,
    groupN,
    depth,
    vector,
    guardedLoads: guarded(profile),
  });
  const registers = (tileM: number, tileN: number, more: Partial<RegisterSchedule> = {}): RegisterSchedule => ({
    kind: 'registers',
    tileM: Math.min(tileM, m),
    tileN: Math.min(tileN, n),
    unroll: unrolled(kernel.k),
    workgroup: 64,
    share: 'none',
    splitK: 1,
    vector: 1,
    guardedLoads: guarded(profile),
    ...more,
  });
  const direct = [
    registers(4, 4),
    registers(8, 4),
    registers(4, 4, { vector: 4 }),
    registers(4, 4, { splitK: 4 }),
    registers(1, 4),
    registers(4, 1),
  ];
  // Depthwise convolutions and vectors: a tile of workgroup memory would stand mostly empty.
  if (Math.min(m, n) < 8) return direct;
  // No more than a tile's worth of rows or columns beyond what there is.
  const near = (tile: number, extent: number): boolean => tile <= 16 || tile < 2 * extent;
  const tiled = [
    shared(4, 4, 8, 16, 16),
    shared(4, 4, 16, 16, 16),
    shared(4, 8, 8, 16, 16),
    shared(8, 4, 8, 16, 16),
    shared(8, 8, 8, 8, 16),
    shared(8, 8, 8, 16, 16),
    shared(8, 8, 16, 16, 8),
    shared(4, 4, 8, 8, 32),
    shared(4, 4, 8, 8, 16),
    shared(4, 4, 16, 8, 16),
    shared(4, 4, 8, 8, 16, 1),
  ].filter((s) => near(s.tileM * s.groupM, m) && near(s.tileN * s.groupN, n));
  // Wide tiles only pay where there are enough of them for every core.
  const tiles = (s: WorkgroupSchedule): number =>
    extentOf(kernel.batch) * Math.ceil(m / (s.tileM * s.groupM)) * Math.ceil(n / (s.tileN * s.groupN));
  const small = shared(4, 4, 8, 8, 16);
  const first = tiled.find((s) => tiles(s) >= 128) ?? small;
  const quads =
    profile.quads && m >= 8 && n >= 8 ? [registers(4, 4, { share: 'quads' }), registers(8, 8, { share: 'quads' })] : [];
  return [first, ...tiled, small, ...direct, ...quads];
}
