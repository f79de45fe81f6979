/** A net of a text that was changed key by key is the one that reading the text afresh gives, and what did not change is not read again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import type { Phase } from '../schema/net-messages.ts';
import { EXPLICIT } from '../schema/dsl.ts';
import { resNet, squeezeNet } from '../testing/networks.ts';
import { contentOf } from '../text/decode.ts';
import { buildNet } from './build-net.ts';
import { readNet } from './read-net.ts';
import { viewNet } from './view-net.ts';

const build = (text: string, phase: Phase) => buildNet(text, { phase, layers: layerTable });

/** All of a net that others see. */
function everything(text: string): unknown {
  return (['TRAIN', 'TEST'] as const).map((phase) => {
    const net = build(text, phase);
    const layers = net.layers.map(({ info, parameter, ...layer }) => ({
      ...layer,
      type: info?.type,
      written: [...parameter[EXPLICIT]],
      values: [...parameter[EXPLICIT]].map((name) => (parameter as unknown as Record<string, unknown>)[name]),
    }));
    return {
      layers,
      blobs: [...net.blobs.values()],
      params: net.params,
      diagnostics: net.diagnostics,
      view: viewNet(net),
    };
  });
}

/** Makes `readNet` forget what it has read, so that the next text is read as a whole. */
function forget(): void {
  for (let i = 0; i < 8; i++) readNet(`name: "${i}"`);
}

const typed = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  change: fc.constantFrom(
    // What people type into numbers, names, types and between layers.
    { find: /num_output: \d+/g, put: '1' },
    { find: /kernel_size: \d/g, put: '1' },
    { find: /bottom: "\w+/g, put: 'x' },
    { find: /name: "\w+/g, put: 'x' },
    { find: /type: "\w+/g, put: 'x' },
    { find: /\}\n(?=layer)/g, put: 'layer {' },
    { find: /\}\n(?=layer)/g, put: 'layer { name: "new" type: "ReLU" bottom: "data" top: "new" }\n' },
    { find: /\}\n(?=layer)/g, put: '# a remark\n' },
    { find: /pad: \d/g, put: ' stride' },
    { find: /type: "ReLU"/g, put: ' include { phase: TEST }' },
  ),
});

test('typed key by key: the same as read afresh', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(squeezeNet(), resNet([1, 2])),
      fc.array(typed, { minLength: 1, maxLength: 5 }),
      (source, changes) => {
        forget();
        const texts = [source];
        for (const { at, change } of changes) {
          const before = texts.at(-1) ?? '';
          const places = [...before.matchAll(change.find)].map((match) => match.index + match[0].length);
          const place = places[Math.floor(at * places.length)] ?? before.length;
          texts.push(before.slice(0, place) + change.put + before.slice(place));
        }
        const incremental = texts.map(everything);
        forget();
        expect(incremental.at(-1)).toEqual(everything(texts.at(-1) ?? ''));
      },
    ),
    { numRuns: 40 },
  );
});

test('a key in ResNet-152 leaves all layers but one as they were read, also behind a line that is not finished', () => {
  const text = resNet([3, 8, 36, 3]);
  const contents = (of: string): object[] => readNet(of).layers.map(({ layer }) => contentOf(layer));
  /** Layers that are taken over when a text changes. Now and then a text is read as a whole: then the second try counts. */
  const taken = (changed: string): number => {
    const counts = [0, 1].map(() => {
      forget();
      const before = new Set(contents(text));
      return contents(changed).filter((content) => before.has(content)).length;
    });
    return Math.max(...counts);
  };
  const at = text.indexOf('kernel_size', text.length / 2);
  const { length } = contents(text);
  for (const typed of ['pad', 'pad: ', 'pad: 0 ']) {
    expect(taken(`${text.slice(0, at)}${typed}${text.slice(at)}`)).toBeGreaterThanOrEqual(length - 2);
  }
  expect(taken(`name: "another"\n${text.replaceAll('layer {', 'layer  {')}`)).toBe(0);
});

test('the view of the second phase shares what it shows like the first, and shows the same', () => {
  const text = squeezeNet().replace('type: "Softmax"', 'type: "Softmax" include { phase: TEST }');
  const [train, test] = [build(text, 'TRAIN'), build(text, 'TEST')].map((net) => viewNet(net));
  const shared = viewNet(build(text, 'TEST'), train);
  expect(shared).toEqual(test);
  expect(shared.layers.filter((layer) => train?.layers.includes(layer) === true)).toHaveLength(
    train?.layers.length ?? 0,
  );
  // The scores have one more reader in TEST.
  const own = shared.blobs.filter((blob) => train?.blobs.includes(blob) !== true).map(({ id }) => id);
  expect(own).toEqual(['pool10', 'prob']);
});
