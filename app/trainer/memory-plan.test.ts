/** The memory that a training is said to take on the processor, held against the memory that WebAssembly is given for it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWasmEngine } from '../engine/wasm/wasm-engine.ts';
import { trainingProgram, trainings } from './testing/training-programs.ts';

const PAGE = 65536;
const { Memory } = WebAssembly;
let allocated = 0;

beforeEach(() => {
  allocated = 0;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      allocated += descriptor.initial * PAGE;
    }
  };
});

afterEach(() => {
  WebAssembly.Memory = Memory;
});

describe('the memory planned for the processor', () => {
  it.each(trainings)('is what is allocated for %s', async (file, record) => {
    const engine = await createWasmEngine();
    const program = trainingProgram(file, record);
    const planned = engine.plan(program).total;
    const executable = await engine.load(program);
    expect(allocated).toBeGreaterThan(0);
    expect(Math.abs(planned / allocated - 1), `${planned} planned, ${allocated} allocated`).toBeLessThan(0.05);
    executable.dispose();
    engine.dispose();
  });
});
