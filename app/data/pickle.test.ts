/** The pickle reader: what real Python writes, in every protocol, and what it must refuse. */
import { describe, expect, it } from 'vitest';
import pickles from './fixtures/pickles.json' with { type: 'json' };
import { copyRowMajor } from './pickle-numpy.ts';
import { isKind, pickleString, type PickleDict, type PickleArray } from './pickle-values.ts';
import { isPickle, readPickle } from './pickle.ts';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function readDict(bytes: Uint8Array): PickleDict {
  const value = readPickle(bytes, 'data_batch_1');
  if (!isKind(value, 'dict')) throw new Error('no dictionary');
  return value;
}

function rows(array: PickleArray): number[] {
  const target = new Uint8Array(array.data.length);
  copyRowMajor(array, target);
  return [...target];
}

describe('readPickle', () => {
  const protocols = ['protocol0', 'protocol1', 'protocol2', 'protocol3', 'protocol4', 'protocol5'] as const;
  it.each(protocols)('reads what Python writes in %s', (protocol) => {
    const bytes = bytesOf(pickles[protocol]);
    expect(isPickle(bytes)).toBe(true);
    const { entries } = readDict(bytes);
    expect(pickleString(entries.get('batch_label'))).toBe('training batch 1 of 5');
    expect(entries.get('labels')).toEqual({ kind: 'list', items: [3, 9, -70000, 2 ** 40] });
    expect(pickleString(entries.get('text'))).toBe('é\\\n☃');
    expect(entries.get('flag')).toEqual({ kind: 'list', items: [true, false, null, 1.5] });
    expect(entries.get('data')).toMatchObject({ kind: 'array', shape: [2, 3], type: 'u1', fortran: false });
    const data = entries.get('data');
    expect(isKind(data, 'array') && rows(data)).toEqual([0, 127, 128, 255, 39, 92]);
  });

  it('puts arrays that are stored by columns into rows', () => {
    const data = readDict(bytesOf(pickles.fortran)).entries.get('data');
    expect(isKind(data, 'array') && data.fortran && rows(data)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads the quoted strings of Python 2 in protocol 0', () => {
    const { entries } = readDict(ascii("(dp0\nS'a\\x00\\n\\'\\\\'\np1\nI7\nsS'b'\nL12L\nsS'c'\nI01\ns."));
    expect([...entries]).toEqual([
      ["a\0\n'\\", 7],
      ['b', 12],
      ['c', true],
    ]);
  });

  it.each([
    ['a call by name', 'cos\nsystem\n(S"rm -rf /"\ntR.', /asks for the Python object os\.system.*Nothing was run/],
    ['an instance', '(i__main__\nEvil\n.', /asks for the Python object __main__\.Evil/],
    ['a name on the stack', '\x80\x04\x8c\x08builtins\x8c\x04eval\x93.', /asks for the Python object builtins\.eval/],
    ['a name that objects inherit', 'cnumpy\nconstructor\n.', /asks for the Python object numpy\.constructor/],
    ['a class made anew', '\x80\x02cnumpy\nndarray\n)\x81.', /instruction 0x81 is not one that a batch needs \(byte/],
  ])('refuses %s', (_, text, message) => {
    expect(() => readPickle(ascii(text), 'data_batch_1')).toThrow(message);
  });

  it.each([
    [
      'a string longer than the file',
      '\x80\x02T\xff\xff\xff\x7fabc',
      /2,147,483,647 more bytes were expected and 3 are left/,
    ],
    ['no end', '\x80\x02K\x01', /1 more bytes were expected and 0 are left/],
    ['nothing on the stack', '\x80\x02.', /a value is missing/],
    ['a list without a start', '\x80\x02K\x01e.', /the start of a list is missing/],
    ['a memo that was never set', '\x80\x02h\x05.', /value 5 is used before it is set/],
    ['a number that is none', 'Iabc\n.', /"abc" is not a number/],
  ])('says where a damaged pickle breaks: %s', (_, text, message) => {
    expect(() => readPickle(ascii(text), 'data_batch_1')).toThrow(message);
    expect(() => readPickle(ascii(text), 'data_batch_1')).toThrow(/^data_batch_1 cannot be read as a Python pickle/);
  });

  it('gives up where decoding would take far more memory than the file', () => {
    const once = 'h\x00c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R0';
    const text = `\x80\x02X\x00\x10\x00\x00${'a'.repeat(4096)}q\x00${once.repeat(20)}.`;
    expect(() => readPickle(ascii(text), 'data_batch_1')).toThrow(/decodes to far more bytes than it has/);
  });

  it('refuses an array whose shape and data differ', () => {
    const bytes = bytesOf(pickles.protocol3);
    // The shape's first 2 (BININT1 2, BININT1 3, TUPLE2) becomes a 9.
    const at = bytes.findIndex(
      (byte, i) => byte === 0x4b && bytes[i + 1] === 2 && bytes[i + 2] === 0x4b && bytes[i + 3] === 3,
    );
    bytes[at + 1] = 9;
    expect(() => readPickle(bytes, 'data_batch_1')).toThrow(/an array of 9×3 elements of type u1 holds 6 bytes/);
  });
});
