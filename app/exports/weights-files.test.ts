// Weights go out and come back in every form; what is no weights file is refused with a sentence.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { galleryFolder } from '../caffe/testing/gallery-files.ts';
import { sourceOf } from '../caffe/wire/byte-source.ts';
import { readCaffemodel } from '../caffe/wire/caffemodel.ts';
import type { SafeTensor } from '../formats/safetensors.ts';
import { ExportError } from './export-error.ts';
import { WEIGHT_FORMS, modelOf, readWeights, weightFormOf, writeWeights } from './weights-files.ts';

const model = readCaffemodel(new Uint8Array(readFileSync(join(galleryFolder, 'opening/weights.caffemodel'))));
const withBlobs = model.layers.filter(({ blobs }) => blobs.length > 0);

describe('weights', () => {
  test.each(WEIGHT_FORMS)('go out as %s and come back', async (form) => {
    const back = await readWeights(sourceOf(await writeWeights(form, model)));
    const kept = back.layers.filter(({ blobs }) => blobs.length > 0);
    const plain = (layers: typeof kept) =>
      new Map(layers.map(({ name, blobs }) => [name, blobs.map(({ shape, data }) => ({ shape: [...shape], data }))]));
    expect(plain(kept)).toEqual(plain(withBlobs));
  });

  test.each(WEIGHT_FORMS)('as %s that are cut off are refused', async (form) => {
    const bytes = await writeWeights(form, model);
    await expect(readWeights(sourceOf(bytes.subarray(0, bytes.length - 4000)))).rejects.toThrow(ExportError);
  });

  test('know their form by the name of the file', () => {
    expect(['a.CaffeModel', 'b.npz', 'c.safetensors', 'd.caffemodel.h5', 'e.txt'].map(weightFormOf)).toEqual([
      'caffemodel',
      'npz',
      'safetensors',
      'h5',
      undefined,
    ]);
  });
});

const one: SafeTensor = { dtype: 'F64', shape: [1], data: Float64Array.of(0.5) };

describe('tensors by name', () => {
  test('of layers with slashes in their names', () => {
    const { layers } = modelOf(new Map([['inception/1x1/0', one]]));
    expect(layers).toEqual([{ name: 'inception/1x1', type: '', blobs: [{ shape: [1], data: Float32Array.of(0.5) }] }]);
  });

  test('that skip a position', () => {
    expect(() => modelOf(new Map([['ip/1', one]]))).toThrow('but none ip/0');
  });

  test('that are named in another way', () => {
    expect(() => modelOf(new Map([['conv1.weight', one]]))).toThrow('"conv1.weight" is not named');
  });
});
