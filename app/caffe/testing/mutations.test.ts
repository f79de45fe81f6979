/** Whatever happens to a network's text, nothing throws, nothing hangs, and the tree prints what was there. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from '../net/build-net.ts';
import { readNet } from '../net/read-net.ts';
import { foldsOf } from '../service/folding.ts';
import { formatted } from '../service/format.ts';
import { outlineOf } from '../service/outline.ts';
import { netEdits } from '../text/edits.ts';
import { parse } from '../text/parse.ts';
import { print } from '../text/tree.ts';
import { upgradeNetEdits } from '../text/upgrade-edits.ts';
import { galleryText } from './gallery-files.ts';

test('ten thousand damaged networks: no throw, no hang, printed as they were', () => {
  const sources = [
    galleryText('alexnet/deploy.prototxt').slice(0, 1000),
    galleryText('lstm_caption/train_test.prototxt').slice(-1000),
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
