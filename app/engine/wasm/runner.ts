/** How the runs of one loaded program are carried out: by a pool of threads, or on the calling thread in short slices. */
import type { ProgramCode, Step } from './program-code.ts';

export interface Run {
  readonly sequence: string;
  /** One word for each scalar of the program, in its order. */
  readonly scalars: Int32Array;
}

export interface Runner {
  /** Most runs that can be carried out together. */
  readonly capacity: number;
  /** Carries out runs in order; gives the milliseconds of each kernel when `timed`. */
  run(runs: readonly Run[], timed: boolean): Promise<readonly number[]>;
  dispose(): void;
}

/** How long the calling thread computes before it lets messages in, in milliseconds. */
const SLICE = 8;

type KernelFunction = (first: number, last: number, scratch: number, fresh: number) => void;

/** Runs on the calling thread: where there are no workers, or no memory to share with them. */
export function inlineRunner(code: ProgramCode, instance: WebAssembly.Instance, memory: WebAssembly.Memory): Runner {
  const functions = instance.exports as Record<string, KernelFunction>;
  const words = new Int32Array(memory.buffer, code.scalarsAt, code.scalars.size);
  const step = ({ run, units }: Step): void => {
    const f = functions[run];
    if (f === undefined) throw new Error(`The module has no function ${run}.`);
    f(0, units, code.scratch.start, 1);
  };
  return {
    capacity: 1,
    async run(runs, timed) {
      const times: number[] = [];
      let slice = performance.now();
      for (const r of runs) {
        words.set(r.scalars);
        for (const s of code.sequences[r.sequence]?.steps ?? []) {
          const before = performance.now();
          if (before - slice > SLICE) {
            await yieldToMessages();
            slice = performance.now();
          }
          const started = performance.now();
          step(s);
          if (timed) times.push(performance.now() - started);
        }
      }
      return times;
    },
    dispose: () => undefined,
  };
}

/** Lets the messages that have come in be handled. */
function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
