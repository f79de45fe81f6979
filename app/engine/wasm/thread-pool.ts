/** The engine's side of its threads: starts them, gives them programs, and sends them one dispatch at a time. */
import { EngineError } from '../engine.ts';
import type { ProgramCode } from './program-code.ts';
import type { Run, Runner } from './runner.ts';
import {
  CONTROL_WORDS,
  RUNS_AT,
  WORDS,
  type FromThread,
  type OpenThread,
  type ThreadHandle,
} from './thread-protocol.ts';

interface Waiting {
  readonly resolve: (times: readonly number[]) => void;
  readonly reject: (error: Error) => void;
}

/** A pool of threads that share memory. */
export class ThreadPool {
  readonly size: number;
  /** Resolves with the reason when a thread dies. */
  readonly lost: Promise<string>;
  private readonly threads: readonly ThreadHandle[];
  private readonly control: Int32Array;
  private readonly loading = new Map<
    number,
    { missing: number; readonly resolve: () => void; readonly reject: (error: Error) => void }
  >();
  private programs = 0;
  private dispatched: Waiting | undefined;
  /** Of the dispatch under way: why a thread failed, and the times of its kernels once all are done. */
  private failure: string | undefined;
  private times: readonly number[] | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private dead: string | undefined;

  constructor(size: number, open: OpenThread) {
    this.size = size;
    const shared = new SharedArrayBuffer(CONTROL_WORDS * 4);
    this.control = new Int32Array(shared);
    let lose: (reason: string) => void = () => undefined;
    this.lost = new Promise((resolve) => {
      lose = resolve;
    });
    this.threads = Array.from({ length: size }, (_, thread) => {
      const handle = open();
      handle.listen((message) => {
        this.receive(message);
      });
      handle.onError((reason) => {
        this.dead = reason;
        const error = this.lostError();
        this.dispatched?.reject(error);
        for (const { reject } of this.loading.values()) reject(error);
        lose(reason);
      });
      // A thread starts parked.
      this.control[WORDS.parked + thread] = 1;
      handle.post({ type: 'start', thread, threads: size, control: shared, words: WORDS, runsAt: RUNS_AT });
      handle.await(false);
      return handle;
    });
  }

  /** Gives a program to all threads. */
  async load(code: ProgramCode, module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Runner> {
    if (this.dead !== undefined) throw this.lostError();
    const program = this.programs++;
    const names = Object.keys(code.sequences);
    const sequences = Object.values(code.sequences).map(({ steps }) => steps.map(({ run, units }) => ({ run, units })));
    this.awaitThreads(true);
    try {
      await new Promise<void>((resolve, reject) => {
        this.loading.set(program, { missing: this.size, resolve, reject });
        this.threads.forEach((thread, i) => {
          thread.post({
            type: 'load',
            program,
            module,
            memory,
            sequences,
            scratch: code.scratch.start + i * code.scratch.bytes,
            scalars: code.scalarsAt,
            scalarCount: code.scalars.size,
          });
        });
      });
    } finally {
      this.loading.delete(program);
      this.awaitThreads(false);
    }
    return {
      capacity: Math.floor((CONTROL_WORDS - RUNS_AT) / (1 + code.scalars.size)),
      run: (runs, timed) => this.take(() => this.dispatch(program, names, runs, timed)),
      dispose: () => {
        for (const thread of this.threads) thread.post({ type: 'unload', program });
      },
    };
  }

  dispose(): void {
    this.dead ??= 'The engine was closed.';
    this.dispatched?.reject(this.lostError());
    for (const thread of this.threads) thread.terminate();
  }

  /** One dispatch at a time, in the order in which they were asked for. */
  private take<T>(body: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(body);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async dispatch(
    program: number,
    names: readonly string[],
    runs: readonly Run[],
    timed: boolean,
  ): Promise<readonly number[]> {
    if (this.dead !== undefined) throw this.lostError();
    const { control } = this;
    let at = RUNS_AT;
    for (const { sequence, scalars } of runs) {
      control[at++] = names.indexOf(sequence);
      control.set(scalars, at);
      at += scalars.length;
    }
    control[WORDS.program] = program;
    control[WORDS.runs] = runs.length;
    control[WORDS.timed] = timed ? 1 : 0;
    control[WORDS.failed] = 0;
    control[WORDS.next] = 0;
    this.failure = undefined;
    this.times = undefined;
    this.awaitThreads(true);
    try {
      return await new Promise<readonly number[]>((resolve, reject) => {
        this.dispatched = { resolve, reject };
        Atomics.add(control, WORDS.go, 1);
        Atomics.notify(control, WORDS.go);
        this.threads.forEach((thread, i) => {
          if (Atomics.exchange(control, WORDS.parked + i, 0) === 1) thread.post({ type: 'wake' });
        });
      });
    } finally {
      this.dispatched = undefined;
      this.awaitThreads(false);
    }
  }

  private receive(message: FromThread): void {
    switch (message.type) {
      case 'loaded': {
        const waiting = this.loading.get(message.program);
        if (waiting !== undefined && --waiting.missing === 0) waiting.resolve();
        break;
      }
      case 'failed':
        this.failure = message.message;
        for (const { reject } of this.loading.values()) reject(new Error(message.message));
        this.settle();
        break;
      case 'done':
        this.times = message.times;
        this.settle();
        break;
    }
  }

  /** Ends a dispatch. Where one failed, the word of it may come after the first thread's that all are done. */
  private settle(): void {
    if (this.times === undefined) return;
    if (this.control[WORDS.failed] === 0) this.dispatched?.resolve(this.times);
    else if (this.failure !== undefined) this.dispatched?.reject(new Error(`A kernel failed: ${this.failure}.`));
  }

  private awaitThreads(awaited: boolean): void {
    for (const thread of this.threads) thread.await(awaited);
  }

  private lostError(): EngineError {
    return new EngineError('device-lost', `A thread of the processor engine stopped: ${this.dead ?? 'unknown reason'}`);
  }
}
