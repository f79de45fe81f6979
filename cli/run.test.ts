// `crema run` on cases made here, whose answers are plain arithmetic.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeBinaryproto } from '../app/caffe/wire/binaryproto.ts';
import { readSafetensors, writeSafetensors, type SafeTensor } from '../app/formats/safetensors.ts';
import { crema } from './testing-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'crema-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const f32 = (shape: readonly number[], ...values: number[]): SafeTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
});

const prototxt = `force_backward: true
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 2 } }
layer { name: "r" type: "ReLU" bottom: "y" top: "y" }`;
const tensors: [string, SafeTensor][] = [
  ['bottom/x', f32([1, 2], 1, 2)],
  ['param/a/0', f32([2, 2], 1, 1, 1, -1)],
  ['param/a/1', f32([2], 0.5, 0.25)],
  ['top_diff/y', f32([1, 2], 3, 4)],
];

function caseFile(name: string, phase: string, given = tensors, net = prototxt): string {
  const path = join(folder, name);
  const metadata = new Map([
    ['prototxt', net],
    ['phase', phase],
  ]);
  writeFileSync(path, writeSafetensors(new Map(given), metadata));
  return path;
}

const run = (...paths: string[]) => crema('run', ...paths, '--engine', 'reference', '--out', join(folder, 'out'));
const result = (name: string) => {
  const { tensors } = readSafetensors(readFileSync(join(folder, 'out', name)));
  return Object.fromEntries([...tensors].map(([key, { data }]) => [key, Array.from(data, Number)]));
};

test('InfogainLoss reads its matrix from a file beside the case', async () => {
  const scores: [string, SafeTensor][] = [
    ['bottom/x', f32([2, 2], 1, -1, 0.5, 2)],
    ['bottom/l', f32([2], 0, 1)],
  ];
  const matrix = [2, 0.5, 0.25, 1];
  const net = (more: string, settings: string) => `force_backward: true
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 2 } } }
layer { name: "l" type: "Input" top: "l" input_param { shape { dim: 2 } } } ${more}
layer { name: "loss" type: "InfogainLoss" bottom: "x" bottom: "l" ${settings} top: "loss" }`;
  writeFileSync(
    join(folder, 'h.binaryproto'),
    writeBinaryproto({ shape: [1, 1, 2, 2], data: Float32Array.from(matrix) }),
  );
  const bottom = 'layer { name: "h" type: "Input" top: "h" input_param { shape { dim: 2 dim: 2 } } }';
  const blob = caseFile(
    'blob.safetensors',
    'TRAIN',
    [...scores, ['bottom/h', f32([2, 2], ...matrix)]],
    net(bottom, 'bottom: "h"'),
  );
  const named = (name: string, file: string) =>
    caseFile(name, 'TRAIN', scores, net('', `infogain_loss_param { source: "somewhere/${file}" }`));
  expect(await run(blob, named('file.safetensors', 'h.binaryproto'))).toMatchObject({ code: 0, err: '' });
  expect(result('file.safetensors')).toEqual(result('blob.safetensors'));
  expect((await run(named('missing.safetensors', 'none.binaryproto'))).err).toContain(
    'names somewhere/none.binaryproto, which is not there',
  );
});

describe('crema run', () => {
  test('forward and backward in TRAIN', async () => {
    expect(await run(caseFile('train.safetensors', 'TRAIN'))).toMatchObject({ code: 0, err: '' });
    // y = ReLU([1+2+0.5, 1-2+0.25]) = [3.5, 0]: the gradient goes through the first output only.
    expect(result('train.safetensors')).toEqual({
      'top/y': [3.5, 0],
      'bottom_diff/x': [3, 3],
      'param_diff/a/0': [3, 6, 0, 0],
      'param_diff/a/1': [3, 0],
      'param_after/a/0': [1, 1, 1, -1],
      'param_after/a/1': [0.5, 0.25],
    });
  });

  test('forward alone in TEST', async () => {
    expect((await run(caseFile('test.safetensors', 'TEST'))).code).toBe(0);
    expect(result('test.safetensors')).toEqual({ 'top/y': [3.5, 0] });
  });

  test('a case that cannot be run gets a line, and the others still run', async () => {
    const broken = caseFile('broken.safetensors', 'TRAIN', tensors.slice(1));
    const { code, out, err } = await run(broken, caseFile('good.safetensors', 'TEST'), join(folder, 'none'));
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      `${broken}: it has no tensor bottom/x.`,
      `${join(folder, 'none')} cannot be read: there is no such file.`,
    ]);
    expect(out).toContain('1 of 3 cases written');
    expect(result('good.safetensors')).toHaveProperty('top/y');
  });

  test.each<[string, RegExp, () => string]>([
    ['a phase that is none', /the "phase" in its metadata is both/, () => caseFile('phase', 'both')],
    [
      'a tensor of another size',
      /tensor bottom\/x has 3 values; its net has 2 there/,
      () => caseFile('size', 'TRAIN', [['bottom/x', f32([3], 1, 2, 3)], ...tensors.slice(1)]),
    ],
  ])('refuses %s', async (_, message, make) => {
    const { code, err } = await run(make());
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('wants a folder for what it writes', async () => {
    expect(await crema('run', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('--out DIR') as string });
  });
});
