/** Links carry a document there and back; damaged and hostile ones are refused within bounds. */
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { PLAIN_SIDECAR } from '../../store/sidecar.ts';
import { decodeShare, encodeShare, LONGEST_LINK, ShareError } from './share-link.ts';

const document = {
  name: 'quick',
  netText: 'name: "quick" # ✓ 学\n'.repeat(20),
  solverText: 'base_lr: 0.01\n',
  sidecar: { ...PLAIN_SIDECAR, direction: 'right', moved: { 'conv1#0': { x: 1.5, y: -2 } } } as const,
};

/** A payload as `encodeShare` makes them, of any bytes. */
function payloadOf(packed: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of packed) hash = Math.imul(hash ^ byte, 0x01000193);
  const bytes = new Uint8Array(4 + packed.length);
  new DataView(bytes.buffer).setUint32(0, hash >>> 0);
  bytes.set(packed, 4);
  return Buffer.from(bytes).toString('base64url');
}

const ofJson = (json: string) => payloadOf(deflateSync(new TextEncoder().encode(json)));

describe('encodeShare and decodeShare', () => {
  it('carry a document there and back', () => {
    const payload = encodeShare(document);
    expect(payload).toMatch(/^[\w-]+$/);
    expect(decodeShare(payload)).toEqual(document);
  });

  it('do so for any texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (netText, solverText) => {
        const given = { name: 'n', netText, solverText, sidecar: PLAIN_SIDECAR };
        expect(decodeShare(encodeShare(given))).toEqual(given);
      }),
    );
  });

  it('refuse a document too large for a link', () => {
    let seed = 1;
    const noise = Array.from({ length: 300_000 }, () => (seed = (seed * 48271) % 2147483647).toString(36)).join(' ');
    expect(() => encodeShare({ ...document, netText: noise })).toThrow(/quick is too large for a link/);
  });

  it('refuse every link that was cut or has a wrong character', () => {
    const payload = encodeShare(document);
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.boolean(), (at, cut) => {
        const changed = payload[at] === 'A' ? 'B' : 'A';
        const damaged = cut ? payload.slice(0, at) : payload.slice(0, at) + changed + payload.slice(at + 1);
        // The last character has bits that no byte takes.
        if (!cut && at === payload.length - 1) return;
        expect(() => decodeShare(damaged)).toThrow(ShareError);
      }),
    );
  });

  it.each([
    '',
    '%%%',
    'AAAA',
    'a b',
    ofJson('[]'),
    ofJson('null'),
    ofJson('{"name":"x"}'),
    ofJson('{"name":1,"net":"","solver":""}'),
  ])('refuse %j with a sentence', (payload) => {
    expect(() => decodeShare(payload)).toThrow(/This link is damaged or cut off/);
  });

  it('stop unpacking a bomb early', () => {
    const bomb = deflateSync(new Uint8Array(50_000_000), { level: 1 });
    const payload = payloadOf(bomb);
    expect(payload.length).toBeLessThan(LONGEST_LINK);
    const start = performance.now();
    expect(() => decodeShare(payload)).toThrow(/holds more than a network/);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(() => decodeShare('A'.repeat(LONGEST_LINK + 1))).toThrow(/holds more than a network/);
  });

  it('take of the view only what is one', () => {
    const hostile =
      '{"name":"n","net":"a","solver":"","view":{"moved":{"__proto__":{"x":1,"y":2},"b":{"x":"1"}},"direction":7,"unfolded":[1,"c"]}}';
    const { sidecar } = decodeShare(ofJson(hostile));
    expect(sidecar.direction).toBe('down');
    expect(sidecar.unfolded).toEqual(['c']);
    expect(Object.keys(sidecar.moved)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
