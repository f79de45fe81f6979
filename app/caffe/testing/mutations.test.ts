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

/** Milliseconds that one text may take, in all that is done with it together. */
const LIMIT = 100;

/** Milliseconds of the processor that `work` takes: a pause of the machine does not count. */
function computing(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** All that the editor and the canvas do with a text. */
function use(text: string): void {
  expect(print(readNet(text).document)).toBe(text);
  buildNet(text, { phase: 'TRAIN', layers: layerTable });
  formatted(text);
  upgradeNetEdits(text);
  outlineOf('network', text);
  foldsOf(parse(text));
  const [first] = readNet(text).layers;
  if (first) netEdits(text, { kind: 'delete', layers: [first.id] });
}

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
  for (const source of sources) for (let i = 0; i < 10; i++) use(source);
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
        let took = computing(() => use(text));
        // A collection of garbage may fall into one try; a hang is there again in the second.
        if (took > LIMIT)
          took = Math.min(
            took,
            computing(() => use(text)),
          );
        slowest = Math.max(slowest, took);
      },
    ),
    { numRuns: 10_000 },
  );
  expect(slowest).toBeLessThan(LIMIT);
}, 240_000);
