/** `crema data inspect`: what it prints of sets whose contents are known. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBinaryproto } from '../app/caffe/wire/binaryproto.ts';
import { plainPng } from '../app/data/testing/writers.ts';
import { main } from './main.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crema-data-'));
  for (const [path, green] of Object.entries({
    'train/cat/1': 10,
    'train/cat/2': 30,
    'train/dog/1': 50,
    'test/dog/1': 50,
  })) {
    mkdirSync(join(folder, 'pets', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'pets', `${path}.png`), plainPng(4, 2, [0, green, 255]));
  }
  writeFileSync(join(folder, 'pets', 'train/cat/3.png'), 'no picture');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function crema(...args: string[]) {
  const lines = { out: [] as string[], err: [] as string[] };
  const code = await main(args, { out: (line) => lines.out.push(line), err: (line) => lines.err.push(line) });
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

describe('crema data inspect', () => {
  it('prints what a folder of pictures holds', async () => {
    const { code, out } = await crema('data', 'inspect', join(folder, 'pets'));
    expect(code).toBe(0);
    expect(out).toContain('3 training and 1 test images of 3×2×4 (channels × height × width)');
    expect(out).toContain('training: mean 0.00 30.00 255.00, deviation 0.00 16.33 0.00');
    expect(out).toMatch(/cat +2 +0\ndog +1 +1/);
    expect(out).toContain('pets, from pets (Pictures in folders)');
    expect(out).toContain('bytes, channels in the order RGB');
    expect(out).toMatch(/1 of 5 records were passed over:\n {2}pets\/train\/cat\/3\.png is no picture/);
    expect(out).toContain('1 test images are training images too.');
  });

  it('prints JSON, resizes, and writes the mean', async () => {
    const mean = join(folder, 'mean.binaryproto');
    const { out } = await crema(
      'data',
      'inspect',
      join(folder, 'pets'),
      '--json',
      '--size',
      '2x2',
      '--gray',
      '--mean',
      mean,
    );
    const found = JSON.parse(out) as { shape: number[]; train: { perClass: number[] } };
    expect(found).toMatchObject({
      shape: [1, 2, 2],
      classes: ['cat', 'dog'],
      train: { count: 3, perClass: [2, 1] },
      duplicates: 1,
    });
    expect(readBinaryproto(new Uint8Array(readFileSync(mean))).data).toHaveLength(4);
  });

  it('says what is wrong', async () => {
    expect(await crema('data', 'inspect', join(folder, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no such file or folder/) as string,
    });
    expect(await crema('data', 'eat', folder)).toMatchObject({ code: 2 });
    expect(await crema('data', 'inspect', folder, '--size', '0x3')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/give width and height/) as string,
    });
  });
});
