/** Layers and solvers in WebAssembly against what BVLC Caffe 1.0 computed, on two threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenErrors, goldenNames } from '../../compiler/golden-cases.ts';
import { traceErrors, traceNames } from '../../trainer/solver-traces.ts';
import { openNodeWasmEngine } from './node-wasm.ts';
import type { WasmEngine } from './wasm-engine.ts';

/** As for the interpreter: Caffe's floats are good to about 1e-6, and sums are taken in another order here. */
const TOLERANCE = 1e-4;

let engine: WasmEngine;
beforeAll(async () => {
  engine = await openNodeWasmEngine({ threads: 2 });
});
afterAll(() => {
  engine.dispose();
});

describe('golden layer cases', () => {
  it('has cases', () => {
    expect(goldenNames().length).toBeGreaterThanOrEqual(96);
  });

  it.each(goldenNames())('%s', async (name) => {
    const errors = await goldenErrors(engine, name);
    expect(errors.size).toBeGreaterThan(0);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(TOLERANCE);
  });
});

describe('solver traces', () => {
  it.each(traceNames())('%s', async (name) => {
    const errors = await traceErrors(engine, name);
    expect(errors.size).toBeGreaterThanOrEqual(5);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(TOLERANCE);
  });
});
