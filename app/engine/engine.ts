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
}

/** A Program made ready on a device. Calls are queued in order; nothing waits except `read`, `ready` and `idle`. */
export interface Executable {
  /** Bytes of device memory taken. */
  readonly bytes: number;
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
  load(
    program: Program,
    options?: { readonly onProgress?: (done: number, total: number) => void },
  ): Promise<Executable>;
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
