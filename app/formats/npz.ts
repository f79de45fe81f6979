/**
 * NumPy's `.npy` and `.npz`: arrays by name in a zip, as `numpy.savez` writes them and `numpy.load` reads them. PyTorch
 * projects keep their weights so, since NumPy is wherever PyTorch is. Files come from strangers, so what a header says is
 * checked before it is believed.
 */
import { bytesAt, type ByteSource } from '../caffe/wire/byte-source.ts';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import type { SafeDtype, SafeTensor } from './safetensors.ts';

/** The bytes are not a NumPy file, or not a whole one; the message is a sentence for the user without the file's name. */
export class NumpyError extends Error {
  override readonly name = 'NumpyError';
}

const descriptions: Readonly<Record<SafeDtype, string>> = { F64: '<f8', F32: '<f4', I64: '<i8', I32: '<i4', U8: '|u1' };

/** Largest array that is read from a zip, which says how large it is before it is unpacked. */
const largestArray = 2 ** 31;

/** The bytes of a `.npy` in version 1.0, its values aligned to 64 bytes. */
export function writeNpy({ dtype, shape, data }: SafeTensor): Uint8Array<ArrayBuffer> {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${extents}), }`;
  const head = Math.ceil((10 + text.length + 1) / 64) * 64;
  const file = new Uint8Array(head + data.byteLength);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(file.buffer).setUint16(8, head - 10, true);
  file.set(new TextEncoder().encode(`${text.padEnd(head - 11)}\n`), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head);
  return file;
}

/** Reads a `.npy` of one of the types of {@link SafeTensor}. The array is a copy. @throws NumpyError */
export function readNpy(bytes: Uint8Array): SafeTensor {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte))
    throw new NumpyError('It is not a NumPy array: its first bytes are not those of a .npy.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] ?? 1) > 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) throw new NumpyError('It is cut off inside its header.');
  const { dtype, shape } = readHeader(new TextDecoder().decode(bytes.subarray(start, end)));
  const { buffer } = new Uint8Array(bytes.subarray(end));
  const count = shape.reduce((n, d) => n * d, 1);
  const data = arrayOf(dtype, buffer, count);
  return { dtype, shape, data } as SafeTensor;
}

function readHeader(text: string): { dtype: SafeDtype; shape: readonly number[] } {
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const extents = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (type === undefined || order === undefined || extents === undefined)
    throw new NumpyError('Its header does not say type, order and shape.');
  const shape = (extents.match(/\d+/g) ?? []).map(Number);
  if (order === 'True' && shape.filter((d) => d > 1).length > 1)
    throw new NumpyError("It is in Fortran's order: save it with numpy.ascontiguousarray.");
  const dtype = (Object.keys(descriptions) as SafeDtype[]).find((key) => descriptions[key] === type);
  if (dtype === undefined)
    throw new NumpyError(`Its values are of type ${type}: save them as float32, float64, int32, int64 or uint8.`);
  return { dtype, shape };
}

const elementBytes: Readonly<Record<SafeDtype, number>> = { F64: 8, F32: 4, I64: 8, I32: 4, U8: 1 };

function arrayOf(dtype: SafeDtype, buffer: ArrayBuffer, count: number): SafeTensor['data'] {
  const expected = count * elementBytes[dtype];
  if (buffer.byteLength !== expected)
    throw new NumpyError(`Its shape needs ${expected} bytes of values, but ${buffer.byteLength} are there.`);
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'F32':
      return new Float32Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'U8':
      return new Uint8Array(buffer);
  }
}

/** The bytes of an `.npz`, uncompressed as `numpy.savez` writes it, the arrays in their order. */
export function writeNpz(tensors: ReadonlyMap<string, SafeTensor>): Uint8Array<ArrayBuffer> {
  const files: Zippable = {};
  for (const [name, tensor] of tensors) files[`${name}.npy`] = [writeNpy(tensor), { level: 0, mtime: '1980-01-02' }];
  return zipSync(files);
}

/** The end of an archive, where its directory lies. */
const DIRECTORY = 1 << 17;

/** Are an archive's arrays named as layers' weights are, `conv1/0`? Looks at its directory alone. */
export async function holdsWeights(archive: ByteSource): Promise<boolean> {
  const end = await bytesAt(archive, Math.max(0, archive.size - DIRECTORY), archive.size);
  return /\/\d{1,4}\.npy/.test(new TextDecoder('latin1').decode(end));
}

/** Reads every array of an `.npz`. @throws NumpyError where it is no zip, is damaged, or holds an array that cannot be read. */
export function readNpz(bytes: Uint8Array): Map<string, SafeTensor> {
  let total = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (total > largestArray) throw new NumpyError('Its arrays would take more than 2 GB.');
        return name.endsWith('.npy');
      },
    });
  } catch (cause) {
    if (cause instanceof NumpyError) throw cause;
    throw new NumpyError('It is not an .npz, or is damaged: it cannot be unpacked.', { cause });
  }
  const tensors = new Map<string, SafeTensor>();
  for (const [file, content] of Object.entries(files)) {
    const name = file.slice(0, -'.npy'.length);
    try {
      tensors.set(name, readNpy(content));
    } catch (cause) {
      if (!(cause instanceof NumpyError)) throw cause;
      throw new NumpyError(`Array "${name}": ${cause.message}`, { cause });
    }
  }
  if (tensors.size === 0) throw new NumpyError('It holds no NumPy arrays.');
  return tensors;
}
