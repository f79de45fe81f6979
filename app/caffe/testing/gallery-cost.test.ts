/** The costs of the gallery's networks are exactly those that follow from their architecture, and those are the published ones. */
import { expect, test } from 'vitest';
import { costOf } from '../net/cost.ts';
import { sum } from './cost-arithmetic.ts';
import { expected, googlenet, googlenetAside } from './derived-costs.ts';
import { galleryNet } from './gallery-files.ts';

/** Types whose multiply-adds publications count. */
const COUNTED = new Set(['Convolution', 'Deconvolution', 'InnerProduct', 'LSTM']);

test.each(Object.entries(expected))('%s', (file, { macs, parameters }) => {
  const { layers, totals, complete } = costOf(galleryNet(`${file}.prototxt`, 'TEST'));
  expect(complete).toBe(true);
  const learned = layers.filter(({ type }) => type !== 'BatchNorm');
  expect(sum(learned.map((layer) => layer.parameters))).toBe(parameters);
  expect(sum(layers.filter(({ type }) => COUNTED.has(type)).map(({ forwardMacs }) => forwardMacs ?? NaN))).toBe(macs);
  expect(totals.parameters).toBe(sum(layers.map((layer) => layer.parameters)));
});

test('the figures worked out here are those that are published', () => {
  const published: readonly (readonly [keyof typeof expected, number])[] = [
    ['lenet/deploy', 431_080],
    ['cifar10_quick/deploy', 145_578],
    ['cifar10_full/deploy', 89_578],
    ['alexnet/deploy', 60_965_224],
    ['vgg16/deploy', 138_357_544],
    ['googlenet/deploy', 6_998_552],
    ['resnet50/deploy', 25_557_032 + 64],
    ['resnet152/deploy', 60_192_808],
    ['squeezenet/deploy', 1_235_496],
    ['mobilenet/deploy', 4_231_976],
    ['densenet121/deploy', 7_978_856],
    ['ssd300/deploy', 26_285_486],
    ['faster_rcnn/deploy', 137_078_239],
    ['nin_cifar10/deploy', 966_986],
  ];
  for (const [file, parameters] of published) expect(expected[file]?.parameters, file).toBe(parameters);
  const millions: readonly (readonly [keyof typeof expected, number])[] = [
    ['alexnet/deploy', 724],
    ['vgg16/deploy', 15_470],
    ['googlenet/deploy', 1_583],
    ['resnet50/deploy', 3_858],
    ['resnet152/deploy', 11_282],
    ['squeezenet/deploy', 388],
    ['mobilenet/deploy', 569],
  ];
  for (const [file, macs] of millions) expect(Math.round((expected[file]?.macs ?? 0) / 1e6), file).toBe(macs);
});

test('GoogLeNet in training has two more classifiers', () => {
  const { totals } = costOf(galleryNet('googlenet/train_test.prototxt', 'TRAIN'));
  expect(totals.parameters).toBe(googlenet.parameters + googlenetAside(512) + googlenetAside(528));
  expect(totals.parameters).toBe(13_378_280);
});

test('weights that two layers share are counted once', () => {
  const { totals } = costOf(galleryNet('siamese/train_test.prototxt', 'TRAIN'));
  expect(totals.parameters).toBe(expected['siamese/deploy']?.parameters);
});
