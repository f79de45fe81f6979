/** The solver against real Caffe's traces, on WebGPU. */
import { afterAll, describe, expect, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { watchPlans } from './testing/watched-engine.ts';
import { traceErrors, traceNames, traceOf } from './solver-traces.ts';

describe('solver traces of real Caffe on WebGPU', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(traceNames())('%s', async (name) => {
    const errors = await traceErrors(await engine, name);
    // Losses, four parameters, the iteration, and one or two history blobs for each parameter.
    expect([10, 14]).toContain(errors.size);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(1e-4);
  });

  it.each(['nesterov', 'adadelta', 'adam'])('goes on from a snapshot, bit for bit: %s', async (name) => {
    const unbroken = await traceOf(await engine, name);
    await unbroken.session.run(() => 'go', 7);
    const first = await traceOf(await engine, name);
    await first.session.run(() => 'go', 4);
    const { weights, state } = await first.session.snapshot();
    const second = await traceOf(await engine, name);
    second.session.load(weights);
    second.session.restore(state);
    await second.session.run(() => 'go', 3);
    expect(await second.session.snapshot()).toEqual(await unbroken.session.snapshot());
    for (const { session } of [unbroken, first, second]) session.dispose();
  });

  it('takes the memory that was planned', async () => {
    const { watched, planned } = watchPlans(await engine);
    const { session } = await traceOf(watched, 'adam');
    expect(Math.abs((planned[0] ?? 0) / session.bytes - 1)).toBeLessThan(0.05);
    expect(planned).toHaveLength(1);
    session.dispose();
  });

  it('finds where numbers broke, and leaves the weights as they were before', async () => {
    const { session } = await traceOf(await engine, 'sgd', 'base_lr: 1e30 lr_policy: "fixed" max_iter: 9');
    await expect(session.run(() => 'go')).rejects.toThrow(
      /^The loss became (NaN|-?Infinity) at iteration \d+\. The first values that are infinite or no numbers are in .*Lower base_lr/,
    );
    const values = (await session.weights()).layers.flatMap(({ blobs }) => blobs.flatMap(({ data }) => [...data]));
    expect(values.every(Number.isFinite)).toBe(true);
    session.dispose();
  });
});
