// Round trips, a file laid out by hand from NumPy's description, and files that lie.
import { describe, expect, test } from 'vitest';
import { sourceOf } from '../caffe/wire/byte-source.ts';
import { NumpyError, holdsWeights, readNpy, readNpz, writeNpy, writeNpz } from './npz.ts';
import type { SafeTensor } from './safetensors.ts';

const tensors = new Map<string, SafeTensor>([
  ['conv1/0', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-8, 7) }],
  ['scalar', { dtype: 'F64', shape: [], data: Float64Array.of(0.1) }],
  ['labels', { dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 5n) }],
  ['places', { dtype: 'I32', shape: [1], data: Int32Array.of(-7) }],
  ['pixels', { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) }],
]);

/** A `.npy` of version 1.0 with the given header and values. */
function npy(header: string, values: readonly number[]): Uint8Array {
  const text = new TextEncoder().encode(header);
  return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0, ...text, ...values]);
}

describe('npy', () => {
  test('a file laid out by hand', () => {
    const bytes = npy(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n",
      [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0],
    );
    expect(readNpy(bytes)).toEqual({ dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, -2.5) });
  });

  test('values start at a multiple of 64 bytes, behind a header that ends its line', () => {
    const bytes = writeNpy({ dtype: 'U8', shape: [2], data: Uint8Array.of(5, 6) });
    expect(bytes.length % 64).toBe(2);
    expect(bytes[bytes.length - 3]).toBe(10);
    expect(new TextDecoder().decode(bytes)).toContain("'shape': (2,), }");
  });

  test.each([
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n", /needs 12 bytes/],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }\n", /Fortran/],
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", /type \|O/],
    ["{'descr': '<f4'}\n", /does not say/],
  ])('refuses %s', (header, sentence) => {
    expect(() => readNpy(npy(header, [0, 0, 0, 0]))).toThrow(sentence);
  });

  test('refuses what is cut off', () => {
    expect(() => readNpy(writeNpy({ dtype: 'U8', shape: [], data: Uint8Array.of(1) }).subarray(0, 20))).toThrow(
      NumpyError,
    );
  });
});

describe('npz', () => {
  test('comes back as it was, in order', () => {
    expect([...readNpz(writeNpz(tensors))]).toEqual([...tensors]);
  });

  test('is the same file each time', () => {
    expect(writeNpz(tensors)).toEqual(writeNpz(tensors));
  });

  test.each([[[1, 2, 3]], [[]]])('refuses %j, which is no zip', (bytes) => {
    expect(() => readNpz(Uint8Array.from(bytes))).toThrow(NumpyError);
  });

  test('names the array that cannot be read', () => {
    const bytes = writeNpz(new Map([['conv1/0', { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const]]));
    const at = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 3)) === '<f4');
    bytes[at + 1] = 0x67;
    // A zip has a checksum, which fflate leaves alone: the array's own header is what is wrong.
    expect(() => readNpz(bytes)).toThrow(/Array "conv1\/0": Its values are of type <g4/);
  });
});

test('an archive of weights is told from one of images by its directory', async () => {
  const one: SafeTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
  const archive = (name: string) => sourceOf(writeNpz(new Map([[name, one]])));
  expect(await holdsWeights(archive('inception/1x1/0'))).toBe(true);
  expect(await holdsWeights(archive('x_train'))).toBe(false);
});
