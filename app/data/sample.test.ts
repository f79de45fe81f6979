/** The sample set: reproducible, balanced, varied, and not to be solved from colours or from pixels one by one. */
import { describe, expect, it } from 'vitest';
import { countClasses, type ImageSplit } from './image-dataset.ts';
import { generateSample } from './sample.ts';
import { sameBytes } from './testing/sources.ts';

/** Share of `test` that softmax regression on `features` gets right, after a few passes over `train`. */
function linearAccuracy(
  train: ImageSplit,
  test: ImageSplit,
  features: (split: ImageSplit, i: number) => number[],
): number {
  const classes = 10;
  const trainX = Array.from({ length: train.count }, (_, i) => features(train, i));
  const width = (trainX[0] as number[]).length;
  const weights = Array.from({ length: classes }, () => new Float64Array(width + 1));
  const scores = (x: readonly number[]) =>
    weights.map((w) => x.reduce((sum, value, j) => sum + value * (w[j] as number), w[width] as number));
  for (let pass = 0; pass < 4; pass++) {
    trainX.forEach((x, i) => {
      const raw = scores(x);
      const top = Math.max(...raw);
      const exp = raw.map((s) => Math.exp(s - top));
      const sum = exp.reduce((a, b) => a + b, 0);
      weights.forEach((w, c) => {
        const step = 0.01 * ((exp[c] as number) / sum - (train.labels[i] === c ? 1 : 0));
        x.forEach((value, j) => (w[j] = (w[j] as number) - step * value));
        w[width] = (w[width] as number) - step;
      });
    });
  }
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    const s = scores(features(test, i));
    if (s.indexOf(Math.max(...s)) === test.labels[i]) right++;
  }
  return right / test.count;
}

describe('generateSample', () => {
  const small = generateSample(1, { train: 1000, test: 500 });

  it('has the shape of CIFAR and classes in equal numbers', () => {
    expect([small.channels, small.height, small.width]).toEqual([3, 32, 32]);
    expect(small.train.images.length).toBe(1000 * 3072);
    expect(new Set(small.classNames).size).toBe(10);
    expect(countClasses(small.train, 10)).toEqual(new Array(10).fill(100));
    expect(countClasses(small.test, 10)).toEqual(new Array(10).fill(50));
  });

  it('is the same for the same seed, and another for another', () => {
    const again = generateSample(1, { train: 50, test: 20 });
    expect(sameBytes(again.train.images, small.train.images.slice(0, 50 * 3072))).toBe(true);
    expect(again.test.labels).toEqual(small.test.labels.slice(0, 20));
    expect(sameBytes(generateSample(2, { train: 50, test: 0 }).train.images, again.train.images)).toBe(false);
    expect(sameBytes(small.test.images.slice(0, 3072), small.train.images.slice(0, 3072))).toBe(false);
  });

  it('uses the whole range of brightness', () => {
    const sorted = small.train.images.slice(0, 100 * 3072).sort();
    expect(sorted[Math.floor(sorted.length * 0.02)]).toBeLessThan(40);
    expect(sorted[Math.floor(sorted.length * 0.98)]).toBeGreaterThan(190);
  });

  it('is told apart by a feature that gives the class away (the yardstick of the next two tests)', () => {
    const giveaway = (split: ImageSplit, i: number) => new Array<number>(10).fill(0).with(split.labels[i] as number, 3);
    expect(linearAccuracy(small.train, small.test, giveaway)).toBeGreaterThan(0.9);
  });

  it('is poorly told apart by its colours', () => {
    const meanColour = (split: ImageSplit, i: number) =>
      [0, 1, 2].map((c) => {
        const plane = split.images.subarray(i * 3072 + c * 1024, i * 3072 + (c + 1) * 1024);
        return [...plane].reduce((sum, byte) => sum + byte, 0) / 1024 / 64 - 1.5;
      });
    expect(linearAccuracy(small.train, small.test, meanColour)).toBeLessThan(0.2);
  });

  it('is poorly told apart by single pixels', () => {
    // Brightness of 8×8 cells.
    const cells = (split: ImageSplit, i: number) => {
      const sums = new Array<number>(64).fill(-1.5);
      for (let c = 0; c < 3; c++) {
        for (let p = 0; p < 1024; p++) {
          const cell = 8 * (p >> 7) + ((p & 31) >> 2);
          sums[cell] = (sums[cell] as number) + (split.images[i * 3072 + c * 1024 + p] as number) / 48 / 64;
        }
      }
      return sums;
    };
    expect(linearAccuracy(small.train, small.test, cells)).toBeLessThan(0.4);
  });
});
