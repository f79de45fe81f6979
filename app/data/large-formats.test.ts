/** HDF5 as Caffe's HDF5Data layer reads it, and Parquet as the Hugging Face hub ships image sets: good files, cut-off and damaged ones. */
import { File as HdfFile, FS, ready } from 'h5wasm';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { decodePng } from './png.ts';
import type { PlainFile } from './testing/cifar-archive.ts';
import { expectNoSurprises, expectRefusal, readFiles } from './testing/hostile.ts';
import { plainPng } from './testing/writers.ts';

const file = (path: string, bytes: Uint8Array): PlainFile => ({ path, bytes });
const utf8 = (text: string) => new TextEncoder().encode(text);

interface Arrays {
  readonly [name: string]: { readonly data: Float32Array | Uint8Array; readonly shape: number[] };
}

async function hdf5(arrays: Arrays, compressed = false): Promise<Uint8Array> {
  await ready;
  const out = new HdfFile('/made.h5', 'w');
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    const chunks = compressed ? { chunks: shape.map((extent) => Math.max(1, extent >> 1)), compression: 4 } : {};
    out.create_dataset({ name, data, shape, ...chunks });
  }
  out.close();
  return FS?.readFile('/made.h5').slice() ?? new Uint8Array(0);
}

describe('HDF5', () => {
  const images = (count: number, first = 0) => ({
    data: Float32Array.from({ length: count * 12 }, (_, i) => (first + i) % 256),
    shape: [count, 3, 2, 2],
  });
  const labels = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length] });

  it.each([false, true])('reads data and label, compressed: %s', async (compressed) => {
    const bytes = await hdf5({ data: images(4), label: labels(3, 0, 1, 1) }, compressed);
    const found = await readFiles([file('train.h5', bytes)]);
    expect(found).toMatchObject({ name: 'train', channels: 3, height: 2, width: 2 });
    expect([...found.train.labels]).toEqual([3, 0, 1, 1]);
    expect([...found.train.images.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps floats of any range as they are', async () => {
    const normal = { data: Float32Array.of(-2.25, 0, 1, 3.5), shape: [1, 1, 2, 2] };
    const found = await readFiles([file('x.h5', await hdf5({ data: normal, label: labels(0) }))]);
    expect(found.train.images).toEqual(normal.data);
    expect(found).toMatchObject({ range: [-2.25, 3.5], format: 'HDF5' });
  });

  it('reads several files in the order of a list', async () => {
    const part = (first: number, label: number) => hdf5({ data: images(1, first), label: labels(label) });
    const found = await readFiles([
      file('h/a.h5', await part(10, 1)),
      file('h/b.h5', await part(20, 2)),
      file('h/c.h5', await part(30, 3)),
      file('h/train.txt', utf8('/data/b.h5\n/data/a.h5\n')),
      file('h/test.txt', utf8('c.h5\n')),
    ]);
    expect([...found.train.labels, ...found.test.labels]).toEqual([2, 1, 3]);
    expect([found.train.images[0], found.train.images[12], found.test.images[0]]).toEqual([20, 10, 30]);
  });

  it('refuses what is cut off, damaged or no images', async () => {
    const good = await hdf5({ data: images(40), label: labels(...Array.from({ length: 40 }, () => 1)) });
    await expectRefusal([file('x.h5', good.slice(0, 700))], /^x\.h5 is cut off, damaged or no HDF5 file/);
    await expectRefusal([file('x.h5', utf8('<html>'))], /^x\.h5 is cut off, damaged or no HDF5 file/);
    await expectRefusal(
      [file('x.h5', await hdf5({ weights: images(2) }))],
      /^x\.h5 has no images with labels among its arrays weights \(2×3×2×2\)/,
    );
    const none = { data: Float32Array.of(-2, 0, Number.NaN, 3), shape: [1, 1, 2, 2] };
    await expectRefusal([file('x.h5', await hdf5({ data: none, label: labels(0) }))], /no numbers \(NaN\)/);
    await expectRefusal([file('x.h5', await hdf5({ data: images(1), label: labels(0.5) }))], /label 0\.5 at image 1/);
    await expectRefusal([file('x.h5', await hdf5({ data: images(2), label: labels(0) }))], /2 images and .* 1 labels/);
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(file('x.h5', await hdf5({ data: images(8), label: labels(0, 1, 2, 3, 0, 1, 2, 3) }, true)));
  });
});

describe('Parquet', () => {
  const info = JSON.stringify({
    info: { features: { img: { _type: 'Image' }, label: { _type: 'ClassLabel', names: ['cat', 'dog'] } } },
  });
  const options = { decode: decodePng };
  const parquet = (pictures: readonly (Uint8Array | undefined)[], names = ['img', 'label']) =>
    new Uint8Array(
      parquetWriteBuffer({
        schema: [
          { name: 'root', num_children: 2 },
          { name: names[0] ?? '', num_children: 2, repetition_type: 'OPTIONAL' },
          { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
          { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
          { name: names[1] ?? '', type: 'INT64', repetition_type: 'OPTIONAL' },
        ],
        columnData: [
          { name: names[0] ?? '', data: pictures.map((bytes, i) => ({ bytes, path: `${i}.png` })) },
          { name: names[1] ?? '', data: pictures.map((_, i) => BigInt(i % 2)) },
        ],
        rowGroupSize: 3,
        kvMetadata: [{ key: 'huggingface', value: info }],
      }),
    );
  const pictures = (count: number) => Array.from({ length: count }, (_, i) => plainPng(3, 3, [i, 50, 60]));

  it("reads the hub's files: several, of several groups, with class names", async () => {
    const found = await readFiles(
      [
        file('d/train-00001-of-00002.parquet', parquet(pictures(2))),
        file('d/train-00000-of-00002.parquet', parquet(pictures(7))),
        file('d/test-00000-of-00001.parquet', parquet(pictures(1))),
      ],
      options,
    );
    expect(found).toMatchObject({ name: 'd', channels: 3, height: 3, width: 3, classNames: ['cat', 'dog'] });
    expect([...found.train.labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 0, 1]);
    expect([found.train.images[6 * 27], found.train.images[6 * 27 + 9], found.test.count]).toEqual([6, 50, 1]);
  });

  it('passes over rows without a picture', async () => {
    const found = await readFiles([file('a.parquet', parquet([...pictures(3), undefined, utf8('nothing')]))], options);
    expect(found.train.count).toBe(3);
    expect(found.broken).toEqual({
      count: 2,
      records: [
        { where: 'a.parquet, row 4', why: 'has no picture in it' },
        { where: 'a.parquet, row 5', why: expect.stringMatching(/^is no picture/) as string },
      ],
    });
  });

  it('refuses what is cut off, damaged or no images', async () => {
    const good = parquet(pictures(3));
    await expectRefusal(
      [file('a.parquet', good.slice(0, -20))],
      /^a\.parquet is cut off, damaged or no Parquet file/,
      options,
    );
    await expectRefusal(
      [file('a.parquet', utf8('<html>'))],
      /^a\.parquet is cut off, damaged or no Parquet file/,
      options,
    );
    await expectRefusal(
      [file('a.parquet', parquet(pictures(2), ['text', 'stars']))],
      /has the columns text, stars: one of images/,
      options,
    );
  });

  it('refuses pages that would send the library round for ever, or fill the memory', async () => {
    const good = parquet(pictures(5));
    // Byte 22 begins the length of the first page's levels; 27 the first of their runs.
    for (const [at, value] of [
      [22, 0xf9],
      [27, 0xfe],
    ] as const) {
      const bad = good.slice();
      bad[at] = value;
      await expectRefusal(
        [file('a.parquet', bad)],
        /in the column img\.bytes, the page at byte 4 claims what cannot be/,
        options,
      );
    }
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(file('a.parquet', parquet(pictures(5))), [], options);
  });
});
