/** The store against a folder in memory that can be made to fail at any write. */
import { describe, expect, it } from 'vitest';
import { emptySplit, summarize, type ImageDataset } from './image-dataset.ts';
import { generateSample } from './sample.ts';
import { DatasetStore } from './store.ts';
import { MemoryDirectory } from './testing/memory-directory.ts';

const first = generateSample(1, { train: 30, test: 10 });
const second = generateSample(2, { train: 20, test: 10 });

describe('DatasetStore', () => {
  it('gives back what was saved', async () => {
    const directory = new MemoryDirectory();
    await new DatasetStore(directory).save('sample', first);
    const store = new DatasetStore(directory);
    expect(await store.load('sample')).toEqual(first);
    expect((await store.list()).map(({ id, summary }) => ({ id, summary }))).toEqual([
      { id: 'sample', summary: summarize(first) },
    ]);
    expect(await store.load('other')).toBeUndefined();
  });

  it('keeps an empty split', async () => {
    const store = new DatasetStore(new MemoryDirectory());
    await store.save('part', { ...first, test: emptySplit });
    expect((await store.load('part'))?.test.count).toBe(0);
  });

  it('replaces a data set and leaves nothing of the old one', async () => {
    const directory = new MemoryDirectory();
    const store = new DatasetStore(directory);
    await store.save('sample', first);
    await store.save('sample', second);
    expect(await store.load('sample')).toEqual(second);
    expect(directory.files.size).toBe(3);
  });

  it('keeps what was there when there is no room, and says how much is missing', async () => {
    const directory = new MemoryDirectory();
    const store = new DatasetStore(directory);
    await store.save('sample', first);
    directory.room = 40 * 3074 + 25 * 3074;
    await expect(store.save('sample', second)).rejects.toThrow(
      /^Shapes could not be kept for the next visit: it takes 92\.2 kB, and the browser allows \d+\.\d kB more/,
    );
    expect(await store.load('sample')).toEqual(first);
    expect(directory.files.size).toBe(3);
  });

  it('gives back floats, a second labelling, notes and broken records', async () => {
    const store = new DatasetStore(new MemoryDirectory());
    const split = (count: number, from: number) => ({
      images: Float32Array.from({ length: count * 4 }, (_, i) => from + i / 3),
      labels: Uint16Array.from({ length: count }, (_, i) => i % 3),
      count,
    });
    const set: ImageDataset = {
      name: 'Floats',
      source: 'x.h5',
      format: 'HDF5',
      channels: 1,
      height: 2,
      width: 2,
      classNames: ['a', 'b', 'c'],
      train: split(5, -2),
      test: split(3, 1),
      range: [-2, 6],
      otherLabels: {
        name: 'coarse',
        instead: 'fine',
        classNames: ['x', 'y'],
        train: Uint16Array.of(0, 1, 0, 1, 1),
        test: Uint16Array.of(1, 1, 0),
      },
      notes: ['a note'],
      broken: { count: 1, records: [{ where: 'x.h5, row 1', why: 'is empty' }] },
      mean: Float32Array.of(1, 2, 3, 4),
    };
    await store.save('floats', set);
    expect(await store.load('floats')).toEqual(set);
    expect((await store.list())[0]?.summary.labellings).toEqual(['fine', 'coarse']);
  });

  it('leaves nothing of a set when it is told to stop in the middle', async () => {
    const directory = new MemoryDirectory();
    const store = new DatasetStore(directory);
    await store.save('sample', first);
    const before = [...directory.files.keys()];
    for (const part of ['sample.2.train', 'sample.2.test', 'sample.2.json']) {
      const stop = new AbortController();
      directory.onWrite = (name) => name === part && stop.abort();
      await expect(store.save('sample', second, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
      expect([...directory.files.keys()]).toEqual(before);
      expect(await store.load('sample')).toEqual(first);
    }
  });

  it('ignores and then sweeps away what a broken-off write has left', async () => {
    const directory = new MemoryDirectory();
    const store = new DatasetStore(directory);
    await store.save('sample', first);
    directory.files.set('sample.2.train', new Uint8Array(10));
    directory.files.set('sample.2.json', new TextEncoder().encode('{"format":1,"id":"sam'));
    directory.files.set('lost.1.train', new Uint8Array(10));
    expect(await store.load('sample')).toEqual(first);
    await store.save('other', second);
    expect([...directory.files.keys()].sort()).toEqual(
      ['other.1.json', 'other.1.test', 'other.1.train', 'sample.1.json', 'sample.1.test', 'sample.1.train'].sort(),
    );
  });

  it('says so when a stored file is damaged', async () => {
    const directory = new MemoryDirectory();
    const store = new DatasetStore(directory);
    await store.save('sample', first);
    directory.files.set('sample.1.train', new Uint8Array(100));
    await expect(store.load('sample')).rejects.toThrow(
      /stored copy of Shapes is damaged: 92\.2 kB were expected and 100 bytes found/,
    );
  });

  it('deletes', async () => {
    const directory = new MemoryDirectory();
    const store = new DatasetStore(directory);
    await store.save('sample', first);
    await store.save('sample-2', second);
    await store.delete('sample');
    expect((await store.list()).map(({ id }) => id)).toEqual(['sample-2']);
    expect(directory.files.size).toBe(3);
  });
});
