/** The data set a command is given, and the mean its networks ask for. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TypedNet } from '../app/caffe/net/typed-net.ts';
import { readBinaryproto } from '../app/caffe/wire/binaryproto.ts';
import { imageBytes, meanImage, readDataset, type ImageDataset } from '../app/data/dataset.ts';
import { openingDigits } from '../app/data/sample-digits.ts';
import { openingSample } from '../app/data/sample.ts';
import { sourceFilesAt } from '../app/data/node-files.ts';
import { decodePng } from '../app/data/png.ts';
import { CommandError, type Terminal } from './command.ts';
import { readBinary } from './files.ts';

/** Stand for the generated sets in place of a path: the one that the page opens with, and the digits. */
const generated: Readonly<Record<string, () => ImageDataset>> = { sample: openingSample, digits: openingDigits };

/** Reads the data set at a path: an archive, a batch file or a folder; or generates `sample` or `digits`. @throws DatasetError */
export async function loadDataset(path: string, terminal: Terminal): Promise<ImageDataset> {
  const generate = Object.hasOwn(generated, path) ? generated[path] : undefined;
  const dataset = generate?.() ?? (await readDataset(await sourceFilesAt(path), { decode: decodePng }));
  const { name, train, test, source } = dataset;
  const count = (n: number) => n.toLocaleString('en-US');
  terminal.err(`${name} from ${source}: ${count(train.count)} training and ${count(test.count)} test images.`);
  for (const note of dataset.notes ?? []) terminal.err(`Notice: ${note}`);
  return dataset;
}

/** Channels, height and width of a data set's images. */
export const recordOf = ({ channels, height, width }: ImageDataset): readonly number[] => [channels, height, width];

/**
 * The mean [C, H, W] for layers that name a `mean_file`: that file's, or where it is not there the training images' own,
 * with a notice.
 *
 * @throws CommandError where nets name files that differ, or one that does not fit the images.
 */
export async function meanFor(
  nets: readonly TypedNet[],
  netPath: string,
  dataset: ImageDataset,
  terminal: Terminal,
): Promise<Float32Array> {
  const size = imageBytes(dataset);
  const names = new Set(
    nets.flatMap(({ layers }) => layers.map(({ parameter }) => parameter.transform_param?.mean_file ?? '')),
  );
  names.delete('');
  if (names.size > 1) {
    throw new CommandError(
      `${netPath} names more than one mean file (${[...names].join(', ')}): use one for all layers.`,
    );
  }
  const [name] = names;
  if (name === undefined) return new Float32Array(size);
  const found = findBeside(netPath, name);
  if (found === undefined) {
    terminal.err(`Notice: ${name} is not there; the mean of the training images takes its place.`);
    return meanImage(dataset.train);
  }
  const mean = await readBinary(found, readBinaryproto);
  if (mean.data.length !== size) {
    throw new CommandError(
      `${found} holds ${mean.data.length} values, but an image has ${size}: use the mean of this data set.`,
    );
  }
  return mean.data;
}

/** Values of the other files that layers name (InfogainLoss's matrix), by the name as it stands in the net. @throws CommandError */
export async function valuesFor(nets: readonly TypedNet[], netPath: string): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const { parameter } of nets.flatMap(({ layers }) => layers)) {
    const name = parameter.bottom.length < 3 ? parameter.infogain_loss_param?.source : undefined;
    if (name !== undefined && !values.has(name)) values.set(name, await valuesOf(netPath, name));
  }
  return values;
}

/** The values of a .binaryproto that a net's file names. @throws CommandError where it is not there or cannot be read */
export async function valuesOf(netPath: string, name: string): Promise<Float32Array> {
  const found = findBeside(netPath, name);
  if (found === undefined) throw new CommandError(`${netPath} names ${name}, which is not there.`);
  return (await readBinary(found, readBinaryproto)).data;
}

/** Where a file named inside another is: as named from that file's folder, beside it, or as named from here. */
export function findBeside(path: string, name: string): string | undefined {
  const folder = dirname(path);
  return [join(folder, name), join(folder, basename(name)), name].find((candidate) => existsSync(candidate));
}
