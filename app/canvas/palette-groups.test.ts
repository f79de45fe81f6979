/** What the palette shows and finds. */
import { expect, it } from 'vitest';
import { layerTable } from '../layers/index.ts';
import { paletteGroups } from './palette-groups.ts';

const types = (search: string, all = false): string[] =>
  paletteGroups(layerTable.all(), search, all).flatMap(({ layers }) => layers.map(({ type }) => type));

it('shows the common layers by family, and all on demand', () => {
  const [first] = paletteGroups(layerTable.all(), '', false);
  expect(first).toMatchObject({ family: 'vision', name: 'Vision' });
  expect(types('')).toContain('Convolution');
  expect(types('')).not.toContain('SPP');
  expect(types('', true)).toHaveLength(layerTable.all().length);
});

it('finds any layer by its name, the best first', () => {
  expect(types('relu')[0]).toBe('ReLU');
  expect(types('relu')).toContain('PReLU');
  expect(types('spp')).toEqual(['SPP']);
});

it('falls back on descriptions, and finds nothing for nonsense', () => {
  const word = layerTable.get('Convolution')?.doc.split(' ')[2] ?? '';
  expect(types(word)).toContain('Convolution');
  expect(types('zzzz')).toEqual([]);
});
