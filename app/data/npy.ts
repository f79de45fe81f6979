/** Reads NumPy's .npy arrays of numbers. Arrays of Python objects, which are pickles, are refused. */
import type { NumberArray } from './array-values.ts';
import { formatCount } from './file-names.ts';
import { DatasetError, type SourceFile } from './image-dataset.ts';
import type { FileOpener } from './open-files.ts';

/** An array of more bytes than this does not fit into a browser tab. */
const largestArray = 2_000_000_000;

/** What the header of an array says. */
export interface NpyHeader {
  readonly type: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly at: number;
}

const views: Readonly<Record<string, (buffer: ArrayBuffer) => ArrayLike<number>>> = {
  b1: (b) => new Uint8Array(b),
  u1: (b) => new Uint8Array(b),
  i1: (b) => new Int8Array(b),
  u2: (b) => new Uint16Array(b),
  i2: (b) => new Int16Array(b),
  u4: (b) => new Uint32Array(b),
  i4: (b) => new Int32Array(b),
  f4: (b) => new Float32Array(b),
  f8: (b) => new Float64Array(b),
  u8: (b) => Float64Array.from(new BigUint64Array(b), Number),
  i8: (b) => Float64Array.from(new BigInt64Array(b), Number),
};

/** Reads an array's header. @throws DatasetError where it is none, or of a type that is no number. */
export async function readNpyHeader(file: SourceFile, opener: FileOpener): Promise<NpyHeader> {
  const start = await opener.readAt(file, 0, 12, 'the header');
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (String.fromCharCode(...start.subarray(0, 6)) !== '\x93NUMPY') {
    throw new DatasetError(
      `${file.path} is no NumPy array: it does not begin as one. Save it with numpy.save or savez.`,
    );
  }
  const wide = (start[6] ?? 1) > 1;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > 1 << 20) throw bad(file, `its header claims ${formatCount(length)} bytes`);
  const from = wide ? 12 : 10;
  const text = new TextDecoder('latin1').decode(await opener.readAt(file, from, length, 'the header'));
  const descr = /'descr':\s*'([<>|=])([a-zA-Z])(\d*)'/.exec(text);
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === null || shape === undefined) throw bad(file, 'its header does not say what it holds');
  const type = `${descr[2] ?? ''}${descr[3] ?? ''}`;
  if (descr[2] === 'O') {
    throw new DatasetError(
      `${file.path} is refused: it holds Python objects, which can run code when they are read. Save arrays of numbers.`,
    );
  }
  if (!Object.hasOwn(views, type) || (descr[1] === '>' && !type.endsWith('1'))) {
    throw new DatasetError(
      `${file.path} holds values of type ${descr[1] ?? ''}${type}, which is not read: save it as uint8, an integer or float32.`,
    );
  }
  const extents = shape
    .split(',')
    .map((part) => part.trim().replace('L', ''))
    .filter((part) => part !== '');
  return { type, fortran: /'fortran_order':\s*True/.test(text), shape: extents.map(Number), at: from + length };
}

/** Reads an array. @throws DatasetError where it is cut off, too large, or column-major. */
export async function readNpy(file: SourceFile, opener: FileOpener): Promise<NumberArray> {
  const { type, fortran, shape, at } = await readNpyHeader(file, opener);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const bytes = count * Number(type.slice(1));
  if (!(bytes <= largestArray)) throw bad(file, `it claims ${shape.map(formatCount).join('×')} values`);
  if (fortran && shape.filter((extent) => extent > 1).length > 1) {
    throw new DatasetError(`${file.path} is stored column by column: save numpy.ascontiguousarray of it.`);
  }
  const data = await opener.readAt(file, at, bytes, `an array of ${shape.join('×')} values`);
  opener.advance(bytes, file.path);
  const aligned = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength ? data : data.slice();
  const view = views[type] as (buffer: ArrayBuffer) => ArrayLike<number>;
  return { where: file.path, shape, data: view(aligned.buffer as ArrayBuffer) };
}

const bad = (file: SourceFile, what: string) =>
  new DatasetError(`${file.path} is no NumPy array that can be read, or damaged: ${what}.`);
