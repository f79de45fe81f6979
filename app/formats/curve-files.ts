/**
 * Curves of runs that were made elsewhere, out of the files that those leave: Crema's own table (which exported PyTorch
 * projects write too), the lines of `crema train --log`, Caffe's log, and the tables that Caffe's parse_log.py makes of one.
 */

/** Points by iteration, ascending; NaN where a file does not say. */
export interface RunCurves {
  readonly train: { readonly iteration: number[]; readonly loss: number[]; readonly lr: number[] };
  readonly test: { readonly iteration: number[]; readonly loss: number[]; readonly accuracy: number[] };
}

interface TrainPoint {
  loss?: number;
  lr?: number;
}

interface TestPoint {
  loss?: number;
  accuracy?: number;
}

/** Points as a file tells them; what comes later about an iteration counts. */
class Points {
  readonly train = new Map<number, TrainPoint>();
  readonly test = new Map<number, TestPoint>();

  addTrain(iteration: number, point: TrainPoint): void {
    this.train.set(iteration, { ...this.train.get(iteration), ...point });
  }

  addTest(iteration: number, point: TestPoint): void {
    this.test.set(iteration, { ...this.test.get(iteration), ...point });
  }

  /** Undefined where there is nothing to draw. */
  curves(): RunCurves | undefined {
    const sorted = <T>(points: Map<number, T>) => [...points].sort(([a], [b]) => a - b);
    const train = sorted(this.train).filter(([, { loss }]) => loss !== undefined);
    const test = sorted(this.test);
    if (train.length === 0 && test.length === 0) return undefined;
    return {
      train: {
        iteration: train.map(([iteration]) => iteration),
        loss: train.map(([, { loss }]) => loss ?? Number.NaN),
        lr: train.map(([, { lr }]) => lr ?? Number.NaN),
      },
      test: {
        iteration: test.map(([iteration]) => iteration),
        loss: test.map(([, { loss }]) => loss ?? Number.NaN),
        accuracy: test.map(([, { accuracy }]) => accuracy ?? Number.NaN),
      },
    };
  }
}

/** Reads a file's text, whichever of the forms it has. Undefined where it holds no curves. */
export function readCurves(text: string): RunCurves | undefined {
  const lines = text.split(/\r?\n/);
  const first = lines[0]?.trim() ?? '';
  if (/^(iteration|NumIters),/.test(first)) return readTable(first.split(','), lines.slice(1));
  return first.startsWith('{') ? readJsonLines(lines) : readCaffeLog(lines);
}

/** May a file of this name and beginning hold curves? It tells a table of curves from a data set in the same form. */
export function looksLikeCurves(name: string, start: string): boolean {
  if (/\.csv$/i.test(name) || /\.(train|test)$/i.test(name)) return /^(iteration|NumIters),/.test(start);
  if (/\.jsonl$/i.test(name)) return /^\{"iteration":/.test(start);
  return /\.(log|txt)$|\.INFO\b|^caffe\./i.test(name) && /solver\.cpp|Iteration \d+|Log file created at/.test(start);
}

/** Columns by their names: Crema's, or those of parse_log.py, which has a table for training and one for tests. */
function readTable(head: readonly string[], lines: readonly string[]): RunCurves | undefined {
  const at = (name: string) => head.indexOf(name);
  const parsed = head[0] === 'NumIters';
  const ofTests = parsed && at('accuracy') >= 0;
  const trainLoss = parsed ? (ofTests ? -1 : at('loss')) : at('train_loss');
  const testLoss = parsed ? (ofTests ? at('loss') : -1) : at('test_loss');
  const rate = at(parsed ? 'LearningRate' : 'learning_rate');
  const accuracy = at(parsed ? 'accuracy' : 'test_accuracy');
  const points = new Points();
  for (const line of lines) {
    const cells = line.split(',');
    const iteration = numberIn(cells[0]);
    if (iteration === undefined) continue;
    const [loss, lr] = [numberIn(cells[trainLoss]), numberIn(cells[rate])];
    if (loss !== undefined) points.addTrain(iteration, { loss, ...(lr === undefined ? {} : { lr }) });
    const [tested, right] = [numberIn(cells[testLoss]), numberIn(cells[accuracy])];
    if (tested !== undefined || right !== undefined)
      points.addTest(iteration, {
        ...(tested === undefined ? {} : { loss: tested }),
        ...(right === undefined ? {} : { accuracy: right }),
      });
  }
  return points.curves();
}

/** A cell's number; broken losses are written as nan or inf. */
function numberIn(cell: string | undefined): number | undefined {
  const text = cell?.trim().toLowerCase() ?? '';
  if (text === '') return undefined;
  if (/^-?(nan|inf)/.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

/** `crema train --log`: an object a line. */
function readJsonLines(lines: readonly string[]): RunCurves | undefined {
  const points = new Points();
  for (const line of lines) {
    const entry = objectIn(line);
    const iteration = entry?.['iteration'];
    if (entry === undefined || typeof iteration !== 'number') continue;
    const { loss, lr, test_loss: tested, accuracy, test_net: net } = entry;
    if (typeof loss === 'number') points.addTrain(iteration, { loss, ...(typeof lr === 'number' ? { lr } : {}) });
    if ((typeof tested === 'number' || typeof accuracy === 'number') && (net === undefined || net === 0))
      points.addTest(iteration, {
        ...(typeof tested === 'number' ? { loss: tested } : {}),
        ...(typeof accuracy === 'number' ? { accuracy } : {}),
      });
  }
  return points.curves();
}

/** Undefined for a line that is cut off, as the last of a running program may be. */
function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const NUMBER = String.raw`(-?(?:\d[\d.]*(?:[eE][-+]?\d+)?|nan|inf))`;
const TRAIN = new RegExp(String.raw`\bIteration (\d+)(?: \([^)]*\))?, loss = ${NUMBER}`);
const RATE = new RegExp(String.raw`\bIteration (\d+), lr = ${NUMBER}`);
const TESTING = /\bIteration (\d+), Testing net \(#(\d+)\)/;
const OUTPUT = new RegExp(String.raw`\bTest net output #\d+: (\S+) = ${NUMBER}(?: \(\* ${NUMBER} = ${NUMBER} loss\))?`);

/** Caffe's own log, or Crema's, whose lines read the same: the first test net's, its losses by their weights. */
function readCaffeLog(lines: readonly string[]): RunCurves | undefined {
  const points = new Points();
  let tested: number | undefined;
  for (const line of lines) {
    const [, at, loss] = TRAIN.exec(line) ?? [];
    if (at !== undefined) {
      points.addTrain(Number(at), { loss: numberIn(loss) ?? Number.NaN });
      tested = undefined;
    }
    const [, rateAt, lr] = RATE.exec(line) ?? [];
    if (rateAt !== undefined) {
      // On one line where Crema wrote it; on the next where Caffe did.
      points.addTrain(Number(rateAt), { lr: numberIn(lr) ?? Number.NaN });
    }
    const [, testAt, net] = TESTING.exec(line) ?? [];
    if (testAt !== undefined) tested = net === '0' ? Number(testAt) : undefined;
    const [, name, value, , weighted] = OUTPUT.exec(line) ?? [];
    if (tested === undefined || name === undefined) continue;
    const known = points.test.get(tested);
    if (weighted !== undefined)
      points.addTest(tested, { loss: (known?.loss ?? 0) + (numberIn(weighted) ?? Number.NaN) });
    else if (/acc|top/i.test(name) && known?.accuracy === undefined)
      points.addTest(tested, { accuracy: numberIn(value) ?? Number.NaN });
  }
  return points.curves();
}
