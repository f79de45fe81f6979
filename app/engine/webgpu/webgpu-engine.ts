/** The WebGPU engine: a device that has passed its self-test, and programs loaded on it. */
import type { Engine, Executable, LoadOptions, MemoryLimits, MemoryNeed, TuneOptions, TuneReport } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { Program } from '../ir/kernel.ts';
import type { AdapterProfile, OpenDevice } from './device.ts';
import { openDevice } from './device.ts';
import { arrayLimit, deviceNeed } from './device-memory.ts';
import { loadExecutable } from './executable.ts';
import type { ScheduledProgram } from './schedule-program.ts';
import { scheduleProgram } from './schedule-program.ts';
import { PipelineCache } from './pipelines.ts';
import { selfTest } from '../self-test.ts';
import { ScheduleBook, type ScheduleStore } from './schedule-book.ts';
import { SubmitQueue } from './submit-queue.ts';
import { measureProduct, tune, type ProductSpeed } from './tune.ts';

export interface WebGpuEngine extends Engine {
  /** The device, for tests that watch its errors. */
  readonly device: GPUDevice;
  /** What schedules are chosen by. */
  readonly profile: AdapterProfile;
  load(program: Program, options?: LoadOptions): Promise<Executable>;
  tune(program: Program, options?: TuneOptions): Promise<TuneReport>;
  /** What a plain product of an m×k and a k×n matrix reaches on the device, tuned; see `measureProduct`. */
  productSpeed(m: number, n: number, k: number): Promise<ProductSpeed>;
  /** The schedules that `load` would choose for a program now. */
  schedule(program: Program): ScheduledProgram;
  /** Loads a program whose schedules were chosen by the caller: for tests and benchmarks of schedules. */
  loadScheduled(scheduled: ScheduledProgram): Promise<Executable>;
}

/**
 * Opens the engine on a WebGPU implementation (`navigator.gpu`, or the `webgpu` package's in Node). What tuning finds is
 * kept in `store`, or forgotten with the engine where there is none. Throws an EngineError: 'no-adapter' where there is no
 * GPU to use, 'self-test' where the driver computes wrong numbers.
 */
export async function createWebGpuEngine(gpu: GPU, store?: ScheduleStore): Promise<WebGpuEngine> {
  const open = await openDevice(gpu);
  const kept = await store?.load(open.info.device);
  const engine = new DeviceEngine(open, gpu, new ScheduleBook(open.profile, kept), store);
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
  private readonly book: ScheduleBook;
  private readonly store: ScheduleStore | undefined;
  private disposed = false;
  /** Node's WebGPU dies with this object, whatever devices are open; and it keeps the process alive until released. */
  private readonly held: Set<GPU>;

  constructor(open: OpenDevice, gpu: GPU, book: ScheduleBook, store: ScheduleStore | undefined) {
    this.open = open;
    this.book = book;
    this.store = store;
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

  get profile(): AdapterProfile {
    return this.open.profile;
  }

  load(program: Program, { onProgress, schedules }: LoadOptions = {}): Promise<Executable> {
    const book = schedules === undefined ? this.book : new ScheduleBook(this.open.profile, schedules);
    return this.loadScheduled(scheduleProgram(program, this.open.profile, book), onProgress);
  }

  schedule(program: Program): ScheduledProgram {
    return scheduleProgram(program, this.open.profile, this.book);
  }

  async tune(program: Program, options: TuneOptions = {}): Promise<TuneReport> {
    this.refuseDisposed();
    const report = await tune(program, this.open, this.pipelines, this.book, options);
    if (report.tuned > 0) await this.store?.save(this.open.info.device, this.book.all);
    return report;
  }

  productSpeed(m: number, n: number, k: number): Promise<ProductSpeed> {
    this.refuseDisposed();
    return measureProduct(this.open, this.pipelines, [m, n, k]);
  }

  loadScheduled(scheduled: ScheduledProgram, onProgress?: (done: number, total: number) => void): Promise<Executable> {
    this.refuseDisposed();
    return loadExecutable(scheduled, this.open, this.pipelines, this.queue, onProgress ?? ((): void => undefined));
  }

  private refuseDisposed(): void {
    if (this.disposed) throw new EngineError('device-lost', 'The GPU was released; open the engine again.');
  }

  dispose(): void {
    this.disposed = true;
    this.open.device.destroy();
    this.held.clear();
  }
}
