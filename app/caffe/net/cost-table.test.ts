/** The cost table as plain numbers and as a file. */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import type { Phase } from '../schema/net-messages.ts';
import { buildNet } from './build-net.ts';
import { COST_HEADINGS, costCsv, costRows, csvRecord, figuresOf } from './cost-table.ts';
import { costOf } from './cost.ts';

const NET = `
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 3 dim: 9 dim: 9 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 3 stride: 2 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip" inner_product_param { num_output: 5 } }
layer { name: "drop" type: "Dropout" bottom: "ip" top: "ip" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
`;

const costIn = (phase: Phase, text = NET) => costOf(buildNet(text, { phase, layers: layerTable }));

describe('what counts', () => {
  const cost = costIn('TRAIN');
  const of = (name: string) => {
    const layer = cost.layers.find((one) => one.name === name);
    if (layer === undefined) throw new Error(`no layer ${name}`);
    return figuresOf(layer, cost, 'batch');
  };

  test('convolutions multiply and add, once more backward for weights alone', () => {
    // 4 images × 2 filters × 4×4 places × 3 channels × 3×3.
    expect(of('conv')).toMatchObject({
      forward_macs: 3456,
      backward_macs: 3456,
      training_macs: 6912,
      other_operations: 0,
    });
    expect(of('conv')).toMatchObject({
      parameters: 56,
      parameter_bytes: 224,
      activation_bytes: 512,
      gradient_bytes: 512,
    });
    expect(of('ip')).toMatchObject({ forward_macs: 4 * 8 * 5, training_macs: 3 * 4 * 8 * 5 });
  });

  test('pooling compares, activations and losses compute functions: other operations', () => {
    expect(of('relu')).toMatchObject({ forward_macs: 0, other_operations: 128, activation_bytes: 0 });
    expect(of('pool')).toMatchObject({ forward_macs: 0, other_operations: 4 * 2 * 2 * 2 * 4 });
    expect(of('drop').other_operations).toBe(20);
    expect(of('loss')).toMatchObject({ forward_macs: 0, other_operations: 5 * 20 });
    const test = costIn('TEST').layers.find(({ name }) => name === 'drop');
    expect(test?.otherOperations).toBe(0);
  });

  test('BatchNorm works out its statistics in training only', () => {
    const text = NET.replace(
      /layer \{ name: "relu"[^\n]*/,
      'layer { name: "relu" type: "BatchNorm" bottom: "conv" top: "conv" }',
    );
    const norm = (phase: Phase) => costIn(phase, text).layers.find(({ type }) => type === 'BatchNorm');
    expect(norm('TRAIN')).toMatchObject({ forwardMacs: 0, otherOperations: 4 * 128 });
    expect(norm('TEST')).toMatchObject({ forwardMacs: 0, otherOperations: 2 * 128 });
  });
});

test('totals are the sums of the rows', () => {
  const cost = costIn('TRAIN');
  const [headings, ...rows] = costRows(cost);
  const total = rows.pop();
  expect(headings).toEqual(COST_HEADINGS);
  for (let column = 3; column < 12; column++) {
    expect(rows.reduce((sum, row) => sum + Number(row[column]), 0)).toBe(Number(total?.[column]));
  }
});

test('for one image, work and blobs are divided by the batch, parameters are not', () => {
  const cost = costIn('TRAIN');
  expect(cost.batch).toBe(4);
  const [batch, image] = [figuresOf(cost.totals, cost, 'batch'), figuresOf(cost.totals, cost, 'image')];
  expect(image.parameters).toBe(batch.parameters);
  expect(image.parameter_bytes).toBe(batch.parameter_bytes);
  expect(image.forward_macs).toBe((batch.forward_macs ?? NaN) / 4);
  expect(image.activation_bytes).toBe((batch.activation_bytes ?? NaN) / 4);
});

test('a layer of unknown shape has empty cells, and no zeros that look like figures', () => {
  const text = `${NET}layer { name: "odd" type: "Nonsense" bottom: "ip" top: "odd" }`;
  const cost = costIn('TEST', text);
  expect(cost.complete).toBe(false);
  const row = costRows(cost).find(([name]) => name === 'odd');
  expect(row?.slice(2)).toEqual(['', '0', '0', '0', '', '', '', '', '0', '0', '', '', '']);
});

describe('the file', () => {
  test('has a record for each layer, ended by CR LF', () => {
    const lines = costCsv(costIn('TRAIN'), 'batch').split('\r\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('');
    expect(lines[0]).toBe(
      'layer,type,shape,parameters,learned,parameter_bytes,forward_macs,backward_macs,training_macs,other_operations,activation_bytes,gradient_bytes,field,field_stride,field_offset',
    );
    expect(lines[3]).toBe('conv,Convolution,4x2x4x4,56,56,224,3456,3456,6912,0,512,512,3x3,2x2,0x0');
    expect(lines[5]).toBe('pool,Pooling,4x2x2x2,0,0,0,0,0,0,128,128,128,5x5,4x4,0x0');
    expect(lines[9]).toMatch(/^total,,,101,101,404,3616,/);
  });

  test('quotes what needs it, doubles quotes, and disarms what a spreadsheet would compute', () => {
    expect(csvRecord(['plain', 'a,b', 'say "x"', 'two\nlines', ''])).toBe('plain,"a,b","say ""x""","two\nlines",');
    expect(csvRecord(['=1+1', '@sum', '-conv', '+x', '-1x-1', '-3'])).toBe("'=1+1,'@sum,'-conv,'+x,-1x-1,-3");
  });
});
