/** Reading CIFAR-10 in every form that people have, and the sentences for what is wrong. */
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DatasetError, readDataset, type ImageDataset, type ImageSplit, type SourceFile } from './dataset.ts';
import { generateSample } from './sample.ts';
import {
  binaryArchive,
  binaryBatch,
  binaryFiles,
  pythonArchive,
  pythonFiles,
  tar,
  type PlainFile,
} from './testing/cifar-archive.ts';
import { memorySource, sameBytes } from './testing/sources.ts';

const made = generateSample(5, { train: 50, test: 13 });
const file = (path: string, bytes: Uint8Array): PlainFile => ({ path, bytes });
const read = (...files: PlainFile[]) => readDataset(files.map((f) => memorySource(f)));
const named = (files: readonly PlainFile[], name: RegExp) => files.filter(({ path }) => name.test(path));
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Comparing 150 kB element by element with `toEqual` takes seconds. */
function expectSplit(found: ImageSplit, expected: ImageSplit): void {
  expect(found.count).toBe(expected.count);
  expect([...found.labels]).toEqual([...expected.labels]);
  expect(sameBytes(found.images, expected.images)).toBe(true);
}

function expectImages(found: ImageDataset): void {
  expectSplit(found.train, made.train);
  expectSplit(found.test, made.test);
  expect(found.classNames).toEqual(made.classNames);
}

describe('readDataset', () => {
  it.each([
    ['the binary archive', file('cifar-10-binary.tar.gz', binaryArchive(made))],
    ['the python archive', file('cifar-10-python.tar.gz', pythonArchive(made))],
    ['a python archive made by Python 3', file('cifar-10-python.tar.gz', pythonArchive(made, { style: 'python3' }))],
    ['a plain tar under a wrong name', file('download (1)', tar(pythonFiles(made)))],
    ['ten batches', file('cifar.tgz', binaryArchive(made, { trainBatches: 10 }))],
  ])('reads %s', async (_, archive) => {
    const found = await read(archive);
    expectImages(found);
    expect(found).toMatchObject({ name: 'CIFAR-10', source: archive.path, channels: 3, height: 32, width: 32 });
  });

  it('reads an unpacked folder, whatever else lies in it', async () => {
    const extra = [
      file('cifar-10-batches-bin/.DS_Store', utf8('\0\0\0\x01Bud1')),
      file('cifar-10-batches-bin/readme.html', utf8('<html>')),
    ];
    const found = await read(...extra, ...binaryFiles(made).reverse());
    expectImages(found);
    expect(found.source).toBe('cifar-10-batches-bin');
    expectImages(await read(...pythonFiles(made)));
  });

  it('takes one copy where a folder holds several', async () => {
    const found = await read(
      file('data/cifar-10-binary.tar.gz', binaryArchive(made)),
      ...pythonFiles(made).map(({ path, bytes }) => file(`data/${path}`, bytes)),
      ...binaryFiles(made).map(({ path, bytes }) => file(`data/${path}`, bytes)),
    );
    expectImages(found);
    expect(found.source).toBe('cifar-10-batches-bin');
  });

  it('puts single batch files in the order of their numbers, and takes a set without test images', async () => {
    const batches = named(binaryFiles(made), /data_batch/).map(({ path, bytes }) =>
      file(path.replace(/.*\//, ''), bytes),
    );
    const found = await read(...batches.reverse());
    expectSplit(found.train, made.train);
    expect(found.test.count).toBe(0);
    expect(found.source).toBe('data_batch_1.bin and 4 more');
    expect(found.classNames[0]).toBe('airplane');
  });

  it('reads a single pickle, and test images alone', async () => {
    const [test] = named(pythonFiles(made), /test_batch/);
    const found = await read(file('test_batch', (test as PlainFile).bytes));
    expectSplit(found.test, made.test);
    expect(found.train.count).toBe(0);
  });

  it('tells how far it is', async () => {
    const archive = file('cifar-10-binary.tar', tar(binaryFiles(made)));
    const seen: [number, number, string][] = [];
    await readDataset([memorySource(archive)], { progress: (...now) => seen.push(now) });
    expect(seen.at(-1)?.slice(0, 2)).toEqual([archive.bytes.length, archive.bytes.length]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
    expect(seen.map(([, , what]) => what)).toContain('data_batch_3.bin');
  });

  it('stops when told to, with the reason given', async () => {
    const stop = new AbortController();
    const reason = new Error('the user went away');
    const reading = readDataset([memorySource(file('cifar-10-binary.tar.gz', binaryArchive(made)))], {
      signal: stop.signal,
      progress: (done) => {
        if (done > 20_000) stop.abort(reason);
      },
    });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('what readDataset says of', () => {
  const archive = binaryArchive(made);
  const damaged = (at: number) => archive.map((byte, i) => (i === at ? byte ^ 0xff : byte));
  const withBatch = (name: RegExp, bytes: (old: Uint8Array) => Uint8Array) =>
    binaryFiles(made).map((f) => (name.test(f.path) ? file(f.path, bytes(f.bytes)) : f));
  const record = binaryBatch({ images: made.train.images.slice(0, 3072), labels: Uint16Array.of(37), count: 1 });
  const evil = utf8("(dp0\nS'data'\ncposix\nsystem\n(S'id'\ntRs.");

  const cases: [string, PlainFile[], RegExp][] = [
    ['nothing', [], /^The folder is empty: CIFAR-10 or CIFAR-100, MNIST/],
    [
      'a picture',
      [file('cat.png', utf8('\u0089PNG\r\n'))],
      /^cat\.png: most of its images cannot be read \(1 of 1\): cat\.png is no picture/,
    ],
    [
      'a web page',
      [file('cifar-10-binary.tar.gz', utf8('<!doctype html>'))],
      /and this is a web page, so the download/,
    ],
    ['a zip archive', [file('cifar.zip', utf8('PK\x03\x04'))], /^cifar\.zip is cut off or no zip archive/],
    ['an empty file', [file('data', new Uint8Array(0))], /and this is an empty file/],
    [
      'other files',
      [file('a/x.txt', utf8('x')), file('a/y.txt', utf8('y'))],
      /^There is no data set among the 2 files \(x\.txt, y\.txt\)/,
    ],
    ['class names alone', named(binaryFiles(made), /meta/), /^There is no data set among the 1 files/],
    [
      'a cut-off archive',
      [file('c.tar.gz', archive.slice(0, 90_000))],
      /^c\.tar\.gz is cut off: .* ends too early, in data_batch_\d\.bin \(the file has 90\.0 kB\)/,
    ],
    ['an archive without its end', [file('c.tar.gz', archive.slice(0, -4))], /^c\.tar\.gz is cut off/],
    [
      'a wrong checksum',
      [file('c.tar.gz', damaged(archive.length - 6))],
      /^c\.tar\.gz is damaged: its compressed data is not what was packed/,
    ],
    [
      'a cut-off tar',
      [file('c.tar', tar(binaryFiles(made)).slice(0, 70_000))],
      /^c\.tar is cut off inside cifar-10-batches-bin\/data_batch_3\.bin: 30,730 bytes expected, 4,464 found/,
    ],
    [
      'a gzip without tar',
      [file('c.gz', gzipSync(utf8('hello')))],
      /^c\.gz is compressed with gzip but holds no tar archive/,
    ],
    [
      'a batch of a wrong size',
      [file('data_batch_1.bin', new Uint8Array(5000))],
      /^data_batch_1\.bin is not a whole CIFAR-10 batch: its size must be a multiple of 3,073 bytes .* has 5,000 bytes\./,
    ],
    [
      'CIFAR-100 named as CIFAR-10',
      [file('data_batch_1.bin', new Uint8Array(3074 * 2))],
      /which fits the records of CIFAR-100/,
    ],
    [
      'CIFAR-100, python',
      [file('train', utf8("(dp0\nS'fine_labels'\n(lp1\ns."))],
      /^train is no file of CIFAR-100: entries named data and fine_labels were expected/,
    ],
    [
      'a label over 9',
      [file('data_batch_2.bin', record)],
      /^data_batch_2\.bin is not a CIFAR-10 batch, or is damaged: the label of image 1 should be 0 to 9 and is 37/,
    ],
    [
      'a pickle that names code',
      [file('data_batch_1', evil)],
      /^data_batch_1 is refused: it asks for the Python object posix\.system/,
    ],
    [
      'a pickle of something else',
      [file('data_batch_1', utf8("(dp0\nS'x'\nI1\ns."))],
      /^data_batch_1 is no CIFAR-10 batch: entries named data and labels were expected, and it holds x/,
    ],
    [
      'an archive without test images',
      [file('c.tar', tar(binaryFiles(made).filter(({ path }) => !/test/.test(path))))],
      /^c\.tar is not a whole CIFAR-10 archive: it has no test_batch \(found: data_batch_1, data_batch_2/,
    ],
    [
      'an archive with a gap',
      [file('c.tar', tar(binaryFiles(made).filter(({ path }) => !/_3/.test(path))))],
      /it has no data_batch_3/,
    ],
    [
      'another archive',
      [file('c.tar', tar([file('notes.txt', utf8('hello'))]))],
      /it has no data_batch_1 \(found: no batch at all\)/,
    ],
    [
      'a wrong batch in an archive',
      [file('c.tar', tar(withBatch(/_4/, (old) => old.slice(1))))],
      /^cifar-10-batches-bin\/data_batch_4\.bin is not a whole CIFAR-10 batch/,
    ],
    [
      'class names that are not ten',
      withBatch(/meta/, () => utf8('cat\ndog\n')),
      /batches\.meta\.txt lists 2 class names and CIFAR-10 has 10/,
    ],
    [
      'a batch that is there twice',
      [
        file('a/data_batch_1.bin', record.with(0, 1)),
        file('b/data_batch_1.bin', record.with(0, 1)),
        file('b/data_batch_2.bin', record.with(0, 1)),
      ],
      /^data_batch_1 is there twice, as a\/data_batch_1\.bin and b\/data_batch_1\.bin/,
    ],
  ];

  it('a file that cannot be read to its end', async () => {
    const bytes = archive.slice(0, 60_000);
    const source: SourceFile = {
      path: 'c.tar.gz',
      size: archive.length,
      read: (start, length) => Promise.resolve(bytes.slice(start, start + length)),
      stream: () => {
        let given = false;
        return new ReadableStream<Uint8Array>({
          pull: (controller) => {
            if (given) controller.error(new DOMException('the disk is gone', 'NotReadableError'));
            else controller.enqueue(bytes);
            given = true;
          },
        });
      },
    };
    await expect(readDataset([source])).rejects.toThrow(
      'c.tar.gz cannot be read (the disk is gone): check that it is still there and load it again.',
    );
  });

  it.each(cases)('%s', async (_, files, message) => {
    const reading = read(...files);
    await expect(reading).rejects.toBeInstanceOf(DatasetError);
    await expect(reading).rejects.toThrow(message);
  });
});
