/** The tar reader on archives of every dialect it reads, and on broken ones. */
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { isTarHeader, readTar } from './tar.ts';
import { concatenate, tar, tarHeader } from './testing/cifar-archive.ts';
import { memorySource } from './testing/sources.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const padded = (bytes: Uint8Array) => concatenate([bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]);
const end = new Uint8Array(1024);

/** Path and content of every file. */
async function unpack(bytes: Uint8Array): Promise<[string, string][]> {
  const files: [string, string][] = [];
  const reader = new ByteReader(memorySource({ path: 'a.tar', bytes }, 77).stream());
  for await (const entry of readTar(reader, 'a.tar')) {
    const content = new Uint8Array(entry.size);
    await entry.readInto(content);
    files.push([entry.path, new TextDecoder().decode(content)]);
  }
  return files;
}

describe('readTar', () => {
  const three = [
    { path: 'folder/one', bytes: utf8('first') },
    { path: 'folder/two', bytes: utf8('x'.repeat(512)) },
    { path: 'folder/three', bytes: new Uint8Array(0) },
  ];

  it('yields the files in order and leaves out folders', async () => {
    expect(await unpack(tar(three))).toEqual([
      ['folder/one', 'first'],
      ['folder/two', 'x'.repeat(512)],
      ['folder/three', ''],
    ]);
  });

  it('passes over what the caller does not read', async () => {
    const paths: string[] = [];
    const reader = new ByteReader(memorySource({ path: 'a.tar', bytes: tar(three) }).stream());
    for await (const entry of readTar(reader, 'a.tar')) paths.push(entry.path);
    expect(paths).toEqual(['folder/one', 'folder/two', 'folder/three']);
  });

  it('takes names from GNU long names and pax headers, for the next file only', async () => {
    const long = `${'deep/'.repeat(30)}file`;
    const record = utf8(`${`path=${long}\n`.length + 4} path=${long}\n`);
    const archive = concatenate([
      tarHeader('././@LongLink', long.length + 1, 'L'),
      padded(utf8(`${long}\0`)),
      tarHeader('cut-name', 1, '0'),
      padded(utf8('a')),
      tarHeader('PaxHeaders/x', record.length, 'x'),
      padded(record),
      tarHeader('cut-name', 1, '0'),
      padded(utf8('b')),
      tarHeader('short', 1, '0'),
      padded(utf8('c')),
      end,
    ]);
    expect(await unpack(archive)).toEqual([
      [long, 'a'],
      [long, 'b'],
      ['short', 'c'],
    ]);
  });

  it('knows an old header without magic by its checksum, and nothing else', () => {
    const header = tarHeader('file', 5, '0');
    expect(isTarHeader(header)).toBe(true);
    const old = header.slice();
    old.fill(0, 257, 265);
    expect(isTarHeader(old)).toBe(false);
    const magic = header.subarray(257, 265).reduce((sum, byte) => sum + byte, 0);
    const sum = Number.parseInt(new TextDecoder().decode(header.subarray(148, 154)), 8) - magic;
    old.set(utf8(sum.toString(8).padStart(6, '0')), 148);
    expect(isTarHeader(old)).toBe(true);
    expect(isTarHeader(new Uint8Array(512))).toBe(false);
  });

  it.each([
    ['inside a file', 512 + 1024 + 700, /^a\.tar is cut off inside folder\/two: 512 bytes expected, 188 found/],
    ['inside a header', 512 + 100, /^a\.tar is cut off after 612 bytes/],
    ['before its closing mark', 512 + 1024 + 1024 + 512, /^a\.tar is cut off after 3,072 bytes/],
  ])('says so when the archive ends %s', async (_, length, message) => {
    await expect(unpack(tar(three).slice(0, length))).rejects.toThrow(message);
  });

  it('says where a header is damaged', async () => {
    const bytes = tar(three);
    bytes[512 + 1024 + 3] = 0x21;
    await expect(unpack(bytes)).rejects.toThrow(/^a\.tar is damaged: at byte 1,536 .*checksum does not fit/);
  });
});
