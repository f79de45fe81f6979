/**
 * The run: where it stands, what it said, and what can be done with it. A pure function takes each event of the train
 * worker to the next state; numbers that come sixty times a second are gathered and shown once a frame.
 */
import { create } from 'zustand';
import type {
  CopyReport,
  EngineView,
  RestoredRun,
  RunRecord,
  RunStarted,
  RunState,
  SnapshotInfo,
  TrainEvent,
  WorkerFailure,
} from '../workers/protocol.ts';
import type { Homes } from './persist.ts';

/** The engine as the bar shows it. */
export type EngineStatus =
  | { readonly status: 'probing' }
  | ({ readonly status: 'ready' } & EngineView)
  | { readonly status: 'none'; readonly reason: string };

/** A long job's place: `done` of `total`, in the units of `what`. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** Where the weights come from that the next run starts with. */
export interface StartingPoint {
  /** The file or snapshot, as the user knows it. */
  readonly name: string;
  readonly report: CopyReport | undefined;
}

export interface RunValues {
  readonly engine: EngineStatus;
  readonly state: RunState;
  /** What the worker says it is doing, in a few words. */
  readonly what: string | undefined;
  /** Iterations done. */
  readonly iteration: number;
  readonly maxIter: number;
  /** What the run is made on and from. */
  readonly record: RunRecord | undefined;
  readonly imagesPerSecond: number;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number | undefined;
  readonly lastLoss: number | undefined;
  readonly lastRate: number | undefined;
  readonly lastTest:
    { readonly iteration: number; readonly loss: number; readonly accuracy: number | undefined } | undefined;
  readonly job: JobProgress | undefined;
  /** Newest first. */
  readonly snapshots: readonly SnapshotInfo[];
  /** The snapshot that Continue goes on from: the last of this run. */
  readonly lastSnapshot: SnapshotInfo | undefined;
  /** Weights exist: trained here or loaded. */
  readonly hasWeights: boolean;
  readonly startingPoint: StartingPoint | undefined;
  readonly failure: WorkerFailure | undefined;
  /** What was wrong with the weights file chosen last. */
  readonly weightsFailure: WorkerFailure | undefined;
  /** Caffe-like lines, oldest first, at most `logLimit`. */
  readonly log: readonly string[];
}

/** Where each value of the run lives. The worker keeps what outlives the page (curves, snapshots) in OPFS. */
export const runHomes: Homes<RunValues> = {
  engine: 'memory',
  state: 'memory',
  what: 'memory',
  iteration: 'memory',
  maxIter: 'memory',
  record: 'memory',
  imagesPerSecond: 'memory',
  elapsedSeconds: 'memory',
  remainingSeconds: 'memory',
  lastLoss: 'memory',
  lastRate: 'memory',
  lastTest: 'memory',
  job: 'memory',
  snapshots: 'memory',
  lastSnapshot: 'memory',
  hasWeights: 'memory',
  startingPoint: 'memory',
  failure: 'memory',
  weightsFailure: 'memory',
  log: 'memory',
};

/** Lines of the log that are kept. */
export const logLimit = 5000;

const fresh = {
  state: 'idle',
  what: undefined,
  iteration: 0,
  maxIter: 0,
  record: undefined,
  imagesPerSecond: 0,
  elapsedSeconds: 0,
  remainingSeconds: undefined,
  lastLoss: undefined,
  lastRate: undefined,
  lastTest: undefined,
  job: undefined,
  lastSnapshot: undefined,
  failure: undefined,
  weightsFailure: undefined,
} as const satisfies Partial<RunValues>;

/** The run as it is before anything happened. */
export const initialRun: RunValues = {
  ...fresh,
  engine: { status: 'probing' },
  snapshots: [],
  hasWeights: false,
  startingPoint: undefined,
  log: [],
};

/** What an event makes of a run. */
export function reduceRun(run: RunValues, event: TrainEvent): Partial<RunValues> {
  switch (event.kind) {
    case 'state':
      return {
        state: event.state,
        what: event.what,
        // A job belongs to the state it was reported in.
        job: event.state === run.state ? run.job : undefined,
        ...(event.state === 'running' || event.state === 'preparing' ? { failure: undefined } : {}),
      };
    case 'preparing':
      return { job: { done: event.done, total: event.total, what: event.what } };
    case 'test-progress':
      return { job: { done: event.done, total: event.total, what: 'Testing' } };
    case 'progress':
      return {
        iteration: event.iteration,
        imagesPerSecond: event.imagesPerSecond,
        elapsedSeconds: event.elapsedSeconds,
        remainingSeconds: event.remainingSeconds,
        lastLoss: event.losses.at(-1) ?? run.lastLoss,
        lastRate: event.rates.at(-1) ?? run.lastRate,
        hasWeights: true,
      };
    case 'tested':
      return { lastTest: { iteration: event.iteration, loss: event.loss, accuracy: event.accuracy }, job: undefined };
    case 'resumed':
      return { ...startedRun(event.started), failure: undefined, job: undefined };
    case 'log':
      return { log: [...(run.log.length < logLimit ? run.log : run.log.slice(1 - logLimit)), event.line] };
    case 'snapshot':
      return {
        lastSnapshot: event.snapshot,
        snapshots: [event.snapshot, ...run.snapshots.filter(({ name }) => name !== event.snapshot.name)],
      };
    case 'exporting':
      return {};
    case 'failure':
      return { failure: event.failure, job: undefined };
  }
}

/** A run that has been asked for and waits for the worker. */
export function startRun(): Partial<RunValues> {
  return { ...fresh, state: 'preparing', log: [] };
}

/** A run that the worker has started. */
export function startedRun(started: RunStarted): Partial<RunValues> {
  const { iteration, maxIter, record } = started;
  return { iteration, maxIter, record, hasWeights: true };
}

/** A run of an earlier visit. */
export function restoredRun(restored: RestoredRun): Partial<RunValues> {
  const { curves, record, iteration, maxIter, snapshot } = restored;
  const test = curves.test;
  const testIteration = test.iteration.at(-1);
  return {
    ...fresh,
    iteration,
    maxIter,
    record,
    state: maxIter > 0 && iteration >= maxIter ? 'finished' : 'idle',
    lastSnapshot: snapshot,
    hasWeights: snapshot !== undefined,
    lastLoss: curves.train.loss.at(-1),
    lastRate: curves.train.lr.at(-1),
    lastTest:
      testIteration === undefined
        ? undefined
        : { iteration: testIteration, loss: test.loss.at(-1) ?? Number.NaN, accuracy: test.accuracy.at(-1) },
  };
}

/** What a person can do with the run now, the main one first. */
export type RunAction = 'train' | 'pause' | 'resume' | 'step' | 'stop' | 'snapshot' | 'continue' | 'reset';

/** The apt actions; whether `train` is possible at all (data, net, solver, engine) is for the caller to say. */
export function runActions(
  run: Pick<RunValues, 'state' | 'iteration' | 'maxIter' | 'lastSnapshot' | 'startingPoint'>,
): RunAction[] {
  switch (run.state) {
    case 'idle':
    case 'failed':
      if (run.lastSnapshot !== undefined && run.lastSnapshot.iteration < run.maxIter)
        return ['continue', 'train', 'reset'];
      return run.iteration > 0 || run.state === 'failed' || run.startingPoint !== undefined
        ? ['train', 'reset']
        : ['train'];
    case 'finished':
      return run.lastSnapshot !== undefined && run.lastSnapshot.iteration < run.maxIter
        ? ['continue', 'train', 'reset']
        : ['train', 'reset'];
    case 'preparing':
      return ['stop'];
    case 'running':
    case 'testing':
      return ['pause', 'snapshot', 'stop'];
    case 'paused':
      return ['resume', 'step', 'snapshot', 'stop'];
    case 'stopping':
      return [];
  }
}

/** Whether a run is under way, so that starting another or changing the data would break it off. */
export function isActive(state: RunState): boolean {
  return state !== 'idle' && state !== 'finished' && state !== 'failed';
}

export const useRun = create<RunValues>()(() => initialRun);
