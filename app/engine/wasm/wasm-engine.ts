/** The processor as an engine: WebAssembly SIMD made for each program, on as many threads as the page may use. */
import type { Engine, EngineInfo, Executable, MemoryLimits, MemoryNeed } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { Program } from '../ir/kernel.ts';
import { QueuedExecutable } from './executable.ts';
import { supportsRelaxedSimd } from './module-builder.ts';
import { PAGE, memoryNeed, programCode, type ProgramCode } from './program-code.ts';
import { padWindows } from './pad-windows.ts';
import { inlineRunner } from './runner.ts';
import { selfTest } from '../self-test.ts';
import { ThreadPool } from './thread-pool.ts';
import { MOST_THREADS, type OpenThread } from './thread-protocol.ts';

export interface WasmEngineOptions {
  /**
   * Starts a thread. Without it, or where memory cannot be shared (a page that is not cross-origin isolated), everything
   * is computed on the calling thread, in short slices.
   */
  readonly openThread?: OpenThread;
  /** Threads that compute, at least 1; by default one fewer than the processor has, so that the page stays responsive. */
  readonly threads?: number;
  /** Bytes that a program may have; by default all that WebAssembly can address. */
  readonly memoryLimit?: number;
}

/** WebAssembly addresses this many bytes; the last page is left, since no address may be the one behind the end. */
const MOST_BYTES = 65_535 * PAGE;

export interface WasmEngine extends Engine {
  readonly info: EngineInfo & { readonly kind: 'wasm' };
  /** Threads that compute. */
  readonly threads: number;
  load(
    program: Program,
    options?: { readonly onProgress?: (done: number, total: number) => void },
  ): Promise<Executable>;
}

/**
 * Opens the engine. Throws an EngineError: 'no-adapter' where the browser has no WebAssembly SIMD, 'self-test' where it
 * computes wrong numbers.
 */
export async function createWasmEngine(options: WasmEngineOptions = {}): Promise<WasmEngine> {
  const shared = options.openThread !== undefined && canShare();
  const threads = shared ? Math.min(MOST_THREADS, Math.max(1, options.threads ?? defaultThreads())) : 1;
  const pool = shared && options.openThread !== undefined ? new ThreadPool(threads, options.openThread) : undefined;
  const engine = new ProcessorEngine(threads, pool, options.memoryLimit ?? MOST_BYTES);
  try {
    await selfTest(engine, 'The processor engine of this browser', 'Update the browser, or use another engine.');
  } catch (error) {
    engine.dispose();
    if (error instanceof WebAssembly.CompileError)
      throw new EngineError(
        'no-adapter',
        'This browser has no WebAssembly SIMD, which training on the processor needs. Use a browser of this decade.',
        { cause: error },
      );
    throw error;
  }
  return engine;
}

/** One fewer than the processor has, at least one. */
export const defaultThreads = (): number => Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);

/** Whether memory can be shared with threads: in a browser, only on a cross-origin isolated page. */
const canShare = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

class ProcessorEngine implements WasmEngine {
  readonly threads: number;
  readonly info: WasmEngine['info'];
  readonly lost: Promise<string>;
  readonly limits: MemoryLimits;
  private readonly pool: ThreadPool | undefined;
  private readonly relaxed = supportsRelaxedSimd();
  private disposed = false;

  constructor(threads: number, pool: ThreadPool | undefined, mostBytes: number) {
    this.threads = threads;
    this.limits = { total: mostBytes, largest: mostBytes };
    this.pool = pool;
    this.info = {
      kind: 'wasm',
      device: `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${this.relaxed ? 'relaxed SIMD' : 'SIMD'}`,
      software: false,
      threads,
    };
    this.lost =
      pool === undefined
        ? new Promise(() => undefined)
        : new Promise((resolve) => {
            void pool.lost.then((reason) => {
              if (!this.disposed) resolve(reason);
            });
          });
  }

  plan(program: Program): MemoryNeed {
    const total = memoryNeed(padWindows(program), this.threads);
    return { total, largest: total };
  }

  async load(
    program: Program,
    options: { readonly onProgress?: (done: number, total: number) => void } = {},
  ): Promise<Executable> {
    if (this.disposed) throw new EngineError('device-lost', 'The engine was closed; open it again.');
    const padded = padWindows(program);
    const total = Object.values(padded.sequences).flat().length;
    let done = 0;
    options.onProgress?.(0, total);
    const shared = this.pool !== undefined;
    const code = programCode(padded, { threads: this.threads, shared, relaxed: this.relaxed }, () => {
      options.onProgress?.(++done, total);
    });
    const memory = allocate(code, shared);
    const module = await WebAssembly.compile(code.bytes);
    const runner =
      this.pool === undefined
        ? inlineRunner(code, await WebAssembly.instantiate(module, { env: { memory } }), memory)
        : await this.pool.load(code, module, memory);
    return new QueuedExecutable(program, code, memory, runner);
  }

  dispose(): void {
    this.disposed = true;
    this.pool?.dispose();
  }
}

function allocate(code: ProgramCode, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: code.pages, maximum: code.pages, shared });
  } catch (cause) {
    throw new EngineError(
      'out-of-memory',
      `This network needs ${Math.ceil((code.pages * PAGE) / 2 ** 20)} MiB of memory, more than the browser gives. Use a smaller batch or a smaller network.`,
      { cause },
    );
  }
}
