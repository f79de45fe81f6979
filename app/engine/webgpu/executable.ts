/** A program made ready on a GPU device: buffers, pipelines and bind groups exist, and a run only encodes and submits. */
import type { Executable, HostArray, KernelTime } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { BufferDeclaration, Kernel, Program } from '../ir/kernel.ts';
import { expressionsOf, visit } from '../ir/rewrite.ts';
import { bytesOf, planMemory } from '../program/memory-plan.ts';
import type { OpenDevice } from './device.ts';
import { BUFFER, MAP_READ } from './gpu-constants.ts';
import { sourceOf } from './kernel-source.ts';
import type { ScheduledProgram } from './choose-schedule.ts';
import type { PipelineCache } from './pipelines.ts';
import type { SubmitQueue } from './submit-queue.ts';
import { timeDispatches } from './timing.ts';
import { Uploader } from './transfer.ts';
import { operationsOf } from './work-estimate.ts';

/** GPU time that one submit should take, in milliseconds: short enough for watchdogs, other tabs and Pause. */
const SUBMIT_MS = 8;
const WORKGROUPS_PER_DIMENSION = 65_535;

/** One kernel, ready to be encoded. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  /** Estimated milliseconds, corrected by what submits take. */
  milliseconds: number;
}

interface Sequence {
  readonly dispatches: readonly Dispatch[];
  /** Run-time scalars that its kernels name. */
  readonly scalars: ReadonlySet<string>;
}

/** An Executable that can also time its kernels one by one. */
export interface WebGpuExecutable extends Executable {
  /** Runs a sequence once, kernel by kernel, and gives the time of each in order. */
  time(sequence: string, scalars: Readonly<Record<string, number>>): Promise<KernelTime[]>;
}

/** Loads a scheduled program: compiles, allocates and binds. */
export async function loadExecutable(
  scheduled: ScheduledProgram,
  open: OpenDevice,
  pipelines: PipelineCache,
  queue: SubmitQueue,
  onProgress: (done: number, total: number) => void,
): Promise<WebGpuExecutable> {
  const { device, info } = open;
  const { program, schedules } = scheduled;
  const kernels = Object.values(program.sequences).flat();
  let done = 0;
  onProgress(0, kernels.length);
  const compiled = new Map<
    Kernel,
    { source: ReturnType<typeof sourceOf>; pipeline: GPUComputePipeline; layout: GPUBindGroupLayout }
  >();
  await Promise.all(
    kernels.map(async (kernel) => {
      const schedule = schedules.get(kernel);
      if (schedule === undefined) throw new Error(`${kernel.label} has no schedule.`);
      const source = sourceOf(kernel, schedule, program);
      if (source.buffers.length > device.limits.maxStorageBuffersPerShaderStage)
        throw new Error(`${kernel.label} uses ${source.buffers.length} buffers, more than the device can bind.`);
      compiled.set(kernel, { source, ...(await pipelines.get(source)) });
      onProgress(++done, kernels.length);
    }),
  );

  const memory = await allocate(device, program);
  const sequences = new Map<string, Sequence>();
  for (const [name, list] of Object.entries(program.sequences)) {
    const scalars = new Set<string>();
    visit(list.flatMap(expressionsOf), (e) => {
      if (e.op === 'scalar') scalars.add(e.name);
    });
    const dispatches = list.map((kernel): Dispatch => {
      const made = compiled.get(kernel);
      if (made === undefined) throw new Error(`${kernel.label} was not compiled.`);
      const { source, pipeline, layout } = made;
      const bound = source.buffers.map((b) => memoryOf(memory, b.id));
      if (source.usesScalars) bound.push(memory.scalars);
      const y = Math.ceil(source.workgroups / WORKGROUPS_PER_DIMENSION);
      return {
        label: kernel.label,
        pipeline,
        bindGroup: device.createBindGroup({
          layout,
          entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
        x: Math.ceil(source.workgroups / y),
        y,
        milliseconds: 0.005 + operationsOf(kernel) / (info.software ? 5e5 : 5e8),
      };
    });
    sequences.set(name, { dispatches, scalars });
  }
  return new LoadedProgram(program, device, queue, memory, sequences);
}

interface Memory {
  /** The allocation that holds each buffer of the program. */
  readonly placed: ReadonlyMap<string, GPUBuffer>;
  readonly allocations: readonly GPUBuffer[];
  readonly scalars: GPUBuffer;
  readonly bytes: number;
}

function memoryOf(memory: Memory, id: string): GPUBuffer {
  const found = memory.placed.get(id);
  if (found === undefined) throw new Error(`Buffer ${id} has no memory.`);
  return found;
}

async function allocate(device: GPUDevice, program: Program): Promise<Memory> {
  const plan = planMemory(program);
  const persistent = program.buffers.filter((b) => b.lifetime === 'persistent');
  const scalarBytes = Math.max(16, Math.ceil(program.scalars.length / 4) * 16);
  const sizes = [...plan.allocations.map((a) => a.bytes), ...persistent.map(bytesOf)];
  const bytes = sizes.reduce((a, b) => a + b, scalarBytes);
  const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const largest = Math.max(0, ...sizes);
  if (largest > limit)
    throw new EngineError(
      'out-of-memory',
      `One array of this network needs ${mebibytes(largest)}, and this GPU binds at most ${mebibytes(limit)} at once. Use a smaller batch or a smaller network.`,
    );
  device.pushErrorScope('out-of-memory');
  const allocations = sizes.map((size, i) =>
    device.createBuffer({
      label: `allocation ${i}`,
      size,
      usage: BUFFER.storage | BUFFER.copySource | BUFFER.copyTarget,
    }),
  );
  const scalars = device.createBuffer({
    label: 'scalars',
    size: scalarBytes,
    usage: BUFFER.uniform | BUFFER.copyTarget,
  });
  const problem = await device.popErrorScope();
  if (problem !== null) {
    for (const b of [...allocations, scalars]) b.destroy();
    throw new EngineError(
      'out-of-memory',
      `The GPU has no ${mebibytes(bytes)} of memory for this network. Use a smaller batch, or close other pages that use the GPU.`,
    );
  }
  const placed = new Map<string, GPUBuffer>();
  for (const [id, i] of plan.placement) placed.set(id, allocations[i] as GPUBuffer);
  persistent.forEach(({ id }, i) => placed.set(id, allocations[plan.allocations.length + i] as GPUBuffer));
  return { placed, allocations, scalars, bytes };
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

class LoadedProgram implements WebGpuExecutable {
  private readonly program: Program;
  private readonly device: GPUDevice;
  private readonly queue: SubmitQueue;
  private readonly memory: Memory;
  private readonly sequences: ReadonlyMap<string, Sequence>;
  private readonly declarations: ReadonlyMap<string, BufferDeclaration>;
  private readonly scalarWords: Uint32Array<ArrayBuffer>;
  private readonly uploader: Uploader;
  private readonly staging = new Map<number, GPUBuffer[]>();
  private disposed = false;

  constructor(
    program: Program,
    device: GPUDevice,
    queue: SubmitQueue,
    memory: Memory,
    sequences: ReadonlyMap<string, Sequence>,
  ) {
    this.program = program;
    this.device = device;
    this.queue = queue;
    this.memory = memory;
    this.sequences = sequences;
    this.declarations = new Map(program.buffers.map((b) => [b.id, b]));
    this.scalarWords = new Uint32Array(memory.scalars.size / 4);
    this.uploader = new Uploader(device);
  }

  get bytes(): number {
    return this.memory.bytes;
  }

  write(buffer: string, data: HostArray, offset = 0): void {
    const { declaration, memory } = this.persistent(buffer);
    if (offset < 0 || offset + data.length > declaration.size)
      throw new Error(
        `Writing ${data.length} elements at ${offset} does not fit "${buffer}", which has ${declaration.size}.`,
      );
    this.uploader.write(memory, declaration.dtype, data, offset);
  }

  run(sequence: string, scalars: Readonly<Record<string, number>>): void {
    const { dispatches } = this.begin(sequence, scalars);
    this.queue.beginRun();
    let start = 0;
    while (start < dispatches.length) {
      let end = start;
      let estimate = 0;
      do estimate += (dispatches[end++] as Dispatch).milliseconds;
      while (end < dispatches.length && estimate + (dispatches[end] as Dispatch).milliseconds <= SUBMIT_MS);
      this.submit(dispatches.slice(start, end), estimate);
      start = end;
    }
  }

  async read(buffer: string, offset = 0, count?: number): Promise<HostArray> {
    const { declaration, memory } = this.persistent(buffer);
    const elements = count ?? declaration.size - offset;
    if (offset < 0 || elements < 0 || offset + elements > declaration.size)
      throw new Error(
        `Elements ${offset} to ${offset + elements} are not all in "${buffer}", which has ${declaration.size}.`,
      );
    const width = declaration.dtype === 'u8' ? 1 : 4;
    const first = Math.floor((offset * width) / 4) * 4;
    const bytes = Math.max(4, Math.ceil(((offset + elements) * width) / 4) * 4 - first);
    const size = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    const pool = this.staging.get(size) ?? [];
    this.staging.set(size, pool);
    const target =
      pool.pop() ?? this.device.createBuffer({ label: 'staging', size, usage: BUFFER.mapRead | BUFFER.copyTarget });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(memory, first, target, 0, Math.min(bytes, memory.size - first));
    this.device.queue.submit([encoder.finish()]);
    try {
      await target.mapAsync(MAP_READ, 0, bytes);
    } catch (cause) {
      if (this.queue.failed !== undefined) throw this.queue.failed;
      throw new EngineError('device-lost', `Reading "${buffer}" back from the GPU failed.`, { cause });
    }
    const copy = target.getMappedRange(0, bytes).slice(0);
    target.unmap();
    if (this.disposed) target.destroy();
    else pool.push(target);
    if (this.queue.failed !== undefined) throw this.queue.failed;
    return typed(copy, declaration.dtype, offset * width - first, elements);
  }

  ready(): Promise<void> {
    return this.queue.ready();
  }

  idle(): Promise<void> {
    return this.queue.idle();
  }

  async time(sequence: string, scalars: Readonly<Record<string, number>>): Promise<KernelTime[]> {
    const { dispatches } = this.begin(sequence, scalars);
    await this.queue.idle();
    return timeDispatches(this.device, dispatches);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const b of this.memory.allocations) b.destroy();
    this.memory.scalars.destroy();
    for (const pool of this.staging.values()) for (const b of pool) b.destroy();
    this.staging.clear();
    this.uploader.dispose();
  }

  /** Finds a sequence and sends its scalars, in order with the submits before and after. */
  private begin(name: string, scalars: Readonly<Record<string, number>>): Sequence {
    if (this.disposed) throw new Error('This program was disposed of.');
    const sequence = this.sequences.get(name);
    if (sequence === undefined) throw new Error(`No sequence is called "${name}".`);
    const view = new DataView(this.scalarWords.buffer);
    this.program.scalars.forEach(({ name: scalar, dtype }, i) => {
      const value = scalars[scalar];
      if (value === undefined) {
        if (sequence.scalars.has(scalar)) throw new Error(`Sequence "${name}" needs the scalar "${scalar}".`);
        return;
      }
      if (dtype === 'f32') view.setFloat32(i * 4, value, true);
      else if (dtype === 'i32') view.setInt32(i * 4, value, true);
      else view.setUint32(i * 4, value, true);
    });
    if (sequence.scalars.size > 0) this.device.queue.writeBuffer(this.memory.scalars, 0, this.scalarWords);
    return sequence;
  }

  private submit(dispatches: readonly Dispatch[], estimate: number): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const d of dispatches) encodeDispatch(pass, d);
    pass.end();
    this.queue.submit(encoder.finish(), estimate, (measured) => {
      // Nothing tells the kernels of a submit apart, so all share the correction; a far outlier moves them little.
      const correction = Math.min(8, Math.max(1 / 8, measured / estimate)) ** 0.5;
      for (const d of dispatches) d.milliseconds = Math.max(0.001, d.milliseconds * correction);
    });
  }

  private persistent(id: string): { declaration: BufferDeclaration; memory: GPUBuffer } {
    if (this.disposed) throw new Error('This program was disposed of.');
    const declaration = this.declarations.get(id);
    if (declaration === undefined) throw new Error(`No buffer is called "${id}".`);
    if (declaration.lifetime === 'transient') throw new Error(`Buffer "${id}" is transient: the host cannot reach it.`);
    return { declaration, memory: memoryOf(this.memory, id) };
  }
}

/** Writes one kernel into a compute pass. */
export function encodeDispatch(pass: GPUComputePassEncoder, dispatch: Dispatch): void {
  pass.setPipeline(dispatch.pipeline);
  pass.setBindGroup(0, dispatch.bindGroup);
  pass.dispatchWorkgroups(dispatch.x, dispatch.y);
}

function typed(bytes: ArrayBuffer, dtype: BufferDeclaration['dtype'], from: number, count: number): HostArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(bytes, from, count);
    case 'i32':
      return new Int32Array(bytes, from, count);
    case 'u32':
      return new Uint32Array(bytes, from, count);
    case 'u8':
      return new Uint8Array(bytes, from, count);
  }
}
