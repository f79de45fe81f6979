/** The solver against real Caffe's traces, on WebGPU. */
import { afterAll, describe, expect, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { traceErrors, traceNames } from './solver-traces.ts';

describe('solver traces of real Caffe on WebGPU', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(traceNames())('%s', async (name) => {
    const errors = await traceErrors(await engine, name);
    expect(errors.size).toBe(5);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(1e-4);
  });
});
