/** Damaged networks: nothing throws, nothing takes long, the tree prints what was there, formatting is done after once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNet } from '../net/build-net.ts';
import { PLAIN_LAYERS, SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { formatted } from '../service/format.ts';
import { planEdits } from './edits.ts';
import { parse } from './parse.ts';
import { print } from './tree.ts';

const OLD =
  'input: "x" input_dim: [1, 3, 8, 8]\nlayers { name: "c" type: CONVOLUTION bottom: "x" top: "c" blobs_lr: 1 blobs_lr: 2\n  convolution_param < num_output: 4; kernel_size: 3, weight_filler { type: \'xavier\' "x" } >\n}\nlayers { name: "r" type: RELU bottom: "c" top: "c" } # end\n';
const PIECES = [
  '{',
  '}',
  '<',
  '>',
  '[',
  ']',
  ':',
  ',',
  ';',
  '"',
  "'",
  '\\',
  '#',
  '\n',
  '\r',
  'layer {',
  '1e',
  '-',
  '0x',
  'bottom: "data"',
  'top: "conv1"',
  'include { phase: TEST }',
  '\u0000',
  '😀',
];

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.nat(4), fc.nat(200)),
  put: fc.oneof(fc.constantFrom('', ...PIECES), fc.string({ maxLength: 4 })),
});
const damaged = fc
  .tuple(fc.constantFrom(SMALL_NET, OLD), fc.array(mutation, { minLength: 1, maxLength: 5 }))
  .map(([source, mutations]) =>
    mutations.reduce<string>((text, { at, cut, put }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + put + text.slice(start + cut);
    }, source),
  );

/** Milliseconds that this process has computed: a pause of the machine does not count. */
const computed = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

test('read, built, printed, formatted, edited', () => {
  const read = (text: string): void => {
    expect(print(parse(text))).toBe(text);
    for (const phase of ['TRAIN', 'TEST'] as const) buildNet(text, { phase, layers: PLAIN_LAYERS });
  };
  for (let i = 0; i < 50; i++) read(SMALL_NET + ' '.repeat(i));
  let slowest = 0;
  fc.assert(
    fc.property(damaged, (text) => {
      const begun = computed();
      read(text);
      slowest = Math.max(slowest, computed() - begun);
      const once = formatted(text);
      expect(formatted(once)).toBe(once);
      for (const kind of ['delete', 'duplicate'] as const) planEdits(text, { kind, layers: ['conv1', 'c', 'relu1'] });
      planEdits(text, { kind: 'connect', from: { layer: 'conv1', top: 0 }, to: { layer: 'ip1' } });
    }),
    { numRuns: 1000 },
  );
  expect(slowest).toBeLessThan(100);
}, 60_000);
