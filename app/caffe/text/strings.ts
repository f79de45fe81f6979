/** String literals of protobuf's text format: reading their escapes and writing them. */

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

const ESCAPE = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^\r\n]))/g;

/** The bytes that string tokens (with their quotes) stand for, joined. An escape that does not exist stands for itself. */
export function bytesOfLiterals(parts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  const push = (more: Uint8Array): void => {
    for (const byte of more) bytes.push(byte);
  };
  for (const part of parts) {
    const body = part.slice(1, -1);
    let at = 0;
    for (const match of body.matchAll(ESCAPE)) {
      push(encoder.encode(body.slice(at, match.index)));
      at = match.index + match[0].length;
      const [, octal, hex, short, long, simple] = match;
      if (octal !== undefined) bytes.push(parseInt(octal, 8) & 255);
      else if (hex !== undefined) bytes.push(parseInt(hex, 16));
      else if (short !== undefined || long !== undefined) {
        const point = parseInt(short ?? long ?? '', 16);
        bytes.push(...encoder.encode(point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'));
      } else {
        const code = SIMPLE[simple ?? ''];
        bytes.push(...(code === undefined ? encoder.encode(match[0]) : [code]));
      }
    }
    push(encoder.encode(body.slice(at)));
  }
  return Uint8Array.from(bytes);
}

/** The text that string tokens (with their quotes) stand for, joined. */
export function textOfLiterals(parts: readonly string[]): string {
  if (parts.every((part) => !part.includes('\\'))) return parts.map((part) => part.slice(1, -1)).join('');
  return new TextDecoder().decode(bytesOfLiterals(parts));
}

const WRITTEN: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/** A text as a string literal in double quotes. */
export function literalOf(text: string): string {
  const octal = (char: string): string => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return `"${text.replace(/[\u0000-\u001f"\\\u007f]/g, (char) => WRITTEN[char] ?? octal(char))}"`;
}

/** Bytes as a string literal in double quotes: printable ASCII as it is, the rest in octal. */
export function literalOfBytes(bytes: Uint8Array): string {
  let body = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    body += WRITTEN[char] ?? (byte >= 32 && byte < 127 ? char : `\\${byte.toString(8).padStart(3, '0')}`);
  }
  return `"${body}"`;
}
