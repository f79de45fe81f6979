/** The gallery's texts as texts: nothing wrong is found in them, and they are laid out as the formatter does. */
import { expect, test } from 'vitest';
import { readSolver } from '../solver/read-solver.ts';
import { formatted } from '../service/format.ts';
import { netEdits } from '../text/edits.ts';
import { galleryEntries, galleryNet, galleryNets, galleryText } from './gallery-files.ts';

test.each(galleryNets)('%s: nothing wrong in either phase', (file) => {
  for (const phase of ['TRAIN', 'TEST'] as const) {
    expect(galleryNet(file, phase).diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
  }
});

const solvers = galleryEntries.flatMap(({ files }) => files.solver ?? []);

test.each(solvers)('%s: nothing wrong', (file) => {
  expect(readSolver(galleryText(file)).diagnostics).toEqual([]);
});

test.each([...galleryNets.map(([file]) => file), ...solvers])('%s is laid out as the formatter does it', (file) => {
  expect(formatted(galleryText(file))).toBe(galleryText(file));
});

test.each(galleryNets)('%s: each text opens with a comment and names its network', (file) => {
  expect(galleryText(file)).toMatch(/^# .+\n(# .+\n)*name: "[^"]+"\n/);
});

test.each(galleryNets)('%s: taking one layer away leaves the others as they stand', (file) => {
  const text = galleryText(file);
  const { layers } = galleryNet(file, 'TRAIN');
  const middle = layers[Math.floor(layers.length / 2)];
  if (!middle) throw new Error('No layer.');
  for (const { range } of netEdits(text, { kind: 'delete', layers: [middle.id] })) {
    expect(range.start).toBeGreaterThanOrEqual(0);
    expect(range.end).toBeLessThanOrEqual(text.length);
  }
});
