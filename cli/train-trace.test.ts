// Recorded runs of Caffe's solvers from the command line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { relativeError } from '../app/compiler/golden-errors.ts';
import { readSafetensors, writeSafetensors } from '../app/formats/safetensors.ts';
import { crema } from './testing-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'crema-trace-'));
const recorded = fileURLToPath(new URL('../app/trainer/fixtures/sgd_iter_size.safetensors', import.meta.url));

afterAll(() => rmSync(folder, { recursive: true }));

test('trains a recorded run to the losses and parameters of Caffe', async () => {
  const { code, out } = await crema('train', recorded, '--out', folder, '--engine', 'wasm');
  expect(code).toBe(0);
  expect(out).toContain('10 iterations written to');
  const theirs = readSafetensors(readFileSync(recorded)).tensors;
  const ours = readSafetensors(readFileSync(join(folder, 'sgd_iter_size.safetensors'))).tensors;
  const names = [...theirs.keys()].filter((name) => name === 'loss' || name.startsWith('param_after/'));
  expect([...ours.keys()].sort()).toEqual(names.sort());
  for (const name of names) {
    const [our, their] = [ours.get(name)?.data as Float32Array, theirs.get(name)?.data as Float32Array];
    expect(relativeError(our, their), name).toBeLessThan(1e-4);
  }
});

test('says what a recorded run lacks', async () => {
  const path = join(folder, 'empty.safetensors');
  writeFileSync(path, writeSafetensors(new Map()));
  const { code, err } = await crema('train', path, '--out', folder, '--engine', 'reference');
  expect(code).toBe(1);
  expect(err).toContain('empty.safetensors: it has no "solver" in its metadata.');
});
