// Round trips, a file laid out by hand from the format's description, and headers that lie.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SafetensorsError, readSafetensors, writeSafetensors, type SafeTensor } from './safetensors.ts';

/** A file with the given header text and data. */
function fileOf(header: string, data: readonly number[] = []): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

const entry = (fields: object) => JSON.stringify({ a: { dtype: 'U8', shape: [2], data_offsets: [0, 2], ...fields } });

describe('reading', () => {
  test('a file laid out by hand', () => {
    const header = '{"__metadata__":{"case":"tiny"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const { metadata, tensors } = readSafetensors(fileOf(header, [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]));
    expect([...metadata]).toEqual([['case', 'tiny']]);
    expect(tensors.get('x')).toEqual({ dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, -2.5) });
  });

  test('values that stand at an odd offset of a larger buffer', () => {
    const file = fileOf('{"x":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}', [7, 0, 0, 0]);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(readSafetensors(shifted.subarray(3)).tensors.get('x')?.data).toEqual(Int32Array.of(7));
  });

  test('bytes as Node reads them from the disk', () => {
    const file = Buffer.from(fileOf('{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', [0, 0, 0x80, 0x3f]));
    expect(readSafetensors(file).tensors.get('x')?.data).toEqual(Float32Array.of(1));
  });

  test('names that mean something to JavaScript are only names', () => {
    const header = '{"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}';
    expect([...readSafetensors(fileOf(header, [5])).tensors.keys()]).toEqual(['__proto__']);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(3), /only 3 bytes/],
    ['text', new TextEncoder().encode('layer { name: "x" }'), /not in the safetensors format/],
    ['a cut header', fileOf(entry({}), [1, 2]).subarray(0, 30), /cut off inside its header/],
    ['a header that is not JSON', fileOf('{"a":'), /not JSON/],
    ['a header that is no object', fileOf('[1]'), /not a JSON object/],
    ['a header that is not UTF-8', fileOf('{}').fill(0xff, 8), /not JSON/],
    ['metadata that is no text', fileOf('{"__metadata__":{"a":1}}'), /"a" is not a text/],
    ['an entry that is no object', fileOf('{"a":7}'), /tensor "a" is not an object/],
    ['a type that is not read', fileOf(entry({ dtype: 'BF16' }), [1, 2]), /type BF16/],
    ['a type with the name of a method', fileOf(entry({ dtype: 'toString' }), [1, 2]), /type toString/],
    ['a negative extent', fileOf(entry({ shape: [-2] }), [1, 2]), /no shape of whole numbers/],
    ['a size beyond counting', fileOf(entry({ shape: [2 ** 40, 2 ** 40] }), [1, 2]), /takes/],
    ['a shape that does not fit', fileOf(entry({ shape: [3] }), [1, 2]), /gives 2 bytes .* takes 3/],
    ['offsets that run backwards', fileOf(entry({ data_offsets: [2, 0] }), [1, 2]), /gives -2 bytes/],
    ['a gap', fileOf(entry({ data_offsets: [1, 3] }), [1, 2, 3]), /leaves a gap/],
    ['cut data', fileOf(entry({}), [1]), /cut off: its tensors take 2 bytes, 1 are there/],
    ['data that belongs to none', fileOf(entry({}), [1, 2, 3]), /1 bytes after its last tensor/],
    [
      'an overlap',
      fileOf(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        [1, 2, 3],
      ),
      /overlaps/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

describe('writing', () => {
  const everyType = new Map<string, SafeTensor>([
    ['byte', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['int', { dtype: 'I32', shape: [1], data: Int32Array.of(-4) }],
    ['long', { dtype: 'I64', shape: [], data: BigInt64Array.of(-5n) }],
    ['single', { dtype: 'F32', shape: [2, 1], data: Float32Array.of(0.5, -0) }],
    ['double', { dtype: 'F64', shape: [1], data: Float64Array.of(Math.PI) }],
    ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) }],
  ]);

  test('what was written is read back, with every tensor aligned to its own width', () => {
    const file = writeSafetensors(everyType, new Map([['note', 'zwölf\n"x"']]));
    const back = readSafetensors(file);
    expect(new Map([...back.tensors].sort())).toEqual(new Map([...everyType].sort()));
    expect([...back.metadata]).toEqual([['note', 'zwölf\n"x"']]);
    const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength))) as Record<
      string,
      { dtype?: string; data_offsets?: number[] }
    >;
    for (const { dtype, data_offsets } of Object.values(header)) {
      if (dtype !== undefined)
        expect((data_offsets?.[0] ?? NaN) % (dtype === 'U8' ? 1 : Number(dtype.slice(1)) / 8)).toBe(0);
    }
  });

  test('a shape that the data does not fill is a bug of the caller', () => {
    const tensors = new Map<string, SafeTensor>([['a', { dtype: 'U8', shape: [2], data: new Uint8Array(3) }]]);
    expect(() => writeSafetensors(tensors)).toThrow(RangeError);
  });

  test('any names and values survive', () => {
    const tensor = fc
      .array(fc.float({ noNaN: true }), { maxLength: 6 })
      .map((v): SafeTensor => ({ dtype: 'F32', shape: [v.length], data: Float32Array.from(v) }));
    const name = fc.string().filter((s) => s !== '__metadata__');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), (pairs) => {
        const tensors = new Map(pairs);
        expect(new Map([...readSafetensors(writeSafetensors(tensors)).tensors])).toEqual(tensors);
      }),
    );
  });

  test('a damaged file is refused or read, and nothing else', () => {
    const file = writeSafetensors(everyType);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length), (at, byte, length) => {
        const damaged = file.slice(0, length);
        if (at < length) damaged[at] = byte;
        try {
          readSafetensors(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
      }),
    );
  });
});
