/** The solver against real Caffe's traces, in the f64 interpreter. */
import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { traceErrors, traceNames } from './solver-traces.ts';

describe('solver traces of real Caffe', () => {
  it.each(traceNames())('%s', async (name) => {
    const errors = await traceErrors(createReferenceEngine(), name);
    expect(errors.size).toBe(5);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(1e-4);
  });

  it('has the five traces of SGD', () => {
    expect(traceNames()).toEqual(['sgd', 'sgd_clip', 'sgd_iter_size', 'sgd_l1', 'sgd_step']);
  });
});
