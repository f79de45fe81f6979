/** The size that a picture file claims, from its first bytes, before anything is decoded. Knows what browsers decode. */

/** What a picture's header says. */
export interface ImageHeader {
  readonly format: 'png' | 'jpeg' | 'gif' | 'bmp' | 'webp';
  readonly width: number;
  readonly height: number;
  /** Whether it has one channel. Only PNG and JPEG say so. */
  readonly gray: boolean;
}

/** Reads a picture's header; undefined where the bytes are no picture of a known format, or end before its size. */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (bytes.length >= 26 && ascii(0, 8) === '\x89PNG\r\n\x1a\n' && ascii(12, 4) === 'IHDR') {
    const gray = bytes[25] === 0 || bytes[25] === 4;
    return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), gray };
  }
  if (bytes.length >= 4 && bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHeader(view);
  if (bytes.length >= 10 && ascii(0, 4) === 'GIF8') {
    return { format: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true), gray: false };
  }
  if (bytes.length >= 26 && ascii(0, 2) === 'BM') {
    const [width, height] = [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))];
    return { format: 'bmp', width, height, gray: false };
  }
  if (bytes.length >= 30 && ascii(0, 4) === 'RIFF' && ascii(8, 4) === 'WEBP') return webpHeader(view, ascii(12, 4));
  return undefined;
}

/** Whether a file's first bytes are those of a picture. */
export function isPicture(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, 12));
  return (
    text.startsWith('\x89PNG\r\n') ||
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('GIF8') ||
    text.startsWith('BM') ||
    (text.startsWith('RIFF') && text.slice(8) === 'WEBP')
  );
}

/** Walks the segments up to a start of frame, of which there are thirteen kinds. */
function jpegHeader(view: DataView): ImageHeader | undefined {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const [height, width, components] = [view.getUint16(at + 5), view.getUint16(at + 7), view.getUint8(at + 9)];
      return { format: 'jpeg', width, height, gray: components === 1 };
    } else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}

function webpHeader(view: DataView, kind: string): ImageHeader | undefined {
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (kind === 'VP8X') return { format: 'webp', width: uint24(24) + 1, height: uint24(27) + 1, gray: false };
  if (kind === 'VP8 ') {
    const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    return { format: 'webp', width, height, gray: false };
  }
  if (kind !== 'VP8L') return undefined;
  const bits = view.getUint32(21, true);
  return { format: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, gray: false };
}
