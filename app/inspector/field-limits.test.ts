/** Numbers as they are typed and stepped. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field, MessageType } from '../caffe/schema/dsl.ts';
import { LayerParameter, ParamSpec } from '../caffe/schema/net-messages.ts';
import { checkNumber, limitsOf, stepNumber, type Limits } from './field-limits.ts';
import { isMessage } from './form-model.ts';

function fieldOf(path: string): [string, Field] {
  let type: MessageType = LayerParameter;
  const names = path.split('.');
  for (const [i, name] of names.entries()) {
    const field = type.fields[name];
    if (field === undefined) throw new Error(`${path} is not in the schema.`);
    if (i === names.length - 1) return [name, field];
    if (isMessage(field.type)) type = field.type;
  }
  throw new Error('An empty path.');
}

const limits = (path: string): Limits => limitsOf(...fieldOf(path));
const said = (path: string, typed: string): string => {
  const [name, field] = fieldOf(path);
  const verdict = checkNumber(name, limitsOf(name, field), typed);
  return verdict.ok ? verdict.literal : `! ${verdict.message}`;
};

describe('what is typed', () => {
  test.each([
    ['convolution_param.kernel_size', '5', '5'],
    ['convolution_param.kernel_size', ' 007 ', '7'],
    ['convolution_param.kernel_size', '0', '! kernel_size must be at least 1.'],
    ['convolution_param.kernel_size', '2.5', '! kernel_size takes a whole number, such as 3.'],
    ['convolution_param.kernel_size', 'five', '! kernel_size takes a whole number, such as 3.'],
    ['convolution_param.pad', '0', '0'],
    ['convolution_param.pad', '-1', '! pad must be at least 0.'],
    ['convolution_param.num_output', '99999999999', '! num_output must be at most 4294967295.'],
    ['convolution_param.axis', '-1', '-1'],
    ['reshape_param.shape.dim', '-1', '-1'],
    ['reshape_param.shape.dim', '-2', '! dim must be at least -1.'],
    ['interp_param.height', '0', '0'],
    ['recurrent_param.num_output', '0', '! num_output must be at least 1.'],
    ['dropout_param.dropout_ratio', '0.50', '0.50'],
    ['dropout_param.dropout_ratio', '1.5', '! dropout_ratio must be at most 1.'],
    ['batch_norm_param.eps', '1e-5', '1e-5'],
    ['batch_norm_param.eps', '-1', '! eps must be at least 0.'],
    ['power_param.shift', '+.5', '.5'],
    ['power_param.shift', '1,5', '! shift takes a number, such as 0.01.'],
    ['power_param.shift', '-2.', '-2.'],
  ])('%s: %s → %s', (path, typed, expected) => {
    expect(said(path, typed)).toBe(expected);
  });
});

describe('steps', () => {
  test.each([
    ['convolution_param.kernel_size', '3', 1, false, '4'],
    ['convolution_param.kernel_size', '3', 1, true, '13'],
    ['convolution_param.kernel_size', '1', -1, false, '1'],
    ['convolution_param.kernel_size', '', 1, false, '2'],
    ['convolution_param.pad', '0', 1, false, '1'],
    ['lrn_param.local_size', '5', 1, false, '7'],
    ['dropout_param.dropout_ratio', '0.5', 1, false, '0.55'],
    ['dropout_param.dropout_ratio', '0.95', 1, true, '1'],
    ['power_param.scale', '1', 1, false, '1.1'],
    ['power_param.scale', '1', -1, false, '0.99'],
    ['power_param.scale', '0.1', 1, true, '0.2'],
    ['power_param.scale', '250', -1, false, '240'],
    ['power_param.shift', '0', -1, false, '-0.1'],
    ['power_param.shift', '-0.3', 1, false, '-0.29'],
  ] as const)('%s: %s by %i (large: %s) → %s', (path, from, direction, large, expected) => {
    expect(stepNumber(limits(path), from, direction, large)).toBe(expected);
  });

  test('multipliers go by one and not below nothing', () => {
    const of = limitsOf('lr_mult', ParamSpec.fields.lr_mult);
    expect(stepNumber(of, '1', 1, false)).toBe('2');
    expect(stepNumber(of, '0', -1, false)).toBe('0');
  });

  test('what a step gives is always right', () => {
    const paths = ['convolution_param.stride', 'dropout_param.dropout_ratio', 'power_param.scale', 'concat_param.axis'];
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.constantFrom(1 as const, -1 as const),
        fc.boolean(),
        (path, from, direction, large) => {
          const [name, field] = fieldOf(path);
          const of = limitsOf(name, field);
          const start = of.whole ? String(Math.round(from)) : String(from);
          expect(checkNumber(name, of, stepNumber(of, start, direction, large))).toMatchObject({ ok: true });
        },
      ),
    );
  });
});
