/** What the search over the graph finds. */
import { describe, expect, it } from 'vitest';
import { findLayers } from './search.ts';
import { CHAIN, viewOf } from './testing/nets.ts';

const found = (query: string): string[] =>
  findLayers(viewOf(CHAIN), query).map(({ layer, blob }) => (blob === undefined ? layer : `${layer} by ${blob}`));

describe('findLayers', () => {
  it('finds by name, folded layers too', () => {
    expect(found('relu')).toEqual(['relu1']);
  });

  it('finds by type, whatever the case', () => {
    expect(found('innerproduct')).toEqual(['ip1']);
  });

  it('finds readers and makers of a blob', () => {
    expect(found('label')).toEqual(['data by label', 'loss by label']);
  });

  it('wants all of several words', () => {
    expect(found('conv dropout')).toEqual(['drop1 by conv1']);
    expect(found('conv softmax')).toEqual([]);
  });

  it('finds nothing for nothing', () => {
    expect(found('  ')).toEqual([]);
  });
});
