/** `crema convert`: weights and mean images from one file format into another. */
import { readBinaryproto, writeBinaryproto } from '../../app/caffe/wire/binaryproto.ts';
import { WireError } from '../../app/caffe/wire/wire-reader.ts';
import type { Caffemodel } from '../../app/caffe/wire/caffemodel.ts';
import { ExportError } from '../../app/exports/export-error.ts';
import { readWeights, weightFormOf, writeWeights, type WeightForm } from '../../app/exports/weights-files.ts';
import { NumpyError, readNpy, writeNpy } from '../../app/formats/npz.ts';
import { CommandError, UsageError, parseArguments, type Command } from '../command.ts';
import { readBytes, writeBytes } from '../files.ts';

const help = `Usage: crema convert IN OUT

Converts weights, or a mean image, by the endings of the two names:

  .caffemodel  .h5  .safetensors  .npz     weights; blobs are named LAYER/POSITION
  .binaryproto  .npy                       one blob, such as a mean image

Example:
  crema convert snapshots/quick_iter_4000.npz quick.caffemodel`;

export const convert: Command = {
  help,
  async run(args, terminal) {
    const { positionals } = parseArguments(args, {}, { name: 'IN and OUT', min: 2, max: 2 });
    const [from = '', to = ''] = positionals;
    const [given, wanted] = [weightFormOf(from), weightFormOf(to)];
    if (given !== undefined && wanted !== undefined) {
      const model = await weightsFrom(from, given);
      await writeBytes(to, await writeWeights(wanted, model));
      const layers = model.layers.filter(({ blobs }) => blobs.length > 0);
      terminal.out(`${to}: weights of ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}.`);
      return 0;
    }
    const content = blobAs(to, blobIn(from, await readBytes(from)));
    await writeBytes(to, content);
    terminal.out(`${to}: written.`);
    return 0;
  },
};

/** Weights in any form, by the ending of the file's name. @throws CommandError */
export async function weightsFrom(path: string, form = weightFormOf(path)): Promise<Caffemodel> {
  if (form === undefined)
    throw new UsageError(`${path} ends in none of .caffemodel, .h5, .safetensors and .npz: give weights.`);
  const bytes = await readBytes(path);
  try {
    return await readWeights(form satisfies WeightForm, bytes);
  } catch (cause) {
    if (cause instanceof ExportError) throw new CommandError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

interface Blob {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function blobIn(path: string, bytes: Uint8Array): Blob {
  try {
    if (path.endsWith('.binaryproto')) return readBinaryproto(bytes);
    if (path.endsWith('.npy')) {
      const { shape, data } = readNpy(bytes);
      return { shape, data: Float32Array.from(data as ArrayLike<number>, Number) };
    }
  } catch (cause) {
    if (cause instanceof WireError || cause instanceof NumpyError)
      throw new CommandError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
  throw unknownEnding(path);
}

function blobAs(path: string, { shape, data }: Blob): Uint8Array {
  if (path.endsWith('.npy')) return writeNpy({ dtype: 'F32', shape, data });
  if (path.endsWith('.binaryproto')) {
    // A mean image has four extents, as Caffe's own tool writes it.
    const four = shape.length === 3 ? [1, ...shape] : shape;
    return writeBinaryproto({ shape: four, data, ...(four.length === 4 ? { legacy: true } : {}) });
  }
  throw unknownEnding(path);
}

const unknownEnding = (path: string): UsageError =>
  new UsageError(`${path} has an ending that does not fit here; --help shows which go together.`);
