/** A text read by what changed gives exactly what reading all of it gives: tree, message, places, findings. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NetParameter } from '../schema/net-messages.ts';
import { EXPLICIT } from '../schema/dsl.ts';
import type { MessageType } from '../schema/dsl.ts';
import { SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { resNet, squeezeNet } from '../testing/networks.ts';
import { decode, rangeOf, sourceOf } from './decode.ts';
import { MovedField } from './kept-fields.ts';
import { parse } from './parse.ts';
import { print } from './tree.ts';
import type { Document, FieldNode, MessageNode, ValueNode } from './tree.ts';

/** All that a tree says, as plain data: moved fields hide it behind getters. */
function plainField(field: FieldNode): unknown {
  const { kind, name, nameRange, hasColon, range, fullEnd } = field;
  return { kind, name, nameRange, hasColon, range, fullEnd, value: field.value && plainValue(field.value) };
}

function plainValue(value: ValueNode): unknown {
  if (value.kind === 'scalar') return value;
  if (value.kind === 'list') return { ...value, items: value.items.map(plainValue) };
  return plainMessage(value);
}

const plainMessage = (node: MessageNode): unknown => ({ ...node, fields: node.fields.map(plainField) });

/** All that a message says, with where each of its fields stands and whether its nodes are those of the tree. */
function plainDecoded(message: object, type: MessageType, nodes: ReadonlySet<object>): unknown {
  const values = message as Record<PropertyKey, unknown>;
  const source = sourceOf(message);
  const fields = Object.entries(type.fields).map(([name, { type: inner }]) => {
    const value = values[name];
    const deeper = (one: unknown): unknown =>
      typeof inner === 'object' && inner.kind === 'message' && typeof one === 'object' && one !== null
        ? plainDecoded(one, inner, nodes)
        : one;
    const places = source?.occurrences.get(name)?.map((occurrence) => [occurrence.field.range, occurrence.value.range]);
    return [name, Array.isArray(value) ? value.map(deeper) : deeper(value), places, rangeOf(message, name, -1)];
  });
  return {
    fields,
    explicit: [...(values[EXPLICIT] as ReadonlySet<string>)],
    range: rangeOf(message),
    inTree: source && nodes.has(source.node) && (source.field === undefined || nodes.has(source.field)),
  };
}

function nodesOf({ root }: Document): Set<object> {
  const nodes = new Set<object>();
  const visit = (value: ValueNode): void => {
    nodes.add(value);
    if (value.kind === 'list') value.items.forEach(visit);
    if (value.kind !== 'message') return;
    for (const field of value.fields) {
      nodes.add(field);
      if (field.value) visit(field.value);
    }
  };
  visit(root);
  return nodes;
}

function everything(document: Document): unknown {
  const { message, diagnostics } = decode(document, NetParameter);
  return {
    decoded: plainDecoded(message, NetParameter, nodesOf(document)),
    diagnostics,
    errors: document.errors,
    tree: plainMessage(document.root),
  };
}

const OLD_NET = 'input: "x" input_dim: [1, 3, 4, 4]\nlayers { name: "a" type: RELU bottom: "x" top: "a" }\n# end\n';
const pieces = [
  '',
  ' ',
  '\n',
  '#',
  '"',
  '{',
  '}',
  'layer {',
  'layer { name: "new" }\n',
  'x',
  '1',
  '0',
  ': ',
  ';',
  ',',
  '<',
  ']',
  'name: "n"\n',
  'state { level: 1 }',
  'input: "y"',
  'layers { type: TANH }',
  '1e',
  '0x',
];

describe('random changes', () => {
  const sources = [SMALL_NET, squeezeNet().slice(0, 4000), OLD_NET, resNet([1])];
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 300 })),
    put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })),
  });

  test('one after the other, each read from the last that was sound', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.array(change, { minLength: 1, maxLength: 8 }), (source, changes) => {
        let text = source;
        let sound = parse(text);
        decode(sound, NetParameter);
        for (const { at, cut, put } of changes) {
          const start = Math.floor(at * text.length);
          text = text.slice(0, start) + put + text.slice(start + cut);
          const document = parse(text, sound);
          expect(everything(document)).toEqual(everything(parse(text)));
          expect(print(document)).toBe(text);
          const kept = new Set(sound.root.fields);
          taken += document.root.fields.filter((field) => field instanceof MovedField || kept.has(field)).length;
          if (document.errors.length === 0) sound = document;
        }
      }),
      { numRuns: 100 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test('between two unlike texts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.constantFrom(...sources), (before, after) => {
        expect(everything(parse(after, parse(before)))).toEqual(everything(parse(after)));
      }),
      { numRuns: 20 },
    );
  });
});

describe('what is taken over', () => {
  const text = squeezeNet();
  const before = parse(text);
  const { message } = decode(before, NetParameter);
  const at = text.indexOf('fire5/squeeze1x1') + 4;
  const document = parse(`${text.slice(0, at)}99${text.slice(at)}`, before);
  const after = decode(document, NetParameter).message;
  const changed = before.root.fields.findIndex(({ range }) => range.start < at && at < range.end);

  test('fields in front stay the same objects, as do their messages; those behind are moved', () => {
    expect(document.root.fields.slice(0, changed - 1)).toEqual(before.root.fields.slice(0, changed - 1));
    expect(document.root.fields[changed - 1]).toBe(before.root.fields[changed - 1]);
    expect(document.root.fields[changed]).not.toBe(before.root.fields[changed]);
    expect(document.root.fields[changed + 1]).toBeInstanceOf(MovedField);
    // The first field is the name of the net.
    expect(after.layer[changed - 2]).toBe(message.layer[changed - 2]);
    expect(after.layer[changed]).not.toBe(message.layer[changed]);
    expect(after.layer[changed]?.name).toBe(message.layer[changed]?.name);
  });

  test('what was read before keeps its own places', () => {
    const layer = message.layer.at(-1);
    const moved = after.layer.at(-1);
    expect(layer && rangeOf(layer, 'type')?.start).toBe(text.lastIndexOf('"Softmax"'));
    expect(moved && rangeOf(moved, 'type')?.start).toBe(text.lastIndexOf('"Softmax"') + 2);
  });

  test('a number that the change makes longer is read again', () => {
    const short = parse('a: 0x: 1\nb: 2\n');
    expect(short.errors).toEqual([]);
    expect(everything(parse('a: 0xf: 1\nb: 2\n', short))).toEqual(everything(parse('a: 0xf: 1\nb: 2\n')));
  });
});
