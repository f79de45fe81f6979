/** Sources of data layers and the sets they stand for. */
import { describe, expect, it } from 'vitest';
import { bindingOf, boundSet, dataLayersOf } from './data-bindings.ts';

const sets = [
  { name: 'Shapes', source: 'generated' },
  { name: 'CIFAR-10', source: 'cifar-10-binary.tar.gz' },
  { name: 'pets', source: 'pets_train_lmdb + pets_val_lmdb' },
];

describe('bindings', () => {
  it.each([
    ['examples/cifar10/cifar10_train_lmdb', 'CIFAR-10'],
    ['examples/cifar10/cifar10_test_lmdb/', 'CIFAR-10'],
    ['Shapes', 'Shapes'],
    ['/data/pets_val_lmdb', 'pets'],
    ['pets.txt', 'pets'],
    ['examples/mnist/mnist_train_lmdb', undefined],
    ['cifar100_train_lmdb', undefined],
    ['train_lmdb', undefined],
  ])('finds %s in %s', (source, name) => {
    expect(boundSet(source, sets, {})).toBe(name);
  });

  it('prefers what was chosen, as long as it is there', () => {
    const chosen = { cifar10_train_lmdb: 'pets', x: 'gone' };
    expect(boundSet('cifar10_train_lmdb', sets, chosen)).toBe('pets');
    expect(boundSet('x', sets, chosen)).toBeUndefined();
  });

  it('resolves the layers of both phases', () => {
    const layers = [
      { layer: 'a', phase: 'TRAIN', source: 'mnist_train_lmdb' },
      { layer: 'b', phase: 'TRAIN', source: 'pets_train_lmdb' },
      { layer: 'a', phase: 'TEST', source: 'cifar10_test_lmdb' },
    ] as const;
    expect(bindingOf(layers, sets, {})).toEqual({ train: 'pets', test: 'CIFAR-10', unbound: ['mnist_train_lmdb'] });
  });

  it('knows no layers of a net that is not read yet', () => {
    expect(dataLayersOf(undefined)).toEqual([]);
  });
});
