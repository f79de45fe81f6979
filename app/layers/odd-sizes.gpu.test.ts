/** Layers on WebGPU against the interpreter, forward and backward, at sizes that no tile or workgroup divides. */
import { afterAll, describe, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { checkDirectionOn, expectLikeReference } from './testing/engine-case.ts';
import { directedCases, oddCases } from './testing/odd-cases.ts';

describe('layers on WebGPU at odd sizes', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(Object.entries(oddCases))('%s', async (_, one) => {
    await expectLikeReference(await engine, one);
  });

  describe('gradients along a direction', () => {
    it.each(Object.entries(directedCases))('%s', async (_, one) => {
      await checkDirectionOn(await engine, one);
    });
  });
});
