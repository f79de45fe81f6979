/** Layers on WebGPU against the interpreter, forward and backward, at sizes that no tile or workgroup divides. */
import { afterAll, describe, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { expectLikeReference } from './testing/engine-case.ts';
import { oddCases } from './testing/odd-cases.ts';

describe('layers on WebGPU at odd sizes', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(Object.entries(oddCases))('%s', async (_, one) => {
    await expectLikeReference(await engine, one);
  });
});
