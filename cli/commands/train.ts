/** `crema train`: a whole training run without a page, as `caffe train` does it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { endingOf, writeState, writeWeights } from '../../app/formats/weight-files.ts';
import { DatasetFeed } from '../../app/trainer/feed.ts';
import { megabytes } from '../../app/trainer/memory-need.ts';
import { LossWindow } from '../../app/trainer/loss-window.ts';
import { TrainingSession, type Snapshot } from '../../app/trainer/session.ts';
import { schedulesOf } from '../../app/trainer/beginning.ts';
import {
  CommandError,
  UsageError,
  oneOf,
  parseArguments,
  wholeNumber,
  type Command,
  type Terminal,
} from '../command.ts';
import { findBeside, loadDataset, meanFor, recordOf, valuesFor } from '../data-files.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { writeBytes } from '../files.ts';
import { readSolverFiles, type SolverFiles } from '../solver-files.ts';
import { stateAt, weightsAt } from '../weight-inputs.ts';
import { isTrace, trainTrace } from './train-trace.ts';

const help = `Usage: crema train SOLVER --data DIR_OR_ARCHIVE [OPTIONS]

Trains the net that the solver names on a CIFAR-10 archive, folder or batch file, which
stands in for the sources of the net's data layers: training batches in TRAIN, the test
batch in TEST. Snapshots are written as Caffe writes them. A mean_file that is not there
means the mean of the training images. Ctrl+C stops, with a snapshot.

Usage: crema train TRACE.safetensors --out DIR [--engine ENGINE]

Trains a recorded run: "prototxt" and "solver" in the metadata, the first parameters as
param/LAYER/I, and one batch an iteration for each input, under its name. Writes loss and
param_after/LAYER/I to DIR under the same name.

Options:
  --data PATH             the images (required); "sample" for the generated set
  --net FILE              a net in place of the one that the solver names
  --weights F.caffemodel  weights to start from, copied by layer name; more than one, with
                          commas between; .caffemodel.h5, .safetensors, .npz as well
  --snapshot F.solverstate  a snapshot to go on from; its weights are looked up beside it;
                          .solverstate.h5 as well
  --iterations N          stops after N iterations, before max_iter
  --no-shuffle            images in file order, as Caffe's Data layer reads its data base
  --out DIR               where snapshots go (default: where you are)
  --log F.jsonl           one JSON object a line: {iteration, loss, lr} at each displayed
                          iteration, {iteration, accuracy, test_loss} at each test
  --engine                webgpu (default), wasm (processor), or reference (slow, exact)
  --tune                  first tries how each kernel runs fastest on this adapter (some
                          seconds); what is found is kept for later runs of any net

Example:
  crema train cifar10_quick_solver.prototxt --data cifar-10-binary.tar.gz --out run1`;

export const train: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        data: { type: 'string' },
        net: { type: 'string' },
        weights: { type: 'string' },
        snapshot: { type: 'string' },
        iterations: { type: 'string' },
        'no-shuffle': { type: 'boolean', default: false },
        out: { type: 'string', default: '.' },
        log: { type: 'string' },
        engine: { type: 'string', default: 'webgpu' },
        tune: { type: 'boolean', default: false },
      },
      { name: 'SOLVER', min: 1, max: 1 },
    );
    const solverPath = positionals[0] as string;
    if (isTrace(solverPath))
      return await trainTrace(solverPath, values.out, oneOf('engine', values.engine, engineKinds), terminal);
    if (values.data === undefined)
      throw new UsageError('--data is missing: give a CIFAR-10 archive, folder or batch file.');
    if (values.weights !== undefined && values.snapshot !== undefined) {
      throw new UsageError('--weights and --snapshot exclude each other: a snapshot comes with its weights.');
    }
    const iterations = wholeNumber('iterations', values.iterations, 1);
    const kind = oneOf('engine', values.engine, engineKinds);
    const dataset = await loadDataset(values.data, terminal);
    const files = await readSolverFiles(solverPath, values.net, recordOf(dataset));
    const { solver, netPath } = files;
    const mean = await meanFor([files.train, ...files.tests], netPath, dataset, terminal);
    const named = await valuesFor([files.train, ...files.tests], netPath);
    const log = new Log(values.log);
    const engine = await openEngine(kind, terminal);
    try {
      terminal.err(`Training on ${engine.info.device}.`);
      const start = await startOf(values.weights?.split(',') ?? files.weights, values.snapshot);
      const seed = start.state?.seed ?? (solver.random_seed >= 0 ? solver.random_seed : randomSeed(terminal));
      const window = new LossWindow(solver.average_loss);
      const session = await TrainingSession.create({
        engine,
        train: files.train,
        tests: files.tests,
        solver,
        extensions: files.extensions,
        withBatch: files.withBatch,
        feed: new DatasetFeed(dataset, { seed, shuffle: !values['no-shuffle'], mean, files: named }),
        seed,
        schedules: schedulesOf(start.state),
        tune: values.tune,
        events: {
          log: (line) => terminal.out(line),
          losses: (first, losses, rates) => {
            losses.forEach((loss, i) => {
              const smoothed = window.push(loss);
              const iteration = first + i;
              if ((solver.display ?? 0) > 0 && iteration % (solver.display ?? 0) === 0) {
                log.write({ iteration, loss: short(smoothed), lr: short(rates[i] as number) });
              }
            });
          },
          tested: ({ iteration, net, accuracy, loss }) =>
            log.write(testEntry(files, { iteration, net, accuracy, test_loss: loss })),
          snapshot: (snapshot) => writeSnapshot(snapshot, files, values.out, terminal),
        },
      });
      try {
        terminal.err(`The run takes ${megabytes(session.bytes)} of memory.`);
        for (const weights of start.weights) {
          const { copied, ignored, missing } = session.load(weights);
          terminal.err(
            `Weights copied for ${copied.join(', ')}.${listed(' Not in this net: ', ignored)}${listed(' Not in the file: ', missing)}`,
          );
        }
        if (start.state !== undefined) session.restore(start.state);
        return await runToEnd(session, files, iterations, values.out, terminal);
      } finally {
        session.dispose();
      }
    } finally {
      engine.dispose();
      log.close();
    }
  },
};

/** One test's line in the log; of several test nets each says which it is. */
const testEntry = (
  { tests }: SolverFiles,
  { net, ...entry }: { readonly net: number } & Record<string, unknown>,
): object => (tests.length > 1 ? { ...entry, test_net: net } : entry);

const listed = (what: string, names: readonly string[]): string =>
  names.length === 0 ? '' : `${what}${names.join(', ')}.`;

/** Runs, stopping with a snapshot at the first Ctrl+C; the second ends the process as always. */
async function runToEnd(
  session: TrainingSession,
  files: SolverFiles,
  iterations: number | undefined,
  out: string,
  terminal: Terminal,
): Promise<number> {
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    terminal.err('Stopping after this iteration …');
  };
  process.once('SIGINT', interrupt);
  try {
    const ended = await session.run(() => (interrupted ? 'stop' : 'go'), iterations);
    if (ended === 'finished') return 0;
    if (ended === 'stop' || files.solver.snapshot_after_train) {
      await writeSnapshot(await session.snapshot(), files, out, terminal);
    }
    return ended === 'stop' ? 130 : 0;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** What a run begins with: a snapshot, or weights that are copied one file after the other, as Caffe does. */
async function startOf(weightsPaths: readonly string[], statePath: string | undefined) {
  if (statePath === undefined) {
    const weights = await Promise.all(weightsPaths.map(weightsAt));
    return { weights, state: undefined };
  }
  const state = await stateAt(statePath);
  const beside = statePath.replace(/\.solverstate(\.h5)?$/, '.caffemodel$1');
  const named = state.learnedNet === '' ? undefined : findBeside(statePath, state.learnedNet);
  const found = named ?? findBeside(statePath, basename(beside));
  if (found === undefined) {
    throw new CommandError(`The weights of ${statePath} (${state.learnedNet || basename(beside)}) are not beside it.`);
  }
  return { weights: [await weightsAt(found)], state };
}

function randomSeed(terminal: Terminal): number {
  const seed = Math.floor(Math.random() * 2 ** 31);
  terminal.err(`Seed ${seed} (random_seed: ${seed} in the solver repeats this run).`);
  return seed;
}

/** Writes `PREFIX_iter_N.caffemodel` and `.solverstate` (with `.h5` for HDF5), as Caffe names them, into the folder. */
async function writeSnapshot(snapshot: Snapshot, files: SolverFiles, out: string, terminal: Terminal): Promise<void> {
  const prefix = basename(files.solver.snapshot_prefix ?? basename(dirname(files.netPath)));
  const base = `${prefix}_iter_${snapshot.iteration}`;
  const format = files.solver.snapshot_format;
  const model = `${base}.caffemodel${endingOf(format)}`;
  await writeBytes(join(out, model), await writeWeights(snapshot.weights, format));
  const state = { ...snapshot.state, learnedNet: model };
  await writeBytes(join(out, `${base}.solverstate${endingOf(format)}`), await writeState(state, format));
  terminal.out(`Snapshotting to ${join(out, model)} and .solverstate${endingOf(format)}`);
}

/** Rounded to the digits that a 32-bit float has. */
const short = (value: number): number => Number(value.toPrecision(7));

/** A file of one JSON object a line, each written at once so that it may be followed. */
class Log {
  readonly #file: number | undefined;

  constructor(path: string | undefined) {
    try {
      this.#file = path === undefined ? undefined : openSync(path, 'w');
    } catch (cause) {
      throw new CommandError(
        `The log ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
        { cause },
      );
    }
  }

  write(entry: object): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
