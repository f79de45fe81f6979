/** The solver against real Caffe's traces, in the f64 interpreter. */
import { describe, expect, it } from 'vitest';
import { readSolverstate, writeSolverstate } from '../caffe/wire/solverstate.ts';
import { relativeError } from '../compiler/golden-errors.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { traceErrors, traceNames, traceOf, traceState } from './solver-traces.ts';

describe('solver traces of real Caffe', () => {
  it.each(traceNames())('%s', async (name) => {
    const errors = await traceErrors(createReferenceEngine(), name);
    // Losses, four parameters, the iteration, and one or two history blobs for each parameter.
    expect([10, 14]).toContain(errors.size);
    for (const [tensor, error] of errors) expect(error, tensor).toBeLessThan(1e-4);
  });

  it('has a trace of every solver', () => {
    expect(traceNames()).toEqual([
      'adadelta',
      'adagrad',
      'adam',
      'nesterov',
      'rmsprop',
      'sgd',
      'sgd_clip',
      'sgd_iter_size',
      'sgd_l1',
      'sgd_step',
    ]);
  });
});

describe('a run taken up again from its snapshot', () => {
  it.each(['sgd', 'nesterov', 'adagrad', 'rmsprop', 'adadelta', 'adam'])('goes on as if unbroken: %s', async (name) => {
    const unbroken = await traceOf(createReferenceEngine(), name);
    await unbroken.session.run(() => 'go', 7);
    const first = await traceOf(createReferenceEngine(), name);
    await first.session.run(() => 'go', 4);
    const { weights, state } = await first.session.snapshot();
    const second = await traceOf(createReferenceEngine(), name);
    second.session.load(weights);
    second.session.restore(readSolverstate(writeSolverstate(state)));
    await second.session.run(() => 'go', 3);
    // The interpreter computes in double precision, the snapshot holds floats.
    const [ours, theirs] = [await second.session.snapshot(), await unbroken.session.snapshot()];
    expect(ours.state.iteration).toBe(7);
    expect(ours.state.history.length).toBe(theirs.state.history.length);
    ours.state.history.forEach((blob, i) => {
      expect(relativeError(blob.data, theirs.state.history[i]?.data ?? [])).toBeLessThan(1e-5);
    });
    ours.weights.layers.forEach((layer, l) => {
      layer.blobs.forEach((blob, i) => {
        expect(relativeError(blob.data, theirs.weights.layers[l]?.blobs[i]?.data ?? [])).toBeLessThan(1e-5);
      });
    });
  });

  it("refuses another solver's state", async () => {
    const { session } = await traceOf(createReferenceEngine(), 'adam');
    expect(() => {
      session.restore(traceState('sgd'));
    }).toThrow('The solver state holds 4 history blobs, but Adam keeps 8 for this network.');
  });

  it('takes up a state that Caffe wrote', async () => {
    const { session } = await traceOf(createReferenceEngine(), 'adam');
    session.restore(traceState('adam'));
    expect(session.iteration).toBe(10);
    expect((await session.snapshot()).state.history).toEqual(traceState('adam').history);
  });
});
