/** The networks that the gallery says can be trained: each compiles, with its solver and its test net, into one Program. */
import { expect, test } from 'vitest';
import { compileTraining } from '../../compiler/compile-training.ts';
import { definitionOf } from '../../layers/index.ts';
import { policyOf, updateSettingsOf } from '../../trainer/solver-settings.ts';
import { readSolver } from '../solver/read-solver.ts';
import { galleryEntries, galleryNet, galleryText } from './gallery-files.ts';

const trainable = galleryEntries.filter(({ trainable: dataset }) => dataset !== undefined);

test('there are some of each data set', () => {
  expect(trainable.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['lenet', 'siamese', 'autoencoder', 'nin_cifar10', 'cifar10_sigmoid', 'cifar10_sigmoid_bn']),
  );
});

test.each(trainable.map((entry) => [entry.name, entry] as const))('%s', (_, { files }) => {
  if (files.train_test === undefined || files.solver === undefined) throw new Error('A form or the solver is missing.');
  const { solver } = readSolver(galleryText(files.solver));
  const nets = { train: galleryNet(files.train_test, 'TRAIN'), tests: [galleryNet(files.train_test, 'TEST')] };
  const { program, train, tests } = compileTraining(nets, definitionOf, updateSettingsOf(solver));
  expect(policyOf(solver).baseLr).toBeGreaterThan(0);
  expect(program.sequences['train']?.length).toBeGreaterThan(0);
  expect(program.sequences['update']?.length).toBeGreaterThan(0);
  expect(program.sequences['test']?.length).toBeGreaterThan(0);
  // Only images and what goes with them come from outside: the page's data sets can feed it.
  const asked = new Set([train, ...tests.map(({ net }) => net)].flatMap((net) => net.inputs.map(({ name }) => name)));
  expect([...asked].filter((name) => !['images', 'labels', 'mean'].includes(name))).toEqual([]);
  // Every parameter that has a multiplier above 0 gets a gradient.
  for (const { owned, diff } of train.params) {
    const learns = owned.lrMult !== 0 && owned.declaration.learnable !== false;
    expect(diff !== undefined, owned.declaration.role).toBe(learns);
  }
});
