/** Receptive fields against the values that are known of AlexNet, and at the corners: enlarging, joining, flat vectors. */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from './build-net.ts';
import { receptiveFields } from './receptive-field.ts';

let previous = 'data';
const step = (name: string, type: string, settings: string): string => {
  const text = `layer { name: "${name}" type: "${type}" bottom: "${previous}" top: "${name}" ${settings} }\n`;
  previous = name;
  return text;
};
const from = (text: () => string, shape = '1 dim: 3 dim: 227 dim: 227'): ReturnType<typeof receptiveFields> => {
  previous = 'data';
  const input = `layer { name: "data" type: "Input" top: "data" input_param { shape { dim: ${shape} } } }\n`;
  const net = buildNet(input + text(), { phase: 'TEST', layers: layerTable });
  expect(net.complete).toBe(true);
  return receptiveFields(net);
};
const conv = (name: string, outputs: number, rest: string): string =>
  step(name, 'Convolution', `convolution_param { num_output: ${outputs} ${rest} }`);
const pool = (name: string, rest: string): string => step(name, 'Pooling', `pooling_param { ${rest} }`);

test('AlexNet', () => {
  const fields = from(() =>
    [
      conv('conv1', 96, 'kernel_size: 11 stride: 4'),
      pool('pool1', 'kernel_size: 3 stride: 2'),
      conv('conv2', 256, 'kernel_size: 5 pad: 2 group: 2'),
      pool('pool2', 'kernel_size: 3 stride: 2'),
      conv('conv3', 384, 'kernel_size: 3 pad: 1'),
      conv('conv4', 384, 'kernel_size: 3 pad: 1 group: 2'),
      conv('conv5', 256, 'kernel_size: 3 pad: 1 group: 2'),
      pool('pool5', 'kernel_size: 3 stride: 2'),
      step('fc6', 'InnerProduct', 'inner_product_param { num_output: 8 }'),
    ].join(''),
  );
  const row = ['data', 'conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'conv4', 'conv5', 'pool5'];
  expect(row.map((name) => fields.get(name)?.[0]?.size)).toEqual([1, 11, 19, 51, 67, 99, 131, 163, 195]);
  expect(row.map((name) => fields.get(name)?.[0]?.stride)).toEqual([1, 4, 8, 8, 16, 16, 16, 16, 32]);
  expect(fields.get('conv2')?.[1]).toEqual({ size: 51, stride: 8, offset: -16 });
  // Six places of pool5, 32 apart, each 195 wide.
  expect(fields.get('fc6')?.[0]).toMatchObject({ size: 355, stride: undefined });
});

describe('corners', () => {
  test('a deconvolution brings the stride back', () => {
    const fields = from(
      () =>
        conv('down', 4, 'kernel_size: 2 stride: 2') +
        step('up', 'Deconvolution', 'convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 }'),
      '1 dim: 3 dim: 16 dim: 16',
    );
    expect(fields.get('up')?.[0]).toEqual({ size: 4, stride: 1, offset: -2 });
  });

  test('joined branches see what either sees', () => {
    const fields = from(() => {
      const wide = conv('wide', 4, 'kernel_size: 5 pad: 2');
      previous = 'data';
      const narrow = conv('narrow', 4, 'kernel_size: 1');
      return `${wide}${narrow}layer { name: "c" type: "Concat" bottom: "wide" bottom: "narrow" top: "c" }`;
    });
    expect(fields.get('c')?.[0]).toEqual({ size: 5, stride: 1, offset: -2 });
  });

  test('a flat vector keeps the size; without an image there is none', () => {
    const flat = from(() => conv('c', 4, 'kernel_size: 3') + step('f', 'Flatten', ''));
    expect(flat.get('f')?.[0]).toEqual({ size: 3, stride: undefined, offset: undefined });
    expect(from(() => step('ip', 'InnerProduct', 'inner_product_param { num_output: 2 }'), '1 dim: 5').size).toBe(0);
  });
});
