/** The nets of the comparison as lists of layers: each can be described to others, with the arithmetic that is known of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { measuredText, planOf } from './plan.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const plan = (path: string, batch: number) => planOf(measuredText(read(path), batch), [3, 32, 32]);
const model = (name: string) => `public/models/${name}/train_test.prototxt`;

describe('plans', () => {
  test('cifar10_quick: layers, sizes and arithmetic', () => {
    const { batch, layers, params, gflop, scores, classes } = plan(model('cifar10_quick'), 100);
    expect(batch).toBe(100);
    expect(layers.map(({ type }) => type).join(' ')).toBe(
      'convolution pooling relu convolution relu pooling convolution relu pooling product product',
    );
    expect(params.slice(0, 2)).toMatchObject([{ shape: [32, 3, 5, 5] }, { shape: [32], value: 0 }]);
    expect(layers[1]).toMatchObject({ method: 'max', kernel: [3, 3], stride: [2, 2], overhang: [1, 1] });
    expect([scores, classes]).toEqual(['ip2', 10]);
    // 12.3 million multiply-adds an image; backward twice as many, but none for the gradient of the images.
    expect(gflop.forward).toBeCloseTo(2.47, 1);
    expect(gflop.step).toBeCloseTo(6.92, 1);
  });

  test('cifar10_full has normalisation within a channel', () => {
    const kinds = plan(model('cifar10_full'), 4).layers.filter(({ type }) => type === 'response');
    expect(kinds).toMatchObject([{ size: 3, beta: 0.75 }, { size: 3 }]);
  });

  test('ResNet-20: BatchNorm and its Scale are one layer, branches are added', () => {
    const { layers, batch } = plan(model('resnet20'), 8);
    const count = (type: string) => layers.filter((layer) => layer.type === type).length;
    expect(batch).toBe(8);
    expect(count('normalisation')).toBe(count('convolution'));
    expect(layers.filter(({ type }) => type === 'normalisation').every(({ params }) => params.length === 2)).toBe(true);
    expect(count('add')).toBe(9);
  });

  test('the small VGG', () => {
    expect(plan('bench/nets/vgg.prototxt', 1).layers.filter(({ type }) => type === 'convolution')).toHaveLength(6);
  });

  test('a layer that no list can hold is refused by name', () => {
    const text = read(model('cifar10_quick')).replace(/type: "ReLU"/, 'type: "Sigmoid"');
    expect(() => planOf(measuredText(text, 1), [3, 32, 32])).toThrow(/"relu1" \(Sigmoid\)/);
  });
});
