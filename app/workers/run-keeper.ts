/**
 * What is kept of a run in the browser: its curves as they grow, the engine it was made on, and its snapshots. It tells
 * the page of each snapshot; a browser without room loses the curves, not the run, and says so.
 */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { sourceOf } from '../caffe/wire/byte-source.ts';
import { readWeights } from '../exports/weights-files.ts';
import { endingOf, writeState, writeWeights, type SnapshotFormat } from '../formats/weight-files.ts';
import { CurveLog } from '../trainer/curve-log.ts';
import type { RunRecord, RunStore } from '../trainer/run-store.ts';
import type { Snapshot } from '../trainer/session.ts';
import { failureOf } from './failure.ts';
import type { RestoredRun, SnapshotInfo, TrainEvent, TrainRequest } from './protocol.ts';

/** Curves are kept at least this often while running, in milliseconds. */
const KEEP_EVERY = 4000;

/** Requests that are answered from what is kept alone. */
type KeptRequest = Extract<
  TrainRequest,
  { readonly kind: 'snapshots' | 'snapshot-files' | 'remove-snapshot' | 'keep-compared' | 'compared' }
>;

/** How a run's snapshots are kept. */
export interface KeptRun {
  /** Start of their names. */
  readonly prefix: string;
  readonly format: SnapshotFormat;
  readonly record: RunRecord;
}

export class RunKeeper {
  readonly curves = new CurveLog();
  private readonly openStore: () => Promise<RunStore>;
  private readonly emit: (event: TrainEvent) => void;
  private opened: Promise<RunStore> | undefined;
  private kept = 0;

  constructor(openStore: () => Promise<RunStore>, emit: (event: TrainEvent) => void) {
    this.openStore = openStore;
    this.emit = emit;
  }

  /** The folder, opened at first use. */
  store(): Promise<RunStore> {
    this.opened ??= this.openStore();
    return this.opened;
  }

  /** Answers a request about what is kept. */
  async answer(request: KeptRequest): Promise<unknown> {
    const store = await this.store();
    switch (request.kind) {
      case 'snapshots':
        return store.snapshots();
      case 'snapshot-files':
        return store.snapshotFiles(request.name);
      case 'remove-snapshot':
        return store.removeSnapshot(request.name);
      case 'keep-compared':
        return store.saveCompared(request.compared);
      case 'compared':
        return store.compared();
    }
  }

  /** A run begins or goes on at an iteration: what the curves hold from there on is another run's. */
  async begin(record: RunRecord, iteration: number, maxIter: number): Promise<void> {
    this.curves.cut(iteration);
    this.curves.maxIter = maxIter;
    await this.attempt((store) => store.saveRecord(record));
  }

  /** Keeps the curves if that has not been done for a while. */
  keepSometimes(): void {
    if (performance.now() - this.kept > KEEP_EVERY) void this.keep();
  }

  /** Keeps the curves. */
  async keep(): Promise<void> {
    this.kept = performance.now();
    await this.attempt((store) => store.saveCurves(this.curves.stored()));
  }

  /** Keeps a snapshot as Caffe's two files, and says so. */
  async keepSnapshot(snapshot: Snapshot, { prefix, format, record }: KeptRun): Promise<SnapshotInfo> {
    const name = `${prefix}_iter_${snapshot.iteration}`;
    const model = `${name}.caffemodel${endingOf(format)}`;
    const files = {
      caffemodel: await writeWeights(snapshot.weights, format),
      solverstate: await writeState({ ...snapshot.state, learnedNet: model }, format),
    };
    const kept = await (await this.store()).saveSnapshot(name, snapshot.iteration, files, record.engine, format);
    this.emit({ kind: 'snapshot', snapshot: kept });
    this.emit({ kind: 'log', line: `Snapshotting to ${model} and ${name}.solverstate${endingOf(format)}` });
    return kept;
  }

  /** Weights of the last snapshot; undefined when there is none. */
  async lastWeights(): Promise<Caffemodel | undefined> {
    const store = await this.store();
    const [last] = await store.snapshots();
    return last && readWeights(sourceOf((await store.snapshotFiles(last.name)).caffemodel));
  }

  /** The run of an earlier visit; undefined when there is none. */
  async restore(): Promise<RestoredRun | undefined> {
    const store = await this.store();
    const stored = await store.curves();
    if (stored === undefined) return undefined;
    this.curves.load(stored);
    const [snapshot] = await store.snapshots();
    const column = (rows: Float64Array, c: number): number[] => Array.from(rows).filter((_, i) => i % 3 === c);
    const iterations = column(stored.train, 0);
    return {
      curves: {
        train: { iteration: iterations, loss: column(stored.train, 1), lr: column(stored.train, 2) },
        test: { iteration: column(stored.test, 0), loss: column(stored.test, 1), accuracy: column(stored.test, 2) },
      },
      record: await store.record(),
      iteration: (iterations.at(-1) ?? -1) + 1,
      maxIter: stored.maxIter,
      snapshot,
    };
  }

  /** Forgets curves and record; snapshots stay. */
  async forget(): Promise<void> {
    this.curves.cut(-1);
    await (await this.store()).removeRun();
  }

  private async attempt(write: (store: RunStore) => Promise<void>): Promise<void> {
    try {
      await write(await this.store());
    } catch (error) {
      this.emit({ kind: 'failure', failure: failureOf(error) });
    }
  }
}
