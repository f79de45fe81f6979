/** The checksum of zip archives and PNG pictures. */

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The checksum carried on over more bytes: begins with all bits set, its complement is the sum. */
export function crc32(before: number, bytes: Uint8Array): number {
  let crc = before;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return crc;
}
