/** Files of the disk as a reader sees them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDataset } from './dataset.ts';
import { sourceFilesAt } from './node-files.ts';
import { generateSample } from './sample.ts';
import { binaryArchive, binaryFiles } from './testing/cifar-archive.ts';
import { sameBytes } from './testing/sources.ts';

const made = generateSample(3, { train: 20, test: 10 });
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crema-data-'));
  await mkdir(join(folder, 'cifar-10-batches-bin'));
  await mkdir(join(folder, 'empty'));
  for (const { path, bytes } of binaryFiles(made)) await writeFile(join(folder, path), bytes);
  await writeFile(join(folder, 'cifar-10-binary.tar.gz'), binaryArchive(made));
});
afterAll(() => rm(folder, { recursive: true }));

describe('sourceFilesAt', () => {
  it('names the files of a folder from that folder on', async () => {
    const files = await sourceFilesAt(join(folder, 'cifar-10-batches-bin'));
    expect(files.map(({ path }) => path)).toContain('cifar-10-batches-bin/data_batch_1.bin');
    expect(files).toHaveLength(7);
  });

  it.each(['cifar-10-binary.tar.gz', 'cifar-10-batches-bin'])('lets %s be read', async (name) => {
    const found = await readDataset(await sourceFilesAt(join(folder, name)));
    expect(sameBytes(found.train.images, made.train.images)).toBe(true);
    expect(found.source).toBe(name);
  });

  it('says what is not there, and what is empty', async () => {
    await expect(sourceFilesAt(join(folder, 'nothing'))).rejects.toThrow(
      /nothing: there is no such file or folder\. Give/,
    );
    await expect(sourceFilesAt(join(folder, 'empty')).then((files) => readDataset(files))).rejects.toThrow(
      /folder is empty/,
    );
  });
});
