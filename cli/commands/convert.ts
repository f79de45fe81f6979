/** `crema convert`: weights, solver states and mean images from one file format into another. */
import { readBinaryproto, writeBinaryproto } from '../../app/caffe/wire/binaryproto.ts';
import { WireError } from '../../app/caffe/wire/wire-reader.ts';
import { weightFormOf, writeWeights } from '../../app/exports/weights-files.ts';
import { writeState, type SnapshotFormat } from '../../app/formats/weight-files.ts';
import { NumpyError, readNpy, writeNpy } from '../../app/formats/npz.ts';
import { CommandError, UsageError, parseArguments, type Command } from '../command.ts';
import { readBytes, writeBytes } from '../files.ts';
import { stateAt, weightsAt } from '../weight-inputs.ts';

const help = `Usage: crema convert IN OUT

Converts weights, a solver's state or a mean image, by the endings of the two names:

  .caffemodel  .h5  .safetensors  .npz     weights; blobs are named LAYER/POSITION
  .solverstate  .solverstate.h5            where a training stands
  .binaryproto  .npy                       one blob, such as a mean image

Example:
  crema convert snapshots/quick_iter_4000.npz quick.caffemodel`;

export const convert: Command = {
  help,
  async run(args, terminal) {
    const { positionals } = parseArguments(args, {}, { name: 'IN and OUT', min: 2, max: 2 });
    const [from = '', to = ''] = positionals;
    const [state, wantedState] = [stateFormOf(from), stateFormOf(to)];
    if (state !== undefined && wantedState !== undefined) {
      const read = await stateAt(from);
      await writeBytes(to, await writeState(read, wantedState));
      terminal.out(`${to}: solver state at iteration ${read.iteration}.`);
      return 0;
    }
    const wanted = weightFormOf(to);
    if (weightFormOf(from) !== undefined && wanted !== undefined) {
      const model = await weightsAt(from);
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

const stateFormOf = (path: string): SnapshotFormat | undefined =>
  path.endsWith('.solverstate') ? 'BINARYPROTO' : path.endsWith('.solverstate.h5') ? 'HDF5' : undefined;

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
