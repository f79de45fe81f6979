/**
 * The train worker's state: one engine, one data set, one run. It turns the page's requests into calls of the training
 * session, keeps curves and snapshots, and tells the page how it goes. Engine and storage are passed in, so that it runs
 * in tests too.
 */
import { readSolver } from '../caffe/solver/read-solver.ts';
import { sourceOf, type ByteSource } from '../caffe/wire/byte-source.ts';
import { writeCaffemodel, type Caffemodel } from '../caffe/wire/caffemodel.ts';
import { readWeights } from '../exports/weights-files.ts';
import { readState } from '../formats/weight-files.ts';
import { beginningOf } from '../trainer/beginning.ts';
import { DatasetFeed } from '../trainer/feed.ts';
import type { MemoryForecast } from '../trainer/memory-need.ts';
import { RunMeter } from '../trainer/run-meter.ts';
import type { RunRecord, RunStore } from '../trainer/run-store.ts';
import { TrainingSession } from '../trainer/session.ts';
import { planCopy } from '../trainer/weights.ts';
import { EngineError } from '../engine/engine.ts';
import { augmentedCopies } from './augment-desk.ts';
import { classifyImage } from './classify-image.ts';
import { WorkerError, failureOf } from './failure.ts';
import { Recovery, gone, lostFailure } from './engine-loss.ts';
import type { OpenedEngine } from './open-engine.ts';
import { kernelsOf, timesOf } from './layer-desk.ts';
import { RunKeeper, type KeptRun } from './run-keeper.ts';
import { forecastOf, netsOf, netsWithBatch, typedNet, type DataShape } from './run-nets.ts';
import type {
  Classification,
  ClassifyImage,
  CopyReport,
  EngineChoice,
  EngineView,
  NetTimes,
  OpenedDataset,
  RunSpec,
  RunStarted,
  RunState,
  SnapshotInfo,
  TrainEvent,
  TrainRequest,
} from './protocol.ts';

export interface TrainHostParts {
  openEngine(choice: EngineChoice): Promise<OpenedEngine>;
  openStore(): Promise<RunStore>;
  emit(event: TrainEvent, transfer?: Transferable[]): void;
}

/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 50;

interface Run extends KeptRun {
  readonly session: TrainingSession;
  readonly spec: RunSpec;
  /** The last of this run, or the one it goes on from: what it falls back on when the engine is lost. */
  lastSnapshot: SnapshotInfo | undefined;
  /** The loop, while it goes. */
  loop: Promise<void> | undefined;
}

export class TrainHost {
  private readonly parts: TrainHostParts;
  private engine: Promise<OpenedEngine> | undefined;
  private choice: EngineChoice = 'auto';
  private opened: OpenedDataset | undefined;
  private run: Run | undefined;
  private wanted: 'go' | 'pause' | 'stop' = 'go';
  private state: RunState = 'idle';
  /** Weights loaded from a file, for the next start and for classifying before one. */
  private loaded: Caffemodel | undefined;
  private readonly keeper: RunKeeper;
  private meter = new RunMeter();
  private losses: { first: number; losses: number[]; rates: number[] } | undefined;
  private told = 0;
  private readonly recovery = new Recovery();

  constructor(parts: TrainHostParts) {
    this.parts = parts;
    this.keeper = new RunKeeper(
      () => parts.openStore(),
      (event) => parts.emit(event),
    );
  }

  /** Answers one request; see the protocol for what each is answered with. */
  async handle(request: TrainRequest): Promise<unknown> {
    switch (request.kind) {
      case 'engine':
        return this.chooseEngine(request.choice);
      case 'data':
        this.opened = request.opened;
        return undefined;
      case 'start':
        return this.start(request.spec);
      case 'pause':
        return this.halt('pause');
      case 'resume':
        return this.goOn(Infinity);
      case 'step':
        return this.goOn(1);
      case 'stop':
        return this.halt('stop');
      case 'snapshot':
        return this.snapshotNow();
      case 'snapshots':
      case 'snapshot-files':
      case 'remove-snapshot':
      case 'keep-compared':
      case 'compared':
        return this.keeper.answer(request);
      case 'reset':
        return this.reset();
      case 'restore':
        return this.keeper.restore();
      case 'weights':
        return writeCaffemodel(await this.currentWeights());
      case 'load-weights':
        return this.loadWeights(request.netText, request.file);
      case 'time':
        return this.time(request.netText);
      case 'kernels':
        return kernelsOf((await this.openEngine()).engine, request, this.record());
      case 'augment':
        return augmentedCopies((await this.openEngine()).engine, request, this.dataset());
      case 'forecast':
        return this.forecast(request.netText, request.solverText);
      case 'classify':
        return this.classify(request.netText, request.image);
      case 'export':
      case 'cancel-export':
        // Loaded when it is asked for: most visits export nothing.
        return (await import('./export-run.ts')).exportRun(request, {
          ...this.parts,
          weights: () => this.currentWeights(),
          opened: this.dataset(),
          seed: this.run?.record.seed,
          openEngine: () => this.openEngine(),
        });
    }
  }

  /** Opens the engine of a choice, in place of the one at hand where that is another. */
  private async chooseEngine(choice: EngineChoice): Promise<EngineView> {
    if (choice !== this.choice && this.engine !== undefined) {
      if (this.run?.loop !== undefined || this.state === 'paused')
        throw new WorkerError({ code: 'engine', message: 'A run is under way: stop it before you change the engine.' });
      // What the old engine holds would be lost with it: the next run, on the new one, takes its weights up.
      if (this.run !== undefined) this.loaded = await this.run.session.weights();
      await this.end();
      const old = await this.engine;
      this.engine = undefined;
      old.engine.dispose();
    }
    this.choice = choice;
    const { engine, reason } = await this.openEngine();
    return { info: engine.info, reason };
  }

  private openEngine(): Promise<OpenedEngine> {
    if (this.engine !== undefined) return this.engine;
    const opening: Promise<OpenedEngine> = this.parts.openEngine(this.choice).then(
      (opened) => {
        void opened.engine.lost.then((reason) => (this.engine === opening ? this.engineLost(reason) : undefined));
        return opened;
      },
      (error: unknown) => {
        this.engine = undefined;
        throw error;
      },
    );
    this.engine = opening;
    return opening;
  }

  private dataset(): OpenedDataset {
    if (this.opened === undefined)
      throw new WorkerError({ code: 'dataset', message: 'No data set is open yet. Open the Data tab and choose one.' });
    return this.opened;
  }

  private record(): readonly number[] | undefined {
    const d = this.opened?.dataset;
    return d === undefined ? undefined : [d.channels, d.height, d.width];
  }

  private dataShape(): DataShape {
    return { record: this.record(), tested: (this.opened?.dataset.test.count ?? 0) > 0 };
  }

  private async time(netText: string): Promise<NetTimes> {
    if (this.run?.loop !== undefined)
      throw new WorkerError({ code: 'engine', message: 'A run is under way: pause it to measure the layers.' });
    return timesOf((await this.openEngine()).engine, netText, this.record());
  }

  /** What a run would take; undefined where nothing can be said. */
  private async forecast(netText: string, solverText: string): Promise<MemoryForecast | undefined> {
    if (this.opened === undefined) return undefined;
    const { engine } = await this.openEngine();
    return forecastOf(engine, netText, solverText, this.dataShape());
  }

  private async start(spec: RunSpec): Promise<RunStarted> {
    await this.end();
    this.setState('preparing', 'Compiling the network');
    try {
      return await this.prepare(spec);
    } catch (error) {
      this.setState('failed', undefined);
      throw error;
    }
  }

  /** Sets a run up and starts it. `last` is the snapshot that it goes on from, where the host itself chose it. */
  private async prepare(spec: RunSpec, last?: SnapshotInfo): Promise<RunStarted> {
    const { dataset, mean } = this.dataset();
    const { solver, extensions, settings, diagnostics } = readSolver(spec.solverText);
    const nets = netsOf(spec.netText, settings, this.dataShape());
    const mistakes = diagnostics.filter((d) => d.severity === 'error');
    const [first] = mistakes;
    if (first !== undefined)
      throw new WorkerError({
        code: 'solver',
        message: `The solver has a mistake: ${first.message}`,
        diagnostics: mistakes,
      });
    const state = spec.solverState === undefined ? undefined : await readState(sourceOf(spec.solverState));
    const weights = spec.weights === undefined ? this.loaded : await readWeights(sourceOf(spec.weights));
    const { seed, schedules } = beginningOf(state, solver.random_seed);
    const { engine, reason } = await this.openEngine();
    const session = await TrainingSession.create({
      engine,
      ...nets,
      solver,
      extensions,
      withBatch: netsWithBatch(spec.netText, settings, this.dataShape()),
      seed,
      schedules,
      // On a GPU it takes some three seconds, once for each network; a software adapter is nobody's choice for speed.
      tune: spec.tune === true && !engine.info.software,
      feed: new DatasetFeed(dataset, { seed, shuffle: true, mean }),
      onCompile: (done, total) => this.parts.emit({ kind: 'preparing', done, total, what: 'Compiling kernels' }),
      events: {
        losses: (iteration, losses, rates) => this.takeLosses(iteration, losses, rates),
        tested: (result) => {
          this.tellLosses();
          // Curves and figures are the first test net's; the others are in the log.
          if (result.net > 0) return;
          this.keeper.curves.tested(result.iteration, result.loss, result.accuracy);
          const { iteration, loss, accuracy } = result;
          this.parts.emit({ kind: 'tested', iteration, loss, accuracy });
          this.setState('running', undefined);
        },
        testing: (done, total) => {
          this.setState('testing', undefined);
          this.parts.emit({ kind: 'test-progress', done, total });
        },
        log: (line) => this.parts.emit({ kind: 'log', line }),
        snapshot: async (snapshot) => {
          const { run } = this;
          if (run !== undefined) run.lastSnapshot = await this.keeper.keepSnapshot(snapshot, run);
        },
      },
    });
    let copy: CopyReport | undefined;
    try {
      if (weights !== undefined) copy = session.load(weights);
      if (state !== undefined) session.restore(state);
    } catch (error) {
      session.dispose();
      throw error;
    }
    this.loaded = undefined;
    const record: RunRecord = {
      engine: engine.info,
      reason,
      seed,
      batch: session.batch,
      deviceBytes: session.bytes,
      started: Date.now(),
    };
    await this.keeper.begin(record, session.iteration, session.maxIterations);
    const prefix = (solver.snapshot_prefix ?? '').split('/').at(-1) ?? '';
    this.run = {
      session,
      spec,
      prefix: prefix === '' ? 'snapshot' : prefix,
      format: solver.snapshot_format,
      record,
      loop: undefined,
      lastSnapshot: last,
    };
    this.meter = new RunMeter();
    this.parts.emit({ kind: 'log', line: `Training on ${engine.info.device}, seed ${seed}` });
    this.goOn(Infinity);
    return { record, iteration: session.iteration, maxIter: session.maxIterations, copy };
  }

  /** Starts the loop, unless it goes already. */
  private goOn(steps: number): undefined {
    const run = this.run;
    if (run === undefined)
      throw new WorkerError({ code: 'net', message: 'There is no run to go on with: press Train.' });
    if (run.loop !== undefined) return undefined;
    this.wanted = 'go';
    this.setState('running', undefined);
    this.meter.start(run.session.iteration);
    run.loop = this.loop(run, steps).finally(() => {
      run.loop = undefined;
    });
    return undefined;
  }

  private async loop(run: Run, steps: number): Promise<void> {
    try {
      const end = await run.session.run(() => this.wanted, steps);
      this.tellLosses();
      if (end === 'stop') await this.keepSnapshot(run);
      await this.keeper.keep();
      this.setState(end === 'finished' ? 'finished' : end === 'stop' ? 'idle' : 'paused', undefined);
    } catch (error) {
      // Another run has taken its place: the engine was lost.
      if (this.run !== run) return;
      this.tellLosses();
      await this.keeper.keep();
      if (error instanceof EngineError && error.code === 'device-lost') return await this.engineLost(error.message);
      const failure = failureOf(error);
      this.parts.emit({ kind: 'failure', failure });
      this.setState(failure.code === 'cancelled' ? 'idle' : 'failed', undefined);
    } finally {
      if (this.run === run) this.meter.stop();
    }
  }

  /** Asks the loop to return and waits for it. */
  private async halt(how: 'pause' | 'stop'): Promise<undefined> {
    const run = this.run;
    if (run === undefined) return undefined;
    this.wanted = how;
    if (run.loop !== undefined) {
      this.setState('stopping', how === 'pause' ? 'Finishing this iteration' : 'Keeping a snapshot');
      await run.loop;
    } else if (how === 'stop' && this.state === 'paused') {
      await this.keepSnapshot(run);
      this.setState('idle', undefined);
    }
    return undefined;
  }

  /** Ends the run and frees its memory. */
  private async end(): Promise<void> {
    const run = this.run;
    if (run === undefined) return;
    this.wanted = 'pause';
    await run.loop;
    run.session.dispose();
    this.run = undefined;
  }

  private async reset(): Promise<undefined> {
    await this.end();
    this.loaded = undefined;
    await this.keeper.forget();
    this.setState('idle', undefined);
    return undefined;
  }

  /** The device is gone, and the run's weights with it: a run that was going goes on from its last snapshot. */
  private async engineLost(reason: string): Promise<void> {
    const { run } = this;
    // What the run has told belongs to it, not to the one that takes its place.
    this.tellLosses();
    this.engine = undefined;
    this.run = undefined;
    const last = run?.lastSnapshot;
    if (run?.loop !== undefined && last !== undefined && this.recovery.mayTry(last.iteration)) {
      await this.goOnFrom(run, last, reason);
      return;
    }
    this.parts.emit({ kind: 'failure', failure: lostFailure(reason, last) });
    this.setState('failed', undefined);
  }

  private async goOnFrom(run: Run, last: SnapshotInfo, reason: string): Promise<void> {
    this.setState('preparing', 'Opening the engine again');
    try {
      const files = await (await this.keeper.store()).snapshotFiles(last.name);
      const spec = { ...run.spec, weights: files.caffemodel, solverState: files.solverstate };
      const started = await this.prepare(spec, last);
      const message = `${gone(reason)} The run goes on from its snapshot at iteration ${last.iteration}.`;
      this.parts.emit({ kind: 'log', line: message });
      this.parts.emit({ kind: 'resumed', started, message });
    } catch (error) {
      const failure = lostFailure(reason, last, failureOf(error).message);
      this.parts.emit({ kind: 'failure', failure });
      this.setState('failed', undefined);
    }
  }

  private async snapshotNow(): Promise<SnapshotInfo> {
    const run = this.run;
    if (run === undefined)
      throw new WorkerError({ code: 'weights', message: 'There is nothing to keep yet: press Train first.' });
    return this.keepSnapshot(run);
  }

  private async keepSnapshot(run: Run): Promise<SnapshotInfo> {
    run.lastSnapshot = await this.keeper.keepSnapshot(await run.session.snapshot(), run);
    return run.lastSnapshot;
  }

  /** Weights of the run; else those loaded; else those of the last snapshot. */
  private async currentWeights(): Promise<Caffemodel> {
    if (this.run !== undefined) return this.run.session.weights();
    if (this.loaded !== undefined) return this.loaded;
    const last = await this.keeper.lastWeights();
    if (last === undefined)
      throw new WorkerError({
        code: 'weights',
        message: 'There are no weights yet. Press Train, or load a .caffemodel in the Snapshots tab.',
      });
    return last;
  }

  /** A paused run takes the weights up at once; else they are checked against the network and kept for the next start. */
  private async loadWeights(netText: string, file: ByteSource): Promise<CopyReport> {
    const weights = await readWeights(file);
    if (this.run?.loop !== undefined) await this.halt('pause');
    if (this.run !== undefined && this.state === 'paused') return this.run.session.load(weights);
    const { report } = planCopy(typedNet(netText, 'TRAIN', undefined, this.record()), weights);
    // A run that is over must not stand before the weights just loaded when they are asked for.
    await this.end();
    this.loaded = weights;
    return report;
  }

  private async classify(netText: string, image: ClassifyImage): Promise<Classification> {
    const given = { netText, image, opened: this.dataset(), weights: await this.currentWeights() };
    return classifyImage((await this.openEngine()).engine, given);
  }

  private takeLosses(iteration: number, losses: Float32Array, rates: Float32Array): void {
    this.keeper.curves.losses(iteration, losses, rates);
    this.losses ??= { first: iteration, losses: [], rates: [] };
    this.losses.losses.push(...losses);
    this.losses.rates.push(...rates);
    this.meter.at(iteration + losses.length);
    if (performance.now() - this.told > TELL_EVERY) this.tellLosses();
    this.keeper.keepSometimes();
  }

  private tellLosses(): void {
    const waiting = this.losses;
    const session = this.run?.session;
    if (waiting === undefined || session === undefined) return;
    this.losses = undefined;
    this.told = performance.now();
    const [losses, rates] = [Float32Array.from(waiting.losses), Float32Array.from(waiting.rates)];
    const iteration = waiting.first + losses.length;
    const perSecond = this.meter.iterationsPerSecond();
    this.parts.emit(
      {
        kind: 'progress',
        iteration,
        losses,
        rates,
        imagesPerSecond: perSecond * session.batch,
        elapsedSeconds: this.meter.elapsedSeconds(),
        remainingSeconds: perSecond > 0 ? (session.maxIterations - iteration) / perSecond : undefined,
      },
      [losses.buffer, rates.buffer],
    );
  }

  private setState(state: RunState, what: string | undefined): void {
    if (this.state === state && what === undefined) return;
    this.state = state;
    this.parts.emit({ kind: 'state', state, what });
  }
}
