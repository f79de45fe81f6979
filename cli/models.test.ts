// The gallery: every file that the manifest names is there, read without a mistake, and whole; and the stock networks
// have the shapes that Caffe gives them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSolver } from '../app/caffe/solver/read-solver.ts';
import type { Phase } from '../app/caffe/schema/net-messages.ts';
import { netOf } from './net-files.ts';
import stockShapes from './fixtures/stock-shapes.json' with { type: 'json' };
import { projectFile } from './root.ts';
import { crema } from './testing-terminal.ts';

interface Model {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly task: string;
  readonly files: {
    readonly train_test: string;
    readonly deploy: string;
    readonly solver: string;
    readonly weights?: string;
  };
}

const folder = projectFile('public', 'models');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const { models } = JSON.parse(read('manifest.json')) as { models: Model[] };
const recordOf = ({ name }: Model) => (name === 'lenet' ? [1, 28, 28] : [3, 32, 32]);

/** Shapes of the parameters by layer. */
function paramsOf(model: Model, file: string, phase: Phase) {
  const { layers } = netOf(read(file), phase, { record: recordOf(model) });
  const owners = layers.filter(({ params }) => params.length > 0);
  return Object.fromEntries(owners.map(({ name, params }) => [name, params.map(({ shape }) => shape)]));
}

test('the manifest and the folders are the same set', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(models.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  for (const { title, description, task } of models) expect([title, description, task]).not.toContain('');
});

describe.each(models)('$name', (model) => {
  const { files } = model;

  test.each<[string, Phase]>([
    [files.train_test, 'TRAIN'],
    [files.train_test, 'TEST'],
    [files.deploy, 'TEST'],
    [files.deploy, 'TRAIN'],
  ])('%s in %s has no findings and all its shapes', (file, phase) => {
    const net = netOf(read(file), phase, { record: recordOf(model) });
    // The two Data layers of one name are Caffe's own way to write a train_test net.
    expect(net.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(net.complete).toBe(true);
  });

  test('training and deployed form have the same parameters, so weights go from one to the other', () => {
    const trained = paramsOf(model, files.train_test, 'TRAIN');
    expect(Object.keys(trained).length).toBeGreaterThan(2);
    expect(paramsOf(model, files.train_test, 'TEST')).toEqual(trained);
    expect(paramsOf(model, files.deploy, 'TEST')).toEqual(trained);
  });

  test('the solver is read, and names the network beside it', () => {
    const { solver, diagnostics } = readSolver(read(files.solver));
    expect(diagnostics).toEqual([]);
    expect(join(model.name, solver.net ?? '')).toBe(files.train_test);
    expect(solver.snapshot_prefix).toBe(model.name);
    expect(solver.test_iter).toHaveLength(1);
  });

  test('it ends in a loss and an accuracy, deployed in probabilities', () => {
    const outputs = (file: string, phase: Phase) => netOf(read(file), phase, { record: recordOf(model) }).outputs;
    expect(outputs(files.train_test, 'TRAIN')).toEqual(['loss']);
    expect(outputs(files.train_test, 'TEST')).toEqual(['accuracy', 'loss']);
    expect(outputs(files.deploy, 'TEST')).toEqual(['prob']);
  });
});

test.each(Object.entries(stockShapes))('%s has the shapes that Caffe gives the stock network', (key, expected) => {
  const [name, form, phase] = key.split(' ') as [string, 'train_test' | 'deploy', Phase];
  const model = models.find((m) => m.name === name);
  if (model === undefined) throw new Error(`No model ${name}.`);
  const net = netOf(read(model.files[form]), phase, { record: recordOf(model) });
  const blobs = Object.fromEntries([...net.blobs.values()].map(({ name, shape }) => [name, shape]));
  expect(blobs).toEqual(expected.blobs);
  expect(paramsOf(model, model.files[form], phase)).toEqual(expected.params);
});

test('ResNet-20 has as many weights as its comment says', () => {
  const model = models.find(({ name }) => name === 'resnet20');
  if (model === undefined) throw new Error('No resnet20.');
  const { params } = netOf(read(model.files.deploy), 'TEST');
  const learned = params.filter(({ declaration }) => declaration.learnable !== false);
  const weights = learned.reduce((sum, { declaration }) => sum + declaration.shape.reduce((n, d) => n * d, 1), 0);
  expect(weights).toBe(272_474);
});

test('the trained weights of the opening network recognise the images that it opens with', async () => {
  const model = models.find(({ name }) => name === 'opening');
  if (model?.files.weights === undefined) throw new Error('No trained weights for the opening network.');
  const at = (file: string) => join(folder, file);
  const { code, out, err } = await crema(
    ...['test', at(model.files.train_test), '--weights', at(model.files.weights), '--data', 'sample'],
    ...['--iterations', '8', '--engine', 'wasm', '--json'],
  );
  expect({ code, err }).toMatchObject({ code: 0 });
  // 0.92 of all 2,000; guessing gives 0.1.
  expect((JSON.parse(out) as { accuracy: number }).accuracy).toBeGreaterThan(0.88);
}, 60_000);
