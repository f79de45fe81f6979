/**
 * Trained weights in the forms that programs keep them in: Caffe's own two, safetensors, and NumPy's npz. In the last two a
 * tensor is named by its layer and its position among that layer's blobs, `conv1/0`, as Caffe's HDF5 files name them, so
 * that weights come back by layer name. Files are read where they lie, with little more in memory than the weights.
 */
import { bytesAt, type ByteSource } from '../caffe/wire/byte-source.ts';
import { readLargeCaffemodel, writeCaffemodel, type Caffemodel, type StoredLayer } from '../caffe/wire/caffemodel.ts';
import { WireError } from '../caffe/wire/wire-reader.ts';
import { DatasetError } from '../data/dataset.ts';
import { Hdf5Error, isHdf5 } from '../formats/hdf5-file.ts';
import { writeNpz } from '../formats/npz.ts';
import { SafetensorsError, readLargeSafetensors, writeSafetensors, type SafeTensor } from '../formats/safetensors.ts';
import { ExportError } from './export-error.ts';

/** Forms of weights that are read and written here, by the ending of a file's name. */
export const WEIGHT_FORMS = ['caffemodel', 'h5', 'safetensors', 'npz'] as const;
/** A form of weights. */
export type WeightForm = (typeof WEIGHT_FORMS)[number];

/** The form of a file by the ending of its name; undefined for another. */
export const weightFormOf = (file: string): WeightForm | undefined =>
  WEIGHT_FORMS.find((form) => file.toLowerCase().endsWith(`.${form}`));

/** Every blob by `LAYER/POSITION`. Of several layers of one name the first counts, as for Caffe's reader. */
export function tensorsOf(model: Caffemodel): Map<string, SafeTensor> {
  const tensors = new Map<string, SafeTensor>();
  for (const { name, blobs } of model.layers)
    blobs.forEach(({ shape, data, absent }, i) => {
      const key = `${name}/${i}`;
      if (absent !== true && !tensors.has(key)) tensors.set(key, { dtype: 'F32', shape, data });
    });
  return tensors;
}

/** An array of any type of number, with its extents. */
interface AnyTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | BigInt64Array;
}

/**
 * The weights that named tensors hold.
 *
 * @throws ExportError where none is named as layers' blobs are, or a layer's positions have a gap.
 */
export function modelOf(tensors: ReadonlyMap<string, AnyTensor>, name = ''): Caffemodel {
  const layers = new Map<string, AnyTensor[]>();
  for (const [key, tensor] of tensors) {
    const [, layer, position] = /^(.*)\/(\d{1,4})$/.exec(key) ?? [];
    if (layer === undefined || position === undefined)
      throw new ExportError(
        `The tensor "${key}" is not named as a layer's weights: LAYER/0, LAYER/1 and so on are expected.`,
      );
    const blobs = layers.get(layer) ?? [];
    blobs[Number(position)] = tensor;
    layers.set(layer, blobs);
  }
  return { name, layers: [...layers].map(([layer, blobs]) => storedLayer(layer, blobs)) };
}

function storedLayer(name: string, blobs: readonly AnyTensor[]): StoredLayer {
  return {
    name,
    type: '',
    blobs: Array.from(blobs, (tensor: AnyTensor | undefined, i) => {
      if (tensor === undefined)
        throw new ExportError(`Layer "${name}" has a tensor ${name}/${blobs.length - 1}, but none ${name}/${i}.`, name);
      return { shape: tensor.shape, data: singlePrecision(tensor.data) };
    }),
  };
}

function singlePrecision(data: AnyTensor['data']): Float32Array {
  if (data instanceof Float32Array) return data;
  return data instanceof BigInt64Array ? Float32Array.from(data, Number) : Float32Array.from(data);
}

/** Writes weights in a form. */
export async function writeWeights(form: WeightForm, model: Caffemodel): Promise<Uint8Array<ArrayBuffer>> {
  switch (form) {
    case 'caffemodel':
      return writeCaffemodel(model);
    case 'h5':
      return (await import('../formats/caffe-hdf5.ts')).writeHdf5Caffemodel(model);
    case 'npz':
      return writeNpz(tensorsOf(model));
    case 'safetensors':
      return writeSafetensors(tensorsOf(model), new Map([['network', model.name]]));
  }
}

/**
 * Reads weights in any form, which the file's content tells.
 *
 * @throws ExportError where the file is damaged, or holds something else; the message is a sentence without the file's name
 */
export async function readWeights(source: ByteSource): Promise<Caffemodel> {
  try {
    switch (formOf(await bytesAt(source, 0, 9))) {
      case 'caffemodel':
        return await readLargeCaffemodel(source);
      case 'h5':
        return await (await import('../formats/caffe-hdf5.ts')).readHdf5Caffemodel(source);
      case 'npz':
        return modelOf(await readNpz(source));
      case 'safetensors': {
        const { tensors, metadata } = await readLargeSafetensors(source);
        return modelOf(tensors, metadata.get('network'));
      }
    }
  } catch (cause) {
    const known = [WireError, Hdf5Error, SafetensorsError, DatasetError];
    if (cause instanceof Error && known.some((kind) => cause instanceof kind))
      throw new ExportError(cause.message, undefined, { cause });
    throw cause;
  }
}

/** The form by a file's first nine bytes: HDF5 and zip have signatures, and safetensors begin with the length of a JSON object. */
function formOf(start: Uint8Array): WeightForm {
  if (isHdf5(start)) return 'h5';
  if (start[0] === 0x50 && start[1] === 0x4b) return 'npz';
  return start[8] === 0x7b && start[6] === 0 && start[7] === 0 ? 'safetensors' : 'caffemodel';
}

/** The arrays of an npz by name, each read where it lies in the archive. */
async function readNpz(source: ByteSource): Promise<Map<string, AnyTensor>> {
  const { readZippedArrays } = await import('./zipped-arrays.ts');
  const arrays = await readZippedArrays(source);
  if (arrays.size === 0) throw new ExportError('It holds no NumPy arrays.');
  return arrays;
}
