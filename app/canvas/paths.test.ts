/** Ways through a small graph: a diamond with a tail. */
import { describe, expect, it } from 'vitest';
import { between, relatedTo } from './paths.ts';

const lines = [
  { from: 'data', to: 'left' },
  { from: 'data', to: 'right' },
  { from: 'left', to: 'join' },
  { from: 'right', to: 'join' },
  { from: 'join', to: 'loss' },
];

describe('relatedTo', () => {
  it('finds what a node depends on and what depends on it', () => {
    const { before, behind } = relatedTo(lines, 'left');
    expect([...before]).toEqual(['data']);
    expect([...behind].sort()).toEqual(['join', 'loss']);
  });
});

describe('between', () => {
  it('holds all ways from one node to the other, whichever comes first', () => {
    expect([...between(lines, ['join', 'data'])].sort()).toEqual(['data', 'join', 'left', 'right']);
  });

  it('holds only the nodes themselves where no way leads', () => {
    expect([...between(lines, ['left', 'right'])].sort()).toEqual(['left', 'right']);
  });
});
