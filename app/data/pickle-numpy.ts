/**
 * The few Python objects that a numpy array's pickle calls upon, rebuilt as plain data. `readPickle` asks here for every name that it
 * meets; what is not in the list does not exist.
 */
import { isKind, pickleString, type PickleArray, type PickleValue } from './pickle-values.ts';

/** How many more bytes decoding may make, so that a small file cannot fill the memory, and how to give up. */
export interface NumpyBudget {
  left: number;
  readonly fail: (what: string) => never;
}

const reconstruct = 'numpy._reconstruct';
const fromBuffer = 'numpy._frombuffer';
const ndarray = 'numpy.ndarray';
const dtype = 'numpy.dtype';
const encode = '_codecs.encode';
const bytes = 'builtins.bytes';

/** numpy moved its modules in version 2, Python renamed `__builtin__` in version 3. */
const globals: Readonly<Record<string, string>> = {
  'numpy.core.multiarray._reconstruct': reconstruct,
  'numpy._core.multiarray._reconstruct': reconstruct,
  'numpy.core.numeric._frombuffer': fromBuffer,
  'numpy._core.numeric._frombuffer': fromBuffer,
  'numpy.ndarray': ndarray,
  'numpy.dtype': dtype,
  '_codecs.encode': encode,
  '__builtin__.bytes': bytes,
  'builtins.bytes': bytes,
};

/** The name under which {@link callGlobal} knows a Python object, or undefined for one that a batch has no use for. */
export function allowedGlobal(module: string, name: string): string | undefined {
  const full = `${module}.${name}`;
  return Object.hasOwn(globals, full) ? globals[full] : undefined;
}

/** What calling `callee` with `args` gives: an empty array or an element type, to be filled by {@link buildObject}, or bytes. */
export function callGlobal(
  callee: PickleValue | undefined,
  args: PickleValue | undefined,
  budget: NumpyBudget,
): PickleValue {
  if (!isKind(callee, 'global') || !isKind(args, 'tuple'))
    return budget.fail('something is called that is no constructor');
  const [first, second, third] = args.items;
  switch (callee.name) {
    case reconstruct:
      return { kind: 'array', shape: [0], type: 'u1', fortran: false, data: new Uint8Array(0) };
    case dtype: {
      const type = pickleString(first);
      return type === undefined ? budget.fail('an element type has no name') : { kind: 'dtype', type };
    }
    case encode:
      return isKind(first, 'text')
        ? { kind: 'bytes', bytes: latin1(first.utf8, budget) }
        : budget.fail('what is to be encoded is no text');
    case bytes:
      return args.items.length === 0
        ? { kind: 'bytes', bytes: new Uint8Array(0) }
        : budget.fail('bytes are made from a value');
    case fromBuffer: {
      if (!isKind(first, 'bytes') || !isKind(second, 'dtype'))
        return budget.fail('an array has no data or element type');
      const order = pickleString(args.items[3]);
      return checked(
        { kind: 'array', shape: shapeOf(third, budget), type: second.type, fortran: order === 'F', data: first.bytes },
        budget,
      );
    }
    default:
      return budget.fail(`${callee.name} is called`);
  }
}

/** Gives an array or element type made by {@link callGlobal} its state, as Python's `__setstate__` does. */
export function buildObject(target: PickleValue, state: PickleValue, budget: NumpyBudget): void {
  if (isKind(target, 'dtype')) return; // byte order and alignment, which a type of one byte does not have
  if (!isKind(target, 'array') || !isKind(state, 'tuple') || state.items.length !== 5) {
    return budget.fail('an object is given a state that only arrays have');
  }
  const [, shape, type, fortran, data] = state.items;
  if (!isKind(type, 'dtype') || !isKind(data, 'bytes')) return budget.fail('an array has no data or element type');
  target.shape = shapeOf(shape, budget);
  target.type = type.type;
  target.fortran = fortran === true || fortran === 1;
  target.data = data.bytes;
  checked(target, budget);
}

/** Writes the array's bytes in row-major order, as many as `target` has. Only for arrays of one-byte elements. */
export function copyRowMajor(array: PickleArray, target: Uint8Array): void {
  const [rows = 1, columns = 1] = array.shape;
  if (!array.fortran || array.shape.length !== 2) {
    target.set(array.data);
    return;
  }
  for (let column = 0, from = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) target[row * columns + column] = array.data[from++] as number;
  }
}

function checked(array: PickleArray, budget: NumpyBudget): PickleArray {
  const itemSize = Number(/\d+$/.exec(array.type)?.[0] ?? Number.NaN);
  const expected = array.shape.reduce((product, dim) => product * dim, itemSize);
  if (expected !== array.data.length) {
    budget.fail(`an array of ${array.shape.join('×')} elements of type ${array.type} holds ${array.data.length} bytes`);
  }
  return array;
}

function shapeOf(value: PickleValue | undefined, budget: NumpyBudget): number[] {
  if (!isKind(value, 'tuple')) return budget.fail('an array has no shape');
  return value.items.map((dim) => {
    if (typeof dim !== 'number' || !Number.isSafeInteger(dim) || dim < 0)
      return budget.fail("an array's shape is no shape");
    return dim;
  });
}

/** Python 3 pickles bytes in protocols 0 to 2 as a text whose code points are the bytes. */
function latin1(utf8: Uint8Array, budget: NumpyBudget): Uint8Array {
  budget.left -= utf8.length;
  if (budget.left < 0) budget.fail('it decodes to far more bytes than it has');
  const out = new Uint8Array(utf8.length);
  let length = 0;
  for (let i = 0; i < utf8.length; i++) {
    let byte = utf8[i] as number;
    if (byte >= 0x80) {
      // Code points 0x80 to 0xff take two bytes, the first of which is 0xc2 or 0xc3.
      if (byte !== 0xc2 && byte !== 0xc3) budget.fail('a byte string holds characters that are no bytes');
      byte = ((byte & 0x03) << 6) | ((utf8[++i] ?? 0) & 0x3f);
    }
    out[length++] = byte;
  }
  return out.subarray(0, length);
}
