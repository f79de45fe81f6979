/** The schema itself: numbers are unique, defaults fit their types, every field is explained. */
import { describe, expect, test } from 'vitest';
import type { MessageType } from './dsl.ts';
import { LayerParameter, NetParameter, V1LayerParameter } from './net-messages.ts';
import { SolverParameter, SolverState } from './solver-messages.ts';

function reachable(type: MessageType, seen = new Set<MessageType>()): Set<MessageType> {
  if (seen.has(type)) return seen;
  seen.add(type);
  for (const { type: inner } of Object.values(type.fields)) {
    if (typeof inner === 'object' && inner.kind === 'message') reachable(inner, seen);
  }
  return seen;
}

const messages = [...reachable(NetParameter), ...reachable(SolverParameter), ...reachable(SolverState)];

describe.each([...new Set(messages)].map((type) => [type.name, type] as const))('%s', (_name, type) => {
  test('has unique numbers, fitting defaults and comments', () => {
    const fields = Object.entries(type.fields);
    expect(new Set(fields.map(([, field]) => field.number)).size).toBe(fields.length);
    for (const [name, field] of fields) {
      expect(field.doc, name).toMatch(/^\S.*[.)]$/s);
      if (field.defaultValue === undefined) continue;
      if (typeof field.type === 'object')
        expect(Object.keys((field.type as { values?: object }).values ?? {}), name).toContain(field.defaultValue);
      else
        expect(typeof field.defaultValue, name).toBe(
          { bool: 'boolean', string: 'string' }[field.type as string] ?? 'number',
        );
    }
  });
});

test("spot checks against Caffe's published numbers", () => {
  const numbers = (type: MessageType, names: string[]): (number | undefined)[] =>
    names.map((name) => type.fields[name]?.number);
  expect(
    numbers(LayerParameter, [
      'name',
      'blobs',
      'phase',
      'propagate_down',
      'convolution_param',
      'pooling_param',
      'batch_norm_param',
      'recurrent_param',
      'swish_param',
      'clip_param',
    ]),
  ).toEqual([1, 7, 10, 11, 106, 121, 139, 146, 147, 148]);
  expect(numbers(NetParameter, ['name', 'layers', 'input', 'layer', 'input_shape'])).toEqual([1, 2, 3, 100, 8]);
  expect(numbers(V1LayerParameter, ['bottom', 'type', 'blobs', 'blobs_lr', 'convolution_param', 'param'])).toEqual([
    2, 5, 6, 7, 10, 1001,
  ]);
  expect(numbers(SolverParameter, ['net', 'base_lr', 'iter_size', 'type', 'momentum2', 'weights'])).toEqual([
    24, 5, 36, 40, 39, 42,
  ]);
});
