/** An executable whose program may grow while it runs: what its persistent buffers hold moves on. */
import type { Engine, Executable, HostArray, KernelTime, Schedules } from '../engine/engine.ts';
import type { Program } from '../engine/ir/kernel.ts';

export class GrowingExecutable implements Executable {
  private readonly engine: Engine;
  private program: Program;
  private current: Executable;

  constructor(engine: Engine, program: Program, loaded: Executable) {
    this.engine = engine;
    this.program = program;
    this.current = loaded;
  }

  /** Loads a program with all that the last one has, and more. For a moment both are on the device. Throws EngineError. */
  async grow(program: Program): Promise<void> {
    // The kernels that are there go on as they are: a tuner's book may have changed meanwhile.
    const { schedules } = this.current;
    const next = await this.engine.load(program, schedules === undefined ? {} : { schedules });
    try {
      for (const { id, lifetime } of this.program.buffers)
        if (lifetime === 'persistent') next.write(id, await this.current.read(id));
    } catch (error) {
      next.dispose();
      throw error;
    }
    this.current.dispose();
    this.current = next;
    this.program = program;
  }

  get schedules(): Schedules {
    return this.current.schedules ?? {};
  }

  get bytes(): number {
    return this.current.bytes;
  }

  write(buffer: string, data: HostArray, offset?: number): void {
    this.current.write(buffer, data, offset);
  }

  run(sequence: string, scalars: Readonly<Record<string, number>>): void {
    this.current.run(sequence, scalars);
  }

  read(buffer: string, offset?: number, count?: number): Promise<HostArray> {
    return this.current.read(buffer, offset, count);
  }

  ready(): Promise<void> {
    return this.current.ready();
  }

  idle(): Promise<void> {
    return this.current.idle();
  }

  time(sequence: string, scalars: Readonly<Record<string, number>>): Promise<KernelTime[]> {
    return this.current.time(sequence, scalars);
  }

  dispose(): void {
    this.current.dispose();
  }
}
