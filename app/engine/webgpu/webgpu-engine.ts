/** The WebGPU engine: a device that has passed its self-test, and programs loaded on it. */
import type { Engine, Executable, MemoryLimits, MemoryNeed } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { Program } from '../ir/kernel.ts';
import type { OpenDevice } from './device.ts';
import { openDevice } from './device.ts';
import { arrayLimit, deviceNeed } from './device-memory.ts';
import { loadExecutable } from './executable.ts';
import type { ScheduledProgram } from './choose-schedule.ts';
import { scheduleProgram } from './choose-schedule.ts';
import { PipelineCache } from './pipelines.ts';
import { selfTest } from '../self-test.ts';
import { SubmitQueue } from './submit-queue.ts';

export interface WebGpuEngine extends Engine {
  /** The device, for tests that watch its errors. */
  readonly device: GPUDevice;
  load(
    program: Program,
    options?: { readonly onProgress?: (done: number, total: number) => void },
  ): Promise<Executable>;
  /** The schedules that `load` would choose for a program now. */
  schedule(program: Program): ScheduledProgram;
  /** Loads a program whose schedules were chosen by the caller: for tests and benchmarks of schedules. */
  loadScheduled(scheduled: ScheduledProgram): Promise<Executable>;
}

/**
 * Opens the engine on a WebGPU implementation (`navigator.gpu`, or the `webgpu` package's in Node). Throws an
 * EngineError: 'no-adapter' where there is no GPU to use, 'self-test' where the driver computes wrong numbers.
 */
export async function createWebGpuEngine(gpu: GPU): Promise<WebGpuEngine> {
  const open = await openDevice(gpu);
  const engine = new DeviceEngine(open, gpu);
  try {
    await selfTest(engine, `The graphics driver of ${engine.info.device}`, 'Update the driver, or use another engine.');
  } catch (error) {
    engine.dispose();
    throw error;
  }
  return engine;
}

class DeviceEngine implements WebGpuEngine {
  readonly lost: Promise<string>;
  private readonly open: OpenDevice;
  private readonly pipelines: PipelineCache;
  private readonly queue: SubmitQueue;
  private disposed = false;
  /** Node's WebGPU dies with this object, whatever devices are open; and it keeps the process alive until released. */
  private readonly held: Set<GPU>;

  constructor(open: OpenDevice, gpu: GPU) {
    this.open = open;
    this.held = new Set([gpu]);
    this.pipelines = new PipelineCache(open.device);
    this.queue = new SubmitQueue(open.device);
    this.lost = new Promise((resolve) => {
      void open.device.lost.then(({ reason, message }) => {
        if (!this.disposed) resolve(message === '' ? reason : message);
      });
    });
  }

  get info(): OpenDevice['info'] {
    return this.open.info;
  }

  /** WebGPU does not say how much memory there is. */
  get limits(): MemoryLimits {
    return { total: Infinity, largest: arrayLimit(this.open.device) };
  }

  plan(program: Program): MemoryNeed {
    return deviceNeed(program);
  }

  get device(): GPUDevice {
    return this.open.device;
  }

  load(
    program: Program,
    options: { readonly onProgress?: (done: number, total: number) => void } = {},
  ): Promise<Executable> {
    return this.loadScheduled(this.schedule(program), options.onProgress);
  }

  schedule(program: Program): ScheduledProgram {
    return scheduleProgram(program, this.open.profile);
  }

  loadScheduled(scheduled: ScheduledProgram, onProgress?: (done: number, total: number) => void): Promise<Executable> {
    if (this.disposed) throw new EngineError('device-lost', 'The GPU was released; open the engine again.');
    return loadExecutable(scheduled, this.open, this.pipelines, this.queue, onProgress ?? ((): void => undefined));
  }

  dispose(): void {
    this.disposed = true;
    this.open.device.destroy();
    this.held.clear();
  }
}
