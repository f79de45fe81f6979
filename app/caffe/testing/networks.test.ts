/** Networks of the literature: as many parameters as their authors count, known shapes, and nothing wrong found in them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from '../net/build-net.ts';
import { costOf } from '../net/cost.ts';
import { readNet } from '../net/read-net.ts';
import { foldsOf } from '../service/folding.ts';
import { formatted } from '../service/format.ts';
import { outlineOf } from '../service/outline.ts';
import { netEdits } from '../text/edits.ts';
import { parse } from '../text/parse.ts';
import { print } from '../text/tree.ts';
import { upgradeNetEdits } from '../text/upgrade-edits.ts';
import { alexNet, denseNet121, mobileNet, mobileNetV2, resNet, squeezeNet, vgg16 } from './networks.ts';

test.each<[string, string, number, string, readonly number[]]>([
  ['AlexNet', alexNet(), 60_965_224, 'pool5', [1, 256, 6, 6]],
  ['VGG-16', vgg16(), 138_357_544, 'pool5', [1, 512, 7, 7]],
  ['ResNet-50', resNet([3, 4, 6, 3]), 25_557_032, 'res5_2', [1, 2048, 7, 7]],
  ['ResNet-152', resNet([3, 8, 36, 3]), 60_192_808, 'res5_2', [1, 2048, 7, 7]],
  ['SqueezeNet', squeezeNet(), 1_248_424, 'pool8', [1, 512, 13, 13]],
  ['MobileNet', mobileNet(), 4_231_976, 'conv14/sep', [1, 1024, 7, 7]],
  ['MobileNet v2', mobileNetV2(), 3_504_872, 'conv_last', [1, 1280, 7, 7]],
  // Caffe rounds pooling up: 57, 29, 15 and 8, where others have 56, 28, 14 and 7.
  ['DenseNet-121', denseNet121(), 7_978_856, 'concat_5_16', [1, 1024, 8, 8]],
])('%s', (_, text, parameters, blob, shape) => {
  const net = buildNet(text, { phase: 'TEST', layers: layerTable });
  expect(net.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(net.complete).toBe(true);
  const { layers } = costOf(net);
  const learned = layers.filter(({ type }) => type !== 'BatchNorm').reduce((sum, layer) => sum + layer.parameters, 0);
  expect(learned).toBe(parameters);
  expect(net.blobs.get(blob)?.shape).toEqual(shape);
});

test('ten thousand damaged networks: no throw, no hang, printed as they were', () => {
  const sources = [
    alexNet().slice(0, 1000),
    squeezeNet().slice(0, 1000),
    'layers { name: "a" type: RELU bottom: "x" blobs_lr: 1 }\ninput: "x" input_dim: 1\n',
  ];
  const pieces = [
    '{',
    '}',
    '"',
    "'",
    '\n',
    '#',
    '<',
    '>',
    '[',
    ']',
    ':',
    ';',
    'layer {',
    'type: "ReLU"',
    '\\',
    '\u0000',
    '😀',
    '-',
    '1e9',
    'param {',
    '\r',
  ];
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat({ max: 40 }),
    put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })),
  });
  let slowest = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (source, mutations) => {
        const text = mutations.reduce((damaged, { at, cut, put }) => {
          const start = Math.floor(at * damaged.length);
          return damaged.slice(0, start) + put + damaged.slice(start + cut);
        }, source);
        const begun = performance.now();
        expect(print(readNet(text).document)).toBe(text);
        buildNet(text, { phase: 'TRAIN', layers: layerTable });
        formatted(text);
        upgradeNetEdits(text);
        outlineOf('network', text);
        foldsOf(parse(text));
        const [first] = readNet(text).layers;
        if (first) netEdits(text, { kind: 'delete', layers: [first.id] });
        slowest = Math.max(slowest, performance.now() - begun);
      },
    ),
    { numRuns: 10_000 },
  );
  // All of it together; a single pause of the machine is no hang.
  expect(slowest).toBeLessThan(1000);
}, 240_000);
