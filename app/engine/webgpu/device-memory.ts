/** Device memory of a program: one buffer for each allocation of its plan, and the uniform blocks. */
import { EngineError, type MemoryNeed } from '../engine.ts';
import type { Program } from '../ir/kernel.ts';
import { bytesOf, planMemory } from '../program/memory-plan.ts';
import { BUFFER } from './gpu-constants.ts';

/** Distance of uniform blocks in one buffer that every device can bind apart. */
const UNIFORM_STRIDE = 256;

/** A program's memory on the device. */
export interface DeviceMemory {
  /** The allocation that holds each buffer of the program. */
  readonly placed: ReadonlyMap<string, GPUBuffer>;
  readonly allocations: readonly GPUBuffer[];
  /** The block of run-time scalars. */
  readonly scalars: GPUBuffer;
  /** Numbers of the first workgroups of pieces of dispatches, a block each. */
  readonly firstGroups: GPUBuffer | undefined;
  readonly bytes: number;
}

/** The allocation of a buffer. */
export function memoryOf(memory: DeviceMemory, id: string): GPUBuffer {
  const found = memory.placed.get(id);
  if (found === undefined) throw new Error(`Buffer ${id} has no memory.`);
  return found;
}

interface Sizes {
  /** Bytes of each allocation: those of the plan, then a persistent buffer each. */
  readonly allocations: readonly number[];
  /** The allocation of each buffer. */
  readonly placement: ReadonlyMap<string, number>;
}

/** Bytes that one array may have on a device. */
export const arrayLimit = ({ limits }: GPUDevice): number =>
  Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);

/** What a program takes on any device, without the pieces of long dispatches. */
export function deviceNeed(program: Program): MemoryNeed {
  const { allocations } = sizesOf(program);
  return {
    total: allocations.reduce((a, b) => a + b, scalarBlock(program.scalars.length)),
    largest: Math.max(0, ...allocations),
  };
}

const scalarBlock = (count: number): number => Math.max(16, Math.ceil(count / 4) * 16);

function sizesOf(program: Program): Sizes {
  const plan = planMemory(program);
  const persistent = program.buffers.filter((b) => b.lifetime === 'persistent');
  const allocations = [...plan.allocations.map((a) => a.bytes), ...persistent.map(bytesOf)];
  const placement = new Map(plan.placement);
  persistent.forEach(({ id }, i) => placement.set(id, plan.allocations.length + i));
  return { allocations, placement };
}

/** Plans a program's memory. Throws an EngineError('out-of-memory') when the device cannot bind so large an array. */
export function planDeviceMemory(device: GPUDevice, program: Program): Sizes {
  const sizes = sizesOf(program);
  const limit = arrayLimit(device);
  const largest = Math.max(0, ...sizes.allocations);
  if (largest > limit)
    throw new EngineError(
      'out-of-memory',
      `One array of this network needs ${mebibytes(largest)}, and this GPU binds at most ${mebibytes(limit)} at once. Use a smaller batch or a smaller network.`,
    );
  return sizes;
}

/** Allocates what was planned. Rejects with an EngineError('out-of-memory') when the device has not that much. */
export async function allocate(
  device: GPUDevice,
  sizes: Sizes,
  scalarCount: number,
  firstGroups: readonly number[],
): Promise<DeviceMemory> {
  const scalarBytes = scalarBlock(scalarCount);
  const bytes = sizes.allocations.reduce((a, b) => a + b, scalarBytes);
  device.pushErrorScope('out-of-memory');
  const storage = BUFFER.storage | BUFFER.copySource | BUFFER.copyTarget;
  const allocations = sizes.allocations.map((size, i) =>
    device.createBuffer({ label: `allocation ${i}`, size, usage: storage }),
  );
  const uniform = (label: string, size: number): GPUBuffer =>
    device.createBuffer({ label, size, usage: BUFFER.uniform | BUFFER.copyTarget });
  const scalars = uniform('scalars', scalarBytes);
  const blocks = firstGroups.length === 0 ? undefined : uniform('first groups', firstGroups.length * UNIFORM_STRIDE);
  const problem = await device.popErrorScope();
  if (problem !== null) {
    for (const b of [...allocations, scalars, ...(blocks === undefined ? [] : [blocks])]) b.destroy();
    throw new EngineError(
      'out-of-memory',
      `The GPU has no ${mebibytes(bytes)} of memory for this network. Use a smaller batch, or close other pages that use the GPU.`,
    );
  }
  if (blocks !== undefined) {
    const words = new Uint32Array((firstGroups.length * UNIFORM_STRIDE) / 4);
    firstGroups.forEach((first, i) => (words[(i * UNIFORM_STRIDE) / 4] = first));
    device.queue.writeBuffer(blocks, 0, words);
  }
  const placed = new Map<string, GPUBuffer>();
  for (const [id, i] of sizes.placement) placed.set(id, allocations[i] as GPUBuffer);
  return { placed, allocations, scalars, firstGroups: blocks, bytes };
}

/** The uniform block with the first workgroup of piece number `i`. */
export function firstGroupBlock(memory: DeviceMemory, i: number): GPUBufferBinding {
  if (memory.firstGroups === undefined) throw new Error('No dispatch has pieces.');
  return { buffer: memory.firstGroups, offset: i * UNIFORM_STRIDE, size: 16 };
}

/** Frees it all. */
export function release(memory: DeviceMemory): void {
  for (const b of memory.allocations) b.destroy();
  memory.scalars.destroy();
  memory.firstGroups?.destroy();
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
