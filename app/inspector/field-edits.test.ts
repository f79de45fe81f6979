/** What the form does to the text: exactly this, and nothing around it. */
import { describe, expect, test } from 'vitest';
import type { TextEdit } from '../caffe/diagnostics.ts';
import { readNet } from '../caffe/net/read-net.ts';
import { applyEdits, invertEdits } from '../caffe/text/apply-edits.ts';
import { clearValue, setValue, swapValues } from './field-edits.ts';
import { OWN } from './form-model.ts';
import { carryRange, findSlice, sliceAt, type LayerSlice } from './layer-slice.ts';
import { phaseEdits, phasesIn } from './phase-rules.ts';
import { countAt, pathTo, readField } from './field-values.ts';

const text = `name: "net"  # a comment
layer {
  name: "data" type: "Data" top: "data" top: "label"
  include { phase: TRAIN }
  data_param { source: "x" batch_size: 10 }
}
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  param { lr_mult: 1 }
  convolution_param {
    num_output: 8  # filters
    kernel_size: 3
    weight_filler { type: "gaussian" std: 0.01 }
  }
}
  layer { name: "slice" type: "Slice" bottom: "conv" top: "a" top: "b" slice_param { slice_point: [2, 4, 6] } }
`;

function slice(of: string, id: string): LayerSlice {
  const found = readNet(of).layers.find((layer) => layer.id === id);
  const cut = found && sliceAt(of, found.range, { id, name: found.layer.name ?? '' });
  if (cut === undefined) throw new Error(`No layer ${id}.`);
  return cut;
}

/** The text after edits, checked to be in order and to be taken back byte for byte. */
function after(of: string, edits: readonly TextEdit[]): string {
  const done = applyEdits(of, edits);
  expect(applyEdits(done, invertEdits(of, edits))).toBe(of);
  return done;
}

/** Only this differs. */
function expectChange(of: string, edits: readonly TextEdit[], from: string, to: string): void {
  expect(of.split(from).length, from).toBe(2);
  expect(after(of, edits)).toBe(of.replace(from, () => to));
}

describe('one value', () => {
  const conv = slice(text, 'conv');

  test('changes in its place', () => {
    expectChange(text, setValue(conv, [OWN, 'kernel_size', 0], '5'), 'kernel_size: 3', 'kernel_size: 5');
    expectChange(
      text,
      setValue(conv, [OWN, 'num_output'], '16'),
      'num_output: 8  # filters',
      'num_output: 16  # filters',
    );
    expectChange(text, setValue(conv, [OWN, 'weight_filler', 'std'], '0.1'), 'std: 0.01', 'std: 0.1');
  });

  test('is added behind the others of its message, on a line of its own where those have one', () => {
    expectChange(text, setValue(conv, [OWN, 'stride', 0], '2'), 'std: 0.01 }\n', 'std: 0.01 }\n    stride: 2\n');
    expectChange(text, setValue(conv, [OWN, 'weight_filler', 'mean'], '1'), 'std: 0.01 }', 'std: 0.01 mean: 1 }');
    const data = slice(text, 'data');
    expectChange(text, setValue(data, [OWN, 'backend'], 'LMDB'), 'batch_size: 10 }', 'batch_size: 10 backend: LMDB }');
    expectChange(
      text,
      setValue(data, ['transform_param', 'mirror'], 'true'),
      'batch_size: 10 }\n',
      'batch_size: 10 }\n  transform_param {\n    mirror: true\n  }\n',
    );
  });

  test('goes with its line, and the last one with its message', () => {
    expectChange(text, clearValue(conv, [OWN, 'kernel_size']), '    kernel_size: 3\n', '');
    expectChange(text, clearValue(conv, [OWN, 'weight_filler', 'std']), ' std: 0.01', '');
    expectChange(
      text,
      clearValue(conv, [OWN, 'weight_filler']),
      '    weight_filler { type: "gaussian" std: 0.01 }\n',
      '',
    );
    expect(clearValue(conv, [OWN, 'stride'])).toEqual([]);
    const left = after(text, setValue(slice(text, 'slice'), [OWN, 'axis'], '2'));
    expect(after(left, clearValue(slice(left, 'slice'), [OWN, 'axis']))).toBe(text);
  });

  test('of the second parameter blob gets blobs before it', () => {
    expectChange(
      text,
      setValue(conv, ['param', 1, 'lr_mult'], '2'),
      'param { lr_mult: 1 }\n',
      'param { lr_mult: 1 }\n  param {\n    lr_mult: 2\n  }\n',
    );
    const data = slice(text, 'data');
    expect(after(text, setValue(data, ['param', 1, 'decay_mult'], '0'))).toContain(
      '  param {}\n  param {\n    decay_mult: 0\n  }\n}\nlayer {\n  name: "conv"',
    );
  });
});

describe('lists', () => {
  const points = [OWN, 'slice_point'];

  test('take, lose and exchange values, in brackets or one by one', () => {
    const cut = slice(text, 'slice');
    expect(readField([cut], points).values).toEqual(['2', '4', '6']);
    expectChange(text, setValue(cut, [...points, 3], '7'), '[2, 4, 6]', '[2, 4, 6, 7]');
    expectChange(text, clearValue(cut, [...points, 1]), '[2, 4, 6]', '[2, 6]');
    expectChange(text, swapValues(cut, points, 0, 2), '[2, 4, 6]', '[6, 4, 2]');
    expectChange(text, setValue(cut, [...points, 2], '5'), '[2, 4, 6]', '[2, 4, 5]');
    const single = text.replace('slice_point: [2, 4, 6]', 'slice_point: 2 slice_point: 4');
    const one = slice(single, 'slice');
    expectChange(single, setValue(one, [...points, 2], '6'), 'slice_point: 4', 'slice_point: 4 slice_point: 6');
    expectChange(
      single,
      swapValues(one, points, 0, 1),
      'slice_point: 2 slice_point: 4',
      'slice_point: 4 slice_point: 2',
    );
    expectChange(single, clearValue(one, [...points, 0]), 'slice_point: 2 slice_point: 4', 'slice_point: 4');
  });
});

describe('phases', () => {
  const withRules = (rules: string): LayerSlice => slice(`layer {\n  name: "a"\n  type: "ReLU"\n${rules}}\n`, 'a');
  const switched = (rules: string, phase: 'TRAIN' | 'TEST', on: boolean): string => {
    const one = withRules(rules);
    const whole = `layer {\n  name: "a"\n  type: "ReLU"\n${rules}}\n`;
    return after(whole, phaseEdits(one, phase, on)).slice('layer {\n  name: "a"\n  type: "ReLU"\n'.length, -2);
  };
  const train = '  include { phase: TRAIN }\n';
  const train3 = '  include {\n    phase: TRAIN\n  }\n';

  test('are read from the rules', () => {
    const phases = (rules: string) => phasesIn(withRules(rules)).join();
    expect(phases('')).toBe('TRAIN,TEST');
    expect(phases(train)).toBe('TRAIN');
    expect(phases('  exclude { phase: TRAIN }\n')).toBe('TEST');
    expect(phases('  include { phase: 1 }\n')).toBe('TEST');
    expect(phases('  include { stage: "val" }\n')).toBe('TRAIN,TEST');
    expect(phases('  exclude { phase: TEST stage: "val" }\n')).toBe('TRAIN,TEST');
    expect(phases(`${train}  include { phase: TEST stage: "val" }\n`)).toBe('TRAIN,TEST');
  });

  test('are switched with the fewest words', () => {
    expect(switched('', 'TEST', false)).toBe(train3);
    expect(switched('', 'TRAIN', false)).toBe(train3.replace('TRAIN', 'TEST'));
    expect(switched(train, 'TEST', true)).toBe('');
    expect(switched('  exclude { phase: TRAIN }\n', 'TRAIN', true)).toBe('');
    expect(switched('  include { phase: TEST stage: "val" }\n', 'TRAIN', true)).toBe('  include { stage: "val" }\n');
    expect(switched('  include { stage: "val" }\n', 'TRAIN', false)).toBe('  include { stage: "val" phase: TEST }\n');
    expect(switched(`${train}  include { phase: TEST stage: "val" }\n`, 'TEST', false)).toBe(train);
  });

  test('are never both off', () => {
    expect(switched(train, 'TRAIN', false)).toBe(train);
    expect(switched(train, 'TRAIN', true)).toBe(train);
  });
});

describe('finding the layer in a text that has moved on', () => {
  const nets = {};
  const at = (id: string) => {
    const found = readNet(text).layers.find((layer) => layer.id === id);
    if (found === undefined) throw new Error(id);
    return { id, name: id, range: found.range };
  };
  test.each([
    ['unchanged', text],
    ['longer before it', `# more\n${text}`],
    ['changed inside', text.replace('kernel_size: 3', 'kernel_size: 11\n    stride: 2')],
    ['changed behind it', text.replace('[2, 4, 6]', '[2]')],
    ['changed on both sides', `# more\n${text.replace('[2, 4, 6]', '[2]')}`],
    [
      'another layer right before it',
      text.replace('layer {\n  name: "conv"', 'layer { name: "new" }\nlayer {\n  name: "conv"'),
    ],
  ])('%s', (_what, now) => {
    findSlice(nets, text, at('conv'));
    const found = findSlice(nets, now, at('conv'));
    expect(found?.text.startsWith('layer {\n  name: "conv"')).toBe(true);
    expect(found && now.slice(found.start, found.start + found.text.length)).toBe(found?.text);
  });

  test('a layer that is gone, or broken, is not found', () => {
    expect(findSlice(nets, text.replace('"conv"\n  type', '"other"\n  type'), at('conv'))).toBeUndefined();
    expect(findSlice(nets, text.replace('kernel_size: 3', 'kernel_size: {'), at('conv'))).toBeUndefined();
  });

  test('a range is carried over a change before, inside and behind it, and not through one of its ends', () => {
    const range = { start: 2, end: 4 };
    expect(carryRange(range, 'abcdef', 'abcdef')).toEqual(range);
    expect(carryRange(range, 'abcdef', 'XXabcdef')).toEqual({ start: 4, end: 6 });
    expect(carryRange(range, 'abcdef', 'abcXXdef')).toEqual({ start: 2, end: 6 });
    expect(carryRange(range, 'abcdef', 'abcdefX')).toEqual(range);
    expect(carryRange(range, 'abcdef', 'abXef')).toEqual({ start: 2, end: 3 });
    expect(carryRange(range, 'abcdef', 'aXdef')).toBeUndefined();
  });
});

test('the field around a place, with the index of each occurrence', () => {
  const conv = slice(text, 'conv');
  const path = (word: string, by = 0) => {
    const start = conv.text.indexOf(word) + by;
    return pathTo(conv, { start, end: start + 1 }).join('.');
  };
  expect(path('layer')).toBe('');
  expect(path('3\n')).toBe('convolution_param.0.kernel_size.0');
  expect(path('std')).toBe('convolution_param.0.weight_filler.0.std.0');
  expect(path('convolution_param')).toBe('convolution_param.0');
  const cut = slice(text, 'slice');
  const start = cut.text.indexOf('4');
  expect(pathTo(cut, { start, end: start + 1 })).toEqual(['slice_param', 0, 'slice_point', 1]);
  expect(countAt([conv, cut], ['top'])).toBe(2);
  expect(readField([conv, cut], ['bottom'])).toEqual({ values: ['data'], explicit: true, mixed: true });
});
