/** Reading against the schema: values, defaults, places and the sentences for what is wrong. */
import { describe, expect, test } from 'vitest';
import { has } from '../schema/dsl.ts';
import { LayerParameter, NetParameter, PythonParameter } from '../schema/net-messages.ts';
import { SolverParameter } from '../schema/solver-messages.ts';
import { emptyMessage, setting } from '../schema/values.ts';
import { applyEdits } from './apply-edits.ts';
import { decode, rangeOf } from './decode.ts';
import { parse } from './parse.ts';
import { floatText, printMessage } from './print-message.ts';

const layerOf = (text: string) => decode(parse(text), LayerParameter);
const problems = (text: string): string[] =>
  layerOf(text).diagnostics.map(
    ({ code, range, message }) => `${code} [${text.slice(range.start, range.end)}] ${message}`,
  );

describe('values', () => {
  test('defaults stand in for what is not written, and has() tells', () => {
    const { message } = layerOf('type: "Pooling" pooling_param { kernel_size: 3 }');
    const pooling = setting(message, 'pooling_param');
    expect(pooling).toMatchObject({ pool: 'MAX', stride: 1, kernel_size: 3, stride_h: undefined });
    expect(has(pooling, 'kernel_size')).toBe(true);
    expect(has(pooling, 'stride')).toBe(false);
    expect(setting(message, 'relu_param').negative_slope).toBe(0);
    expect(setting(message, 'relu_param')).toBe(setting(emptyMessage(LayerParameter), 'relu_param'));
  });

  test('numbers, booleans and enums in all their forms', () => {
    const { message, diagnostics } = layerOf(
      'loss_weight: [1e-3f, -.5, inf] propagate_down: [true, f, 1, False] pooling_param { pool: 1 pad: 0x10 stride: 010 }',
    );
    expect(diagnostics).toEqual([]);
    expect(message.loss_weight).toEqual([0.001, -0.5, Infinity]);
    expect(message.propagate_down).toEqual([true, false, true, false]);
    expect(message.pooling_param).toMatchObject({ pool: 'AVE', pad: 16, stride: 8 });
  });

  test('escapes and joined strings', () => {
    const { message } = decode(parse(String.raw`module: "a\n\101\x42\"" 'c' "\u00e9" "é\303\251"`), PythonParameter);
    expect(message.module).toBe('a\nAB"cééé');
  });

  test('a printed message reads back the same', () => {
    const text =
      'name: "a\\"b"\nlayer { name: "x" loss_weight: 0.1 include { stage: "s" } data_param { backend: LMDB } }';
    const { message } = decode(parse(text), NetParameter);
    const printed = printMessage(message, NetParameter);
    expect(printed).toBe(
      'name: "a\\"b"\nlayer {\n  name: "x"\n  loss_weight: 0.1\n  include {\n    stage: "s"\n  }\n  data_param {\n    backend: LMDB\n  }\n}\n',
    );
    expect(decode(parse(printed), NetParameter).message).toEqual(message);
  });

  test('single-precision numbers are written as short as they can be', () => {
    expect([0.1, 1e-8, 1 / 3, 123456.7, -0.25].map((value) => floatText(Math.fround(value)))).toEqual([
      '0.1',
      '1e-8',
      '0.33333334',
      '123456.7',
      '-0.25',
    ]);
  });
});

describe('places', () => {
  test('of a message, a value and an item of a list', () => {
    const text = 'layer { bottom: ["a", "b"] bottom: "c" }';
    const [layer] = decode(parse(text), NetParameter).message.layer;
    const at = (field?: string, index?: number): string | undefined => {
      const range = layer && rangeOf(layer, field, index);
      return range && text.slice(range.start, range.end);
    };
    expect(at()).toBe(text);
    expect([at('bottom', 0), at('bottom', 1), at('bottom', 2), at('bottom', -1)]).toEqual(['"a"', '"b"', '"c"', '"c"']);
    expect(at('top')).toBeUndefined();
  });
});

describe('mistakes', () => {
  test('unknown fields, with what was meant or where it belongs', () => {
    expect(problems('botom: "x"')).toEqual([
      'unknown-field [botom] LayerParameter has no field "botom". Did you mean "bottom"?',
    ]);
    expect(problems('negative_slope: 1')[0]).toContain('It belongs inside "relu_param { … }".');
    expect(problems('toString: 1')[0]).toContain('unknown-field');
  });

  test('enums: a slip, quotes, a number', () => {
    expect(problems('pooling_param { pool: MAXX }')[0]).toBe(
      'unknown-enum [MAXX] "pool" has no value MAXX. Did you mean MAX? It takes MAX, AVE or STOCHASTIC.',
    );
    expect(problems('pooling_param { pool: "AVE" }')[0]).toBe('wrong-type ["AVE"] "pool" takes AVE without quotes.');
    expect(problems('pooling_param { pool: 7 }')[0]).toContain('"pool" has no value 7.');
  });

  test('wrong types, with a fix where one is sure', () => {
    const text = 'type: Convolution';
    const [found] = layerOf(text).diagnostics;
    expect(found?.message).toBe('"type" takes a string in quotes, not Convolution.');
    expect(applyEdits(text, found?.fixes?.[0]?.edits ?? [])).toBe('type: "Convolution"');
    expect(problems('convolution_param { num_output: 3.5 }')[0]).toContain('takes a whole number from 0, not 3.5');
    expect(problems('convolution_param: 3')[0]).toContain('holds fields');
    expect(problems('name { }')[0]).toContain('takes a string in quotes, not fields in braces');
  });

  test('ranges of whole numbers', () => {
    expect(problems('convolution_param { num_output: -1 }')).toEqual([
      'number-range [-1] "num_output" may not be negative.',
    ]);
    expect(problems('concat_param { axis: 3000000000 }')[0]).toContain('must lie between -2147483648 and 2147483647');
  });

  test('a single field given twice or as a list, a required one not at all', () => {
    expect(problems('name: "a" name: "b"')).toEqual([
      'repeated-not-allowed [name: "b"] "name" may be given only once in LayerParameter. Remove one of the two.',
    ]);
    expect(problems('name: ["a"]')[0]).toContain('takes one value, not a list');
    expect(problems('clip_param { min: 0 }')).toEqual([
      'missing-required [clip_param] ClipParameter needs the field "max". Add it.',
    ]);
  });

  test('a solver text is read the same way', () => {
    const { message, diagnostics } = decode(
      parse('base_lr: 0.01 solver_mode: CPU stepvalue: 5 stepvalue: 7'),
      SolverParameter,
    );
    expect(diagnostics).toEqual([]);
    expect(message).toMatchObject({ base_lr: 0.01, solver_mode: 'CPU', stepvalue: [5, 7], type: 'SGD' });
  });
});
