/** A program made ready on a GPU device: buffers, pipelines and bind groups exist, and a run only encodes and submits. */
import type { Executable, HostArray, KernelTime, Schedules } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { BufferDeclaration, Kernel, Program } from '../ir/kernel.ts';
import { expressionsOf, visit } from '../ir/rewrite.ts';
import type { OpenDevice } from './device.ts';
import type { DeviceMemory } from './device-memory.ts';
import { encodeDispatch, type Dispatch } from './dispatch.ts';
import { allocate, firstGroupBlock, memoryOf, planDeviceMemory, release } from './device-memory.ts';
import { BUFFER, MAP_READ } from './gpu-constants.ts';
import type { KernelSource } from './compute-source.ts';
import { sourceOf } from './kernel-source.ts';
import { layoutOf, type Schedule } from './schedule.ts';
import type { ScheduledProgram } from './schedule-program.ts';
import type { PipelineCache } from './pipelines.ts';
import type { SubmitQueue } from './submit-queue.ts';
import { timeDispatches } from './timing.ts';
import { Uploader } from './transfer.ts';
import type { Piece } from './work-estimate.ts';
import { flopsOf, millisecondsOf, piecesFor, spread } from './work-estimate.ts';

/** GPU time that one submit should take, in milliseconds: short enough for watchdogs, other tabs and Pause. */
const SUBMIT_MS = 8;

interface Compiled {
  readonly source: KernelSource;
  readonly pieces: readonly Piece[];
  /** Estimated time of the whole kernel. */
  readonly milliseconds: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

interface Sequence {
  /** Its kernels in order, as `time` tells of them. */
  readonly kernels: readonly Omit<KernelTime, 'milliseconds'>[];
  readonly dispatches: readonly Dispatch[];
  /** Run-time scalars that its kernels name. */
  readonly scalars: ReadonlySet<string>;
}

/** Loads a scheduled program: compiles, allocates and binds. */
export async function loadExecutable(
  scheduled: ScheduledProgram,
  open: OpenDevice,
  pipelines: PipelineCache,
  queue: SubmitQueue,
  onProgress: (done: number, total: number) => void,
): Promise<Executable> {
  const { device, info } = open;
  const { program, schedules, longestDispatch } = scheduled;
  const sizes = planDeviceMemory(device, program);
  const kernels = Object.values(program.sequences).flat();
  let done = 0;
  onProgress(0, kernels.length);
  const compiled = new Map<Kernel, Compiled>();
  await Promise.all(
    kernels.map(async (kernel) => {
      const schedule = schedules.get(kernel);
      if (schedule === undefined) throw new Error(`${kernel.label} has no schedule.`);
      const milliseconds = millisecondsOf(kernel, info.software);
      const source = sourceOf(kernel, schedule, program, milliseconds > longestDispatch);
      if (source.buffers.length > device.limits.maxStorageBuffersPerShaderStage)
        throw new Error(`${kernel.label} uses ${source.buffers.length} buffers, more than the device can bind.`);
      const pieces = piecesFor(source.workgroups, source.inPieces ? milliseconds / longestDispatch : 1);
      compiled.set(kernel, { source, pieces, milliseconds, ...(await pipelines.get(source)) });
      onProgress(++done, kernels.length);
    }),
  );

  const firstGroups = [...compiled.values()].flatMap((c) => (c.source.inPieces ? c.pieces.map((p) => p.first) : []));
  const memory = await allocate(device, sizes, program.scalars.length, firstGroups);
  let block = 0;
  const dispatches = new Map<Kernel, Omit<Dispatch, 'kernel'>[]>();
  for (const [kernel, { source, pieces, milliseconds, pipeline, layout }] of compiled) {
    const bound: GPUBufferBinding[] = source.buffers.map((b) => ({ buffer: memoryOf(memory, b.id) }));
    if (source.usesScalars) bound.push({ buffer: memory.scalars });
    const one = ({ count }: Piece): Omit<Dispatch, 'kernel'> => {
      const all = source.inPieces ? [...bound, firstGroupBlock(memory, block++)] : bound;
      const entries = all.map((resource, binding) => ({ binding, resource }));
      return {
        label: kernel.label,
        pipeline,
        bindGroup: device.createBindGroup({ layout, entries }),
        ...spread(count),
        milliseconds: (milliseconds * count) / source.workgroups,
      };
    };
    dispatches.set(kernel, pieces.map(one));
  }
  const sequences = new Map<string, Sequence>();
  for (const [name, list] of Object.entries(program.sequences)) {
    const scalars = new Set<string>();
    visit(list.flatMap(expressionsOf), (e) => {
      if (e.op === 'scalar') scalars.add(e.name);
    });
    const here = list.flatMap((kernel, i) =>
      (dispatches.get(kernel) ?? []).map((d): Dispatch => ({ ...d, kernel: i })),
    );
    sequences.set(name, { kernels: list.map((k) => described(k, schedules.get(k))), dispatches: here, scalars });
  }
  return new LoadedProgram(scheduled, device, queue, memory, sequences);
}

const described = (kernel: Kernel, schedule: Schedule | undefined): Omit<KernelTime, 'milliseconds'> => ({
  label: kernel.label,
  flops: flopsOf(kernel),
  ...(schedule === undefined ? {} : { layout: layoutOf(schedule) }),
});

class LoadedProgram implements Executable {
  readonly schedules: Schedules;
  private readonly program: Program;
  private readonly device: GPUDevice;
  private readonly queue: SubmitQueue;
  private readonly memory: DeviceMemory;
  private readonly sequences: ReadonlyMap<string, Sequence>;
  private readonly declarations: ReadonlyMap<string, BufferDeclaration>;
  private readonly scalarWords: Uint32Array<ArrayBuffer>;
  private readonly uploader: Uploader;
  private readonly staging = new Map<number, GPUBuffer[]>();
  private disposed = false;

  constructor(
    { program, tuned = {} }: ScheduledProgram,
    device: GPUDevice,
    queue: SubmitQueue,
    memory: DeviceMemory,
    sequences: ReadonlyMap<string, Sequence>,
  ) {
    this.program = program;
    this.schedules = tuned;
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
    const { kernels, dispatches } = this.begin(sequence, scalars);
    await this.queue.idle();
    const times = await timeDispatches(this.device, dispatches);
    const sums = kernels.map(() => 0);
    dispatches.forEach((d, i) => (sums[d.kernel] = (sums[d.kernel] as number) + (times[i] as number)));
    return kernels.map((kernel, i) => ({ ...kernel, milliseconds: sums[i] as number }));
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    release(this.memory);
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
