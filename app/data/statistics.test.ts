/** Numbers of a set that are known beforehand, and the generated digits. */
import { describe, expect, it } from 'vitest';
import { emptySplit } from './image-dataset.ts';
import { generateDigits } from './sample-digits.ts';
import { examine } from './statistics.ts';

const split = (images: number[], labels: number[]) => ({
  images: Uint8Array.from(images),
  labels: Uint16Array.from(labels),
  count: labels.length,
});

describe('statistics', () => {
  const set = { name: '', source: '', height: 1, width: 2, classNames: ['a'] };

  it('computes mean and deviation of each channel', async () => {
    const train = split([0, 10, 100, 100, 20, 30, 100, 200], [0, 1]);
    const found = await examine({ ...set, channels: 2, train, test: emptySplit });
    expect(found.train.mean).toEqual([15, 125]);
    expect(found.train.deviation[0]).toBeCloseTo(Math.sqrt(125));
    expect(found.train.deviation[1]).toBeCloseTo(Math.sqrt(1875));
    expect(found.test).toEqual({ mean: [], deviation: [] });
  });

  it('computes them of floats as they are', async () => {
    const train = { images: Float32Array.of(-1.5, 2.5, 0, -3), labels: Uint16Array.of(0, 0), count: 2 };
    const found = await examine({ ...set, channels: 1, range: [-3, 2.5], train, test: emptySplit });
    expect(found.train.mean[0]).toBeCloseTo(-0.5);
    expect(found.train.deviation[0]).toBeCloseTo(Math.sqrt((1 + 9 + 0.25 + 6.25) / 4));
  });

  it('finds test images that are training images too, however many are alike', async () => {
    const same = Array.from({ length: 40 }, () => [9, 9]).flat();
    const train = split([...same, 1, 2, 3, 4, 5, 6], new Array<number>(43).fill(0));
    const test = split([5, 6, 6, 5, 1, 2, 9, 9], [0, 0, 0, 0]);
    expect((await examine({ ...set, channels: 1, train, test })).duplicates).toEqual([
      { test: 0, train: 42 },
      { test: 2, train: 40 },
      { test: 3, train: 0 },
    ]);
  });

  it('says how far it is, and stops when it is told to', async () => {
    const count = 12_000;
    const many = { images: new Uint8Array(count * 3072), labels: new Uint16Array(count), count };
    const dataset = { ...set, channels: 3, height: 32, width: 32, train: many, test: emptySplit };
    const stop = new AbortController();
    const seen: string[] = [];
    const examining = examine(dataset, {
      signal: stop.signal,
      progress: (done, total, what) => {
        seen.push(what);
        expect(done).toBeLessThanOrEqual(total);
        if (seen.length === 2) stop.abort();
      },
    });
    await expect(examining).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual(['Mean and deviation', 'Mean and deviation']);
  });
});

describe('generateDigits', () => {
  const made = generateDigits(3, { train: 600, test: 200 });

  it('is the same for the same seed, in equal parts of all classes', async () => {
    expect(generateDigits(3, { train: 600, test: 200 })).toEqual(made);
    expect(generateDigits(4, { train: 10, test: 0 }).train.images).not.toEqual(made.train.images.subarray(0, 7840));
    const counts = new Map<number, number>();
    for (const label of made.train.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array.from({ length: 10 }, () => 60));
    expect(made).toMatchObject({ channels: 1, height: 28, width: 28, name: 'Digits' });
    expect((await examine(made)).duplicates).toEqual([]);
  });

  it('can be told apart, though not by the nearest mean alone', () => {
    const means = Array.from({ length: 10 }, () => new Float64Array(784));
    made.train.labels.forEach((label, i) => {
      const mean = means[label] as Float64Array;
      for (let p = 0; p < 784; p++) mean[p] = (mean[p] as number) + (made.train.images[i * 784 + p] as number) / 60;
    });
    let right = 0;
    made.test.labels.forEach((label, i) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, value, p) => sum + (value - (made.test.images[i * 784 + p] as number)) ** 2, 0),
      );
      if (distances.indexOf(Math.min(...distances)) === label) right++;
    });
    expect(right / 200).toBeGreaterThan(0.4);
    expect(right / 200).toBeLessThan(0.95);
  });
});
