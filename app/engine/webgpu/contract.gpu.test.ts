/** Contracts on the GPU against the interpreter: every schedule, odd extents, windows, batches, epilogues. */
import { afterAll, beforeAll, it } from 'vitest';
import type { ContractKernel } from '../ir/kernel.ts';
import type { Case } from '../kernel-cases/compare.ts';
import { describeContracts, product } from '../kernel-cases/contract-cases.ts';
import { chooseSchedule } from './choose-schedule.ts';
import { openNodeEngine } from './node-device.ts';
import type { ContractSchedule, RegisterSchedule } from './schedule.ts';
import { expectSame } from './testing/compare.ts';
import type { WebGpuEngine } from './webgpu-engine.ts';

let engine: WebGpuEngine;
beforeAll(async () => {
  engine = await openNodeEngine();
});
afterAll(() => {
  engine.dispose();
});

const registers = (
  tileM: number,
  tileN: number,
  unroll: number,
  guardedLoads: 'branch' | 'select',
  more: Partial<RegisterSchedule> = {},
): ContractSchedule => ({
  kind: 'registers',
  tileM,
  tileN,
  unroll,
  workgroup: 4,
  share: 'none',
  splitK: 1,
  vector: 1,
  guardedLoads,
  ...more,
});
const workgroup = (
  tileM: number,
  tileN: number,
  groupM: number,
  groupN: number,
  depth: number,
  guardedLoads: 'branch' | 'select' = 'branch',
  vector: 1 | 4 = 1,
): ContractSchedule => ({ kind: 'workgroup', tileM, tileN, groupM, groupN, depth, vector, guardedLoads });

/** The engine's choice, and one of each kind of layout. */
const SCHEDULES: Readonly<Record<string, ContractSchedule | undefined>> = {
  chosen: undefined,
  'registers 1×1': registers(1, 1, 1, 'branch'),
  'registers 4×8, branch': registers(4, 8, 4, 'branch'),
  'registers 8×5, select': registers(8, 5, 5, 'select'),
  'registers 4×4 in quads': registers(4, 4, 4, 'select', { share: 'quads' }),
  'registers 2×8 in quads, branch': registers(2, 8, 1, 'branch', { share: 'quads', workgroup: 32 }),
  'registers 2×4, k over 4': registers(2, 4, 4, 'select', { splitK: 4, workgroup: 16 }),
  'registers 5×3, k over 2': registers(5, 3, 1, 'branch', { splitK: 2, workgroup: 4 }),
  'workgroup 4×8 of 4×4': workgroup(4, 4, 4, 8, 8),
  'workgroup 8×4 of 2×4': workgroup(2, 4, 8, 4, 2),
  'workgroup 4×4 of 2×3, select': workgroup(2, 3, 4, 4, 8, 'select'),
  'workgroup 4×4 of 4×8, vectors': workgroup(4, 8, 4, 4, 8, 'branch', 4),
  'registers 4×4, vectors': registers(4, 4, 4, 'branch', { vector: 4 }),
  'workgroup 2×2 of 1×1, depth 2': workgroup(1, 1, 2, 2, 2),
};

/** Runs a case under every schedule. */
function everySchedule(name: string, make: () => Case): void {
  for (const [title, schedule] of Object.entries(SCHEDULES))
    it(`${name}: ${title}`, async () => {
      await expectSame(engine, { tolerance: 1e-5, ...make(), ...(schedule === undefined ? {} : { schedule }) });
    });
}

describeContracts(everySchedule);

it.each([
  ['small', 33, 31],
  ['large', 70, 65],
])('what a GPU is given: %s', async (_, M, N) => {
  const test = product(M, N, 40, false);
  const profile = { software: false, maxInvocations: 256, quads: false };
  const schedule = chooseSchedule(test.kernels[0] as ContractKernel, profile);
  await expectSame(engine, { ...test, schedule, tolerance: 1e-5 });
});
