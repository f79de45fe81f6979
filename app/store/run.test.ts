/** The run's state machine: what events make of it, which actions are apt, and that fast events cost one update. */
import { describe, expect, it } from 'vitest';
import type { RunRecord, SnapshotInfo, TrainEvent } from '../workers/protocol.ts';
import { eventTaker } from './run-events.ts';
import {
  initialRun,
  logLimit,
  reduceRun,
  restoredRun,
  runActions,
  startedRun,
  startRun,
  type RunValues,
} from './run.ts';

const snapshot = (iteration: number): SnapshotInfo => ({ name: `n_iter_${iteration}`, iteration, when: 0, bytes: 1 });

function after(...events: TrainEvent[]): RunValues {
  return events.reduce<RunValues>((run, event) => ({ ...run, ...reduceRun(run, event) }), {
    ...initialRun,
    maxIter: 100,
  });
}

const progress = (iteration: number, ...losses: number[]): TrainEvent & { kind: 'progress' } => ({
  kind: 'progress',
  iteration,
  losses: Float32Array.from(losses),
  rates: Float32Array.from(losses, () => 0.5),
  imagesPerSecond: 10,
  elapsedSeconds: iteration,
  remainingSeconds: undefined,
});

const record: RunRecord = {
  engine: { kind: 'wasm', device: 'CPU, 3 threads, SIMD', software: false, threads: 3 },
  reason: 'a test',
  seed: 3,
  batch: 32,
  deviceBytes: 99,
  started: 0,
};

describe('reduceRun', () => {
  it('takes the last loss and rate of a progress event, and knows that there are weights now', () => {
    const run = after({ kind: 'state', state: 'running', what: undefined }, progress(2, 2.5, 2.25));
    expect(run).toMatchObject({ state: 'running', iteration: 2, lastLoss: 2.25, lastRate: 0.5, hasWeights: true });
  });

  it('keeps the last loss when an event brings none', () => {
    expect(after(progress(1, 3), progress(1)).lastLoss).toBe(3);
  });

  it('ends a job with the state it belongs to', () => {
    const testing: TrainEvent[] = [
      { kind: 'state', state: 'testing', what: undefined },
      { kind: 'test-progress', done: 3, total: 10 },
    ];
    expect(after(...testing).job).toEqual({ done: 3, total: 10, what: 'Testing' });
    expect(after(...testing, { kind: 'state', state: 'testing', what: undefined }).job).toBeDefined();
    expect(after(...testing, { kind: 'state', state: 'running', what: undefined }).job).toBeUndefined();
    const tested = after(...testing, { kind: 'tested', iteration: 5, loss: 1, accuracy: undefined });
    expect(tested).toMatchObject({ job: undefined, lastTest: { iteration: 5, loss: 1, accuracy: undefined } });
  });

  it('keeps a failure until the run goes on', () => {
    const failure = { code: 'engine', message: 'The GPU went away.' } as const;
    const failed = after({ kind: 'failure', failure }, { kind: 'state', state: 'failed', what: undefined });
    expect(failed).toMatchObject({ state: 'failed', failure });
    expect(
      { ...failed, ...reduceRun(failed, { kind: 'state', state: 'preparing', what: 'x' }) }.failure,
    ).toBeUndefined();
  });

  it('lists the newest snapshot first, one of a name', () => {
    const run = after(
      { kind: 'snapshot', snapshot: snapshot(10) },
      { kind: 'snapshot', snapshot: snapshot(20) },
      { kind: 'snapshot', snapshot: { ...snapshot(10), bytes: 2 } },
    );
    expect(run.snapshots.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['n_iter_10', 2],
      ['n_iter_20', 1],
    ]);
    expect(run.lastSnapshot?.bytes).toBe(2);
  });

  it('drops the oldest lines of a long log', () => {
    const run = { ...initialRun, log: Array.from({ length: logLimit }, (_, i) => String(i)) };
    const { log } = reduceRun(run, { kind: 'log', line: 'new' });
    expect([log?.length, log?.[0], log?.at(-1)]).toEqual([logLimit, '1', 'new']);
  });
});

describe('the life of a run', () => {
  it('starts anew without what the last one left, and keeps snapshots', () => {
    const old = { ...after(progress(50, 1), { kind: 'snapshot', snapshot: snapshot(50) }), log: ['a'] };
    const run = { ...old, ...startRun() };
    expect(run).toMatchObject({
      state: 'preparing',
      iteration: 0,
      lastLoss: undefined,
      log: [],
      lastSnapshot: undefined,
    });
    expect(run.snapshots).toHaveLength(1);
    const started = startedRun({
      record,
      iteration: 0,
      maxIter: 7,
      copy: undefined,
    });
    expect({ ...run, ...started }).toMatchObject({ maxIter: 7, record });
  });

  it('comes back after a reload where it stood', () => {
    const curves = {
      train: { iteration: [0, 1], loss: [2, 1], lr: [0.1, 0.2] },
      test: { iteration: [0], loss: [3], accuracy: [0.5] },
    };
    expect(restoredRun({ curves, record, iteration: 2, maxIter: 10, snapshot: snapshot(2) })).toMatchObject({
      state: 'idle',
      record,
      iteration: 2,
      lastLoss: 1,
      lastRate: 0.2,
      hasWeights: true,
      lastTest: { iteration: 0, loss: 3, accuracy: 0.5 },
    });
    expect(restoredRun({ curves, record: undefined, iteration: 10, maxIter: 10, snapshot: undefined })).toMatchObject({
      state: 'finished',
      hasWeights: false,
    });
  });

  it('offers what is apt in each state', () => {
    const actions = (values: Partial<RunValues>) => runActions({ ...initialRun, maxIter: 100, ...values });
    expect(actions({})).toEqual(['train']);
    expect(actions({ state: 'preparing' })).toEqual(['stop']);
    expect(actions({ state: 'running' })).toEqual(['pause', 'snapshot', 'stop']);
    expect(actions({ state: 'paused' })).toEqual(['resume', 'step', 'snapshot', 'stop']);
    expect(actions({ state: 'stopping' })).toEqual([]);
    expect(actions({ iteration: 40, lastSnapshot: snapshot(40) })).toEqual(['continue', 'train', 'reset']);
    expect(actions({ state: 'finished', iteration: 100, lastSnapshot: snapshot(100) })).toEqual(['train', 'reset']);
    expect(actions({ state: 'failed' })).toEqual(['train', 'reset']);
    expect(actions({ startingPoint: { name: 'w', report: undefined } })).toEqual(['train', 'reset']);
  });
});

describe('eventTaker', () => {
  function harness() {
    let run: RunValues = initialRun;
    const waiting: (() => void)[] = [];
    const updates: Partial<RunValues>[] = [];
    const points: number[] = [];
    const said: string[] = [];
    const take = eventTaker({
      curves: {
        addTraining: (next, losses) => points.push(next, losses.length),
        addTest: (iteration) => points.push(-iteration),
        continueFrom: (iteration) => points.push(1000 + iteration),
      },
      say: (message) => said.push(message),
      get: () => run,
      set: (values) => {
        updates.push(values);
        run = { ...run, ...values };
      },
      soon: (callback) => waiting.push(callback),
    });
    return { take, waiting, updates, points, said, run: () => run };
  }

  it('draws a run that was taken up again over what had come after its snapshot, and says so', () => {
    const { take, points, said, run } = harness();
    const record = {
      engine: { kind: 'wasm', device: 'CPU', software: false },
      reason: '',
      seed: 1,
      batch: 4,
      deviceBytes: 1,
      started: 0,
    } as const;
    const started = { record, iteration: 5, maxIter: 20, copy: undefined };
    take({ kind: 'resumed', started, message: 'The device went away.' });
    expect([points, said, run().iteration]).toEqual([[1005], ['The device went away.'], 5]);
  });

  it('puts every point into the curves and updates the figures once', () => {
    const { take, waiting, updates, points } = harness();
    for (let i = 1; i <= 60; i++) take(progress(i, 2));
    expect([points.length, updates.length, waiting.length]).toEqual([120, 0, 1]);
    waiting.forEach((callback) => callback());
    expect(updates).toHaveLength(1);
    expect(updates[0]?.iteration).toBe(60);
  });

  it('shows what happened before a state before the state', () => {
    const { take, waiting, updates, run } = harness();
    take(progress(5, 1));
    take({ kind: 'state', state: 'paused', what: undefined });
    expect(run()).toMatchObject({ iteration: 5, state: 'paused' });
    waiting.forEach((callback) => callback());
    expect(updates).toHaveLength(2);
  });
});
