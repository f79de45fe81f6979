/** An Engine that interprets a Program in double precision: what tests hold the others against, and `--engine reference`. */
import type { Engine, Executable, HostArray, MemoryNeed } from '../engine.ts';
import type { BufferDeclaration, Program } from '../ir/kernel.ts';
import type { StorageType } from '../ir/expr.ts';
import { verifyProgram } from '../ir/verify.ts';
import type { Storage } from './compile-expression.ts';
import type { InterpreterOptions, RunKernel } from './interpret-kernel.ts';
import { compileKernel } from './interpret-kernel.ts';

/** An executable whose buffers a test may look into, in double precision. */
export interface ReferenceExecutable extends Executable {
  /** The live contents of any buffer. An f32 buffer is a Float64Array; writing into it writes the buffer. */
  storage(buffer: string): Storage;
}

export interface ReferenceEngine extends Engine {
  load(program: Program): Promise<ReferenceExecutable>;
}

/** Zeroed contents for a buffer; f32 in double precision. */
export function createStorage(dtype: StorageType, size: number): Storage {
  switch (dtype) {
    case 'f32':
      return new Float64Array(size);
    case 'i32':
      return new Int32Array(size);
    case 'u32':
      return new Uint32Array(size);
    case 'u8':
      return new Uint8Array(size);
  }
}

/**
 * The interpreter as an engine. It refuses programs that are not legal (see `verifyProgram`). Runs happen at once, inside
 * `run`; errors are plain Errors, since they are bugs.
 */
export function createReferenceEngine(options: InterpreterOptions = {}): ReferenceEngine {
  return {
    info: { kind: 'reference', device: 'f64 interpreter', software: true },
    limits: { total: Infinity, largest: Infinity },
    plan: (program) => needOf(program),
    lost: new Promise<string>(() => undefined),
    load: (program) =>
      new Promise((resolve) => {
        verifyProgram(program);
        resolve(loadProgram(program, options));
      }),
    dispose: () => undefined,
  };
}

/** Bytes of a program's storages: f32 in double precision, nothing shared. */
function needOf(program: Program): MemoryNeed {
  const bytes = program.buffers.map(({ dtype, size }) => size * (dtype === 'f32' ? 8 : dtype === 'u8' ? 1 : 4));
  return { total: bytes.reduce((a, b) => a + b, 0), largest: Math.max(0, ...bytes) };
}

function loadProgram(program: Program, options: InterpreterOptions): ReferenceExecutable {
  const declarations = new Map<string, BufferDeclaration>(program.buffers.map((b) => [b.id, b]));
  const storages = new Map<string, Storage>(program.buffers.map((b) => [b.id, createStorage(b.dtype, b.size)]));
  const transients = program.buffers.filter((b) => b.lifetime === 'transient');
  const prepared = new Map<string, readonly RunKernel[]>();

  const storage = (buffer: string): Storage => {
    const found = storages.get(buffer);
    if (found === undefined) throw new Error(`No buffer is called "${buffer}".`);
    return found;
  };
  const kernelsOf = (sequence: string): readonly RunKernel[] => {
    const known = prepared.get(sequence);
    if (known !== undefined) return known;
    const source = program.sequences[sequence];
    if (source === undefined) throw new Error(`No sequence is called "${sequence}".`);
    const kernels = source.map((k) => compileKernel(k, storages, options));
    prepared.set(sequence, kernels);
    return kernels;
  };
  // Contents of a transient buffer do not outlive a run: what is read without having been written shows.
  const forgetTransients = (): void => {
    for (const b of transients) storage(b.id).fill(b.dtype === 'f32' ? NaN : 0xab);
  };
  const persistent = (buffer: string): Storage => {
    if (declarations.get(buffer)?.lifetime === 'transient')
      throw new Error(`Buffer "${buffer}" is transient: the host cannot reach it.`);
    return storage(buffer);
  };

  return {
    bytes: program.buffers.reduce((n, b) => n + storage(b.id).byteLength, 0),
    storage,
    write(buffer, data, offset = 0) {
      const target = persistent(buffer);
      if (offset < 0 || offset + data.length > target.length)
        throw new Error(
          `Writing ${data.length} elements at ${offset} does not fit "${buffer}", which has ${target.length}.`,
        );
      target.set(data, offset);
    },
    run(sequence, scalars) {
      const kernels = kernelsOf(sequence);
      forgetTransients();
      for (const kernel of kernels) kernel(scalars);
    },
    time(sequence, scalars) {
      const kernels = kernelsOf(sequence);
      forgetTransients();
      const times = kernels.map((kernel, i) => {
        const began = performance.now();
        kernel(scalars);
        return { label: program.sequences[sequence]?.[i]?.label ?? '', milliseconds: performance.now() - began };
      });
      return Promise.resolve(times);
    },
    read(buffer, offset = 0, count) {
      const source = persistent(buffer);
      const end = count === undefined ? source.length : offset + count;
      if (offset < 0 || end > source.length)
        return Promise.reject(
          new Error(`Elements ${offset} to ${end} are not all in "${buffer}", which has ${source.length}.`),
        );
      const part = source.slice(offset, end);
      const out: HostArray = part instanceof Float64Array ? Float32Array.from(part) : part;
      return Promise.resolve(out);
    },
    ready: () => Promise.resolve(),
    idle: () => Promise.resolve(),
    dispose: () => {
      storages.clear();
      prepared.clear();
    },
  };
}
