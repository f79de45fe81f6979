/**
 * A whole document as the fragment of a link: JSON, deflated, with a checksum in front, in base64url. The fragment never
 * leaves the browser. What comes from a link is not trusted: it is read with bounds, and what is not as it should be is
 * refused with a sentence.
 */
import { deflateSync, Inflate } from 'fflate';
import { PLAIN_SIDECAR, type Sidecar } from '../../store/sidecar.ts';
import { sidecarOf } from '../../store/sidecar-values.ts';

/** What a link carries. */
export interface SharedDocument {
  readonly name: string;
  readonly netText: string;
  readonly solverText: string;
  readonly sidecar: Sidecar;
}

/** Longest fragment, in characters: more is cut off by browsers and programs on the way. */
export const LONGEST_LINK = 1_000_000;
/** Most bytes that a link may unpack to. */
export const LARGEST_DOCUMENT = 4 * 1024 * 1024;

/** Compressed bytes that are unpacked at a time: a kilobyte makes at most one megabyte. */
const PIECE = 1024;
const CHECKSUM_BYTES = 4;

/** A link that cannot be made or read. The message is a sentence for the user. */
export class ShareError extends Error {
  override readonly name = 'ShareError';
}

/** The document as a fragment's payload. Throws `ShareError` for one that is too large for a link. */
export function encodeShare(document: SharedDocument): string {
  const { name, netText, solverText, sidecar } = document;
  const plain = JSON.stringify(sidecar) === JSON.stringify(PLAIN_SIDECAR);
  const json = JSON.stringify({ name, net: netText, solver: solverText, ...(plain ? {} : { view: sidecar }) });
  const bytes = new TextEncoder().encode(json);
  const packed = deflateSync(bytes, { level: 9 });
  const text = toBase64Url(withChecksum(packed));
  if (bytes.length > LARGEST_DOCUMENT || text.length > LONGEST_LINK) {
    const size = (text.length / 1e6).toFixed(1);
    throw new ShareError(
      `${name} is too large for a link: packed, it has ${size} million characters, and one million is the most. Export the network as a file instead.`,
    );
  }
  return text;
}

const BROKEN = 'This link is damaged or cut off: ask for it again, or for the prototxt as a file.';
const TOO_LARGE = 'This link holds more than a network of any use: it is not opened.';

/** The document of a payload. Throws `ShareError` for one that is damaged, cut off, too large or something else. */
export function decodeShare(payload: string): SharedDocument {
  if (payload.length > LONGEST_LINK) throw new ShareError(TOO_LARGE);
  const text = new TextDecoder().decode(inflateBounded(checked(fromBase64Url(payload))));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ShareError(BROKEN, { cause: error });
    throw error;
  }
  if (typeof value !== 'object' || value === null) throw new ShareError(BROKEN);
  const { name, net, solver, view } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof net !== 'string' || typeof solver !== 'string') throw new ShareError(BROKEN);
  return { name: name.slice(0, 200), netText: net, solverText: solver, sidecar: sidecarOf(view) };
}

function inflateBounded(packed: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate((piece) => {
    length += piece.length;
    if (length > LARGEST_DOCUMENT) throw new ShareError(TOO_LARGE);
    pieces.push(piece);
  });
  try {
    for (let at = 0; at < packed.length; at += PIECE) {
      inflate.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    }
  } catch (error) {
    if (error instanceof ShareError) throw error;
    throw new ShareError(BROKEN, { cause: error });
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** FNV-1a, 32 bits: enough to notice a link that lost characters on its way. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function withChecksum(packed: Uint8Array): Uint8Array {
  const out = new Uint8Array(CHECKSUM_BYTES + packed.length);
  new DataView(out.buffer).setUint32(0, checksum(packed));
  out.set(packed, CHECKSUM_BYTES);
  return out;
}

function checked(bytes: Uint8Array): Uint8Array {
  const packed = bytes.subarray(CHECKSUM_BYTES);
  if (packed.length === 0) throw new ShareError(BROKEN);
  const written = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  if (written !== checksum(packed)) throw new ShareError(BROKEN);
  return packed;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array {
  if (!/^[\w-]+$/.test(text)) throw new ShareError(BROKEN);
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) throw new ShareError(BROKEN, { cause: error });
    throw error;
  }
}
