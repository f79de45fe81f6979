/**
 * Trained weights in the forms that other programs keep them in: safetensors and NumPy's npz beside Caffe's own two. A tensor
 * is named by its layer and its position among that layer's blobs, `conv1/0`, as Caffe's HDF5 files name them, so that
 * weights come back by layer name.
 */
import { readCaffemodel, writeCaffemodel, type Caffemodel, type StoredLayer } from '../caffe/wire/caffemodel.ts';
import { WireError } from '../caffe/wire/wire-reader.ts';
import { Hdf5Error } from '../formats/hdf5-file.ts';
import { NumpyError, readNpz, writeNpz } from '../formats/npz.ts';
import { SafetensorsError, readSafetensors, writeSafetensors, type SafeTensor } from '../formats/safetensors.ts';
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

/**
 * The weights that named tensors hold.
 *
 * @throws ExportError where none is named as layers' blobs are, or a layer's positions have a gap.
 */
export function modelOf(tensors: ReadonlyMap<string, SafeTensor>, name = ''): Caffemodel {
  const layers = new Map<string, SafeTensor[]>();
  for (const [key, tensor] of tensors) {
    const [, layer, position] = /^(.*)\/(\d+)$/.exec(key) ?? [];
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

function storedLayer(name: string, blobs: readonly SafeTensor[]): StoredLayer {
  return {
    name,
    type: '',
    blobs: Array.from(blobs, (tensor: SafeTensor | undefined, i) => {
      if (tensor === undefined)
        throw new ExportError(`Layer "${name}" has a tensor ${name}/${blobs.length - 1}, but none ${name}/${i}.`, name);
      return { shape: tensor.shape, data: singlePrecision(tensor) };
    }),
  };
}

function singlePrecision({ dtype, data }: SafeTensor): Float32Array {
  if (dtype === 'F32') return data;
  return dtype === 'I64' ? Float32Array.from(data, Number) : Float32Array.from(data);
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

/** Reads weights in a form. @throws ExportError where the file is damaged, or holds something else. */
export async function readWeights(form: WeightForm, bytes: Uint8Array): Promise<Caffemodel> {
  try {
    switch (form) {
      case 'caffemodel':
        return readCaffemodel(bytes);
      case 'h5':
        return await (await import('../formats/caffe-hdf5.ts')).readHdf5Caffemodel(bytes);
      case 'npz':
        return modelOf(readNpz(bytes));
      case 'safetensors': {
        const { tensors, metadata } = readSafetensors(bytes);
        return modelOf(tensors, metadata.get('network'));
      }
    }
  } catch (cause) {
    if (
      [WireError, Hdf5Error, NumpyError, SafetensorsError].some((kind) => cause instanceof kind) &&
      cause instanceof Error
    )
      throw new ExportError(cause.message, undefined, { cause });
    throw cause;
  }
}
