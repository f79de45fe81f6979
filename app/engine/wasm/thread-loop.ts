/**
 * What a thread of the pool does: takes its share of every kernel and meets the others at barriers. `serveThread` must
 * stand alone (no imports but types, nothing from outside the function): Node runs it from its text.
 */
import type { ThreadPort, ThreadStep, ToThread } from './thread-protocol.ts';

/** Serves until the thread is terminated. */
export function serveThread(port: ThreadPort): void {
  /** Looks at a word this often before sleeping: a barrier is usually met within microseconds. */
  const SPINS = 3000;
  /** How long a thread watches for work before it goes back to its messages, in milliseconds. */
  const PATIENCE = 20;
  /** Pieces that each thread's share is cut into, so that a slow thread takes fewer. */
  const PIECES = 8;

  interface Loaded {
    readonly functions: Record<string, (first: number, last: number, scratch: number, fresh: number) => void>;
    readonly sequences: readonly (readonly ThreadStep[])[];
    readonly scratch: number;
    readonly scalars: Int32Array;
  }
  type Start = ToThread & { type: 'start' };

  const programs = new Map<number, Loaded>();
  let start: Start | undefined;
  let control: Int32Array = new Int32Array(0);
  let seen = 0;

  const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

  function barrier({ words, threads }: Start): void {
    const { arrived, barrier: count, next } = words;
    const before = Atomics.load(control, count);
    if (Atomics.add(control, arrived, 1) === threads - 1) {
      Atomics.store(control, next, 0);
      Atomics.store(control, arrived, 0);
      Atomics.add(control, count, 1);
      Atomics.notify(control, count);
      return;
    }
    for (let i = 0; i < SPINS; i++) if (Atomics.load(control, count) !== before) return;
    while (Atomics.load(control, count) === before) Atomics.wait(control, count, before);
  }

  /** This thread's share of one kernel. */
  function share(s: Start, program: Loaded, { run, units }: ThreadStep): void {
    const f = program.functions[run];
    if (f === undefined) throw new Error(`The module has no function ${run}.`);
    if (units === 1) {
      if (s.thread === 0) f(0, 1, program.scratch, 1);
      return;
    }
    const piece = Math.max(1, Math.floor(units / (s.threads * PIECES)));
    let fresh = 1;
    for (;;) {
      const first = Atomics.add(control, s.words.next, piece);
      if (first >= units) return;
      f(first, Math.min(units, first + piece), program.scratch, fresh);
      fresh = 0;
    }
  }

  function dispatch(s: Start): void {
    const { words } = s;
    const program = programs.get(Atomics.load(control, words.program));
    const runs = Atomics.load(control, words.runs);
    const timed = Atomics.load(control, words.timed) !== 0;
    const times: number[] = [];
    let at = s.runsAt;
    for (let run = 0; run < runs; run++) {
      const steps = program?.sequences[Atomics.load(control, at++)] ?? [];
      const count = program?.scalars.length ?? 0;
      if (s.thread === 0) program?.scalars.set(control.subarray(at, at + count));
      at += count;
      barrier(s);
      steps.forEach((step, i) => {
        const before = timed ? performance.now() : 0;
        // After a failure the threads only keep meeting, so that none waits for ever.
        if (program !== undefined && Atomics.load(control, words.failed) === 0) {
          try {
            share(s, program, step);
          } catch (error) {
            Atomics.store(control, words.failed, 1);
            port.post({ type: 'failed', message: describe(error) });
          }
        }
        // Kernels of one unit are all run by the first thread: between two of them there is no one to wait for.
        if (timed || step.units !== 1 || steps[i + 1]?.units !== 1) barrier(s);
        if (timed) times.push(performance.now() - before);
      });
    }
    if (s.thread === 0) port.post({ type: 'done', times });
  }

  function work(s: Start): void {
    const { go, parked } = s.words;
    for (;;) {
      for (let i = 0; i < SPINS && Atomics.load(control, go) === seen; i++);
      if (Atomics.load(control, go) === seen) Atomics.wait(control, go, seen, PATIENCE);
      if (Atomics.load(control, go) === seen) {
        Atomics.store(control, parked + s.thread, 1);
        // A dispatch may have come in between: whoever takes the flag back sees to it.
        if (Atomics.load(control, go) === seen || Atomics.exchange(control, parked + s.thread, 0) === 0) return;
      }
      seen = Atomics.load(control, go);
      dispatch(s);
    }
  }

  port.listen((message) => {
    switch (message.type) {
      case 'start':
        start = message;
        control = new Int32Array(message.control);
        break;
      case 'load': {
        const { program, module, memory, sequences, scratch, scalars, scalarCount } = message;
        WebAssembly.instantiate(module, { env: { memory } }).then(
          (instance) => {
            programs.set(program, {
              functions: instance.exports as unknown as Loaded['functions'],
              sequences,
              scratch,
              scalars: new Int32Array(memory.buffer, scalars, scalarCount),
            });
            port.post({ type: 'loaded', program });
          },
          (error: unknown) => {
            port.post({ type: 'failed', message: describe(error) });
          },
        );
        break;
      }
      case 'unload':
        programs.delete(message.program);
        break;
      case 'wake':
        if (start !== undefined) work(start);
        break;
    }
  });
}
