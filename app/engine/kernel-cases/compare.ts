/** Kernel cases and how results are held against the interpreter, for the tests of any engine. */
import { expect } from 'vitest';
import type { Engine, Executable, HostArray } from '../engine.ts';
import type { BufferDeclaration, Kernel, Program } from '../ir/kernel.ts';
import { verifyProgram } from '../ir/verify.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';

export interface Case {
  readonly kernels: readonly Kernel[];
  /** Buffers by name: their initial contents, or their size where they start at zero (f32). */
  readonly buffers: Readonly<Record<string, HostArray | number>>;
  readonly scalars?: Readonly<Record<string, { readonly dtype: 'f32' | 'i32' | 'u32'; readonly value: number }>>;
  /** Largest difference relative to the largest value of the buffer (f32 only; integers must be equal). */
  readonly tolerance?: number;
  /** Runs of the sequence. */
  readonly runs?: number;
}

/** The case as a program of one sequence, `main`. */
export function programOf(test: Case): Program {
  const buffers = Object.entries(test.buffers).map(([id, init]): BufferDeclaration => ({
    id,
    dtype: typeof init === 'number' ? 'f32' : storageOf(init),
    size: typeof init === 'number' ? init : init.length,
    lifetime: 'persistent',
  }));
  const scalars = Object.entries(test.scalars ?? {}).map(([name, { dtype }]) => ({ name, dtype }));
  return { buffers, scalars, sequences: { main: test.kernels } };
}

function storageOf(data: HostArray): BufferDeclaration['dtype'] {
  if (data instanceof Float32Array) return 'f32';
  if (data instanceof Int32Array) return 'i32';
  return data instanceof Uint32Array ? 'u32' : 'u8';
}

/** Runs a case and compares. */
export type Check = (test: Case) => Promise<void>;

/** Runs a case on an engine and in the interpreter and compares every buffer. */
export async function expectSame(engine: Engine, test: Case): Promise<void> {
  const program = programOf(test);
  await expectExecutable(await engine.load(program), program, test);
}

/** Runs a loaded case and the interpreter, compares every buffer, and disposes of the executable. */
export async function expectExecutable(tested: Executable, program: Program, test: Case): Promise<void> {
  verifyProgram(program);
  const scalars = Object.fromEntries(Object.entries(test.scalars ?? {}).map(([name, { value }]) => [name, value]));
  const reference = await createReferenceEngine({ checkRaces: true }).load(program);
  for (const executable of [reference, tested]) {
    for (const [id, init] of Object.entries(test.buffers)) if (typeof init !== 'number') executable.write(id, init);
    for (let i = 0; i < (test.runs ?? 1); i++) executable.run('main', scalars);
  }
  await tested.idle();
  for (const { id, dtype } of program.buffers)
    expectClose(id, await tested.read(id), await reference.read(id), dtype === 'f32' ? (test.tolerance ?? 2e-6) : 0);
  tested.dispose();
}

/** Compares arrays; NaN equals NaN, an infinity only itself. */
export function expectClose(name: string, got: HostArray, wanted: HostArray, tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  let scale = 1e-3;
  for (const v of wanted) if (Number.isFinite(v)) scale = Math.max(scale, Math.abs(v));
  const bad: string[] = [];
  for (let i = 0; i < wanted.length; i++) {
    const g = got[i] as number;
    const w = wanted[i] as number;
    if (Object.is(g, w) || g === w || Math.abs(g - w) <= tolerance * scale) continue;
    if (bad.length < 5) bad.push(`${name}[${i}] is ${g}, not ${w}`);
  }
  expect(bad).toEqual([]);
}

/** Repeatable numbers in [-1, 1). */
export function noise(length: number, seed = 1): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
