/**
 * How long a kernel takes under a schedule, on memory of its own: what the tuner goes by. Only as many workgroups are
 * run as fill a few milliseconds, so that a slow adapter is not held up by kernels that take it a second.
 */
import { EngineError } from '../engine.ts';
import type { Kernel, Program } from '../ir/kernel.ts';
import { bytesOf } from '../program/memory-plan.ts';
import type { KernelSource } from './compute-source.ts';
import { BUFFER } from './gpu-constants.ts';
import { sourceOf } from './kernel-source.ts';
import type { PipelineCache } from './pipelines.ts';
import type { Schedule } from './schedule.ts';
import { timeRepeated, type Work } from './timing.ts';
import { spread } from './work-estimate.ts';

/** Milliseconds that one sample should last, for the clock's ticks and the start of the work to be small beside it. */
const SAMPLE_MS = 2;
/** Samples of a schedule; the shortest counts, since whatever else the device does only adds. */
const SAMPLES = 3;
/** Workgroups of the first trial on a software adapter; a GPU is only busy with all of them. */
const FIRST_GROUPS = 8;
const MOST_REPEATS = 256;

/** Times one kernel under any number of schedules. Dispose of it to free the memory that the kernel runs on. */
export class KernelTimer {
  private readonly device: GPUDevice;
  private readonly pipelines: PipelineCache;
  private readonly kernel: Kernel;
  private readonly program: Program;
  private readonly slow: boolean;
  private readonly memory = new Map<string, GPUBuffer>();
  private readonly scalars: GPUBuffer;

  /** `slow` says that the adapter is software. */
  constructor(device: GPUDevice, pipelines: PipelineCache, kernel: Kernel, program: Program, slow: boolean) {
    this.device = device;
    this.pipelines = pipelines;
    this.kernel = kernel;
    this.program = program;
    this.slow = slow;
    this.scalars = device.createBuffer({
      size: Math.max(16, Math.ceil(program.scalars.length / 4) * 16),
      usage: BUFFER.uniform,
    });
  }

  /** Starts to compile the kernel for a schedule, so that a later `time` need not wait. */
  prepare(schedule: Schedule): void {
    // A failure is told where the result is awaited.
    this.pipelines.get(this.source(schedule)).catch(() => undefined);
  }

  /** Milliseconds of the whole kernel. Rejects with an EngineError where it does not compile or memory is short. */
  async time(schedule: Schedule): Promise<number> {
    const source = this.source(schedule);
    const { pipeline, layout } = await this.pipelines.get(source);
    const entries: GPUBindGroupEntry[] = [];
    for (const { id } of source.buffers)
      entries.push({ binding: entries.length, resource: { buffer: await this.buffer(id) } });
    if (source.usesScalars) entries.push({ binding: entries.length, resource: { buffer: this.scalars } });
    const bindGroup = this.device.createBindGroup({ layout, entries });

    let groups = this.slow ? Math.min(source.workgroups, FIRST_GROUPS) : source.workgroups;
    let repeats = 1;
    const sample = (): Promise<number> => {
      const work: Work = { pipeline, bindGroup, ...spread(groups) };
      return timeRepeated(this.device, work, repeats);
    };
    // The first run compiles what drivers leave to it.
    await sample();
    let least = await sample();
    while (least < SAMPLE_MS / 2) {
      const factor = Math.min(16, Math.ceil(SAMPLE_MS / Math.max(least, 0.01)));
      if (groups < source.workgroups) groups = Math.min(source.workgroups, groups * factor);
      else if (repeats < MOST_REPEATS) repeats = Math.min(MOST_REPEATS, repeats * factor);
      else break;
      least = await sample();
    }
    for (let i = 1; i < SAMPLES; i++) least = Math.min(least, await sample());
    return (least / repeats) * (source.workgroups / groups);
  }

  dispose(): void {
    for (const buffer of this.memory.values()) buffer.destroy();
    this.scalars.destroy();
  }

  private source(schedule: Schedule): KernelSource {
    return sourceOf(this.kernel, schedule, this.program);
  }

  private async buffer(id: string): Promise<GPUBuffer> {
    const known = this.memory.get(id);
    if (known !== undefined) return known;
    const declaration = this.program.buffers.find((b) => b.id === id);
    if (declaration === undefined) throw new Error(`Buffer ${id} is not declared.`);
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ size: Math.max(16, bytesOf(declaration)), usage: BUFFER.storage });
    const problem = await this.device.popErrorScope();
    if (problem !== null) throw new EngineError('out-of-memory', 'The GPU has no memory left to try schedules in.');
    this.memory.set(id, buffer);
    return buffer;
  }
}
