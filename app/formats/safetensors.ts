/**
 * Named tensors in one file, as Hugging Face's safetensors format stores them: a length, a JSON header, the values.
 * Test cases and exports use it because every other numerics package reads and writes it. Files come from strangers, so
 * the header is checked in full before a byte of data is touched.
 */
import { bytesAt, fillFrom, type ByteSource } from '../caffe/wire/byte-source.ts';

/** Values of a tensor by the type name that the header gives. */
interface TensorData {
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly I64: BigInt64Array;
  readonly I32: Int32Array;
  readonly U8: Uint8Array;
}

/** Element types that are read and written. */
export type SafeDtype = keyof TensorData;

/** A row-major tensor. `shape` is `[]` for a scalar; `data` has as many elements as the product of the extents. */
export type SafeTensor = {
  readonly [T in SafeDtype]: { readonly dtype: T; readonly shape: readonly number[]; readonly data: TensorData[T] };
}[SafeDtype];

/** What a file holds. */
export interface SafetensorsFile {
  /** Free text by key; empty when the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their data. */
  readonly tensors: ReadonlyMap<string, SafeTensor>;
}

/** The bytes are not a safetensors file, or not a whole one; the message is a sentence for the user without the file's name. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

const elementBytes: Readonly<Record<SafeDtype, number>> = { F64: 8, I64: 8, F32: 4, I32: 4, U8: 1 };

/** The reference implementation's limit, which keeps a hostile length from being believed. */
const largestHeader = 100_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: SafeDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a whole file. The tensors are copies: they do not keep `bytes` alive.
 *
 * @throws SafetensorsError where the file is cut off, or its header is not one or contradicts itself.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const dataStart = dataStartOf(bytes.subarray(0, 8), bytes.length);
  const { metadata, entries } = readHeader(bytes.subarray(8, dataStart));
  checkCoverage(entries, bytes.length - dataStart);
  const tensors = new Map<string, SafeTensor>();
  for (const entry of entries) {
    // A copy of its own starts aligned, whatever the offset in the file. (Node's Buffer has a `slice` that does not copy.)
    const { buffer } = new Uint8Array(bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
    tensors.set(entry.name, tensorOf(entry.dtype, entry.shape, buffer));
  }
  return { metadata, tensors };
}

/** Reads a file where it lies, each tensor straight into its array. @throws SafetensorsError as `readSafetensors` does */
export async function readLargeSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const dataStart = dataStartOf(await bytesAt(source, 0, 8), source.size);
  const { metadata, entries } = readHeader(await bytesAt(source, 8, dataStart));
  checkCoverage(entries, source.size - dataStart);
  const tensors = new Map<string, SafeTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const values = new Uint8Array(end - begin);
    if ((await fillFrom(source, dataStart + begin, values)) < values.length)
      throw new SafetensorsError(`The file ended while tensor "${name}" was being read.`);
    tensors.set(name, tensorOf(dtype, shape, values.buffer));
  }
  return { metadata, tensors };
}

/** Where the values begin, by the file's first eight bytes and its size. */
function dataStartOf(start: Uint8Array, size: number): number {
  if (start.length < 8)
    throw new SafetensorsError(`The file has only ${size} bytes: it is not a safetensors file or is cut off.`);
  const headerLength = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (headerLength > largestHeader) {
    throw new SafetensorsError(
      `The file is not in the safetensors format: it would start with ${headerLength} bytes of header.`,
    );
  }
  const dataStart = 8 + Number(headerLength);
  if (dataStart > size) {
    throw new SafetensorsError(`The file is cut off inside its header: ${dataStart} bytes expected, ${size} found.`);
  }
  return dataStart;
}

/** Writes a file that holds the tensors and, where given, free text by key. Wider types come first so that data is aligned. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([, a], [, b]) => elementBytes[b.dtype] - elementBytes[a.dtype]);
  let at = 0;
  const entries = ordered.map(([name, { dtype, shape, data }]) => {
    if (data.length !== count(shape)) {
      throw new RangeError(`Tensor ${name} has ${data.length} values for the shape [${shape.join(', ')}].`);
    }
    const begin = at;
    at += data.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const head = metadata.size === 0 ? [] : [['__metadata__', Object.fromEntries(metadata)] as const];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...head, ...entries])));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + at).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let offset = 8 + headerLength;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

function readHeader(bytes: Uint8Array): { metadata: Map<string, string>; entries: Entry[] } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SafetensorsError('The file is not in the safetensors format: its header is not JSON.', { cause });
  }
  if (!isRecord(header)) {
    throw new SafetensorsError('The file is not in the safetensors format: its header is not a JSON object.');
  }
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') {
      entries.push(readEntry(name, value));
      continue;
    }
    if (!isRecord(value)) throw new SafetensorsError("The header's __metadata__ is not an object of texts.");
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string') throw new SafetensorsError(`The header's metadata "${key}" is not a text.`);
      metadata.set(key, text);
    }
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  return { metadata, entries };
}

function readEntry(name: string, value: unknown): Entry {
  const wrong = (what: string) => new SafetensorsError(`The header's entry for tensor "${name}" ${what}.`);
  if (!isRecord(value)) throw wrong('is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw wrong('has no dtype');
  if (!isDtype(dtype)) {
    throw wrong(`has the type ${dtype}, which is not read here; it can be ${Object.keys(elementBytes).join(', ')}`);
  }
  if (!isExtents(shape)) throw wrong('has no shape of whole numbers');
  if (!isExtents(offsets) || offsets.length !== 2) throw wrong('has no pair of data_offsets');
  const [begin, end] = offsets as [number, number];
  const expected = count(shape) * elementBytes[dtype];
  if (!Number.isSafeInteger(expected) || end - begin !== expected) {
    throw wrong(`gives ${end - begin} bytes to the shape [${shape.join(', ')}] of ${dtype}, which takes ${expected}`);
  }
  return { name, dtype, shape, begin, end };
}

/** The data must be exactly what the entries say, one after the other: no overlap, no hole, nothing missing or left. */
function checkCoverage(entries: readonly Entry[], available: number): void {
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) {
      const how = begin < at ? 'overlaps the data before it' : 'leaves a gap before it';
      throw new SafetensorsError(`The header places tensor "${name}" so that it ${how} (offset ${begin}, not ${at}).`);
    }
    at = end;
  }
  if (at > available) {
    throw new SafetensorsError(`The file is cut off: its tensors take ${at} bytes, ${available} are there.`);
  }
  if (at < available) {
    throw new SafetensorsError(`The file has ${available - at} bytes after its last tensor that belong to none.`);
  }
}

function tensorOf(dtype: SafeDtype, shape: readonly number[], buffer: ArrayBuffer): SafeTensor {
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer) };
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) };
    case 'U8':
      return { dtype, shape, data: new Uint8Array(buffer) };
  }
}

const count = (shape: readonly number[]): number => shape.reduce((n, extent) => n * extent, 1);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDtype = (name: string): name is SafeDtype => Object.hasOwn(elementBytes, name);

const isExtents = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
