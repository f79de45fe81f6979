/**
 * `npm run check:cifar -- DIR`: a real cifar10_quick run beside the same run by Caffe: losses of twenty iterations, a resume
 * from Caffe's solver state, and the accuracy before and after. A command of its own because neither CIFAR-10 nor what
 * was learned from it is part of the project.
 */
import { join } from 'node:path';
import { copyMessage } from '../../app/caffe/schema/values.ts';
import { readBinaryproto } from '../../app/caffe/wire/binaryproto.ts';
import { readCaffemodel } from '../../app/caffe/wire/caffemodel.ts';
import { readSolverstate } from '../../app/caffe/wire/solverstate.ts';
import { meanImage, type ImageDataset } from '../../app/data/dataset.ts';
import type { Engine } from '../../app/engine/engine.ts';
import { DatasetFeed, type Feed } from '../../app/trainer/feed.ts';
import { TrainingSession, type SessionEvents } from '../../app/trainer/session.ts';
import { CommandError, oneOf, parseArguments, wholeNumber, type Command, type Terminal } from '../command.ts';
import { loadDataset, recordOf } from '../data-files.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { readBinary, readText } from '../files.ts';
import { projectFile } from '../root.ts';
import { readSolverFiles, type SolverFiles } from '../solver-files.ts';

const help = `Usage: npm run check:cifar -- DIR_OR_ARCHIVE --golden DIR [OPTIONS]

Trains cifar10_quick from Caffe's own weights on CIFAR-10 in file order and compares with
what Caffe did. --golden names the folder of Caffe's run: start.caffemodel, trace.json,
after20.caffemodel, after20.solverstate, mean.binaryproto. The exit code is 0 when every
loss is within 1e-3 of Caffe's (relative) and both accuracies within 0.1 points.

Options:
  --golden DIR        Caffe's run (default: golden/ inside DIR_OR_ARCHIVE)
  --test-batches N    batches of 100 test images (default: all; with fewer the accuracy is
                      printed but, as Caffe's is over all, not judged)
  --engine            webgpu (default), wasm (the processor) or reference`;

/** What is compared: relative error of a loss, difference of an accuracy, absolute error of a mean pixel. */
const tolerance = { loss: 1e-3, accuracy: 1e-3, mean: 1e-3 };

/** Caffe's record of the run. */
interface Trace {
  readonly loss: readonly number[];
  readonly test_accuracy_at_start: number;
  readonly test_accuracy_after_20: number;
  readonly resume_from_after20_solverstate: { readonly loss: readonly number[] };
}

/** Everything a run starts from. */
interface Setting {
  readonly engine: Engine;
  readonly files: SolverFiles;
  readonly feed: Feed;
  readonly golden: string;
  readonly terminal: Terminal;
}

export const checkCifar: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        golden: { type: 'string' },
        'test-batches': { type: 'string' },
        engine: { type: 'string', default: 'webgpu' },
      },
      { name: 'DIR_OR_ARCHIVE', min: 1, max: 1 },
    );
    const path = positionals[0] as string;
    const golden = values.golden ?? join(path, 'golden');
    const kind = oneOf('engine', values.engine, engineKinds);
    const trace = JSON.parse(await readText(join(golden, 'trace.json'))) as Trace;
    const dataset = await loadDataset(path, terminal);
    const solverPath = projectFile('public', 'models', 'cifar10_quick', 'solver.prototxt');
    const files = await readSolverFiles(solverPath, undefined, recordOf(dataset));
    const mean = meanImage(dataset.train);
    const checks = new Checks(terminal);
    checks.mean(mean, (await readBinary(join(golden, 'mean.binaryproto'), readBinaryproto)).data);
    const batches = batchesOf(dataset, files, wholeNumber('test-batches', values['test-batches'], 1));
    const engine = await openEngine(kind, terminal);
    try {
      const feed = new DatasetFeed(dataset, { seed: 1, shuffle: false, mean });
      const setting: Setting = { engine, files, feed, golden, terminal };
      await checkTwenty(setting, trace, batches, checks);
      await checkResume(setting, trace, checks);
    } finally {
      engine.dispose();
    }
    const judged = batches.whole ? 'All is' : 'All but the accuracies, which were not judged, is';
    terminal.out(checks.failed === 0 ? `${judged} as Caffe computed.` : `${checks.failed} values are off.`);
    return checks.failed === 0 ? 0 : 1;
  },
};

/** The number of test batches, and whether they are the whole test set that Caffe's accuracy is of. */
interface TestBatches {
  readonly count: number;
  readonly whole: boolean;
}

function batchesOf(dataset: ImageDataset, files: SolverFiles, wanted: number | undefined): TestBatches {
  const all = files.solver.test_iter[0] ?? 0;
  if (dataset.test.count !== all * 100) {
    throw new CommandError(
      `The test set has ${dataset.test.count} images, not CIFAR-10's ${all * 100}: give the whole archive.`,
    );
  }
  const count = Math.min(wanted ?? all, all);
  return { count, whole: count === all };
}

/** A session on Caffe's weights whose losses are collected; nothing is tested or displayed by itself. */
async function openSession(setting: Setting, feed: Feed, weights: string) {
  const losses: number[] = [];
  const events: SessionEvents = { losses: (_, values) => losses.push(...values) };
  const { engine, files } = setting;
  const session = await TrainingSession.create({
    engine,
    train: files.train,
    tests: files.tests,
    solver: copyMessage(files.solver, { test_interval: 0, snapshot: 0, display: 0 }),
    feed,
    seed: 1,
    events,
  });
  session.load(await readBinary(join(setting.golden, weights), readCaffemodel));
  return { session, losses };
}

async function checkTwenty(setting: Setting, trace: Trace, batches: TestBatches, checks: Checks): Promise<void> {
  const { session, losses } = await openSession(setting, setting.feed, 'start.caffemodel');
  try {
    const before = await session.test(batches.count, () => 'go');
    checks.accuracy('accuracy at the start', before.accuracy, trace.test_accuracy_at_start, batches);
    const started = performance.now();
    await session.run(() => 'go', trace.loss.length);
    const seconds = (performance.now() - started) / 1000;
    setting.terminal.out(`${trace.loss.length} iterations took ${seconds.toFixed(1)} s.`);
    checks.losses('loss', losses, trace.loss);
    const after = await session.test(batches.count, () => 'go');
    checks.accuracy('accuracy after 20', after.accuracy, trace.test_accuracy_after_20, batches);
  } finally {
    session.dispose();
  }
}

/** From Caffe's own solver state. Caffe has no data cursor in it: its Data layer starts again at the first record. */
async function checkResume(setting: Setting, trace: Trace, checks: Checks): Promise<void> {
  const state = await readBinary(join(setting.golden, 'after20.solverstate'), readSolverstate);
  const { feed } = setting;
  const fromFirstRecord: Feed = {
    prepare: (executable, net) => feed.prepare(executable, net),
    feed: (executable, net, pass) => feed.feed(executable, net, pass - state.iteration),
  };
  const { session, losses } = await openSession(setting, fromFirstRecord, 'after20.caffemodel');
  try {
    session.restore(state);
    const expected = trace.resume_from_after20_solverstate.loss;
    await session.run(() => 'go', expected.length);
    checks.losses('resumed loss', losses, expected);
  } finally {
    session.dispose();
  }
}

/** Prints comparisons and counts those that fail. */
class Checks {
  failed = 0;
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  losses(what: string, ours: readonly number[], caffe: readonly number[]): void {
    let worst = 0;
    caffe.forEach((expected, i) => {
      const loss = ours[i] ?? NaN;
      const error = Math.abs(loss - expected) / expected;
      worst = Math.max(worst, error);
      this.#print(
        `${what} ${i}: ${loss.toFixed(6)}, Caffe ${expected.toFixed(6)}, off by ${error.toExponential(1)}`,
        error <= tolerance.loss,
      );
    });
    this.#terminal.out(`${what}: worst ${worst.toExponential(1)} of ${caffe.length}.`);
  }

  accuracy(what: string, ours: number | undefined, caffe: number, batches: TestBatches): void {
    const shown = `${what}: ${ours?.toFixed(4) ?? 'none'} of ${batches.count * 100} images, Caffe ${caffe.toFixed(4)} of all`;
    const close = ours !== undefined && Math.abs(ours - caffe) <= tolerance.accuracy + 1e-9;
    if (batches.whole) this.#print(shown, close);
    else this.#terminal.out(`${shown} (not judged)`);
  }

  mean(ours: Float32Array, caffe: Float32Array): void {
    const worst = caffe.reduce((most, expected, i) => Math.max(most, Math.abs((ours[i] ?? NaN) - expected)), 0);
    const right = ours.length === caffe.length && worst <= tolerance.mean;
    this.#print(`mean image: largest difference ${worst.toExponential(1)}`, right);
  }

  #print(line: string, right: boolean): void {
    if (!right) this.failed++;
    this.#terminal.out(`${right ? 'ok  ' : 'OFF '} ${line}`);
  }
}
