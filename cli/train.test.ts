// Training, resuming and testing from the command line, on a small net, invented images and the interpreter.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceOf } from '../app/caffe/wire/byte-source.ts';
import { readHdf5 } from '../app/formats/hdf5-file.ts';
import { readNpz } from '../app/formats/npz.ts';
import { crema } from './testing-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'crema-train-'));
const at = (name: string) => join(folder, name);

const net = `name: "tiny"
layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { mean_file: "mean.binaryproto" scale: 0.02 crop_size: 8 mirror: true }
  data_param { source: "train_lmdb" batch_size: 4 } }
layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { mean_file: "mean.binaryproto" scale: 0.02 crop_size: 8 }
  data_param { source: "test_lmdb" batch_size: 5 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "drop" type: "Dropout" bottom: "ip" top: "ip" dropout_param { dropout_ratio: 0.2 } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
`;
const solver = `net: "some/where/tiny.prototxt"
base_lr: 0.01 lr_policy: "step" gamma: 0.5 stepsize: 4 momentum: 0.9
test_iter: 2 test_interval: 3 max_iter: 6 display: 1 snapshot: 3 snapshot_prefix: "models/tiny" random_seed: 7
`;

/** CIFAR-10's binary form: a label and 3072 pixels; each class has a brightness of its own. */
function batch(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    const label = (i * 7) % 10;
    bytes[i * 3073] = label;
    for (let p = 1; p <= 3072; p++) bytes[i * 3073 + p] = label * 20 + ((i * p * 31) % 50);
  }
  return bytes;
}

beforeAll(() => {
  mkdirSync(at('data'));
  writeFileSync(at('data/data_batch_1.bin'), batch(30));
  writeFileSync(at('data/test_batch.bin'), batch(10));
  writeFileSync(at('tiny.prototxt'), net);
  writeFileSync(at('solver.prototxt'), solver);
});
afterAll(() => rmSync(folder, { recursive: true }));

const train = (...args: string[]) =>
  crema('train', at('solver.prototxt'), '--data', at('data'), '--engine', 'reference', ...args);
const logOf = (name: string) =>
  readFileSync(at(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>);

describe('crema train', () => {
  test('trains, tests, logs and writes snapshots', async () => {
    const { code, out, err } = await train('--out', at('run'), '--log', at('run.jsonl'));
    expect(err).toContain('30 training and 10 test images');
    expect(err).toContain('mean.binaryproto is not there; the mean of the training images takes its place');
    expect(code).toBe(0);
    expect(readdirSync(at('run')).sort()).toEqual([
      'tiny_iter_3.caffemodel',
      'tiny_iter_3.solverstate',
      'tiny_iter_6.caffemodel',
      'tiny_iter_6.solverstate',
    ]);
    const log = logOf('run.jsonl');
    expect(log.filter((entry) => 'lr' in entry).map(({ iteration, lr }) => [iteration, lr])).toEqual([
      [0, 0.01],
      [1, 0.01],
      [2, 0.01],
      [3, 0.01],
      [4, 0.005],
      [5, 0.005],
    ]);
    const tests = log.filter((entry) => 'test_loss' in entry);
    expect(tests.map(({ iteration }) => iteration)).toEqual([0, 3, 6]);
    expect(tests.at(-1)?.test_loss).toBeLessThan(tests[0]?.test_loss ?? NaN);
    expect(out).toContain('Iteration 5, loss = ');
    expect(out).toContain('Optimization Done.');
  });

  test('goes on from a snapshot with the losses of an unbroken run', async () => {
    expect((await train('--out', at('first'), '--iterations', '3')).code).toBe(0);
    const { code } = await train(
      ...['--snapshot', at('first/tiny_iter_3.solverstate'), '--out', at('second'), '--log', at('second.jsonl')],
    );
    expect(code).toBe(0);
    const unbroken = logOf('run.jsonl').filter(({ iteration }) => (iteration ?? 0) > 3);
    expect(logOf('second.jsonl').filter(({ iteration }) => (iteration ?? 0) > 3)).toEqual(unbroken);
  });

  test('reads images in file order when asked', async () => {
    const losses = async (...args: string[]) => {
      await train('--iterations', '1', '--out', at('order'), '--log', at('order.jsonl'), ...args);
      return logOf('order.jsonl').find((entry) => 'lr' in entry)?.loss;
    };
    const shuffled = await losses();
    const inOrder = await losses('--no-shuffle');
    expect(inOrder).not.toBe(shuffled);
    expect(await losses('--no-shuffle')).toBe(inOrder);
  });

  test.each<[string, string[], RegExp]>([
    ['no data', ['--engine', 'reference'], /--data is missing/],
    ['no such data', ['--data', join(folder, 'none')], /No data at .*none: there is no such file or folder/],
    [
      'weights and snapshot',
      ['--data', join(folder, 'data'), '--weights', 'a', '--snapshot', 'b'],
      /exclude each other/,
    ],
    [
      'no such net',
      ['--data', join(folder, 'data'), '--net', join(folder, 'none.prototxt')],
      /none.prototxt cannot be read/,
    ],
    [
      'damaged weights',
      ['--data', join(folder, 'data'), '--weights', join(folder, 'tiny.prototxt')],
      /^.*tiny.prototxt: .*\.$/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, err } = await crema('train', at('solver.prototxt'), '--engine', 'reference', ...args);
    expect(code).toBeGreaterThan(0);
    expect(code).toBeLessThan(3);
    expect(err.split('\n').at(-1)).toMatch(message);
  });
});

describe('crema test', () => {
  const run = (...args: string[]) =>
    crema(
      'test',
      ...[at('tiny.prototxt'), '--weights', at('run/tiny_iter_6.caffemodel')],
      ...['--data', at('data'), '--engine', 'reference', ...args],
    );

  test('finds what training found at the same iteration', async () => {
    const { code, out } = await run('--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out) as Record<string, number>;
    const trained = logOf('run.jsonl').find((entry) => 'test_loss' in entry && entry.iteration === 6);
    expect(answer).toMatchObject({ iterations: 2, images: 10, accuracy: trained?.accuracy });
    expect(answer.loss).toBeCloseTo(trained?.test_loss ?? NaN, 6);
  });

  test('prints each output', async () => {
    expect((await run('--iterations', '1')).out).toMatch(/^accuracy = [\d.]+\nloss = [\d.]+$/);
  });
});

describe('several test nets, snapshots in HDF5, AdamW and features', () => {
  const text = `${solver.replace('net: "some/where/tiny.prototxt"', '').replace('test_iter: 2', '')}
train_net_param { ${net.replace(/name: "tiny"/, '')} }
test_net: "tiny.prototxt" test_net: "other.prototxt" test_iter: 2 test_iter: 1
type: "Adam" snapshot_format: HDF5
# crema: type AdamW
`;

  test('a run from all of these resumes from its own files', async () => {
    writeFileSync(at('all.prototxt'), text);
    writeFileSync(at('other.prototxt'), net.replace('batch_size: 5', 'batch_size: 10'));
    const run = (...args: string[]) =>
      crema('train', at('all.prototxt'), '--data', at('data'), '--engine', 'wasm', ...args);
    const whole = await run('--out', at('all'), '--log', at('all.jsonl'));
    expect(whole.err).not.toContain('only the first');
    expect(whole.code, whole.err).toBe(0);
    expect(whole.out).toContain('Iteration 0, Testing net (#1)');
    expect(readdirSync(at('all')).sort()).toEqual([
      'tiny_iter_3.caffemodel.h5',
      'tiny_iter_3.solverstate.h5',
      'tiny_iter_6.caffemodel.h5',
      'tiny_iter_6.solverstate.h5',
    ]);
    const tests = logOf('all.jsonl').filter((entry) => 'test_loss' in entry);
    expect(tests.map(({ iteration, test_net }) => [iteration, test_net])).toEqual(
      [0, 3, 6].flatMap((iteration) => [
        [iteration, 0],
        [iteration, 1],
      ]),
    );
    const later = await run(
      '--snapshot',
      at('all/tiny_iter_3.solverstate.h5'),
      '--out',
      at('all2'),
      '--log',
      at('all2.jsonl'),
    );
    expect(later.code, later.err).toBe(0);
    const after = (name: string) => logOf(name).filter(({ iteration }) => (iteration ?? 0) > 3);
    expect(after('all2.jsonl')).toEqual(after('all.jsonl'));
  });

  test('blobs of images as npz, HDF5 and CSV', async () => {
    const run = (out: string, ...args: string[]) =>
      crema(
        ...['extract', at('tiny.prototxt'), '--weights', at('all/tiny_iter_6.caffemodel.h5'), '--data', at('data')],
        ...['--engine', 'wasm', '--blobs', 'ip,data', '--out', at(out), ...args],
      );
    const { code, out, err } = await run('f.npz', '--labels', '--images', '7');
    expect(code, err).toBe(0);
    expect(out).toBe('ip  7×10\ndata  7×3×8×8\nlabel  7');
    const arrays = readNpz(readFileSync(at('f.npz')));
    const ip = arrays.get('ip')?.data as Float32Array;
    expect([...(arrays.get('label')?.data as Float32Array)]).toEqual([0, 7, 4, 1, 8, 5, 2]);
    expect((await run('f.csv', '--labels', '--images', '7')).code).toBe(0);
    const rows = readFileSync(at('f.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(rows).toHaveLength(8);
    expect(rows[0]?.slice(0, 2)).toEqual(['ip_0', 'ip_1']);
    expect(rows.slice(1).flatMap((row) => row.slice(0, 10).map((cell) => Math.fround(Number(cell))))).toEqual([...ip]);
    expect((await run('f.h5')).code).toBe(0);
    const stored = await readHdf5(sourceOf(readFileSync(at('f.h5'))), (root) => {
      const found = root.get('ip');
      return found !== null && 'slice' in found
        ? { shape: found.shape, value: found.value as Float32Array }
        : undefined;
    });
    expect(stored?.shape).toEqual([10, 10]);
    expect([...(stored?.value ?? [])].slice(0, 70)).toEqual([...ip]);
  });

  test.each<[string, string[], RegExp]>([
    [
      'a blob that is not there',
      ['--blobs', 'ip9', '--out', 'x.npz'],
      /no blob "ip9" in phase TEST; it has data, label, ip/,
    ],
    ['a blob without rows', ['--blobs', 'loss', '--out', 'x.npz'], /"loss" is a single value: it has no row/],
    ['another ending', ['--blobs', 'ip', '--out', 'x.txt'], /must end in .npz, .h5 or .csv/],
  ])('refuse %s', async (_, args, message) => {
    const weights = ['--weights', at('all/tiny_iter_6.caffemodel.h5')];
    const { code, err } = await crema(
      'extract',
      at('tiny.prototxt'),
      ...weights,
      '--data',
      at('data'),
      '--engine',
      'wasm',
      ...args,
    );
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(message);
  });
});
