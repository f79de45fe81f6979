// Arguments are read strictly: whatever is wrong is named in a sentence.
import { describe, expect, test } from 'vitest';
import { UsageError, oneOf, parseArguments, wholeNumber } from './command.ts';

const options = { out: { type: 'string' }, json: { type: 'boolean' } } as const;
const parse = (...args: string[]) => parseArguments(args, options, { name: 'FILE', min: 1, max: 2 });

describe('arguments', () => {
  test('options and others in any order', () => {
    const { values, positionals } = parse('a', '--out=x', '--json', 'b');
    expect({ ...values }).toEqual({ out: 'x', json: true });
    expect(positionals).toEqual(['a', 'b']);
  });

  test.each<[string, string[], RegExp]>([
    ['an unknown option', ['a', '--colour'], /no option --colour here; there are --out, --json, --help/],
    ['a short option', ['a', '-x'], /no option -x/],
    ['a value missing', ['a', '--out'], /--out needs a value/],
    ['an option where a value belongs', ['a', '--out', '--json'], /--out needs a value/],
    ['a value too many', ['a', '--json=yes'], /--json takes no value/],
    ['a file missing', ['--json'], /FILE is missing/],
    ['a file too many', ['a', 'b', 'c'], /"c" is not expected/],
  ])('%s', (_, args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });
});

test('whole numbers', () => {
  expect(wholeNumber('iterations', undefined, 1)).toBeUndefined();
  expect(wholeNumber('iterations', '20', 1)).toBe(20);
  for (const text of ['0', '-3', '1.5', '1e3', '', ' 7', '99999999999999999999']) {
    expect(() => wholeNumber('iterations', text, 1)).toThrow('give a whole number from 1 on');
  }
});

test('words', () => {
  expect(oneOf('phase', 'TEST', ['TRAIN', 'TEST'])).toBe('TEST');
  expect(() => oneOf('phase', 'test', ['TRAIN', 'TEST'])).toThrow('--phase is "test": give TRAIN or TEST.');
});
