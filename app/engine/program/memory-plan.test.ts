import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as b from '../ir/build.ts';
import type { BufferDeclaration, Kernel, Program } from '../ir/kernel.ts';
import { buffersRead, buffersWritten } from '../ir/rewrite.ts';
import { bytesOf, planMemory } from './memory-plan.ts';
import { randomProgram } from './random-program.testing.ts';

const buffer = (
  id: string,
  size: number,
  lifetime: BufferDeclaration['lifetime'] = 'transient',
): BufferDeclaration => ({
  id,
  dtype: 'f32',
  size,
  lifetime,
});
/** A kernel that reads one element of some buffers and writes one. */
const kernel = (output: string, ...inputs: string[]): Kernel => ({
  kind: 'compute',
  label: output,
  axes: [],
  stores: [
    { buffer: output, index: b.i32(0), value: b.sumOf([b.f32(1), ...inputs.map((id) => b.load(id, 0))]), mode: 'set' },
  ],
});

test('a chain needs two allocations, each as large as its largest tenant', () => {
  const program: Program = {
    buffers: [buffer('a', 10), buffer('b', 20), buffer('c', 30), buffer('d', 5), buffer('out', 1, 'persistent')],
    scalars: [],
    sequences: { run: [kernel('a'), kernel('b', 'a'), kernel('c', 'b'), kernel('d', 'c'), kernel('out', 'd')] },
  };
  const plan = planMemory(program);
  expect(plan.allocations).toEqual([{ bytes: 120 }, { bytes: 80 }]);
  expect(Object.fromEntries(plan.placement)).toEqual({ c: 0, b: 1, a: 0, d: 1 });
  expect(plan.peakBytes).toBe(200);
});

test('sequences share: nothing in a transient outlives a run', () => {
  const program: Program = {
    buffers: [buffer('a', 10), buffer('b', 10), buffer('out', 1, 'persistent')],
    scalars: [],
    sequences: { train: [kernel('a'), kernel('out', 'a')], test: [kernel('b'), kernel('out', 'b')] },
  };
  expect(planMemory(program).allocations).toEqual([{ bytes: 40 }]);
});

test('bytes are kept in whole words', () => {
  expect(bytesOf({ id: 'x', dtype: 'u8', size: 5, lifetime: 'transient' })).toBe(8);
  expect(bytesOf(buffer('x', 5))).toBe(20);
});

test('no two buffers that are alive together share, and every buffer fits', () => {
  fc.assert(
    fc.property(randomProgram, (program) => {
      const plan = planMemory(program);
      const transients = program.buffers.filter((d) => d.lifetime === 'transient');
      expect([...plan.placement.keys()].sort()).toEqual(transients.map((d) => d.id).sort());
      for (const d of transients)
        expect(bytesOf(d)).toBeLessThanOrEqual(plan.allocations[plan.placement.get(d.id) ?? -1]?.bytes ?? 0);
      for (const kernels of Object.values(program.sequences)) {
        const uses = kernels.map((k) => new Set([...buffersRead(k), ...buffersWritten(k)]));
        for (let at = 0; at < kernels.length; at++) {
          const alive = transients.filter(
            (d) => uses.slice(0, at + 1).some((u) => u.has(d.id)) && uses.slice(at).some((u) => u.has(d.id)),
          );
          expect(new Set(alive.map((d) => plan.placement.get(d.id))).size).toBe(alive.length);
          expect(alive.reduce((n, d) => n + bytesOf(d), 0)).toBeLessThanOrEqual(plan.peakBytes);
        }
      }
      expect(plan.allocations.reduce((n, a) => n + a.bytes, 0)).toBeGreaterThanOrEqual(plan.peakBytes);
    }),
  );
});
