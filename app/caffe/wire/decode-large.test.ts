/** Large files read where they lie: what comes out is what the reader of whole files finds, and little is read at a time. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NetParameter } from '../schema/net-messages.ts';
import { SolverState } from '../schema/solver-messages.ts';
import { sourceOf, type ByteSource } from './byte-source.ts';
import { readLargeCaffemodel, writeCaffemodel, type Caffemodel } from './caffemodel.ts';
import { decodeLarge } from './decode-large.ts';
import { decodeWire } from './decode-wire.ts';
import { storedNetworkText } from './stored-network.ts';
import { WireError } from './wire-reader.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

/** A source that keeps account of what is read of it. */
function watched(bytes: Uint8Array) {
  const source = sourceOf(bytes);
  const seen = { total: 0, largest: 0 };
  const slice: ByteSource['slice'] = (start, end) => {
    const length = Math.max(0, Math.min(end, bytes.length) - start);
    seen.total += length;
    seen.largest = Math.max(seen.largest, length);
    return source.slice(start, end);
  };
  return { source: { size: bytes.length, slice }, seen };
}

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));

/** 24 MB in two layers, between small ones. */
const large: Caffemodel = {
  name: 'large',
  layers: [
    { name: 'data', type: 'Input', blobs: [] },
    { name: 'fc6', type: 'InnerProduct', blobs: [{ shape: [1000, 4000], data: values(4e6) }] },
    { name: 'relu', type: 'ReLU', blobs: [] },
    {
      name: 'fc7',
      type: 'InnerProduct',
      blobs: [
        { shape: [1, 1, 1000, 2000], data: values(2e6), legacy: true },
        { shape: [1000], data: values(1000) },
      ],
    },
  ],
};
const largeBytes = writeCaffemodel(large);

describe('a large file', () => {
  test.each(['sgd_iter_10.caffemodel', 'v1.caffemodel'])('of Caffe, %s, is read as a small one', async (name) => {
    const bytes = fixture(name);
    expect(await decodeLarge(sourceOf(bytes), NetParameter)).toEqual(decodeWire(bytes, NetParameter));
  });

  test('of a solver state is read as a small one', async () => {
    const bytes = fixture('sgd_step_iter_10.solverstate');
    expect(await decodeLarge(sourceOf(bytes), SolverState)).toEqual(decodeWire(bytes, SolverState));
  });

  test('keeps its layers in order and its values', async () => {
    const back = writeCaffemodel(await readLargeCaffemodel(sourceOf(largeBytes)));
    expect(Buffer.compare(back, largeBytes)).toBe(0);
  });

  test('is read once, a few megabytes at a time', async () => {
    const { source, seen } = watched(largeBytes);
    await readLargeCaffemodel(source);
    expect(seen.total).toBeLessThan(largeBytes.length * 1.02);
    expect(seen.largest).toBeLessThan(5e6);
  });

  test('gives its network without its values being read', async () => {
    const { source, seen } = watched(largeBytes);
    expect(await storedNetworkText(source)).toContain('name: "fc7"');
    expect(seen.total).toBeLessThan(1e6);
  });

  test('that is cut off anywhere is a sentence', async () => {
    const bytes = fixture('sgd_iter_10.caffemodel');
    for (let length = 1; length < bytes.length; length += 97)
      await expect(decodeLarge(sourceOf(bytes.subarray(0, length)), NetParameter)).rejects.toThrow(WireError);
    for (const length of [20, 16e6, 16e6 + 200, largeBytes.length - 1])
      await expect(readLargeCaffemodel(sourceOf(largeBytes.subarray(0, length)))).rejects.toThrow(/cut off/);
  });

  test('with a group, and with fields that nobody knows, is read all the same', async () => {
    // Field 900, a group that holds what looks like a layer; field 901, bytes.
    const group = [0xa3, 0x38, 0xa2, 0x06, 0x02, 0x0a, 0x00, 0xa4, 0x38];
    const unknown = [0xaa, 0x38, 0x03, 1, 2, 3];
    const bytes = Uint8Array.from([...group, ...unknown, ...fixture('sgd_iter_10.caffemodel')]);
    expect(await decodeLarge(sourceOf(bytes), NetParameter)).toEqual(decodeWire(bytes, NetParameter));
  });
});
