/**
 * A training run: compiles the nets, sets the weights, and steps the solver as Caffe's `Solver::Step` and `Solver::Solve`
 * do, without waiting for the device: passes are queued, losses land in a ring on the device and are read back while
 * later passes run. Knows neither the page nor workers; the browser's worker and the command line both drive it.
 */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import type { StoredSolverState } from '../caffe/wire/solverstate.ts';
import type { SolverParameter } from '../caffe/schema/solver-messages.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { NO_EXTENSIONS, type SolverExtensions } from '../caffe/solver/extensions.ts';
import { learningRate, type LrSettings } from '../caffe/solver/lr-policy.ts';
import { PASS, SEED } from '../compiler/kernel-context.ts';
import { SLOT } from '../compiler/compile-net.ts';
import type { CompiledNet } from '../compiler/compiled-net.ts';
import { compileTraining, RING_SLOTS, type TrainingProgram } from '../compiler/compile-training.ts';
import { EngineError, type Engine, type Executable, type HostArray, type Schedules } from '../engine/engine.ts';
import { updateScalars, type UpdateRule } from '../engine/train/update-rules.ts';
import { definitionOf } from '../layers/index.ts';
import { CountedPasses } from './counted-passes.ts';
import { passLines, updateLines } from './debug-info.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import type { Feed } from './feed.ts';
import { storedSchedules, tuneKernels } from './beginning.ts';
import { describeBroken, findBroken } from './find-broken.ts';
import { formatNumber } from './format-number.ts';
import { GrowingExecutable } from './growing-executable.ts';
import { LossWindow } from './loss-window.ts';
import { fits, largestBatchBelow, refusal } from './memory-need.ts';
import { batchSizeOf } from './batch-size.ts';
import { readHistories, writeHistories } from './solver-state.ts';
import type { SessionEvents, Snapshot, TestResult } from './session-events.ts';
import { policyOf, updateSettingsOf } from './solver-settings.ts';
import { Cancelled, TrainingError } from './training-error.ts';
import { whitenWeights } from './whiten.ts';
import { collectWeights, copyWeights, initialise, type CopyReport } from './weights.ts';

export type { SessionEvents, Snapshot, TestResult } from './session-events.ts';

export interface SessionOptions {
  readonly engine: Engine;
  readonly train: TypedNet;
  /** Test nets, as many as the solver has `test_iter`, or fewer. */
  readonly tests: readonly TypedNet[];
  readonly solver: SolverParameter;
  /** What the solver asks for beyond Caffe; nothing when left out. */
  readonly extensions?: SolverExtensions;
  readonly feed: Feed;
  readonly seed: number;
  /** Schedules of the run that goes on, these only; see `schedulesOf`. What the engine knows when left out. */
  readonly schedules?: Schedules | undefined;
  /** Tunes the kernels first, where the engine can and no schedules are given. */
  readonly tune?: boolean;
  readonly events: SessionEvents;
  readonly onCompile?: (done: number, total: number) => void;
  /** The same nets with another batch size, for saying which one would fit. */
  readonly withBatch?: (batch: number) => SessionNets;
}

/** The nets of a run. */
export interface SessionNets {
  readonly train: TypedNet;
  readonly tests: readonly TypedNet[];
}

/** Asked before every iteration and while testing: `go`, or why to return. */
export type Control = () => 'go' | 'pause' | 'stop';

/** How long the loop may run before it lets messages in, in milliseconds. */
const SLICE = 8;
/** Losses are fetched at least this often, in milliseconds. */
const READ_EVERY = 60;

export class TrainingSession {
  /** Iterations done (queued on the device). */
  iteration = 0;
  readonly bytes: number;
  readonly batch: number;

  private readonly options: SessionOptions;
  private readonly compiled: TrainingProgram;
  private readonly executable: Executable;
  /** Of nets with Filter layers. */
  private readonly counted: CountedPasses | undefined;
  private readonly window: LossWindow;
  private readonly iterSize: number;
  private readonly policy: LrSettings;
  private readonly rule: UpdateRule;
  /** Passes whose losses have been reported. */
  private reported = 0;
  private reading: Promise<void> | undefined;
  private lastRead = 0;
  private failure: unknown;
  private testedAt = -1;
  private pendingLosses: number[] = [];

  private constructor(options: SessionOptions, compiled: TrainingProgram, loaded: Executable) {
    this.options = options;
    this.compiled = compiled;
    if (compiled.selectors.length > 0) {
      const growing = new GrowingExecutable(options.engine, compiled.program, loaded);
      this.counted = new CountedPasses(growing, compiled, options.feed, options.seed);
      this.executable = growing;
    } else this.executable = loaded;
    this.bytes = loaded.bytes;
    this.window = new LossWindow(options.solver.average_loss);
    this.iterSize = options.solver.iter_size;
    this.policy = policyOf(options.solver, options.extensions);
    this.rule = updateSettingsOf(options.solver, options.extensions).rule;
    this.batch = (compiled.train.inputs[0]?.shape[0] ?? 1) * this.iterSize;
  }

  /** Compiles, loads and initialises. Throws CompileError, TrainingError (also for want of memory) or EngineError. */
  static async create(options: SessionOptions): Promise<TrainingSession> {
    policyOf(options.solver);
    const compiled = compileSession(options, options);
    refuseTooLarge(options, compiled);
    const { engine, tune, schedules, onCompile: onProgress } = options;
    const said = tune === true && schedules === undefined ? await tuneKernels(engine, compiled.program) : undefined;
    if (said !== undefined) options.events.log?.(said);
    const executable = await engine.load(compiled.program, { onProgress, schedules });
    try {
      const session = new TrainingSession(options, compiled, executable);
      initialise(executable, compiled.train, options.seed);
      await whitenWeights(options.engine, executable, compiled.train, options.feed.sample);
      options.feed.prepare(executable, compiled.train);
      for (const { net } of [...compiled.tests, ...compiled.selectors]) options.feed.prepare(executable, net);
      return session;
    } catch (error) {
      executable.dispose();
      throw error;
    }
  }

  get maxIterations(): number {
    return this.options.solver.max_iter ?? 0;
  }

  /** Copies weights by layer name; see `copyWeights`. */
  load(weights: Caffemodel): CopyReport {
    return copyWeights(this.executable, this.compiled.train, weights);
  }

  /** Takes up a solver state: iteration and histories, in Caffe's order. */
  restore(state: StoredSolverState): void {
    writeHistories(this.executable, this.compiled.histories, state, this.rule.type);
    this.iteration = state.iteration;
    this.reported = state.iteration * this.iterSize;
  }

  /**
   * Runs until `max_iter` or the control says otherwise; `steps` bounds the number of iterations. Returns why it ended.
   * All losses of the iterations done have been reported when it returns.
   */
  async run(control: Control, steps = Infinity): Promise<'finished' | 'pause' | 'stop' | 'stepped'> {
    try {
      return await this.iterateUntil(control, steps);
    } catch (error) {
      // A test that is broken off ends the run where it stands; it is made again when the run goes on.
      if (error instanceof Cancelled) return 'stop';
      throw error;
    }
  }

  private async iterateUntil(control: Control, steps: number): Promise<'finished' | 'pause' | 'stop' | 'stepped'> {
    const { solver, events } = this.options;
    let slice = performance.now();
    for (let done = 0; ; done++) {
      if (performance.now() - slice > SLICE) {
        await yieldToEvents();
        slice = performance.now();
      }
      const wanted = control();
      const finished = this.iteration >= this.maxIterations;
      if (wanted !== 'go' || finished || done >= steps) {
        await this.drain();
        if (finished && wanted === 'go') {
          await this.finish(control);
          return 'finished';
        }
        return wanted === 'go' ? 'stepped' : wanted;
      }
      if (this.testDue()) {
        await this.drain();
        await this.testAll(control);
        slice = performance.now();
      }
      await this.iterate();
      if (solver.snapshot > 0 && this.iteration % solver.snapshot === 0) await events.snapshot?.(await this.snapshot());
    }
  }

  private testDue(): boolean {
    const { solver } = this.options;
    return (
      this.compiled.tests.length > 0 &&
      solver.test_interval > 0 &&
      this.iteration % solver.test_interval === 0 &&
      (this.iteration > 0 || solver.test_initialization) &&
      this.testedAt !== this.iteration
    );
  }

  /** Queues one iteration: `iter_size` micro-batches and the update. */
  private async iterate(): Promise<void> {
    const { executable, compiled } = this;
    const { seed, feed } = this.options;
    if (this.iterSize > 1) this.executable.run('begin', {});
    for (let micro = 0; micro < this.iterSize; micro++) {
      const pass = this.iteration * this.iterSize + micro;
      await this.makeRoom(pass);
      const sequence = await this.sequenceOf('train', pass);
      feed.feed(executable, compiled.train, pass);
      executable.run(sequence, { [SEED]: seed, [PASS]: pass, [SLOT]: pass % RING_SLOTS });
      await this.logPass();
    }
    const rate = learningRate(this.policy, this.iteration);
    executable.run('update', updateScalars(this.rule, this.iteration, rate));
    await this.logUpdate();
    this.iteration++;
    if (performance.now() - this.lastRead > READ_EVERY) this.startReading();
  }

  private sequenceOf(name: string, pass: number): Promise<string> | string {
    return this.counted === undefined ? name : this.counted.sequenceOf(name, pass);
  }

  /** With `debug_info`, what the pass just queued computed. */
  private async logPass(): Promise<void> {
    const { probes } = this.compiled.train;
    if (probes === undefined) return;
    const values = (await this.executable.read(probes.buffer)) as Float32Array;
    for (const line of passLines(probes, values)) this.options.events.log?.(line);
  }

  private async logUpdate(): Promise<void> {
    const probes = this.compiled.updateProbes;
    if (probes === undefined) return;
    const values = (await this.executable.read(probes.buffer)) as Float32Array;
    for (const line of updateLines(probes.params, values)) this.options.events.log?.(line);
  }

  /** Waits while too much is in flight, or while the ring's slots still hold unread losses. */
  private async makeRoom(pass: number): Promise<void> {
    await this.executable.ready();
    if (pass - this.reported >= RING_SLOTS - this.iterSize) {
      this.startReading();
      await this.reading;
    }
    this.rethrow();
  }

  private startReading(): void {
    if (this.reading !== undefined) return;
    this.lastRead = performance.now();
    const until = this.iteration * this.iterSize;
    this.reading = this.readLosses(until)
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.reading = undefined;
      });
  }

  /** Reads the ring and reports every whole iteration up to pass `until`. */
  private async readLosses(until: number): Promise<void> {
    const { train } = this.compiled;
    if (train.ring === undefined) return;
    const ring = (await this.executable.read(train.ring.buffer)) as Float32Array;
    const first = this.reported / this.iterSize;
    for (; this.reported < until; this.reported++)
      this.pendingLosses.push(this.totalLoss(train, ring, this.reported % RING_SLOTS));
    const n = this.pendingLosses.length / this.iterSize;
    const losses = new Float32Array(n);
    const rates = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      const own = this.pendingLosses.slice(i * this.iterSize, (i + 1) * this.iterSize);
      losses[i] = own.reduce((a, b) => a + b, 0) / this.iterSize;
      rates[i] = learningRate(this.policy, first + i);
    }
    this.pendingLosses = [];
    if (n === 0) return;
    const broken = losses.findIndex((loss) => !Number.isFinite(loss));
    if (broken === -1) {
      this.report(first, losses, rates);
      return;
    }
    // What comes after it is of no use: the weights have stood still since.
    this.report(first, losses.slice(0, broken + 1), rates.slice(0, broken + 1));
    throw await this.diverged(first + broken, losses[broken] as number);
  }

  private report(first: number, losses: Float32Array, rates: Float32Array): void {
    const { events, solver } = this.options;
    const display = solver.display ?? 0;
    events.losses?.(first, losses, rates);
    losses.forEach((loss, i) => {
      const smoothed = this.window.push(loss);
      if (display > 0 && (first + i) % display === 0)
        events.log?.(
          `Iteration ${first + i}, loss = ${formatNumber(smoothed)}, lr = ${formatNumber(rates[i] as number)}`,
        );
    });
  }

  /** The error for a loss that is no finite number, with the first place that it came from. */
  private async diverged(iteration: number, loss: number): Promise<TrainingError> {
    const { engine, train: net, feed, seed } = this.options;
    const params = new Map<string, HostArray>();
    for (const { buffer } of this.compiled.train.params) params.set(buffer, await this.executable.read(buffer));
    const passes = Array.from({ length: this.iterSize }, (_, micro) => iteration * this.iterSize + micro);
    const begin = `The loss became ${loss} at iteration ${iteration}`;
    try {
      const found = await findBroken({
        engine,
        net,
        params,
        feed,
        seed,
        passes,
        passing: (pass) => this.counted?.passingOf(pass) ?? new Map(),
      });
      if (found !== undefined) return new TrainingError(`${begin}. ${describeBroken(found, iteration)}`, found.layer);
    } catch (error) {
      // Without room for a second copy of the net the place stays unknown; the loss is told all the same.
      if (!(error instanceof EngineError)) throw error;
    }
    return new TrainingError(
      `${begin}: training has diverged. Lower base_lr, or check the fillers and the data's scale, then start again.`,
    );
  }

  private totalLoss(net: CompiledNet, ring: Float32Array, slot: number): number {
    let total = 0;
    for (const output of net.outputs) {
      if (output.ringOffset === undefined || output.blob.lossWeight === 0) continue;
      const size = output.shape.reduce((n, d) => n * d, 1);
      const start = slot * (net.ring?.stride ?? 0) + output.ringOffset;
      for (let i = 0; i < size; i++) total += output.blob.lossWeight * (ring[start + i] as number);
    }
    return total;
  }

  /** Waits until everything queued is done and reported. */
  private async drain(): Promise<void> {
    await this.reading;
    this.rethrow();
    if (this.reported < this.iteration * this.iterSize) await this.readLosses(this.iteration * this.iterSize);
    this.rethrow();
  }

  private rethrow(): void {
    if (this.failure === undefined) return;
    const failure = this.failure;
    this.failure = undefined;
    throw failure as Error;
  }

  /** The last snapshot and test, as `Solver::Solve` does after its last step. */
  private async finish(control: Control): Promise<void> {
    const { solver, events } = this.options;
    if (solver.snapshot_after_train && (solver.snapshot <= 0 || this.iteration % solver.snapshot !== 0))
      await events.snapshot?.(await this.snapshot());
    if (this.testDue()) await this.testAll(control);
    events.log?.('Optimization Done.');
  }

  /** As Caffe's `Solver::TestAll`: every test net over its own number of batches. */
  private async testAll(control: Control): Promise<void> {
    const { test_iter: batches } = this.options.solver;
    for (const net of this.compiled.tests.keys()) await this.test(batches[net] ?? 0, control, net);
    this.testedAt = this.iteration;
  }

  /** Runs a test net over `batches` batches from the start of the test split. */
  async test(batches: number, control: Control, index = 0): Promise<TestResult> {
    const compiled = this.compiled.tests[index];
    if (compiled === undefined)
      throw new TrainingError('The solver asks for no test: add test_iter and test_interval to it.');
    const { events, feed, seed, solver } = this.options;
    events.log?.(`Iteration ${this.iteration}, Testing net (#${index})`);
    let slice = performance.now();
    const found = await evaluate({
      executable: this.executable,
      net: compiled.net,
      sequence: (pass) => this.sequenceOf(compiled.sequence, pass),
      feed,
      seed,
      batches,
      beforeBatch: async (done) => {
        if (performance.now() - slice <= SLICE) return;
        await yieldToEvents();
        slice = performance.now();
        if (control() === 'stop') throw new Cancelled('The test was stopped.');
        events.testing?.(done, batches);
      },
    });
    const result = { iteration: this.iteration, net: index, ...found };
    events.tested?.(result);
    if (solver.test_compute_loss) events.log?.(`    Test loss: ${formatNumber(found.loss)}`);
    for (const line of outputLines(compiled.net, found)) events.log?.(line);
    return result;
  }

  /** Weights as they are after everything queued so far. */
  weights(): Promise<Caffemodel> {
    return collectWeights(this.executable, this.compiled.train);
  }

  /** Weights and solver state, in Caffe's form. */
  async snapshot(): Promise<Snapshot> {
    await this.drain();
    const weights = await this.weights();
    const history = await readHistories(this.executable, this.compiled.histories);
    const { policy } = this;
    const currentStep =
      policy.lrPolicy === 'multistep' ? policy.stepvalue.filter((v) => v <= this.iteration).length : 0;
    return {
      iteration: this.iteration,
      weights,
      state: {
        iteration: this.iteration,
        learnedNet: '',
        history,
        currentStep,
        seed: this.options.seed,
        ...storedSchedules(this.executable.schedules),
      },
    };
  }

  dispose(): void {
    this.executable.dispose();
  }
}

/** Each number of a test on a line, as Caffe's `Solver::Test` prints them: numbered through, losses with their weight. */
function outputLines(net: CompiledNet, { outputs }: Evaluation): string[] {
  const weights = new Map(net.outputs.map(({ blob }) => [blob.name, blob.lossWeight]));
  return [...outputs]
    .flatMap(([name, values]) => values.map((value) => ({ name, value, weight: weights.get(name) ?? 0 })))
    .map(({ name, value, weight }, i) => {
      const loss = weight === 0 ? '' : ` (* ${formatNumber(weight)} = ${formatNumber(weight * value)} loss)`;
      return `    Test net output #${i}: ${name} = ${formatNumber(value)}${loss}`;
    });
}

function compileSession(
  { solver, extensions = NO_EXTENSIONS, feed }: SessionOptions,
  nets: SessionNets,
): TrainingProgram {
  return compileTraining(nets, definitionOf, updateSettingsOf(solver, extensions), {
    probes: solver.debug_info,
    recordType: feed.recordType,
  });
}

/** Refuses what the device has no room for, before anything is allocated, and says which batch would fit. */
function refuseTooLarge(options: SessionOptions, compiled: TrainingProgram): void {
  const { engine, train, withBatch } = options;
  const need = engine.plan(compiled.program);
  if (fits(need, engine.limits)) return;
  const batch = batchSizeOf(train);
  const needOf = (size: number) =>
    withBatch === undefined ? need : engine.plan(compileSession(options, withBatch(size)).program);
  const possible = batch !== undefined && withBatch !== undefined;
  throw refusal(need, engine.limits, possible ? largestBatchBelow(batch, needOf, engine.limits) : undefined);
}

/** Lets messages and timers in: a macrotask, without the delay of a nested timeout. */
function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(undefined);
  });
}
