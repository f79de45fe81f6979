/** Summaries, the mean image and merging. */
import { describe, expect, it } from 'vitest';
import { DatasetError, emptySplit, meanImage, mergeDatasets, summarize, type ImageDataset } from './image-dataset.ts';

/** Images of 1×1×2 bytes. */
function tiny(
  train: readonly [number, number, number][],
  test: readonly [number, number, number][] = [],
): ImageDataset {
  const split = (rows: readonly [number, number, number][]) => ({
    images: Uint8Array.from(rows.flatMap(([, a, b]) => [a, b])),
    labels: Uint16Array.from(rows, ([label]) => label),
    count: rows.length,
  });
  const shape = { channels: 1, height: 1, width: 2, classNames: ['no', 'yes'] };
  return { name: 'tiny', source: 'a file', ...shape, train: split(train), test: split(test) };
}

describe('meanImage', () => {
  it('averages each pixel, rounded once to single precision', () => {
    const { train } = tiny([
      [0, 0, 255],
      [1, 1, 255],
      [1, 0, 254],
    ]);
    expect([...meanImage(train)]).toEqual([Math.fround(1 / 3), Math.fround(764 / 3)]);
  });

  it('refuses a split without images', () => {
    expect(() => meanImage(emptySplit)).toThrow(DatasetError);
  });
});

describe('summarize', () => {
  it('counts images, classes and bytes', () => {
    const set = tiny(
      [
        [0, 1, 2],
        [1, 1, 2],
        [1, 1, 2],
      ],
      [[1, 0, 0]],
    );
    expect(summarize(set)).toEqual({
      name: 'tiny',
      source: 'a file',
      channels: 1,
      height: 1,
      width: 2,
      classNames: ['no', 'yes'],
      trainCount: 3,
      testCount: 1,
      trainPerClass: [1, 2],
      testPerClass: [0, 1],
      bytes: 4 * 2 + 4 * 2,
    });
  });
});

describe('mergeDatasets', () => {
  it('adds images behind those that are there and fills a missing test split', () => {
    const base = tiny([[0, 1, 2]]);
    const merged = mergeDatasets(base, { ...tiny([[1, 3, 4]], [[0, 5, 6]]), source: 'another' });
    expect([...merged.train.images]).toEqual([1, 2, 3, 4]);
    expect([...merged.train.labels]).toEqual([0, 1]);
    expect([...merged.test.images]).toEqual([5, 6]);
    expect(merged.source).toBe('a file + another');
    expect(base.train.count).toBe(1);
  });

  it('refuses images of another size and other classes', () => {
    const base = tiny([[0, 1, 2]]);
    expect(() => mergeDatasets(base, { ...base, height: 2, width: 1 })).toThrow(/images of 1×2×1 .* are 1×1×2/);
    expect(() => mergeDatasets(base, { ...base, classNames: ['a', 'b'] })).toThrow(/has the classes a, b/);
  });
});
