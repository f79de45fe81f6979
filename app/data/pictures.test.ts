/** Pictures in folders, zip and tar archives, with lists; and archives that are cut off, damaged or made to fill a disk. */
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toRecord } from './image-pixels.ts';
import { decodePng } from './png.ts';
import { tar, type PlainFile } from './testing/cifar-archive.ts';
import { expectNoSurprises, expectRefusal, readFiles } from './testing/hostile.ts';
import { plainPng, writePng, writeZip } from './testing/writers.ts';

const file = (path: string, bytes: Uint8Array): PlainFile => ({ path, bytes });
const utf8 = (text: string) => new TextEncoder().encode(text);
const options = { decode: decodePng };

/** `count` pictures of each class; red says which class, green which picture. */
const pets = (count: number, root = 'pets/') =>
  ['cat', 'dog'].flatMap((name, label) =>
    Array.from({ length: count }, (_, i) => file(`${root}${name}/${i}.png`, plainPng(6, 4, [label, i, 200]))),
  );
const greens = (images: ArrayLike<number>) => Array.from({ length: images.length / 72 }, (_, i) => images[i * 72 + 24]);

describe('pictures', () => {
  const files = [...pets(5, 'pets/train/'), ...pets(2, 'pets/val/')];

  it.each([
    ['a folder', files],
    ['a zip archive', [file('pets.zip', writeZip(files))]],
    ['a stored zip archive', [file('pets.zip', writeZip(files, 0))]],
    ['a tar archive', [file('pets.tar', tar(files))]],
    ['a compressed tar archive', [file('pets.tgz', gzipSync(tar(files)))]],
  ])('reads classes and splits from %s', async (_, given) => {
    const found = await readFiles(given, options);
    expect(found).toMatchObject({ name: 'pets', channels: 3, height: 4, width: 6, classNames: ['cat', 'dog'] });
    expect([found.train.count, found.test.count]).toEqual([10, 4]);
    // The label belongs to its picture, wherever the order put it.
    found.train.labels.forEach((label, i) => expect(found.train.images[i * 72]).toBe(label));
    expect([...found.test.labels]).toEqual([0, 0, 1, 1]);
  });

  it('shuffles training pictures the same way each time, or not at all', async () => {
    const orders = [];
    for (const shuffle of [undefined, true, false]) {
      const found = await readFiles(pets(20), { ...options, images: shuffle === undefined ? {} : { shuffle } });
      orders.push([...found.train.labels].join(''));
    }
    expect(orders[0]).toBe(orders[1]);
    expect(orders[2]).toBe(`${'0'.repeat(20)}${'1'.repeat(20)}`);
    expect(orders[0]).not.toBe(orders[2]);
  });

  it("takes Caffe's lists, in their order", async () => {
    const list = utf8('dog/1.png 7\ncat/3.png 2\n/cat/0.png 2\nbird/1.png 3\n');
    const found = await readFiles(
      [...pets(4), file('pets/train.txt', list), file('pets/test.txt', utf8('dog/0.png 7\n'))],
      options,
    );
    expect([...found.train.labels]).toEqual([7, 2, 2]);
    expect(greens(found.train.images)).toEqual([1, 3, 0]);
    expect([...found.test.labels]).toEqual([7]);
    expect(found.notes).toEqual(['1 lines of the lists name pictures that are not there.']);
    expect(found.classNames).toHaveLength(8);
  });

  it('brings pictures to one size and to gray', async () => {
    const mixed = [
      file('p/a/1.png', plainPng(80, 100, [9, 9, 9])),
      file('p/b/1.png', plainPng(70, 90, [250, 250, 250])),
    ];
    expect(await readFiles(mixed, options)).toMatchObject({
      channels: 3,
      height: 64,
      width: 64,
      notes: ['2 of 2 pictures were resized to 64×64.'],
    });
    const gray = await readFiles(mixed, {
      ...options,
      images: { gray: true, size: { width: 3, height: 2 }, shuffle: false },
    });
    expect([...gray.train.images]).toEqual([9, 9, 9, 9, 9, 9, 250, 250, 250, 250, 250, 250]);
    const drawn = writePng(4, 4, 1, new Uint8Array(16).fill(77));
    expect(await readFiles([file('p/a/1.png', drawn), file('p/b/1.png', drawn)], options)).toMatchObject({
      channels: 1,
    });
  });

  it("resizes as OpenCV's bilinear does", () => {
    // Halving averages four neighbours, doubling takes quarters between them.
    const record = new Uint8Array(4);
    const data = Uint8Array.from({ length: 16 }, (_, i) => i * 10);
    toRecord({ width: 4, height: 4, channels: 1, data }, { channels: 1, height: 2, width: 2 }, record);
    expect([...record]).toEqual([25, 45, 105, 125]);
    const row = new Uint8Array(4);
    toRecord(
      { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 100) },
      { channels: 1, height: 1, width: 4 },
      row,
    );
    expect([...row]).toEqual([0, 25, 75, 100]);
  });

  it('passes over pictures that cannot be read, and says which', async () => {
    const bomb = plainPng(4, 4, [1, 2, 3]);
    new DataView(bomb.buffer).setUint32(16, 100_000);
    new DataView(bomb.buffer).setUint32(20, 100_000);
    const found = await readFiles(
      [
        ...pets(3),
        file('pets/cat/x.png', utf8('no picture')),
        file('pets/dog/y.png', bomb),
        file('pets/dog/z.png', plainPng(6, 4, [1, 1, 1]).slice(0, 50)),
      ],
      options,
    );
    expect(found.train.count).toBe(6);
    expect(found.broken?.records).toEqual([
      { where: 'pets/cat/x.png', why: 'is no picture, whatever its name says' },
      { where: 'pets/dog/y.png', why: 'says that it is 100,000×100,000 pixels; up to 67,108,864 pixels are read' },
      { where: 'pets/dog/z.png', why: 'is a PNG that is cut off' },
    ]);
  });

  it('says what is missing', async () => {
    await expectRefusal(
      [file('a/1.png', plainPng(2, 2, [0, 0, 0])), file('a/2.png', plainPng(2, 2, [0, 0, 0]))],
      /^a: nothing says what the pictures show\. Put them into a folder for each class/,
      options,
    );
    await expectRefusal(pets(2), /most of its images cannot be read .*nothing here decodes pictures/);
    await expectRefusal(
      [...pets(2), file('pets/train.txt', utf8('cat/1.png 1\ncat/2.png 99999\n'))],
      /^pets\/train\.txt, line 2: a picture's path and its label/,
      options,
    );
  });
});

describe('zip archives', () => {
  const good = writeZip(pets(3, ''));
  const refuse = (bytes: Uint8Array, sentence: RegExp) => expectRefusal([file('p.zip', bytes)], sentence, options);
  /** Changes the directory's entry of the first file; `at` counts from the entry's start. */
  const withEntry = (archive: Uint8Array, change: (view: DataView) => void) => {
    const copy = archive.slice();
    const view = new DataView(copy.buffer);
    let at = 0;
    while (view.getUint32(at, true) !== 0x02014b50) at++;
    change(new DataView(copy.buffer, at));
    return copy;
  };

  it('refuses bombs by what they claim and by what they are', async () => {
    await refuse(
      withEntry(good, (view) => view.setUint32(24, 0xfffffff0, true)),
      /refused: cat\/0\.png claims 4,294,967,280 bytes out of \d+, which cannot be/,
    );
    const zeros = writeZip([file('cat/0.png', new Uint8Array(5_000_000))]);
    await refuse(
      withEntry(zeros, (view) => view.setUint32(24, 500, true)),
      /refused: cat\/0\.png claims 500 bytes and unpacks to more/,
    );
    // Every entry over the data of the first, as in bombs without nesting.
    const overlapping = good.slice();
    const view = new DataView(overlapping.buffer);
    for (let at = 0; at + 46 < overlapping.length; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 20, 500, true);
    await refuse(overlapping, /refused: its files lie over each other/);
    await refuse(writeZip([file('a.zip', good), file('b.zip', good)]), /holds zip archives itself/);
  });

  it('refuses what is cut off, damaged or encrypted', async () => {
    await refuse(good.slice(0, -30), /^p\.zip is cut off or no zip archive/);
    await refuse(writeZip([]), /^p\.zip is an empty zip archive/);
    await refuse(
      withEntry(good, (view) => view.setUint16(8, 1, true)),
      /is encrypted \(cat\/0\.png\)/,
    );
    await refuse(
      withEntry(good, (view) => view.setUint16(10, 14, true)),
      /by a method that is not read \(number 14\)/,
    );
    await refuse(
      withEntry(good, (view) => view.setUint32(16, 7, true)),
      /^p\.zip is damaged: cat\/0\.png is not what was packed/,
    );
    await refuse(
      withEntry(good, (view) => view.setUint32(42, 1, true)),
      /cat\/0\.png is not where it should be/,
    );
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(file('p.zip', good), [], options);
    await expectNoSurprises(file('p.tgz', gzipSync(tar(pets(2, '')))), [], options);
  });
});
