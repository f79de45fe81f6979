/** Runs a program on the GPU and in the interpreter and holds the one against the other. */
import { expect } from 'vitest';
import { expectExecutable, programOf, type Case } from '../../kernel-cases/compare.ts';
import type { Schedule } from '../schedule.ts';
import type { WebGpuEngine } from '../webgpu-engine.ts';

export interface ScheduledCase extends Case {
  /** Schedules to use instead of the engine's choice. */
  readonly schedule?: Schedule;
  /** As `ScheduledProgram`'s; given only together with a schedule. */
  readonly longestDispatch?: number;
}

/** Runs a case on the GPU and in the interpreter and compares every buffer, inside error scopes. */
export async function expectSame(engine: WebGpuEngine, test: ScheduledCase): Promise<void> {
  const program = programOf(test);
  await guarded(engine, async () => {
    const { schedule } = test;
    const gpu =
      schedule === undefined
        ? await engine.load(program)
        : await engine.loadScheduled({
            program,
            schedules: new Map(test.kernels.map((k) => [k, schedule])),
            longestDispatch: test.longestDispatch ?? Infinity,
          });
    await expectExecutable(gpu, program, test);
  });
}

/** Fails when the GPU reports a validation or memory error while something runs. */
export async function guarded(engine: WebGpuEngine, body: () => Promise<void>): Promise<void> {
  engine.device.pushErrorScope('out-of-memory');
  engine.device.pushErrorScope('validation');
  try {
    await body();
  } finally {
    const validation = await engine.device.popErrorScope();
    const memory = await engine.device.popErrorScope();
    expect(validation?.message ?? 'no error').toBe('no error');
    expect(memory?.message ?? 'no error').toBe('no error');
  }
}
