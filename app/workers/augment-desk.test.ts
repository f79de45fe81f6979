/** Augmented copies of an image, as the page asks for them. */
import { expect, test } from 'vitest';
import { meanImage, summarize } from '../data/dataset.ts';
import { generateSample } from '../data/sample.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { augmentedCopies, COPIES } from './augment-desk.ts';

const dataset = generateSample(3, { train: 6, test: 4 });
const opened = { dataset, summary: summarize(dataset), mean: meanImage(dataset.train) };
const net = (comment: string, phase = 'TRAIN'): string => `layer {
  name: "d" type: "Data" top: "x" top: "y" include { phase: ${phase} }
  transform_param { mean_value: 100 scale: 0.01 } data_param { batch_size: 3 }
  # crema: pixels { reverse_channels: true }
  ${comment}
}`;
const ask = (netText: string, index = 2, seed = 1) =>
  augmentedCopies(createReferenceEngine(), { netText, layer: 'd', index, seed }, opened);
const size = dataset.channels * dataset.height * dataset.width;

test('without augmentation all copies are the image itself, whatever is subtracted', async () => {
  const { pixels, phase } = await ask(net(''));
  expect(phase).toBe('TRAIN');
  expect(pixels.length).toBe(COPIES * size);
  const image = [...dataset.train.images.subarray(2 * size, 3 * size)];
  for (const i of [0, 7, 15]) expect([...pixels.subarray(i * size, (i + 1) * size)]).toEqual(image);
});

test('copies differ, and are the same for the same seed', async () => {
  const text = net('# crema: augment { rotation: 20 brightness: 0.3 }');
  const { pixels } = await ask(text);
  const looks = new Set(Array.from({ length: COPIES }, (_, i) => pixels.subarray(i * size, (i + 1) * size).join()));
  expect(looks.size).toBe(COPIES);
  expect((await ask(text)).pixels).toEqual(pixels);
  expect((await ask(text, 2, 2)).pixels).not.toEqual(pixels);
});

test('testing shows the test image as it is', async () => {
  const { pixels, phase } = await ask(net('# crema: augment { rotation: 20 }', 'TEST'), 1);
  expect(phase).toBe('TEST');
  expect([...pixels.subarray(0, size)]).toEqual([...dataset.test.images.subarray(size, 2 * size)]);
});

test('a mistake in the layer, or a layer that is gone, is said in a sentence', async () => {
  await expect(ask(net('# crema: augment { rotation: 200 }'))).rejects.toThrow(
    '"rotation" must lie between 0 and 180; 200 does not.',
  );
  await expect(ask('name: "none"')).rejects.toThrow('The network has no layer "d" any more.');
});
