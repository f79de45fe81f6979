/**
 * Files made to harm, or harmed: for each format those that are cut off, are something else than they say, claim absurd sizes, unpack to far
 * more than they have, or go in circles. Each gets a sentence within a second or two and takes little memory, whatever it claims.
 */
import { gzipSync, zipSync } from 'fflate';
import { File as HdfFile, FS, ready } from 'h5wasm';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { DatasetError } from './dataset.ts';
import { decodePng } from './png.ts';
import { binaryArchive, binaryBatch, tar, type PlainFile } from './testing/cifar-archive.ts';
import { readFiles } from './testing/hostile.ts';
import { writeLmdb } from './testing/lmdb-writer.ts';
import { plainPng, writeDatum, writeIdx, writeNpy, writeZip } from './testing/writers.ts';

/** Milliseconds and bytes that refusing a file may take, on a machine that does other work as well. */
const bounds = { time: 8000, memory: 300e6 };

const file = (path: string, bytes: Uint8Array): PlainFile => ({ path, bytes });
const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (path: string, content: string) => file(path, utf8(content));
const changed = (bytes: Uint8Array, change: (view: DataView, bytes: Uint8Array) => void): Uint8Array => {
  const copy = bytes.slice();
  change(new DataView(copy.buffer), copy);
  return copy;
};

const count = 20;
const images = Uint8Array.from({ length: count * 3072 }, (_, i) => (i * 31) % 251);
const split = { images, labels: Uint16Array.from({ length: count }, (_, i) => i % 10), count };
const cifar = binaryArchive({
  name: 'CIFAR-10',
  source: '',
  channels: 3,
  height: 32,
  width: 32,
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  train: split,
  test: split,
});
const zeros = new Uint8Array(64 << 20);
const database = writeLmdb(
  Array.from({ length: 300 }, (_, i) => ({
    key: String(i).padStart(8, '0'),
    value: writeDatum({ channels: 3, height: 4, width: 5, data: new Uint8Array(60).fill(i), label: i % 3 }),
  })),
);
const png = plainPng(4, 4, [1, 2, 3]);
const wide = changed(png, (view) => {
  view.setUint32(16, 1_000_000_000);
  view.setUint32(20, 1_000_000_000);
});
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'image', data: [png, png, png], type: 'BYTE_ARRAY' },
      { name: 'label', data: [0n, 1n, 0n], type: 'INT64' },
    ],
  }),
);
const labels = writeNpy('|u1', [2], Uint8Array.of(0, 1));
const pickle = (body: string) => `(dp0\nS'data'\n${body}s.`;

async function hdf5(): Promise<Uint8Array> {
  await ready;
  const out = new HdfFile('/hostile.h5', 'w');
  out.create_dataset({ name: 'data', data: Float32Array.from({ length: 48 }, (_, i) => i), shape: [4, 3, 2, 2] });
  out.create_dataset({ name: 'label', data: Float32Array.of(0, 1, 2, 3), shape: [4] });
  out.close();
  return FS?.readFile('/hostile.h5').slice() ?? new Uint8Array(0);
}

/** The same file with 2^40 rows in place of 4 wherever that stands before the image's other extents. */
const absurdRows = (bytes: Uint8Array) =>
  changed(bytes, (view) => {
    for (let at = 0; at + 32 <= bytes.length; at++) {
      const extents = [0, 8, 16, 24].map((offset) => view.getBigUint64(at + offset, true));
      if (extents.join() === '4,3,2,2') view.setBigUint64(at, 1n << 40n, true);
    }
  });

type Case = readonly [
  what: string,
  files: () => readonly PlainFile[] | Promise<readonly PlainFile[]>,
  sentence: RegExp,
];

const cases: readonly Case[] = [
  ['CIFAR-10, cut off', () => [file('c.tar.gz', cifar.slice(0, cifar.length >> 1))], /cut off/],
  [
    'CIFAR-10, corrupted',
    () => [
      file(
        'c.tar.gz',
        changed(cifar, (_, b) => b.fill(7, b.length >> 1, (b.length >> 1) + 60)),
      ),
    ],
    /damaged|cut off/,
  ],
  [
    'CIFAR-10, labels past 9',
    () => [
      file(
        'data_batch_1.bin',
        binaryBatch(split).map((b) => b | 0xf0),
      ),
    ],
    /label/,
  ],
  ['CIFAR-10, a web page', () => [text('cifar-10-binary.tar.gz', '<html>not found</html>')], /web page/],
  ['a gzip bomb', () => [file('data_batch_1.bin.tar.gz', gzipSync(zeros))], /holds no tar archive|no data set/],
  [
    'a tar entry of 8 GB',
    () => [file('c.tar', changed(tar([text('data_batch_1.bin', 'x')]), hugeTarEntry))],
    /cut off|large|damaged/,
  ],
  [
    'a pickle that names code',
    () => [text('data_batch_1', pickle("cos\nsystem\n(S'id'\ntR"))],
    /refused: .*os\.system/,
  ],
  ['a pickle in circles', () => [text('data_batch_1', pickle("g0\nsS'labels'\ng0\n"))], /no numpy array/],
  [
    'CIFAR-100, cut off',
    () => [
      file(
        'cifar-100/train.bin',
        images.subarray(0, 5000).map((b) => b % 20),
      ),
    ],
    /not a whole file/,
  ],
  ['CIFAR-100, code', () => [text('train', pickle("c__builtin__\neval\n(S'1'\ntR"))], /refused: .*eval/],
  ['idx, cut off', () => idx(writeIdx([9, 28, 28], new Uint8Array(9 * 784)).slice(0, 500)), /cut off/],
  ['idx, absurd extents', () => idx(changed(writeIdx([1, 4, 4], new Uint8Array(16)), absurdIdx)), /claims to hold/],
  [
    'idx, absurd extents, compressed',
    () => idx(gzipSync(changed(writeIdx([1, 4, 4], new Uint8Array(16)), largeIdx)), '.gz'),
    /cut off/,
  ],
  [
    'idx, of another type',
    () => idx(changed(writeIdx([1, 4, 4], new Uint8Array(16)), (_, b) => (b[2] = 0x0d))),
    /is none/,
  ],
  ['LMDB, cut off', () => [file('data.mdb', database.slice(0, 9000))], /pages|cut off/],
  ['LMDB, in circles', () => [file('data.mdb', cyclic(database))], /twice|kind that belongs|refers to page|claims/],
  [
    'LMDB, absurd page size',
    () => [
      file(
        'data.mdb',
        changed(database, (view) => view.setUint32(24 + 16, 1 << 30, true)),
      ),
    ],
    /pages have/,
  ],
  ['LMDB, something else', () => [text('data.mdb', 'no database'.repeat(60))], /no LMDB database/],
  ['HDF5, cut off', async () => [file('x.h5', (await hdf5()).slice(0, 700))], /cut off, damaged or no HDF5/],
  [
    'HDF5, absurd extents',
    async () => [file('x.h5', absurdRows(await hdf5()))],
    /more than the file can hold|cannot be read|damaged/,
  ],
  ['HDF5, something else', () => [text('x.h5', 'nothing of the kind')], /no HDF5 file/],
  ['Parquet, cut off', () => [file('x.parquet', parquet.slice(0, -30))], /no Parquet file/],
  ['Parquet, something else', () => [text('x.parquet', 'PAR1 and no more')], /no Parquet file/],
  [
    'Parquet, metadata past its start',
    () => [
      file(
        'x.parquet',
        changed(parquet, (view) => view.setUint32(parquet.length - 8, 0x7fffffff, true)),
      ),
    ],
    /no Parquet file/,
  ],
  [
    'zip, cut off',
    () => [file('x.zip', writeZip([file('a/1.png', png), file('b/1.png', png)]).slice(0, 100))],
    /cut off or no zip/,
  ],
  ['zip, unpacks to more than it says', () => [file('x.zip', lyingZip())], /refused|damaged/],
  [
    'zip of zips',
    () => [file('x.zip', writeZip([file('a.zip', writeZip([text('b.txt', 'x')]))]))],
    /holds zip archives itself/,
  ],
  ['pictures of absurd sizes', () => [file('a/1.png', wide), file('b/1.png', wide)], /1,000,000,000×1,000,000,000/],
  [
    'pictures that are none',
    () => [text('a/1.png', 'no picture'), text('b/1.png', 'none')],
    /no pictures|no picture|cannot be read|no data set/,
  ],
  ['npy, absurd shape', () => npy(writeNpy('|u1', [1e9, 1e9, 3], new Uint8Array(1))), /claims/],
  [
    'npy, negative extents',
    () => npy(renamed(writeNpy('|u1', [22, 28, 28], new Uint8Array(1)), '(22,', '(-2,')),
    /does not say what it holds|claims/,
  ],
  ['npy, Python objects', () => npy(writeNpy('|O', [2], new Uint8Array(9))), /refused: it holds Python objects/],
  ['npy, cut off', () => npy(writeNpy('|u1', [2, 28, 28], new Uint8Array(200))), /cut off/],
  ['CSV of a billion columns', () => [text('x.csv', `1,2,3\n${'7,'.repeat(6_000_000)}`)], /longer than/],
  ['CSV of words', () => [text('x.csv', 'the,quick,brown\nfox,jumps,over\n')], /most of its images cannot be read/],
  [
    'a list of pictures that are not there',
    () => [text('p/train.txt', 'a.png 1\nb.png 2\n'), file('p/c/d.png', png)],
    /nothing says what the pictures show|no data set|no pictures/,
  ],
];

it.each(cases)('%s: a sentence, in bounded time and memory', async (_, make, sentence) => {
  const files = await make();
  const before = process.memoryUsage();
  const start = performance.now();
  const error: unknown = await readFiles(files, { decode: decodePng }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const taken = performance.now() - start;
  const after = process.memoryUsage();
  expect(error).toBeInstanceOf(DatasetError);
  const { message } = error as DatasetError;
  expect(message).toMatch(sentence);
  expect(message).toMatch(/\.$/);
  expect(taken).toBeLessThan(bounds.time);
  const grown = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  expect(grown).toBeLessThan(bounds.memory);
});

/** Eight gigabytes in a header's field, and a checksum that fits it. */
function hugeTarEntry(_: DataView, bytes: Uint8Array): void {
  bytes.set(utf8('77777777777\0'), 124);
  bytes.fill(0x20, 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.set(utf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

const idx = (bytes: Uint8Array, ending = '') => [
  file(`train-images-idx3-ubyte${ending}`, bytes),
  file('train-labels-idx1-ubyte', writeIdx([1], Uint8Array.of(0))),
];

function absurdIdx(view: DataView): void {
  for (const at of [4, 8, 12]) view.setUint32(at, 0xffffffff);
}

function largeIdx(view: DataView): void {
  view.setUint32(4, 1_000_000);
  view.setUint32(8, 32);
  view.setUint32(12, 32);
}

/** Every entry of every branch page leads to the root. */
function cyclic(bytes: Uint8Array): Uint8Array {
  return changed(bytes, (view) => {
    const root = Number(view.getBigUint64(4096 + 16 + 8 + 16 + 48 + 40, true));
    for (let page = 2; page * 4096 < bytes.length; page++) {
      const at = page * 4096;
      if ((view.getUint16(at + 10, true) & 1) === 0) continue;
      const entries = (view.getUint16(at + 12, true) - 16) >> 1;
      for (let i = 0; i < entries; i++) view.setUint16(at + view.getUint16(at + 16 + 2 * i, true), root, true);
    }
  });
}

/** An entry that says it is a batch of a hundred images and has 64 MB. */
function lyingZip(): Uint8Array {
  const bytes = zipSync({ 'data_batch_1.bin': zeros });
  return changed(bytes, (view) => {
    for (let at = 0; at + 46 < bytes.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100 * 3073, true);
    }
  });
}

const npy = (bytes: Uint8Array) => [file('images.npy', bytes), file('labels.npy', labels)];

function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const at = new TextDecoder('latin1').decode(bytes).indexOf(from);
  return changed(bytes, (_, copy) => copy.set(utf8(to), at));
}
