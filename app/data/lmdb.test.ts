/** LMDB databases as Caffe's tools write them: both layouts, trees of several levels, raw and encoded records, and hostile pages. */
import { describe, expect, it } from 'vitest';
import type { PlainFile } from './testing/cifar-archive.ts';
import { decodePng } from './png.ts';
import { expectNoSurprises, expectRefusal, readFiles } from './testing/hostile.ts';
import { sameBytes } from './testing/sources.ts';
import { writeLmdb } from './testing/lmdb-writer.ts';
import { plainPng, writeDatum } from './testing/writers.ts';

const file = (path: string, bytes: Uint8Array): PlainFile => ({ path, bytes });
const shape = { channels: 3, height: 4, width: 5 };
const pixels = (i: number) => Uint8Array.from({ length: 60 }, (_, at) => (at * 7 + i) % 256);
const records = (count: number, value = (i: number) => writeDatum({ ...shape, data: pixels(i), label: i % 10 })) =>
  Array.from({ length: count }, (_, i) => ({ key: String(i).padStart(8, '0'), value: value(i) }));

/** A database whose words at a place of a page are replaced; `page` counts from 0. */
function altered(database: Uint8Array, page: number, change: (view: DataView) => void): Uint8Array {
  const copy = database.slice();
  change(new DataView(copy.buffer, page * 4096, 4096));
  return copy;
}

describe('LMDB', () => {
  it.each([
    ['one page', 8, 8],
    ['a tree of three levels', 16_000, 8],
    ['a 32-bit database', 500, 4],
  ] as const)('reads %s in the order of the keys', async (_, count, word) => {
    const found = await readFiles([file('pets_train_lmdb/data.mdb', writeLmdb(records(count), word))]);
    expect(found).toMatchObject({ name: 'pets', source: 'pets_train_lmdb', ...shape });
    expect(found.train.count).toBe(count);
    for (let i = 0; i < count; i += 97) {
      expect(found.train.labels[i]).toBe(i % 10);
      expect(sameBytes(found.train.images.subarray(i * 60, i * 60 + 60), pixels(i))).toBe(true);
    }
  });

  it('reads values in overflow pages, and training and test databases together', async () => {
    const large = { channels: 3, height: 64, width: 64 };
    const data = (i: number) => new Uint8Array(3 * 64 * 64).fill(i);
    const database = (count: number) =>
      writeLmdb(records(count, (i) => writeDatum({ ...large, data: data(i), label: i })));
    const found = await readFiles([
      file('x/a_train_lmdb/data.mdb', database(5)),
      file('x/a_train_lmdb/lock.mdb', new Uint8Array(8192)),
      file('x/a_test_lmdb/data.mdb', database(2)),
    ]);
    expect([found.train.count, found.test.count, found.train.images[4 * 12288]]).toEqual([5, 2, 4]);
  });

  it('decodes encoded records, and reads floats of bytes', async () => {
    const encoded = writeLmdb(
      records(3, (i) => writeDatum({ encoded: true, data: plainPng(4, 4, [i, 20, 30]), label: i })),
    );
    const found = await readFiles([file('data.mdb', encoded)], { decode: decodePng });
    expect([found.channels, found.height, found.train.images[48], found.train.images[48 + 16]]).toEqual([3, 4, 1, 20]);
    const floats = writeLmdb(
      records(2, (i) => writeDatum({ channels: 1, height: 1, width: 3, float_data: [0, 100, 255 - i], label: i })),
    );
    expect([...(await readFiles([file('data.mdb', floats)])).train.images]).toEqual([0, 100, 255, 0, 100, 254]);
  });

  it('passes over records that are none', async () => {
    const mixed = writeLmdb(
      records(6, (i) =>
        i === 2
          ? Uint8Array.of(0xff, 0xff)
          : writeDatum({ ...shape, width: i === 4 ? 9 : 5, data: pixels(i), label: i }),
      ),
    );
    const found = await readFiles([file('data.mdb', mixed)]);
    expect([...found.train.labels]).toEqual([0, 1, 3, 5]);
    expect(found.broken).toEqual({
      count: 2,
      records: [
        { where: 'data.mdb, record 00000002', why: 'is no Datum' },
        { where: 'data.mdb, record 00000004', why: 'claims 3×4×9 values and holds 60' },
      ],
    });
  });

  // Pages of `tree`: 0 and 1 meta, leaves from 2 on, then branches; the root is last.
  const tree = writeLmdb(records(16_000));
  const last = tree.length / 4096 - 1;
  const refused = (bytes: Uint8Array, sentence: RegExp) => expectRefusal([file('data.mdb', bytes)], sentence);

  it('refuses trees that run in circles, or out of the file', async () => {
    const child = (page: number) => altered(tree, last, (view) => view.setUint16(view.getUint16(18, true), page, true));
    await refused(child(last), /page [\d,]+ is used twice, so its tree runs in circles/);
    await refused(child(65_000), /refers to page 65,000, and has pages 2 to/);
    await refused(child(0), /refers to page 0,/);
    await refused(
      altered(tree, last, (view) => view.setUint16(view.getUint16(16, true) + 4, 0xffff, true)),
      /refers to page/,
    );
    // A leaf in the place of a branch, of which there is one more level.
    await refused(child(300), /page 300 is not of the kind that belongs at its place/);
  });

  it('refuses pages whose offsets and sizes lie', async () => {
    await refused(
      altered(tree, 2, (view) => view.setUint16(12, 0xffff, true)),
      /page 2 claims to end at byte 65535/,
    );
    await refused(
      altered(tree, 2, (view) => view.setUint16(16, 4095, true)),
      /page 2 has record 1 at byte 4095/,
    );
    await refused(
      altered(tree, 2, (view) => view.setUint32(view.getUint16(16, true), 1e9, true)),
      /value of 1,000,000,000 bytes that reaches past it/,
    );
    const big = (view: DataView) => {
      view.setUint32(view.getUint16(16, true), 1e9, true);
      view.setUint16(view.getUint16(16, true) + 4, 1, true);
    };
    await refused(altered(tree, 2, big), /page 2 has a value of 1000\.0 MB, too large for an image/);
    for (const [at, value, sentence] of [
      [20, 7, /version 7/],
      [40, 3, /pages have 3 bytes/],
    ] as const) {
      await refused(
        altered(
          altered(tree, 0, (v) => v.setUint32(at, value, true)),
          1,
          (v) => v.setUint32(at, value, true),
        ),
        sentence,
      );
    }
  });

  it('refuses what is cut off or no database', async () => {
    await refused(tree.slice(0, 300 * 4096), /and has pages 2 to 299|is cut off/);
    await refused(tree.slice(0, 4096), /^data\.mdb is cut off/);
    await refused(new Uint8Array(5000), /^data\.mdb is no LMDB database/);
    await refused(writeLmdb([]), /^data\.mdb holds no records/);
    await expectRefusal([file('a/data.mdb', tree), file('b/data.mdb', tree)], /would both be training images/);
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(file('data.mdb', writeLmdb(records(120))));
  });
});
