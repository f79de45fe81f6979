/** The gallery's manifest: it lists what is there, in groups, and the files of an entry belong together. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TypedNet } from '../net/typed-net.ts';
import { readSolver } from '../solver/read-solver.ts';
import { galleryEntries, galleryFolder, galleryNet, galleryText } from './gallery-files.ts';

/** Shapes of the parameters by layer. */
const paramsOf = ({ layers }: TypedNet): Record<string, unknown> =>
  Object.fromEntries(
    layers
      .filter(({ params }) => params.length > 0)
      .map(({ name, params }) => [name, params.map(({ shape }) => shape)]),
  );

test('the manifest and the folders are the same set', () => {
  const folders = readdirSync(galleryFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(galleryEntries.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
});

test('entries of one task follow each other, and each says what it is', () => {
  const runs = galleryEntries.map(({ task }) => task).filter((task, i, all) => task !== all[i - 1]);
  expect(new Set(runs).size).toBe(runs.length);
  for (const { name, title, task, description } of galleryEntries) {
    expect(
      [title, task, description].every((text) => text.trim() !== ''),
      name,
    ).toBe(true);
    expect(description.length, name).toBeLessThan(110);
  }
  expect(new Set(galleryEntries.map(({ title }) => title)).size).toBe(galleryEntries.length);
});

test('the texts are small enough to come with the page', () => {
  const sizes = galleryEntries.flatMap(({ files }) =>
    Object.entries(files).map(([kind, file]) => (kind === 'weights' ? 0 : statSync(join(galleryFolder, file)).size)),
  );
  expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(2_000_000);
});

describe.each(galleryEntries)('$name', ({ name, files, trainable }) => {
  test('its files are in its folder, and one is a network', () => {
    for (const file of Object.values(files)) {
      expect(file.startsWith(`${name}/`)).toBe(true);
      expect(existsSync(join(galleryFolder, file)), file).toBe(true);
    }
    expect(files.train_test ?? files.deploy).toBeDefined();
  });

  test('what trains has a solver, which names the network beside it', () => {
    if (files.train_test === undefined) {
      expect([files.solver, trainable]).toEqual([undefined, undefined]);
      return;
    }
    const { solver } = readSolver(galleryText(files.solver ?? ''));
    expect(`${name}/${solver.net}`).toBe(files.train_test);
    expect(solver.snapshot_prefix).toBe(name);
    expect(solver.test_iter).toHaveLength(1);
  });

  test('weights go from training to testing and to the form for use', () => {
    if (files.train_test === undefined) return;
    const trained = paramsOf(galleryNet(files.train_test, 'TRAIN'));
    expect(paramsOf(galleryNet(files.train_test, 'TEST'))).toEqual(trained);
    // Towers and classifiers that are for training alone are more than the form for use has.
    if (files.deploy !== undefined) expect(trained).toMatchObject(paramsOf(galleryNet(files.deploy, 'TEST')));
  });

  test('training ends in a loss', () => {
    if (files.train_test === undefined) return;
    const { blobs } = galleryNet(files.train_test, 'TRAIN');
    expect([...blobs.values()].some(({ lossWeight }) => lossWeight !== 0)).toBe(true);
  });
});
