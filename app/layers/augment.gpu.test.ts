/** Augmentation on WebGPU against plain arithmetic. */
import { afterAll, describe, it } from 'vitest';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { augmentCases, expectAugmented } from './testing/augment-cases.ts';

describe('augmentation on WebGPU', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(Object.entries(augmentCases))('%s', async (_, one) => {
    await expectAugmented(await engine, one);
  });
});
