/** Formatting: layout, comments, and that it changes neither what a text says nor a formatted text. */
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { applyEdits } from '../text/apply-edits.ts';
import { parse } from '../text/parse.ts';
import { print } from '../text/tree.ts';
import type { MessageNode, ValueNode } from '../text/tree.ts';
import { formatEdits, formatted } from './format.ts';

/** What a text says, without places. */
const meaning = (message: MessageNode): unknown =>
  message.fields.map(({ name, value }) => [name, value && valueOf(value)]);
function valueOf(value: ValueNode): unknown {
  if (value.kind === 'message') return meaning(value);
  if (value.kind === 'list') return value.items.map(valueOf);
  return value.form === 'string' ? value.parts : value.text;
}
const comments = (text: string): string[] =>
  parse(text).tokens.flatMap(({ kind, start, end }) => (kind === 'comment' ? [text.slice(start, end).trimEnd()] : []));

test('one field a line, comments where they were', () => {
  const messy = `# head


name :"net";
layer{name:'a',type:"X" # trailing
  # own
     bottom:"b"
  param <lr_mult:1   decay_mult : 0>
  convolution_param: {   # sizes
    kernel_size: [3,5]


    pad # odd place
    : 1
    weight_filler { }
  # last
  }
}
`;
  expect(formatted(messy)).toBe(`# head

name: "net"
layer {
  name: 'a'
  type: "X"  # trailing
  # own
  bottom: "b"
  param { lr_mult: 1 decay_mult: 0 }
  convolution_param {  # sizes
    kernel_size: [3, 5]

    # odd place
    pad: 1
    weight_filler {}
    # last
  }
}
`);
});

test('a text in order stays as it is; one with a mistake too', () => {
  const small = formatted(SMALL_NET);
  expect(formatEdits(small)).toEqual([]);
  expect(formatted('layer { name: "a" \n')).toBe('layer { name: "a" \n');
  expect(formatted('')).toBe('');
  expect(formatted('a: 1\r\nb:2')).toBe('a: 1\r\nb: 2\r\n');
});

test('long lines and messages in lists are taken apart', () => {
  const long = `layer { name: "${'n'.repeat(60)}" type: "Convolution" bottom: "${'b'.repeat(30)}" }`;
  expect(formatted(long).split('\n')).toHaveLength(6);
  expect(formatted('param: [{lr_mult:1},{lr_mult:2}]')).toBe('param: [{ lr_mult: 1 }, { lr_mult: 2 }]\n');
  expect(formatted('param: [{lr_mult:1} # one\n,{lr_mult:2}]')).toContain('# one');
});

/** Texts of real forms, with every kind of token between. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'layer',
        ' {',
        '}',
        ' ',
        '\n',
        '\n\n',
        '# note\n',
        'name: "a"',
        ': ',
        '[1, 2]',
        ';',
        ',',
        '<',
        '>',
        'x: -3',
        'pad: 1',
        '\'q\' "r"',
        '\t',
        '\r\n',
        'p { a: 1 }',
        'l: [{ a: 1 }, { }]',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test('formatting keeps what is said, every comment, and is done after once', () => {
  fc.assert(
    fc.property(text, (before) => {
      const once = formatted(before);
      expect(formatted(once)).toBe(once);
      expect(applyEdits(before, formatEdits(before))).toBe(once);
      const old = parse(before);
      if (old.errors.length > 0) return;
      const now = parse(once);
      expect(now.errors).toEqual([]);
      expect(meaning(now.root)).toEqual(meaning(old.root));
      expect(comments(once)).toEqual(comments(before));
      expect(print(now)).toBe(once);
    }),
    { numRuns: 3000 },
  );
});

test('the networks that Crema brings along', () => {
  const root = new URL('../../../public/models/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.prototxt'));
  expect(files.length).toBeGreaterThan(5);
  for (const name of files) {
    const before = readFileSync(new URL(name, root), 'utf8');
    const after = formatted(before);
    expect(formatted(after)).toBe(after);
    expect(meaning(parse(after).root)).toEqual(meaning(parse(before).root));
    expect(comments(after)).toEqual(comments(before));
  }
});
