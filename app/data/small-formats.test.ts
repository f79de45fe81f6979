/** CIFAR-100, idx (MNIST), NumPy and CSV: good files, and what is said of cut-off, damaged and hostile ones. */
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { tar, type PlainFile } from './testing/cifar-archive.ts';
import { expectNoSurprises, expectRefusal, readFiles } from './testing/hostile.ts';
import { PickleWriter } from './testing/pickle-writer.ts';
import { sameBytes } from './testing/sources.ts';
import { writeIdx, writeNpy, writeZip } from './testing/writers.ts';

const file = (path: string, bytes: Uint8Array): PlainFile => ({ path, bytes });
const utf8 = (text: string) => new TextEncoder().encode(text);
const noise = (count: number, seed = 1) => Uint8Array.from({ length: count }, (_, i) => (i * 31 + seed * 17) % 251);

describe('CIFAR-100', () => {
  const images = noise(3 * 3072);
  const records = Uint8Array.from([0, 1, 2].flatMap((i) => [i, 97 + i, ...images.subarray(i * 3072, (i + 1) * 3072)]));
  const names = utf8(Array.from({ length: 100 }, (_, i) => `fine ${i}`).join('\n'));
  const folder = 'cifar-100-binary';
  const binary = [
    file(`${folder}/train.bin`, records),
    file(`${folder}/test.bin`, records.subarray(0, 3074)),
    file(`${folder}/fine_label_names.txt`, names),
    file(`${folder}/coarse_label_names.txt`, utf8(Array.from({ length: 20 }, (_, i) => `coarse ${i}`).join('\n'))),
  ];
  const pickle = (count: number) => {
    const out = new PickleWriter('python2');
    out.dict([
      ['filenames', () => out.list([])],
      ['fine_labels', () => out.list(Array.from({ length: count }, (_, i) => () => out.int(97 + i)))],
      ['coarse_labels', () => out.list(Array.from({ length: count }, (_, i) => () => out.int(i)))],
      ['data', () => out.byteArray(images.slice(0, count * 3072), [count, 3072])],
    ]);
    return out.finish();
  };

  it.each([
    ['binary archive', [file('c100.tar.gz', gzipSync(tar(binary)))]],
    ['binary folder', binary],
    ['zip', [file('c100.zip', writeZip(binary))]],
    [
      'python archive',
      [
        file(
          'x.tar.gz',
          gzipSync(tar([file('cifar-100-python/train', pickle(3)), file('cifar-100-python/test', pickle(1))])),
        ),
      ],
    ],
    ['python files', [file('cifar-100-python/train', pickle(3)), file('cifar-100-python/test', pickle(1))]],
  ])('reads the %s', async (_, files) => {
    const found = await readFiles(files);
    expect(found).toMatchObject({ name: 'CIFAR-100', channels: 3, height: 32, width: 32 });
    expect(found.classNames).toHaveLength(100);
    expect([...found.train.labels]).toEqual([97, 98, 99]);
    expect([...found.test.labels]).toEqual([97]);
    expect(found.otherLabels).toMatchObject({ name: 'coarse', instead: 'fine' });
    expect([...(found.otherLabels?.train ?? [])]).toEqual([0, 1, 2]);
    expect(sameBytes(found.train.images, images)).toBe(true);
  });

  it('takes the coarse classes where they are asked for', async () => {
    const found = await readFiles(binary, { labels: 'coarse' });
    expect(found.classNames.slice(0, 2)).toEqual(['coarse 0', 'coarse 1']);
    expect(found.classNames).toHaveLength(20);
    expect([...found.train.labels]).toEqual([0, 1, 2]);
    expect(found.otherLabels?.classNames[99]).toBe('fine 99');
    expect([...(found.otherLabels?.train ?? [])]).toEqual([97, 98, 99]);
  });

  it('refuses what is cut off, damaged or hostile', async () => {
    await expectRefusal(
      [file('cifar-100/train.bin', records.subarray(0, 5000))],
      /^cifar-100\/train\.bin is not a whole file of CIFAR-100/,
    );
    await expectRefusal(
      [
        file(
          'train.bin',
          records.map((b, i) => (i === 1 ? 100 : b)),
        ),
      ],
      /fine label of image 1 should be 0 to 99 and is 100/,
    );
    await expectRefusal(
      [file('train', utf8("(dp0\nS'data'\ncposix\nsystem\n(S'id'\ntRs."))],
      /^train is refused: .* posix\.system/,
    );
    await expectRefusal([binary[0] as PlainFile, file('b/train.bin', records)], /^The train images are there twice/);
    await expectRefusal(
      [binary[0] as PlainFile, file('x/fine_label_names.txt', utf8('a\nb'))],
      /lists 2 and CIFAR-100 has 100 fine/,
    );
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(file('cifar-100-python/train', pickle(2)));
    await expectNoSurprises(file('c100.tar.gz', gzipSync(tar(binary))));
  });
});

describe('idx', () => {
  const images = writeIdx([4, 28, 28], noise(4 * 784));
  const labels = writeIdx([4], Uint8Array.of(7, 2, 1, 0));
  const mnist = [
    file('mnist/train-images-idx3-ubyte', images),
    file('mnist/train-labels-idx1-ubyte', labels),
    file('mnist/t10k-images-idx3-ubyte', writeIdx([1, 28, 28], noise(784, 2))),
    file('mnist/t10k-labels-idx1-ubyte', writeIdx([1], Uint8Array.of(9))),
  ];
  const zipped = mnist.map(({ path, bytes }) => file(`${path}.gz`, gzipSync(bytes)));

  it.each([
    ['plain files', mnist],
    ['files compressed with gzip', zipped],
    ['an archive of both', [file('mnist.tar.gz', gzipSync(tar(mnist)))]],
    ['a zip of gzip files', [file('mnist.zip', writeZip(zipped))]],
  ])('reads MNIST from %s', async (_, files) => {
    const found = await readFiles(files);
    expect(found).toMatchObject({ name: 'MNIST', channels: 1, height: 28, width: 28 });
    expect([...found.train.labels, ...found.test.labels]).toEqual([7, 2, 1, 0, 9]);
    expect(sameBytes(found.train.images, noise(4 * 784))).toBe(true);
    expect(found.classNames).toHaveLength(10);
  });

  it('knows Fashion-MNIST by its folder', async () => {
    const found = await readFiles(mnist.map(({ path, bytes }) => file(path.replace('mnist', 'fashion-mnist'), bytes)));
    expect([found.name, found.classNames[9]]).toEqual(['Fashion-MNIST', 'Ankle boot']);
  });

  it('refuses what is cut off, damaged or hostile', async () => {
    const [, second] = mnist as [PlainFile, PlainFile];
    await expectRefusal(
      [file('train-images-idx3-ubyte', images.subarray(0, 3000)), second],
      /is cut off: it claims 4×28×28 bytes, which takes 3,152 in all, and has 3,000/,
    );
    await expectRefusal(
      [file('train-images-idx3-ubyte.gz', gzipSync(images.subarray(0, 3000))), second],
      /^train-images-idx3-ubyte is cut off/,
    );
    await expectRefusal([file('train-images-idx3-ubyte.gz', gzipSync(images).slice(0, -40)), second], /is cut off/);
    await expectRefusal([second], /without its images: load both files of a pair/);
    await expectRefusal(
      [file('train-images-idx3-ubyte', writeIdx([3, 28, 28], noise(3 * 784))), second],
      /holds 3 images and .* 4 labels/,
    );
    // 280 TB claimed by a file of 16 bytes, plain and compressed.
    const absurd = writeIdx([0xffffffff, 256, 256], new Uint8Array(0));
    await expectRefusal([file('a-idx3-ubyte', absurd)], /claims to hold 4,294,967,295×256×256 bytes/);
    await expectRefusal(
      [file('a-idx3-ubyte.gz', gzipSync(writeIdx([10_000, 300, 300], new Uint8Array(0))))],
      /is cut off/,
    );
    await expectRefusal([file('a-idx3-ubyte', utf8('<html>'))], /named like an idx file \(MNIST\) and is none/);
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(mnist[0] as PlainFile, mnist.slice(1));
    await expectNoSurprises(zipped[1] as PlainFile, zipped.slice(2));
  });
});

describe('NumPy', () => {
  const pixels = noise(5 * 12);
  const npz = (arrays: Record<string, Uint8Array>) =>
    file('small.npz', writeZip(Object.entries(arrays).map(([name, bytes]) => file(`${name}.npy`, bytes))));
  const labels = writeNpy('<i8', [5], BigInt64Array.of(0n, 1n, 2n, 1n, 0n));
  const last = writeNpy('|u1', [5, 2, 2, 3], pixels);

  it('reads Keras-like names, channels last and 64-bit labels', async () => {
    const found = await readFiles([
      npz({
        x_train: last,
        y_train: labels,
        x_test: writeNpy('|u1', [1, 2, 2, 3], noise(12)),
        y_test: writeNpy('<i4', [1, 1], Int32Array.of(2)),
      }),
    ]);
    expect(found).toMatchObject({ name: 'small', channels: 3, height: 2, width: 2 });
    expect([...found.train.labels, ...found.test.labels]).toEqual([0, 1, 2, 1, 0, 2]);
    const [first] = [found.train.images];
    expect([...first.subarray(0, 4)]).toEqual([pixels[0], pixels[3], pixels[6], pixels[9]]);
  });

  it('reads loose arrays, floats as they are and one-hot labels', async () => {
    const floats = Float32Array.from({ length: 2 * 9 }, (_, i) => i / 17);
    const found = await readFiles([
      file('d/images.npy', writeNpy('<f4', [2, 3, 3], floats)),
      file('d/labels.npy', writeNpy('<f4', [2, 3], Float32Array.of(0, 0, 1, 1, 0, 0))),
    ]);
    expect(found).toMatchObject({ name: 'd', channels: 1, height: 3, width: 3 });
    expect([...found.train.labels]).toEqual([2, 0]);
    expect(found.train.images).toBeInstanceOf(Float32Array);
    expect([found.train.images[0], found.train.images[17], found.range]).toEqual([0, 1, [0, 1]]);
  });

  it('refuses what is cut off, damaged or hostile', async () => {
    await expectRefusal(
      [npz({ x: writeNpy('|O', [5], new Uint8Array(9)), y: labels })],
      /refused: it holds Python objects/,
    );
    await expectRefusal([npz({ x: last.subarray(0, 120), y: labels })], /x\.npy is cut off/);
    await expectRefusal(
      [npz({ x: writeNpy('|u1', [1e6, 1e6, 3], new Uint8Array(1)), y: labels })],
      /claims 1,000,000×1,000,000×3 values/,
    );
    await expectRefusal(
      [npz({ x: writeNpy('|u1', [4, 2, 2, 3], noise(48)), y: labels })],
      /holds 4 images and .* 5 labels/,
    );
    await expectRefusal(
      [npz({ weights: last })],
      /^small\.npz has no images with labels among its arrays weights \(5×2×2×3\)/,
    );
    await expectRefusal(
      [
        npz({
          x: writeNpy('<f4', [1, 2, 2], Float32Array.of(Number.NaN, 0, 1, 2)),
          y: writeNpy('|u1', [1], Uint8Array.of(0)),
        }),
      ],
      /NaN/,
    );
    await expectRefusal(
      [npz({ x: last, y: writeNpy('<i4', [5], Int32Array.of(0, 1, -1, 0, 0)) })],
      /label -1 at image 3/,
    );
    await expectRefusal([npz({ x: writeNpy('|u1', [5, 2, 2, 3], pixels, 'True'), y: labels })], /column by column/);
  });

  it('gives a sentence for any damage', async () => {
    await expectNoSurprises(npz({ x_train: last, y_train: labels }));
    await expectNoSurprises(file('images.npy', last), [file('labels.npy', labels)]);
  });
});

describe('CSV', () => {
  const row = (label: string, first: number) => [
    label,
    ...Array.from({ length: 9 }, (_, i) => String((first + 40 * i) % 256)),
  ];
  const rows = ['3', '1', '0', '2', '1'].map((label, i) => row(label, i));

  it('reads a label in the first column, with a line of names and without', async () => {
    const header = ['label', ...Array.from({ length: 9 }, (_, i) => `pixel${i}`)];
    for (const lines of [rows, [header, ...rows]]) {
      const found = await readFiles([
        file('digits_train.csv', utf8(lines.map((cells) => cells.join(',')).join('\r\n'))),
      ]);
      expect(found).toMatchObject({ name: 'digits_train', channels: 1, height: 3, width: 3 });
      expect([...found.train.labels]).toEqual([3, 1, 0, 2, 1]);
      expect([...found.train.images.subarray(9, 12)]).toEqual([1, 41, 81]);
    }
  });

  it('reads words as labels in the last column, and test images by the name', async () => {
    const text = (list: string[][]) =>
      utf8(list.map((cells) => [...cells.slice(1), cells[0] === '1' ? 'cat' : 'dog'].join(',')).join('\n'));
    const found = await readFiles([file('a/train.csv', text(rows)), file('a/test.csv', text(rows.slice(0, 2)))]);
    expect(found.classNames).toEqual(['dog', 'cat']);
    expect([...found.train.labels, ...found.test.labels]).toEqual([0, 1, 0, 0, 1, 0, 1]);
  });

  it('keeps floats of any range', async () => {
    const found = await readFiles([file('x.csv', utf8('0,5000,-1.5,2,3\n1,2,3,4,5\n'))]);
    expect([...found.train.images]).toEqual([5000, -1.5, 2, 3, 2, 3, 4, 5]);
    expect(found).toMatchObject({ range: [-1.5, 5000], format: 'CSV' });
  });

  it('passes over rows that are wrong, and says which', async () => {
    const found = await readFiles([
      file(
        'x.csv',
        utf8(
          [...Array.from({ length: 41 }, () => rows).flat(), ['1', '2'], row('1', 5).with(4, '999')]
            .map((c) => c.join(','))
            .join('\n'),
        ),
      ),
    ]);
    expect(found.train.count).toBe(205);
    expect(found.broken).toEqual({
      count: 2,
      records: [
        { where: 'x.csv, line 206', why: 'has 2 values instead of 10' },
        { where: 'x.csv, line 207', why: 'has "999" where a number of 0 to 255 was expected' },
      ],
    });
  });

  it('refuses what is no table of images', async () => {
    await expectRefusal([file('x.csv', utf8('a,b\n1,2\n'))], /rows of 2 values/);
    await expectRefusal([file('x.csv', utf8(''))], /holds no rows of images/);
    await expectRefusal([file('x.csv', utf8(`1,2,3\n${'7,'.repeat(3_000_000)}`))], /longer than 4,194,304 characters/);
    await expectRefusal([file('x.csv', utf8('0,1,1,2,1e999\n1,2,3,4,5\n'))], /no numbers \(infinity\)/);
  });
});
