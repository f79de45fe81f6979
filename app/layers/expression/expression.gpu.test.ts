/** Formulas on WebGPU against the interpreter, forward and backward. */
import { afterAll, describe, it } from 'vitest';
import { openNodeEngine } from '../../engine/webgpu/node-device.ts';
import { expectLikeReference } from '../testing/engine-case.ts';
import { formulaNet, formulas } from './formulas.testing.ts';

describe('formulas on WebGPU', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each(Object.entries(formulas))('%s', async (_, one) => {
    await expectLikeReference(await engine, { ...one, net: formulaNet(one) });
  });
});
