/**
 * Layers on the interpreter against what BVLC Caffe 1.0 computed (CPU, float32): outputs, gradients and changed state of
 * one small net each. The cases in `fixtures/golden` hold the net's text, inputs, parameters and results.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../formats/safetensors.ts';
import { interpretNet } from './testing/interpreted-net.ts';

/** Allowed: max|ours − Caffe's| relative to max|Caffe's| (or to 1e-3, where that is larger). Caffe's floats are good to about 1e-6. */
const TOLERANCE = 1e-4;

const folder = new URL('./fixtures/golden/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));

function relativeError(ours: ArrayLike<number>, caffe: ArrayLike<number>): number {
  if (ours.length !== caffe.length) return Infinity;
  let largest = 1e-3;
  let worst = 0;
  for (let i = 0; i < caffe.length; i++) {
    const [a, b] = [ours[i] ?? NaN, caffe[i] ?? NaN];
    largest = Math.max(largest, Math.abs(b));
    worst = Number.isNaN(a) ? Infinity : Math.max(worst, Math.abs(a - b));
  }
  return worst / largest;
}

test('there are cases', () => {
  expect(names.length).toBe(115);
});

describe('Caffe computed the same', () => {
  test.each(names)('%s', async (name) => {
    const { metadata, tensors } = readSafetensors(readFileSync(new URL(name, folder)));
    const phase = metadata.get('phase') === 'TEST' ? 'TEST' : 'TRAIN';
    const values = new Map(
      [...tensors].flatMap(([key, { dtype, data }]) => (dtype === 'F32' ? [[key, data] as const] : [])),
    );
    const selected = values.get('bottom/s')?.filter((v) => v !== 0).length;
    const net = await interpretNet(metadata.get('prototxt') ?? '', {
      phase,
      ...(name.startsWith('filter') && selected !== undefined ? { passing: new Map([['op', selected]]) } : {}),
    });
    const results = net.run(values);
    const wanted = [...values].filter(([key]) => /^(top|bottom_diff|param_diff|param_after)\//.test(key));
    expect(wanted.length).toBeGreaterThan(0);
    const errors = wanted.map(([key, data]) => [key, relativeError(results.get(key) ?? [], data)] as const);
    expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
  });
});
