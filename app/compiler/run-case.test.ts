/** Cases whose shapes depend on their data: the items that pass a Filter. */
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import type { SafeTensor } from '../formats/safetensors.ts';
import { goldenErrors } from './golden-cases.ts';
import { CaseError, runCase } from './run-case.ts';

const engine = createReferenceEngine();
const tensor = (shape: readonly number[], data: readonly number[]): SafeTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
});

/** The even ones of the items 1 … 4, then those above 3: the second selector stands behind the first Filter. */
const twice = `
  layer { name: "in" type: "Input" top: "x" top: "even" input_param { shape { dim: 4 dim: 1 } shape { dim: 4 } } }
  layer { name: "first" type: "Filter" bottom: "x" bottom: "even" top: "y" }
  layer { name: "large" type: "Threshold" bottom: "y" top: "large" threshold_param { threshold: 3 } }
  layer { name: "second" type: "Filter" bottom: "y" bottom: "large" top: "z" }
  layer { name: "mean" type: "Reduction" bottom: "y" top: "mean" reduction_param { operation: MEAN } }`;

const run = (even: readonly number[]) =>
  runCase(
    {
      metadata: new Map([
        ['prototxt', twice],
        ['phase', 'TEST'],
      ]),
      tensors: new Map([
        ['bottom/x', tensor([4, 1], [1, 2, 3, 4])],
        ['bottom/even', tensor([4], even)],
      ]),
    },
    engine,
  );

describe('Filter', () => {
  test('as Caffe computed it', async () => {
    const errors = await goldenErrors(engine, 'filter');
    expect([...errors.keys()]).toEqual(['top/loss', 'param_diff/pre/0']);
    for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-4);
  });

  test('one behind another, each with its own number of items', async () => {
    const results = await run([0, 1, 0, 1]);
    expect(results.get('top/z')).toEqual(tensor([1, 1], [4]));
    expect(results.get('top/mean')).toEqual(tensor([], [3]));
  });

  test('that lets nothing pass', async () => {
    await expect(run([0, 0, 0, 0])).rejects.toThrow(
      new CaseError('no item passes the Filter layer "first", so nothing is left to compute with.'),
    );
  });
});

test('what an HDF5Output takes is among the results', async () => {
  const text = `layer { name: "in" type: "Input" top: "x" top: "label" input_param { shape { dim: 2 dim: 1 } shape { dim: 2 } } }
    layer { name: "double" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }
    layer { name: "out" type: "HDF5Output" bottom: "y" bottom: "label" hdf5_output_param { file_name: "out.h5" } }`;
  const results = await runCase(
    {
      metadata: new Map([
        ['prototxt', text],
        ['phase', 'TEST'],
      ]),
      tensors: new Map([
        ['bottom/x', tensor([2, 1], [3, 4])],
        ['bottom/label', tensor([2], [0, 1])],
      ]),
    },
    engine,
  );
  expect(results.get('top/y')).toEqual(tensor([2, 1], [6, 8]));
  expect(results.get('top/label')).toEqual(tensor([2], [0, 1]));
});
