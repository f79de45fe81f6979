/** The form of every layer type: nothing that the schema knows of a type is missing from it. */
import { describe, expect, test } from 'vitest';
import type { MessageType } from '../caffe/schema/dsl.ts';
import { LayerParameter, V1LayerParameter } from '../caffe/schema/net-messages.ts';
import { layerTable } from '../layers/index.ts';
import { defaultText, fieldsOf, isMessage, OWN, sectionsOf, sharedSections } from './form-model.ts';

const messageOf = (name: string): MessageType => {
  const type = (LayerParameter as MessageType).fields[name]?.type;
  if (type === undefined || !isMessage(type)) throw new Error(`${name} is no message.`);
  return type;
};

test.each(layerTable.all().map((info) => [info.type, info] as const))(
  '%s: every field of its message',
  (_type, info) => {
    const sections = sectionsOf(info, [], false);
    const own = sections.find(({ path }) => path[0] === OWN);
    if (info.paramField === undefined) {
      expect(own).toBeUndefined();
      return;
    }
    const fields = own?.fields ?? [];
    expect(fields.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(messageOf(info.paramField).fields).toSorted(),
    );
    for (const { name, path, field } of fields) {
      expect(path).toEqual([OWN, name]);
      expect(field.doc).not.toBe('');
    }
    // Something is always in sight, but for types whose message holds nothing that matters here.
    const shown = fields.filter(({ more }) => !more);
    if (!['Sigmoid', 'TanH'].includes(info.type)) expect(shown.length).toBeGreaterThan(0);
  },
);

test('no message of the schema is out of reach, however deep', () => {
  const seen = new Set<string>();
  const visit = (type: MessageType, depth: number): void => {
    if (seen.has(type.name) || type.name === 'BlobProto') return;
    seen.add(type.name);
    expect(depth).toBeLessThan(6);
    const names = fieldsOf(type, []).map(({ name }) => name);
    expect(names.toSorted()).toEqual(Object.keys(type.fields).toSorted());
    for (const { control, field } of fieldsOf(type, [])) {
      expect(control === 'section' || control === 'sections').toBe(isMessage(field.type));
      if (isMessage(field.type)) visit(field.type, depth + 1);
    }
  };
  visit(LayerParameter, 0);
  expect(seen.size).toBeGreaterThan(60);
});

describe('sections', () => {
  const titles = (type: string, written: readonly string[] = [], old = false): string[] =>
    sectionsOf(layerTable.get(type), written, old).map(({ title }) => title);

  test('types that share a message read it under a heading of its own', () => {
    expect(titles('Data')).toEqual(['Settings', 'Transformation', 'Augmentation', 'Pixels']);
    expect(titles('SoftmaxWithLoss')).toEqual(['Settings', 'Loss', 'Training']);
    expect(titles('AnnotatedData')).toEqual(['Settings', 'data_param', 'Transformation']);
    expect(titles('EuclideanLoss')).toEqual(['Loss']);
  });

  test('settings of another type that stand in the text are shown, so that they can be taken out', () => {
    expect(titles('ReLU', ['name', 'pooling_param', 'relu_param'])).toEqual(['Settings', 'pooling_param']);
  });

  test('the old form has only what its schema has', () => {
    expect(titles('Convolution', [], true)).toEqual(['Settings']);
    expect(titles('BatchNorm', [], true)).toEqual([]);
    for (const info of layerTable.all()) {
      for (const { path } of sectionsOf(info, [], true)) {
        const name = path[0] === OWN ? info.paramField : path[0];
        // A section without a path holds single settings of the layer.
        if (name === undefined) continue;
        expect(Object.keys(V1LayerParameter.fields)).toContain(name);
      }
    }
  });

  test('what people ask for first stands first; what is seldom needed is folded', () => {
    const names = (type: string, more: boolean): string[] =>
      (sectionsOf(layerTable.get(type), [], false)[0]?.fields ?? [])
        .filter((field) => field.more === more)
        .map(({ name }) => name);
    expect(names('Convolution', false)).toEqual([
      'num_output',
      'kernel_size',
      'stride',
      'pad',
      'dilation',
      'group',
      'bias_term',
      'weight_filler',
      'bias_filler',
    ]);
    expect(names('Convolution', true)).toContain('kernel_h');
    expect(names('Pooling', false)).toEqual(['pool', 'kernel_size', 'stride', 'pad', 'global_pooling']);
    expect(names('Data', true)).toContain('mean_file');
    expect(names('Concat', false)).toEqual(['axis']);
  });

  test('several layers have in common what all of them have, of one kind', () => {
    const form = (type: string) => sectionsOf(layerTable.get(type), [], false);
    const shared = (...types: string[]) =>
      sharedSections(types.map(form)).map(({ path, fields }) => [path[0], ...fields.map(({ name }) => name)]);
    expect(shared('Convolution', 'InnerProduct')).toEqual([
      [OWN, 'num_output', 'bias_term', 'axis', 'weight_filler', 'bias_filler'],
    ]);
    expect(shared('ReLU', 'Dropout')).toEqual([]);
    expect(shared('Data', 'ImageData')[1]?.[0]).toBe('transform_param');
    // One value of the one, a list in the other.
    const kernel = sharedSections([form('Convolution'), form('Pooling')])[0]?.fields.find(
      ({ name }) => name === 'kernel_size',
    );
    expect(kernel?.control).toBe('number');
  });
});

test('an empty field says what holds', () => {
  const { fields } = messageOf('convolution_param');
  const shown = (name: string): string => {
    const field = fields[name];
    return field === undefined ? '?' : defaultText(name, field);
  };
  expect(shown('stride')).toBe('1');
  expect(shown('bias_term')).toBe('true');
  expect(shown('engine')).toBe('DEFAULT');
  expect(shown('num_output')).toBe('');
  const filler = messageOf('prelu_param').fields['filler']?.type;
  expect(filler !== undefined && isMessage(filler) && defaultText('type', filler.fields['type'] ?? never())).toBe(
    'constant',
  );
});

function never(): never {
  throw new Error('The schema has changed.');
}
