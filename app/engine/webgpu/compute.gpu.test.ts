/** Compute kernels on the GPU against the interpreter: the cases of every engine, and what only a GPU has. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, axis, load } from '../ir/build.ts';
import type { Axis } from '../ir/expr.ts';
import type { Kernel, Store } from '../ir/kernel.ts';
import { describeComputeKernels } from '../kernel-cases/compute-cases.ts';
import { openNodeEngine } from './node-device.ts';
import { expectSame } from './testing/compare.ts';
import type { WebGpuEngine } from './webgpu-engine.ts';

let engine: WebGpuEngine;
beforeAll(async () => {
  engine = await openNodeEngine();
});
afterAll(() => {
  engine.dispose();
});

const compute = (i: Axis, store: Omit<Store, 'index' | 'mode'>): Kernel => ({
  kind: 'compute',
  label: 'test',
  axes: [i],
  stores: [{ ...store, index: at(i), mode: 'set' }],
});

describeComputeKernels((test) => expectSame(engine, test));

it('spreads more than 65,535 workgroups over two dimensions', async () => {
  const i = axis(65_535 * 4 + 9);
  await expectSame(engine, {
    kernels: [compute(i, { buffer: 'y', value: at(i) })],
    buffers: { y: new Int32Array(i.extent) },
    schedule: { kind: 'points', workgroup: 4, guardedLoads: 'branch' },
  });
});

it('says no when the text cannot be made', () => {
  const i = axis(3);
  const program = {
    buffers: [{ id: 'y', dtype: 'f32', size: 3, lifetime: 'persistent' }],
    scalars: [],
    sequences: { main: [compute(i, { buffer: 'y', value: load('missing', at(i)) })] },
  } as const;
  return expect(engine.load(program)).rejects.toThrow('Buffer missing is not declared');
});
