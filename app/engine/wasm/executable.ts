/**
 * A program on the processor: what is asked for is queued and carried out in order, runs that follow each other
 * together. The thread that asks never computes, and waits only where the contract says so.
 */
import type { Executable, HostArray, KernelTime } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { BufferDeclaration, Program } from '../ir/kernel.ts';
import type { ProgramCode } from './program-code.ts';
import { PAGE } from './program-code.ts';
import type { Run, Runner } from './runner.ts';

/** Milliseconds of work that may be queued while `ready` resolves at once. */
const AHEAD = 30;
/** Milliseconds of runs that are carried out together. */
const TOGETHER = 50;

type Task =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'write'; readonly apply: () => void }
  | { readonly kind: 'other'; readonly apply: () => Promise<void> | void };

export class QueuedExecutable implements Executable {
  readonly bytes: number;
  private readonly program: Program;
  private readonly code: ProgramCode;
  private readonly memory: WebAssembly.Memory;
  private readonly runner: Runner;
  private readonly declarations: ReadonlyMap<string, BufferDeclaration>;
  private readonly tasks: Task[] = [];
  private working = false;
  /** Runs being carried out, and how long a run of each sequence takes. */
  private current: readonly Run[] = [];
  private readonly milliseconds = new Map<string, number>();
  private readyWaiters: (() => void)[] = [];
  private failure: Error | undefined;
  private disposed = false;

  constructor(program: Program, code: ProgramCode, memory: WebAssembly.Memory, runner: Runner) {
    this.program = program;
    this.code = code;
    this.memory = memory;
    this.runner = runner;
    this.bytes = code.pages * PAGE;
    this.declarations = new Map(program.buffers.map((b) => [b.id, b]));
  }

  write(buffer: string, data: HostArray, offset = 0): void {
    const declaration = this.persistent(buffer);
    if (offset < 0 || offset + data.length > declaration.size)
      throw new Error(
        `Writing ${data.length} elements at ${offset} does not fit "${buffer}", which has ${declaration.size}.`,
      );
    const target = this.view(declaration);
    if (!this.working) {
      target.set(data, offset);
      return;
    }
    // The caller may change its array as soon as this returns.
    const copy = data.slice();
    this.queue({
      kind: 'write',
      apply: () => {
        target.set(copy, offset);
      },
    });
  }

  run(sequence: string, scalars: Readonly<Record<string, number>>): void {
    this.queue({ kind: 'run', run: this.prepare(sequence, scalars) });
  }

  read(buffer: string, offset = 0, count?: number): Promise<HostArray> {
    const declaration = this.persistent(buffer);
    const end = count === undefined ? declaration.size : offset + count;
    if (offset < 0 || end < offset || end > declaration.size)
      return Promise.reject(
        new Error(`Elements ${offset} to ${end} are not all in "${buffer}", which has ${declaration.size}.`),
      );
    return this.inTurn(() => this.view(declaration).slice(offset, end));
  }

  ready(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    return new Promise((resolve) => this.readyWaiters.push(resolve));
  }

  async idle(): Promise<void> {
    await this.inTurn(() => undefined);
  }

  time(sequence: string, scalars: Readonly<Record<string, number>>): Promise<KernelTime[]> {
    const run = this.prepare(sequence, scalars);
    const steps = this.code.sequences[sequence]?.steps ?? [];
    return this.inTurn(async () => {
      const times = await this.runner.run([run], true);
      return steps.map(({ label }, i) => ({ label, milliseconds: times[i] ?? 0 }));
    });
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.runner.dispose();
  }

  private prepare(name: string, scalars: Readonly<Record<string, number>>): Run {
    if (this.disposed) throw new Error('This program was disposed of.');
    const sequence = this.code.sequences[name];
    if (sequence === undefined) throw new Error(`No sequence is called "${name}".`);
    const words = new DataView(new ArrayBuffer(4 * this.program.scalars.length));
    this.program.scalars.forEach(({ name: scalar, dtype }, i) => {
      const value = scalars[scalar];
      if (value === undefined) {
        if (sequence.scalars.has(scalar)) throw new Error(`Sequence "${name}" needs the scalar "${scalar}".`);
        return;
      }
      if (dtype === 'f32') words.setFloat32(i * 4, value, true);
      else if (dtype === 'i32') words.setInt32(i * 4, value, true);
      else words.setUint32(i * 4, value, true);
    });
    return { sequence: name, scalars: new Int32Array(words.buffer) };
  }

  /** Does something when all that was queued before is done; fails when some of that has failed. */
  private inTurn<T>(body: () => Promise<T> | T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.queue({
        kind: 'other',
        apply: async () => {
          try {
            if (this.failure !== undefined) throw this.failure;
            resolve(await body());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
      });
    });
  }

  private queue(task: Task): void {
    this.tasks.push(task);
    if (this.working) return;
    this.working = true;
    void this.work();
  }

  private async work(): Promise<void> {
    // What is asked for in one go is carried out in one go.
    await Promise.resolve();
    for (;;) {
      const task = this.tasks.shift();
      if (task === undefined) break;
      if (task.kind === 'run') await this.runTogether(task.run);
      else if (task.kind === 'write') task.apply();
      else await task.apply();
      this.wakeReady();
    }
    this.working = false;
    this.wakeReady();
  }

  /** Carries out a run, with those that follow it at once. */
  private async runTogether(first: Run): Promise<void> {
    const runs = [first];
    let estimate = this.estimate(first);
    for (;;) {
      const next = this.tasks[0];
      if (next?.kind !== 'run' || runs.length >= this.runner.capacity) break;
      estimate += this.estimate(next.run);
      if (estimate > TOGETHER) break;
      runs.push(next.run);
      this.tasks.shift();
    }
    if (this.failure !== undefined || this.disposed) return;
    this.current = runs;
    const before = performance.now();
    try {
      await this.runner.run(runs, false);
      const each = (performance.now() - before) / runs.length;
      for (const { sequence } of runs) {
        const known = this.milliseconds.get(sequence);
        this.milliseconds.set(sequence, known === undefined ? each : known + (each - known) / 4);
      }
    } catch (error) {
      this.failure =
        error instanceof EngineError
          ? error
          : new EngineError('validation', `The processor engine failed: ${(error as Error).message}`, {
              cause: error,
            });
    }
    this.current = [];
  }

  private estimate(run: Run): number {
    return this.milliseconds.get(run.sequence) ?? TOGETHER;
  }

  private isReady(): boolean {
    const queued = this.tasks.flatMap((t) => (t.kind === 'run' ? [t.run] : []));
    // Something may always wait behind what is under way, or the threads would stand still in between.
    if (queued.length === 0) return true;
    return [...this.current, ...queued].reduce((ms, run) => ms + this.estimate(run), 0) <= AHEAD;
  }

  private wakeReady(): void {
    if (this.readyWaiters.length === 0 || !this.isReady()) return;
    const waiters = this.readyWaiters;
    this.readyWaiters = [];
    for (const resolve of waiters) resolve();
  }

  private persistent(id: string): BufferDeclaration {
    if (this.disposed) throw new Error('This program was disposed of.');
    const declaration = this.declarations.get(id);
    if (declaration === undefined) throw new Error(`No buffer is called "${id}".`);
    if (declaration.lifetime === 'transient') throw new Error(`Buffer "${id}" is transient: the host cannot reach it.`);
    return declaration;
  }

  private view({ id, dtype, size }: BufferDeclaration): HostArray {
    const { address } = this.code.places.get(id) ?? { address: 0 };
    const { buffer } = this.memory;
    switch (dtype) {
      case 'f32':
        return new Float32Array(buffer, address, size);
      case 'i32':
        return new Int32Array(buffer, address, size);
      case 'u32':
        return new Uint32Array(buffer, address, size);
      case 'u8':
        return new Uint8Array(buffer, address, size);
    }
  }
}
