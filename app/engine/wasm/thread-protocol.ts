/** What the engine and its threads say to each other: messages to set up, and words of shared memory while running. */

/** Places of 32-bit words in the control block that all threads share. */
export const WORDS = {
  /** Counts dispatches: threads wait for it to change. */
  go: 0,
  /** Threads that have reached the barrier, and how many barriers there have been. */
  arrived: 1,
  barrier: 2,
  /** The next unit of the current kernel that nobody has taken. */
  next: 3,
  /** Not 0 once a thread has failed in this dispatch. */
  failed: 4,
  /** Which program, how many runs of it, and whether each kernel is timed. */
  program: 5,
  runs: 6,
  timed: 7,
  /** For each thread, 1 while it waits for messages instead of watching `go`. */
  parked: 8,
} as const;

/** Most threads of a pool. */
export const MOST_THREADS = 64;
/** The runs of a dispatch: for each its sequence, and its scalars as words. */
export const RUNS_AT = WORDS.parked + MOST_THREADS;
export const CONTROL_WORDS = 16 * 1024;

export interface ThreadStep {
  readonly run: string;
  readonly units: number;
}

export type ToThread =
  | {
      readonly type: 'start';
      readonly thread: number;
      readonly threads: number;
      readonly control: SharedArrayBuffer;
      readonly words: typeof WORDS;
      readonly runsAt: number;
    }
  | {
      readonly type: 'load';
      readonly program: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly sequences: readonly (readonly ThreadStep[])[];
      /** Byte address of this thread's own memory. */
      readonly scratch: number;
      /** Byte address of the run-time scalars, which lie side by side. */
      readonly scalars: number;
      readonly scalarCount: number;
    }
  | { readonly type: 'unload'; readonly program: number }
  /** Sent to a parked thread: there is a dispatch. */
  | { readonly type: 'wake' };

export type FromThread =
  | { readonly type: 'loaded'; readonly program: number }
  | { readonly type: 'done'; readonly times: readonly number[] }
  | { readonly type: 'failed'; readonly message: string };

/** A thread's end of the line. */
export interface ThreadPort {
  post(message: FromThread): void;
  listen(handler: (message: ToThread) => void): void;
}

/** The engine's end of the line to one thread. */
export interface ThreadHandle {
  post(message: ToThread): void;
  listen(handler: (message: FromThread) => void): void;
  /** Called when the thread dies. */
  onError(handler: (message: string) => void): void;
  terminate(): void;
  /** Whether an answer is awaited: where it matters, a process then stays alive. */
  await(awaited: boolean): void;
}

/** Starts a thread that runs `serveThread`. */
export type OpenThread = () => ThreadHandle;
