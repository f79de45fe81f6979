/** `crema data`: what a data set on the disk is, without training on it. */
import { writeFile } from 'node:fs/promises';
import { writeBinaryproto } from '../../app/caffe/wire/binaryproto.ts';
import {
  examine,
  meanImage,
  readDataset,
  summarize,
  type BrokenList,
  type ChannelStatistics,
  type ImageDataset,
  type ReadOptions,
} from '../../app/data/dataset.ts';
import type { ImageSettings } from '../../app/data/image-pixels.ts';
import { sourceFilesAt } from '../../app/data/node-files.ts';
import { decodePng } from '../../app/data/png.ts';
import { openingDigits } from '../../app/data/sample-digits.ts';
import { openingSample } from '../../app/data/sample.ts';
import { oneOf, parseArguments, UsageError, type Command } from '../command.ts';

const help = `Usage: crema data inspect PATH [--size WIDTHxHEIGHT] [--gray] [--labels fine|coarse]
                          [--mean FILE] [--json]

Reads a data set and prints what it is: the form of its files, the shape of its images, the
order of their colours, how many there are of each class, mean and standard deviation of each
channel, which records were passed over and why, and how many test images are training
images too.

PATH is a file, an archive or a folder: CIFAR-10 and CIFAR-100, MNIST (idx), LMDB (data.mdb),
HDF5, Parquet, NumPy (npz, npy), CSV, or PNG pictures in a folder for each class or beside a
list of lines "path label". "sample" and "digits" stand for the generated sets.

Options:
  --size    brings pictures to this size (default: their own where they agree)
  --gray    brings pictures to one channel
  --labels  which classes of CIFAR-100: fine (default) or coarse
  --mean    writes the mean of the training images to a .binaryproto
  --json    prints {"name", "source", "format", "shape", "values", "channelOrder", "bytes",
            "classes", "train", "test", "notes", "broken", "duplicates"}

Example:
  crema data inspect examples/cifar10/cifar10_train_lmdb`;

export const data: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        size: { type: 'string' },
        gray: { type: 'boolean' },
        labels: { type: 'string', default: 'fine' },
        mean: { type: 'string' },
        json: { type: 'boolean' },
      },
      { name: 'inspect PATH', min: 2, max: 2 },
    );
    const [action, path = ''] = positionals;
    if (action !== 'inspect') throw new UsageError(`"${action ?? ''}" is nothing that data does; there is inspect.`);
    const dataset = await read(path, {
      images: { ...sizeOf(values.size), ...(values.gray === true ? { gray: true } : {}) },
      labels: oneOf('labels', values.labels, ['fine', 'coarse']),
    });
    if (values.mean !== undefined) await writeMean(values.mean, dataset);
    const found = await inspect(dataset);
    if (values.json === true) terminal.out(JSON.stringify(found, undefined, 1));
    else print(found, (line) => terminal.out(line));
    return 0;
  },
};

async function read(path: string, options: Pick<ReadOptions, 'images' | 'labels'>): Promise<ImageDataset> {
  if (path === 'sample') return openingSample();
  if (path === 'digits') return openingDigits();
  return readDataset(await sourceFilesAt(path), { decode: decodePng, ...options });
}

function sizeOf(text: string | undefined): Pick<ImageSettings, 'size'> {
  if (text === undefined) return {};
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  if (!(Number(width) > 0) || !(Number(height) > 0))
    throw new UsageError(`--size is "${text}": give width and height, such as 32x32.`);
  return { size: { width: Number(width), height: Number(height) } };
}

async function writeMean(path: string, dataset: ImageDataset): Promise<void> {
  const { channels, height, width } = dataset;
  const blob = { shape: [1, channels, height, width], legacy: true, data: meanImage(dataset.train) };
  await writeFile(path, writeBinaryproto(blob));
}

/** What is printed of a set. */
interface Inspection {
  readonly name: string;
  readonly source: string;
  readonly format: string;
  /** Channels, height, width. */
  readonly shape: readonly [number, number, number];
  /** Bytes, or floats with their lowest and highest. */
  readonly values: 'bytes' | readonly [number, number];
  readonly channelOrder: string | undefined;
  readonly bytes: number;
  readonly classes: readonly string[];
  readonly train: SplitInspection;
  readonly test: SplitInspection;
  readonly notes: readonly string[];
  readonly broken: BrokenList;
  /** Test images that are training images too. */
  readonly duplicates: number;
}

interface SplitInspection extends ChannelStatistics {
  readonly count: number;
  readonly perClass: readonly number[];
}

async function inspect(dataset: ImageDataset): Promise<Inspection> {
  const { name, source, bytes, trainPerClass, testPerClass } = summarize(dataset);
  const { channels, height, width, classNames, train, test, range } = dataset;
  const facts = await examine(dataset);
  return {
    name,
    source,
    format: dataset.format ?? 'generated',
    shape: [channels, height, width],
    values: range ?? 'bytes',
    channelOrder: dataset.channelOrder,
    bytes,
    classes: classNames,
    train: { count: train.count, perClass: trainPerClass, ...facts.train },
    test: { count: test.count, perClass: testPerClass, ...facts.test },
    notes: dataset.notes ?? [],
    broken: dataset.broken ?? { count: 0, records: [] },
    duplicates: facts.duplicates.length,
  };
}

/** Broken records named before the others are only counted. */
const mostPrinted = 20;

function print(found: Inspection, out: (line: string) => void): void {
  const count = (n: number) => n.toLocaleString('en-US');
  const { shape, train, test, classes, values, channelOrder, broken } = found;
  const short = (value: number) => String(Number(value.toPrecision(4)));
  out(`${found.name}, from ${found.source} (${found.format})`);
  out(
    `${count(train.count)} training and ${count(test.count)} test images of ${shape.join('×')} (channels × height × width), ${(found.bytes / 1e6).toFixed(1)} MB`,
  );
  out(
    `${values === 'bytes' ? 'bytes' : `floats of ${values.map(short).join(' to ')}`}${channelOrder === undefined ? '' : `, channels in the order ${channelOrder}`}`,
  );
  for (const [name, split] of Object.entries({ training: train, test })) {
    if (split.count === 0) continue;
    const numbers = (list: readonly number[]) => list.map((value) => value.toFixed(2)).join(' ');
    out(`${name}: mean ${numbers(split.mean)}, deviation ${numbers(split.deviation)}`);
  }
  out('');
  const widest = Math.max(5, ...classes.map((name) => name.length));
  out(`${'class'.padEnd(widest)}  ${'training'.padStart(9)}  ${'test'.padStart(9)}`);
  classes.forEach((name, label) => {
    out(
      `${name.padEnd(widest)}  ${count(train.perClass[label] ?? 0).padStart(9)}  ${count(test.perClass[label] ?? 0).padStart(9)}`,
    );
  });
  if (found.notes.length + broken.count + found.duplicates > 0) out('');
  for (const note of found.notes) out(note);
  if (broken.count > 0) {
    out(`${count(broken.count)} of ${count(broken.count + train.count + test.count)} records were passed over:`);
    for (const { where, why } of broken.records.slice(0, mostPrinted)) out(`  ${where} ${why}`);
    if (broken.count > mostPrinted) out(`  and ${count(broken.count - mostPrinted)} more`);
  }
  if (found.duplicates > 0) out(`${count(found.duplicates)} test images are training images too.`);
}
