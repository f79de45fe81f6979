/** Every golden layer case on WebGPU, against what real Caffe computed. */
import { afterAll, describe, expect, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { goldenErrors, goldenNames } from './golden-cases.ts';

describe('golden layer cases on WebGPU', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it('has cases', () => {
    expect(goldenNames().length).toBeGreaterThanOrEqual(96);
  });

  it.each(goldenNames())('%s', async (name) => {
    const errors = await goldenErrors(await engine, name);
    expect(errors.size).toBeGreaterThan(0);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(1e-4);
  });
});
