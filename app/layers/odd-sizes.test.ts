/**
 * Layers at odd sizes: along a random direction the gradient is that of the forward pass, and the processor agrees with the
 * interpreter. Together with `gradients.test.ts`, which checks every element at small sizes, and `odd-sizes.gpu.test.ts`.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openNodeWasmEngine } from '../engine/wasm/node-wasm.ts';
import { definitionOf, layerTable } from './index.ts';
import { expectLikeReference } from './testing/engine-case.ts';
import { checkDirection } from './testing/numeric-gradient.ts';
import { directedCases, oddCases } from './testing/odd-cases.ts';

test('every layer type with a gradient has a case', () => {
  const nets = Object.values(oddCases).map(({ net }) => net);
  const missing = layerTable
    .all()
    .filter(
      ({ type }) => definitionOf(type)?.backward !== undefined && !nets.some((net) => net.includes(`type: "${type}"`)),
    );
  // Expression has formulas of its own, Silence only zeros to give.
  expect(missing.map(({ type }) => type)).toEqual(['Silence', 'Expression']);
});

describe('gradients along a direction', () => {
  test.each(Object.entries(directedCases))('%s', async (_, one) => {
    await checkDirection(one.net, one);
  });
});

describe('on the processor', () => {
  const engine = openNodeWasmEngine({ threads: 2 });
  afterAll(async () => {
    (await engine).dispose();
  });
  test.each(Object.entries(oddCases))('%s', async (_, one) => {
    await expectLikeReference(await engine, one);
  });
});
