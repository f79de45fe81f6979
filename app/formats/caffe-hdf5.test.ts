/** Caffe's HDF5 snapshots: what is written is what is read, in the layout that Caffe gives them, and damaged files are refused. */
import { describe, expect, test } from 'vitest';
import { sourceOf, type ByteSource } from '../caffe/wire/byte-source.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import type { StoredSolverState } from '../caffe/wire/solverstate.ts';
import { isHdf5, readHdf5, writeHdf5 } from './hdf5-file.ts';
import { readHdf5Caffemodel } from './caffe-hdf5.ts';
import { readState, writeState, writeWeights } from './weight-files.ts';

const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.fround(i / 7 - 3));

const model: Caffemodel = {
  name: 'tiny',
  layers: [
    { name: 'data', type: 'Data', blobs: [] },
    {
      name: 'conv',
      type: 'Convolution',
      blobs: [
        { shape: [2, 3, 2, 2], data: numbers(24) },
        { shape: [2], data: numbers(2) },
      ],
    },
    { name: 'inception_3a/1x1', type: 'Convolution', blobs: [{ shape: [1, 2], data: numbers(2) }] },
  ],
};

const state: StoredSolverState = {
  iteration: 20,
  learnedNet: 'tiny_iter_20.caffemodel.h5',
  history: [
    { shape: [2, 3, 2, 2], data: numbers(24) },
    { shape: [2], data: numbers(2) },
  ],
  currentStep: 1,
  seed: 4_000_000_000,
};

describe('weights', () => {
  test('come back as they were, by layer', async () => {
    const bytes = await writeWeights(model, 'HDF5');
    expect(isHdf5(bytes)).toBe(true);
    const { layers } = await readHdf5Caffemodel(sourceOf(bytes));
    const found = new Map(layers.map(({ name, blobs }) => [name, blobs]));
    for (const { name, blobs } of model.layers) expect(found.get(name), name).toEqual(blobs);
  });

  test('lie where Caffe looks for them: data/LAYER/POSITION, a group for every layer', async () => {
    const paths = await readHdf5(sourceOf(await writeWeights(model, 'HDF5')), (root) => root.paths());
    expect(paths.map((path) => path.replace(/^\//, '')).sort()).toEqual(
      expect.arrayContaining(['data', 'data/data', 'data/conv', 'data/conv/0', 'data/conv/1']),
    );
  });

  test('of a shared blob that Caffe left out are absent', async () => {
    const bytes = await writeHdf5((root) => {
      const group = root.create_group('data').create_group('ip');
      group.create_dataset({ name: '1', data: numbers(3), shape: [3], dtype: '<f' });
    });
    const { layers } = await readHdf5Caffemodel(sourceOf(bytes));
    expect(layers[0]?.blobs).toEqual([
      { shape: [], data: new Float32Array(), absent: true },
      { shape: [3], data: numbers(3) },
    ]);
  });
});

test('values of many rows come in pieces, from a file that is read where it lies or was copied', async () => {
  const data = numbers(1500 * 1000);
  const large = { name: 'n', layers: [{ name: 'ip', type: '', blobs: [{ shape: [1500, 1000], data }] }] };
  const source = sourceOf(await writeWeights(large, 'HDF5'));
  const slice: ByteSource['slice'] = (start, end) => source.slice(start, end);
  for (const given of [source, { size: source.size, slice }]) {
    const blob = (await readHdf5Caffemodel(given)).layers[0]?.blobs[0];
    expect(blob?.shape).toEqual([1500, 1000]);
    expect(Buffer.compare(Buffer.from(blob?.data.slice().buffer ?? new ArrayBuffer()), Buffer.from(data.buffer))).toBe(
      0,
    );
  }
});

describe('a solver state', () => {
  test('comes back as it was, seed included', async () => {
    expect(await readState(sourceOf(await writeState(state, 'HDF5')))).toEqual(state);
    const { seed: _, ...foreign } = state;
    expect(await readState(sourceOf(await writeState(foreign, 'HDF5')))).toEqual({ ...foreign, seed: undefined });
  });

  test('has the types that Caffe gives it', async () => {
    const found = await readHdf5(sourceOf(await writeState(state, 'HDF5')), (root) =>
      ['iter', 'current_step', 'learned_net', 'history/0'].map((path) => {
        const data = root.get(path);
        return data !== null && 'metadata' in data && 'shape' in data ? [path, data.shape, data.dtype] : [path];
      }),
    );
    expect(found).toEqual([
      ['iter', [1], '<i'],
      ['current_step', [1], '<i'],
      ['learned_net', [], 'S27'],
      ['history/0', [2, 3, 2, 2], '<f'],
    ]);
  });
});

test('files of another content are refused with a sentence', async () => {
  const empty = await writeHdf5((root) => void root.create_group('something'));
  await expect(readHdf5Caffemodel(sourceOf(empty))).rejects.toThrow('not a .caffemodel.h5');
  await expect(readState(sourceOf(empty))).rejects.toThrow('not a .solverstate.h5');
  const whole = await writeWeights(model, 'HDF5');
  await expect(readHdf5Caffemodel(sourceOf(whole.slice(0, 200)))).rejects.toThrow('damaged or cut off');
});

test('files are of the oldest form, which the libraries of Caffe’s time read', async () => {
  expect((await writeWeights(model, 'HDF5'))[8]).toBe(0);
});
