/** What the palette shows and finds. */
import { expect, it } from 'vitest';
import { layerBlocks } from '../caffe/text/blocks/layer-blocks.ts';
import { layerTable } from '../layers/index.ts';
import { paletteGroups } from './palette-groups.ts';

const offer = { layers: layerTable.all(), blocks: layerBlocks };
const titles = (search: string, all = false): string[] =>
  paletteGroups(offer, search, all).flatMap(({ entries }) => entries.map(({ title }) => title));

it('shows the common layers by family, the blocks at the end, and all on demand', () => {
  const groups = paletteGroups(offer, '', false);
  expect(groups[0]).toMatchObject({ key: 'vision', name: 'Vision' });
  expect(groups.at(-1)).toMatchObject({ key: 'block', name: 'Blocks' });
  expect(groups.at(-1)?.entries).toHaveLength(layerBlocks.length);
  expect(titles('')).toContain('Convolution');
  expect(titles('')).not.toContain('SPP');
  expect(titles('', true)).toHaveLength(layerTable.all().length + layerBlocks.length);
});

it('finds any layer by its name, the best first', () => {
  expect(titles('relu')[0]).toBe('ReLU');
  expect(titles('relu')).toContain('PReLU');
  expect(titles('spp')).toEqual(['SPP']);
});

it('falls back on descriptions, and finds nothing for nonsense', () => {
  const word = layerTable.get('Convolution')?.doc.split(' ')[2] ?? '';
  expect(titles(word)).toContain('Convolution');
  expect(titles('zzzz')).toEqual([]);
});
