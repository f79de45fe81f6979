/** Layers and solvers in WebAssembly against what BVLC Caffe 1.0 computed, on two threads. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNet } from '../../caffe/net/build-net.ts';
import { readSolver } from '../../caffe/solver/read-solver.ts';
import { compileTraining } from '../../compiler/compile-training.ts';
import { goldenErrors, goldenNames } from '../../compiler/golden-cases.ts';
import { definitionOf, layerTable } from '../../layers/index.ts';
import { updateSettingsOf } from '../../trainer/solver-settings.ts';
import { traceErrors, traceNames } from '../../trainer/solver-traces.ts';
import { bytesOf, planMemory } from '../program/memory-plan.ts';
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

it('takes at most a tenth more memory than planned', async () => {
  const text = (name: string): string =>
    readFileSync(new URL(`../../../public/models/cifar10_quick/${name}.prototxt`, import.meta.url), 'utf8');
  const train = buildNet(text('train_test'), { phase: 'TRAIN', layers: layerTable, record: [3, 32, 32] });
  const { solver } = readSolver(text('solver'));
  const { program } = compileTraining({ train, tests: [] }, definitionOf, updateSettingsOf(solver));
  const kept = program.buffers.filter((d) => d.lifetime === 'persistent').reduce((n, d) => n + bytesOf(d), 0);
  const planned = planMemory(program).allocations.reduce((n, { bytes }) => n + bytes, kept);
  const executable = await engine.load(program);
  expect(executable.bytes / planned).toBeLessThan(1.1);
  executable.dispose();
});
