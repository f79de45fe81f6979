/** The binary codec: Caffe's own files read and written back byte for byte, damage reported, any message round-trips. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { has } from '../schema/dsl.ts';
import { BlobProto, BlobShape, Datum, LayerParameter, NetParameter, NetState } from '../schema/net-messages.ts';
import { SolverParameter, SolverState } from '../schema/solver-messages.ts';
import { messageOf } from '../schema/values.ts';
import { readBinaryproto, writeBinaryproto } from './binaryproto.ts';
import { readCaffemodel, writeCaffemodel } from './caffemodel.ts';
import { decodeWire } from './decode-wire.ts';
import { encode } from './encode-wire.ts';
import { readSolverstate, writeSolverstate } from './solverstate.ts';
import { fitsShape } from './stored-blob.ts';
import { WireError } from './wire-reader.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const plain = (bytes: Uint8Array): number[] => Array.from(bytes);

describe("Caffe's files", () => {
  test('a .caffemodel reads and writes back to the same bytes', () => {
    const bytes = fixture('sgd_iter_10.caffemodel');
    const model = readCaffemodel(bytes);
    expect(
      model.layers.map(({ name, type, blobs }) => [name, type, ...blobs.map((blob) => blob.shape.join('×'))]),
    ).toEqual([
      ['data', 'Input'],
      ['conv', 'Convolution', '6×3×3×3', '6'],
      ['relu', 'ReLU'],
      ['pool', 'Pooling'],
      ['ip', 'InnerProduct', '5×96', '5'],
      ['loss', 'SoftmaxWithLoss'],
    ]);
    expect(model.layers[1]?.blobs[0]?.data).toBeInstanceOf(Float32Array);
    expect(model.layers[1]?.parameter?.convolution_param?.pad).toEqual([1]);
    expect(plain(writeCaffemodel(model))).toEqual(plain(bytes));
  });

  test('a .solverstate too, with its step', () => {
    for (const [name, step] of [
      ['sgd_iter_10.solverstate', 0],
      ['sgd_step_iter_10.solverstate', 3],
    ] as const) {
      const bytes = fixture(name);
      const state = readSolverstate(bytes);
      expect(state).toMatchObject({
        iteration: 10,
        learnedNet: name.replace('solverstate', 'caffemodel'),
        currentStep: step,
      });
      expect(state.history.map((blob) => blob.shape)).toEqual([[6, 3, 3, 3], [6], [5, 96], [5]]);
      expect(plain(writeSolverstate(state))).toEqual(plain(bytes));
    }
  });

  test('old weights with four-number shapes', () => {
    const facts = JSON.parse(readFileSync(new URL('fixtures/v1.json', import.meta.url), 'utf8')) as Record<
      string,
      { legacy_shape: number[]; first: number[]; sum: number }
    >;
    const model = readCaffemodel(fixture('v1.caffemodel'));
    expect(model.layers.map((layer) => layer.type)).toEqual(['Convolution', 'InnerProduct']);
    for (const [key, { legacy_shape: shape, first, sum }] of Object.entries(facts)) {
      const [name, index] = key.split('/');
      const blob = model.layers.find((layer) => layer.name === name)?.blobs[Number(index)];
      expect(blob?.shape).toEqual(shape);
      expect(blob?.legacy).toBe(true);
      expect(Array.from(blob?.data.slice(0, 4) ?? [])).toEqual(first.map(Math.fround));
      expect(blob?.data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 4);
    }
    const bias = model.layers[0]?.blobs[1];
    const weights = model.layers[1]?.blobs[0];
    expect(bias && [fitsShape(bias, [4]), fitsShape(bias, [1, 4]), fitsShape(bias, [5])]).toEqual([true, true, false]);
    expect(
      weights && [fitsShape(weights, [5, 36]), fitsShape(weights, [36, 5]), fitsShape(weights, [1, 1, 1, 5, 36])],
    ).toEqual([true, false, false]);
  });

  test('a mean image as the tool of Caffe writes it', () => {
    const blob = { shape: [1, 2, 1, 2], data: Float32Array.of(1, 2, 3, 4), legacy: true };
    const bytes = writeBinaryproto(blob);
    expect(plain(bytes.subarray(0, 10))).toEqual([8, 1, 16, 2, 24, 1, 32, 2, 42, 16]);
    expect(readBinaryproto(bytes)).toEqual(blob);
  });
});

describe('damage', () => {
  test('every cut-off file is a sentence, not a crash', () => {
    const bytes = fixture('sgd_iter_10.caffemodel');
    for (let end = 1; end < bytes.length; end += 7) {
      try {
        readCaffemodel(bytes.subarray(0, end));
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
        expect((error as WireError).message).toMatch(/^[A-Z].*\.$/s);
      }
    }
    expect(() => readCaffemodel(bytes.subarray(0, bytes.length - 1000))).toThrow(/cut off/);
    expect(() => readCaffemodel(new Uint8Array(0))).toThrow('This file holds no layers: it is not a .caffemodel.');
  });

  test('any bytes are either read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decodeWire(bytes, NetParameter);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a blob whose shape and count do not agree', () => {
    const blob = encode(
      messageOf(BlobProto, { shape: messageOf(BlobShape, { dim: [2, 2] }), data: [1, 2, 3] }),
      BlobProto,
    );
    expect(() => readBinaryproto(blob)).toThrow('The blob should hold 4 values for its shape 2×2, but holds 3.');
  });
});

describe('forms', () => {
  test('packed and unpacked numbers are read alike, in pieces too', () => {
    expect(decodeWire(Uint8Array.of(8, 3, 8, 4), BlobShape).dim).toEqual([3, 4]);
    expect(decodeWire(Uint8Array.of(10, 2, 3, 4, 8, 5), BlobShape).dim).toEqual([3, 4, 5]);
    const packed = [0x2a, 4, 0, 0, 128, 63];
    const single = [0x2d, 0, 0, 0, 64];
    expect(Array.from(decodeWire(Uint8Array.from([...packed, ...packed, ...single]), BlobProto).data)).toEqual([
      1, 1, 2,
    ]);
  });

  test('unknown fields of every kind are passed over', () => {
    const unknown = [
      0xf8,
      0x3f,
      0x96,
      1,
      0xf9,
      0x3f,
      ...Array<number>(8).fill(1),
      0xfa,
      0x3f,
      1,
      9,
      0xfb,
      0x3f,
      8,
      1,
      0xfc,
      0x3f,
      0xfd,
      0x3f,
      1,
      2,
      3,
      4,
    ];
    const state = decodeWire(Uint8Array.from([...unknown, 16, 7, ...unknown]), NetState);
    expect(state.level).toBe(7);
    expect(has(state, 'phase')).toBe(false);
  });

  test('negative numbers, large numbers, and an enum number nobody knows', () => {
    const solver = messageOf(SolverParameter, { random_seed: 2 ** 40 + 5, device_id: -3, solver_mode: 'CPU' });
    expect(decodeWire(encode(solver, SolverParameter), SolverParameter)).toEqual(solver);
    expect(plain(encode(messageOf(SolverParameter, { random_seed: -1 }), SolverParameter))).toEqual([
      0xa0,
      1,
      ...Array<number>(9).fill(255),
      1,
    ]);
    expect(has(decodeWire(Uint8Array.of(8, 9), NetState), 'phase')).toBe(false);
  });

  test('a message that comes in two pieces is put together', () => {
    const first = encode(messageOf(LayerParameter, { bottom: ['a'], type: 'X' }), LayerParameter);
    const second = encode(messageOf(LayerParameter, { bottom: ['b'], name: 'n' }), LayerParameter);
    expect(decodeWire(Uint8Array.from([...first, ...second]), LayerParameter)).toMatchObject({
      bottom: ['a', 'b'],
      type: 'X',
      name: 'n',
    });
  });

  test('many numbers are read in one piece', () => {
    const data = Float32Array.from({ length: 2_000_000 }, (_, i) => i);
    const bytes = encode(
      messageOf(SolverState, { iter: 1, history: [messageOf(BlobProto, { data: data as unknown as number[] })] }),
      SolverState,
    );
    const start = performance.now();
    const back = decodeWire(bytes, SolverState).history[0]?.data;
    expect(performance.now() - start).toBeLessThan(500);
    expect(back).toBeInstanceOf(Float32Array);
    expect([back?.length, back?.[1], back?.[1_999_999]]).toEqual([2_000_000, 1, 1_999_999]);
  });

  test('any datum round-trips', () => {
    const datum = fc.record({
      channels: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      data: fc.uint8Array({ maxLength: 50 }),
      label: fc.nat(),
      float_data: fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 5 }),
      encoded: fc.boolean(),
    });
    fc.assert(
      fc.property(datum, (fields) => {
        const message = messageOf(Datum, fields);
        expect(decodeWire(encode(message, Datum), Datum)).toEqual(message);
      }),
    );
  });
});
