/** Numbers of a set that are known beforehand, and the generated digits. */
import { describe, expect, it } from 'vitest';
import { generateDigits } from './sample-digits.ts';
import { channelStatistics, duplicatesBetween } from './statistics.ts';

const split = (images: number[], labels: number[]) => ({
  images: Uint8Array.from(images),
  labels: Uint16Array.from(labels),
  count: labels.length,
});

describe('statistics', () => {
  it('computes mean and deviation of each channel', () => {
    const found = channelStatistics(split([0, 10, 100, 100, 20, 30, 100, 200], [0, 1]), 2);
    expect(found.mean).toEqual([15, 125]);
    expect(found.deviation[0]).toBeCloseTo(Math.sqrt(125));
    expect(found.deviation[1]).toBeCloseTo(Math.sqrt(1875));
    expect(channelStatistics(split([], []), 3)).toEqual({ mean: [], deviation: [] });
  });

  it('finds test images that are training images too', () => {
    const set = { name: '', source: '', channels: 1, height: 1, width: 2, classNames: ['a'] };
    const train = split([1, 2, 3, 4, 5, 6], [0, 0, 0]);
    const test = split([5, 6, 6, 5, 1, 2], [0, 0, 0]);
    expect(duplicatesBetween({ ...set, train, test })).toEqual([
      { test: 0, train: 2 },
      { test: 2, train: 0 },
    ]);
  });
});

describe('generateDigits', () => {
  const made = generateDigits(3, { train: 600, test: 200 });

  it('is the same for the same seed, in equal parts of all classes', () => {
    expect(generateDigits(3, { train: 600, test: 200 })).toEqual(made);
    expect(generateDigits(4, { train: 10, test: 0 }).train.images).not.toEqual(made.train.images.subarray(0, 7840));
    const counts = new Map<number, number>();
    for (const label of made.train.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array.from({ length: 10 }, () => 60));
    expect(made).toMatchObject({ channels: 1, height: 28, width: 28, name: 'Digits' });
    expect(duplicatesBetween(made)).toEqual([]);
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
