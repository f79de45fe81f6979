/** The parser: every text prints back, every form of the text format is read, every mistake has its place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { parse } from './parse.ts';
import { print } from './tree.ts';
import type { FieldNode, ScalarNode } from './tree.ts';

const scalar = (field: FieldNode | undefined): ScalarNode => {
  if (field?.value?.kind !== 'scalar') throw new Error('A scalar was expected.');
  return field.value;
};

const errorsOf = (text: string): string[] =>
  parse(text).errors.map(({ range, message }) => `${text.slice(range.start, range.end)} | ${message}`);

/** Pieces that prototxts, good and broken, are made of. */
const pieces = fc.array(
  fc.constantFrom(
    'layer',
    '{',
    '}',
    '<',
    '>',
    '[',
    ']',
    ':',
    ',',
    ';',
    '-',
    '"a"',
    "'b",
    '"',
    '\\',
    '#c',
    '\n',
    ' ',
    '1',
    '0x1f',
    '.5e',
    'name',
    'inf',
    '/',
    '.',
    'é',
    '😀',
    '\r\n',
    '\t',
  ),
  { maxLength: 60 },
);

describe('lossless', () => {
  test('any string prints back to itself', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 });
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        return print(parse(text)) === text;
      }),
    );
  });

  test('any mix of prototxt pieces prints back to itself', () => {
    fc.assert(
      fc.property(pieces, (parts) => print(parse(parts.join(''))) === parts.join('')),
      { numRuns: 500 },
    );
  });

  test('a net with comments, CRLF and odd spacing prints back to itself', () => {
    const text = SMALL_NET.replaceAll('\n', '\r\n');
    expect(print(parse(text))).toBe(text);
    expect(parse(text).errors).toEqual([]);
  });
});

describe('forms', () => {
  test('separators, angle brackets, lists and messages with a colon', () => {
    const { root, errors } = parse('a: 1; b: 2, c < d: 3 > e: { f: [1, 2,3] } g: []');
    expect(errors).toEqual([]);
    expect(root.fields.map((field) => field.name)).toEqual(['a', 'b', 'c', 'e', 'g']);
    const inner = root.fields[3]?.value;
    expect(inner?.kind === 'message' && inner.fields[0]?.value?.kind).toBe('list');
  });

  test('numbers in all their forms', () => {
    const { root, errors } = parse('a: 1e-3f b: .5 c: 1. d: -0x1F e: 017 f: - inf g: 3.0F h: nan');
    expect(errors).toEqual([]);
    expect(root.fields.map((field) => scalar(field).text)).toEqual([
      '1e-3f',
      '.5',
      '1.',
      '-0x1F',
      '017',
      '-inf',
      '3.0F',
      'nan',
    ]);
  });

  test('strings in a row are one value', () => {
    const { root, errors } = parse('a: "x" \'y\'\n  "z" b: 1');
    expect(errors).toEqual([]);
    expect(scalar(root.fields[0]).parts).toEqual(['"x"', "'y'", '"z"']);
    expect(root.fields).toHaveLength(2);
  });

  test('names of extensions are kept as names', () => {
    const { root, errors } = parse('[caffe.extra]: 1 [type.googleapis.com/a.B] { c: 2 }');
    expect(errors).toEqual([]);
    expect(root.fields.map((field) => field.name)).toEqual(['[caffe.extra]', '[type.googleapis.com/a.B]']);
  });
});

describe('mistakes', () => {
  test('a missing value, at its field, and the next field is still read', () => {
    expect(errorsOf('layer { bottom:\n top: "x" }')).toEqual([
      'bottom: | "bottom:" has no value. Write one behind the colon.',
    ]);
    const layer = parse('layer { bottom: top: "x" }').root.fields[0]?.value;
    expect(layer?.kind === 'message' && layer.fields.map((field) => field.name)).toEqual(['bottom', 'top']);
  });

  test('a missing colon is mended by a fix', () => {
    const [error] = parse('name "x"').errors;
    expect(error?.message).toContain('colon is missing');
    expect(error?.fixes?.[0]?.edits).toEqual([{ range: { start: 4, end: 4 }, text: ':' }]);
  });

  test('a string without its quote ends with its line', () => {
    const document = parse('name: "x\ntype: "y"');
    expect(document.errors.map((error) => error.message)).toEqual(['This string has no closing quote.']);
    expect(document.root.fields.map((field) => scalar(field).text)).toEqual(['"x"', '"y"']);
  });

  test('a forgotten brace is reported where it opens, and the next layer is a layer again', () => {
    const text = 'layer {\n  name: "a"\n  convolution_param {\n    pad: 1\n}\nlayer {\n  name: "b"\n}\n';
    const document = parse(text);
    expect(document.errors).toHaveLength(1);
    expect(document.errors[0]?.range.start).toBe(text.indexOf('{', 10));
    expect(document.errors[0]?.message).toContain('"convolution_param" is not closed');
    expect(document.root.fields.map((field) => field.name)).toEqual(['layer', 'layer']);
  });

  test('a brace too many, a wrong brace, and junk', () => {
    expect(errorsOf('a: 1 }')).toEqual(['} | This "}" closes nothing. Remove it, or add the brace that opens it.']);
    expect(errorsOf('a < b: 1 }')[0]).toContain('closed by "}"');
    expect(errorsOf('a: 1 == b: 2')[0]).toContain('does not belong here');
    expect(errorsOf('a: [1, 2')[0]).toContain('list of "a" is not closed');
  });

  test('very deep nesting is refused, not followed', () => {
    const text = 'a{'.repeat(20000);
    const document = parse(text);
    expect(document.errors.some((error) => error.message.includes('nested'))).toBe(true);
    expect(print(document)).toBe(text);
  });
});
