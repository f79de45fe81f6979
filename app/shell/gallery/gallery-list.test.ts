/** Searching the gallery, and walking about in it. */
import { describe, expect, it } from 'vitest';
import type { GalleryModel } from '../../store/gallery.ts';
import { cardTowards, galleryGroups } from './gallery-list.ts';

const model = (name: string, task: string): GalleryModel => ({ name, title: name, description: '', task, files: {} });
const models = [model('lenet', 'Digits'), model('quick', 'CIFAR-10'), model('siamese', 'Digits')];

describe('galleryGroups', () => {
  it('gathers by task in the order of the list, and takes every word of the query', () => {
    const names = (query: string) =>
      galleryGroups(models, query).map((group) => [group.task, ...group.models.map(({ name }) => name)]);
    expect(names('')).toEqual([
      ['Digits', 'lenet', 'siamese'],
      ['CIFAR-10', 'quick'],
    ]);
    expect(names('digits SIA')).toEqual([['Digits', 'siamese']]);
    expect(names('nothing')).toEqual([]);
    const described = { ...model('first', 'Steps'), description: 'The shape of quick' };
    expect(galleryGroups([described, ...models], 'quick').map(({ task }) => task)).toEqual(['CIFAR-10', 'Steps']);
  });
});

describe('cardTowards', () => {
  // Two in the first row, three in the next.
  const places = [
    { left: 0, top: 0 },
    { left: 100, top: 0 },
    { left: 0, top: 50 },
    { left: 100, top: 50 },
    { left: 200, top: 50 },
  ];

  it.each([
    [0, 'ArrowDown', 2],
    [1, 'ArrowDown', 3],
    [4, 'ArrowUp', 1],
    [1, 'ArrowRight', 2],
    [0, 'ArrowLeft', 0],
    [4, 'ArrowRight', 4],
    [3, 'ArrowDown', 3],
    [0, 'ArrowUp', 0],
  ])('from %i with %s to %i', (from, key, to) => {
    expect(cardTowards(places, from, key)).toBe(to);
  });
});
