/** What every engine offers, whatever it runs on: load a Program, run its sequences, move data in and out. */
import type { Program } from './ir/kernel.ts';

export type EngineKind = 'webgpu' | 'wasm' | 'reference';

export interface EngineInfo {
  readonly kind: EngineKind;
  /** Adapter or processor, as shown to the user. */
  readonly device: string;
  /** True for a WebGPU adapter that is software. */
  readonly software: boolean;
  /** Threads that compute, of the processor engine. */
  readonly threads?: number;
}

export type HostArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Timing of one kernel, in milliseconds. */
export interface KernelTime {
  readonly label: string;
  readonly milliseconds: number;
  /** Arithmetic on floats in one run; a multiply-add is two. Left out where the engine does not count. */
  readonly flops?: number;
  /** How the kernel is laid out on the device, in a few words, where the engine has a choice. */
  readonly layout?: string;
}

/**
 * What tuning found for classes of kernels: opaque texts by opaque names, of one kind of engine. A program that is loaded
 * with the same ones on the same device computes the same bits.
 */
export type Schedules = Readonly<Record<string, string>>;

export interface LoadOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Schedules to use, these only, in place of what the engine knows: those of the run that goes on. */
  readonly schedules?: Schedules | undefined;
}

export interface TuneOptions {
  /** Milliseconds it may take; the engine's own choice when left out. */
  readonly budget?: number;
  /** Asked between trials; true ends the tuning with what was found. */
  readonly cancelled?: () => boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** How many classes of kernels were tuned now, were known already, and are left untuned for want of time. */
export interface TuneReport {
  readonly tuned: number;
  readonly known: number;
  readonly left: number;
  readonly milliseconds: number;
}

/** A Program made ready on a device. Calls are queued in order; nothing waits except `read`, `ready` and `idle`. */
export interface Executable {
  /** Bytes of device memory taken. */
  readonly bytes: number;
  /** What tuning had found for it when it was loaded; undefined on engines that are not tuned. */
  readonly schedules?: Schedules;
  /** Copies data into a persistent buffer (from element `offset`), in order with the runs queued before and after. */
  write(buffer: string, data: HostArray, offset?: number): void;
  /** Queues one run of a sequence with these run-time scalars (all that the sequence's kernels name). */
  run(sequence: string, scalars: Readonly<Record<string, number>>): void;
  /** Contents of a persistent buffer (`count` elements from `offset`) after all that was queued so far. */
  read(buffer: string, offset?: number, count?: number): Promise<HostArray>;
  /** Resolves when so little work is in flight that more may be queued without a long wait to cancel it. */
  ready(): Promise<void>;
  /** Resolves when everything queued is done; rejects with an EngineError when some of it failed. */
  idle(): Promise<void>;
  /** Runs a sequence once, kernel by kernel, and gives the time of each in order. */
  time(sequence: string, scalars: Readonly<Record<string, number>>): Promise<KernelTime[]>;
  dispose(): void;
}

/** What a Program takes on a device, in bytes. */
export interface MemoryNeed {
  readonly total: number;
  /** The largest piece that must lie in one. */
  readonly largest: number;
}

/** What a device has, in bytes; Infinity where it does not say. */
export interface MemoryLimits {
  readonly total: number;
  readonly largest: number;
}

export interface Engine {
  readonly info: EngineInfo;
  load(program: Program, options?: LoadOptions): Promise<Executable>;
  /**
   * Tries how the kernels of a program run fastest on this device, and keeps what it finds for later loads; programs that
   * are loaded already stay as they are. What is known is not tried again. Engines with nothing to tune have no `tune`.
   */
  tune?(program: Program, options?: TuneOptions): Promise<TuneReport>;
  /** What a Program would take if it were loaded. Nothing is allocated or compiled. */
  plan(program: Program): MemoryNeed;
  readonly limits: MemoryLimits;
  /** Resolves with the reason when the device is lost; the engine is unusable afterwards. */
  readonly lost: Promise<string>;
  dispose(): void;
}

export type EngineErrorCode = 'no-adapter' | 'device-lost' | 'out-of-memory' | 'validation' | 'self-test';

/** A failure of the device or driver, as a sentence for the user. Bugs throw plain errors. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
