/** Upgrading old texts: the upgraded text must be the very net that Caffe's upgrade makes of the old one. */
import { describe, expect, test } from 'vitest';
import { readNet } from '../net/read-net.ts';
import { LayerParameter } from '../schema/net-messages.ts';
import { applyEdits } from './apply-edits.ts';
import { parse } from './parse.ts';
import { printMessage } from './print-message.ts';
import { upgradeNetEdits, upgradeSolverEdits } from './upgrade-edits.ts';

const upgraded = (text: string): string => applyEdits(text, upgradeNetEdits(text));
/** All that a net's layers say, in today's form. */
const said = (text: string): string[] => readNet(text).layers.map(({ layer }) => printMessage(layer, LayerParameter));
const comments = (text: string): string[] =>
  parse(text).tokens.flatMap(({ kind, start, end }) => (kind === 'comment' ? [text.slice(start, end)] : []));

const OLD = `# Old.
name: "old"
input: "extra" # an input
input_dim: 1 # batch
input_dim: 2
input_dim: 3
input_dim: 4
layers {
  name: "data"
  type: DATA # images
  top: "data"
  top: "label"
  data_param {
    source: "train" # where
    scale: 0.25 # once inside
    mirror: true
    crop_size: 8
    batch_size: 4
  }
  include: { phase: TRAIN }
}
layers {
  name: "conv"
  type: CONVOLUTION
  bottom: "data"
  top: "conv"
  param: "w"
  param: "b"
  blobs_lr: 1
  blobs_lr: 2 # the bias
  weight_decay: 1
  weight_decay: 0
  convolution_param { num_output: 3 kernel_size: 5 weight_filler { type: "gaussian" std: 0.01 } }
}
layers { name: "relu" type: RELU bottom: "conv" top: "conv" }
layers { name: "ip" type: INNER_PRODUCT bottom: "conv" top: "ip" blobs_lr: [1, 2] inner_product_param { num_output: 2 } }
layers { name: "loss" type: SOFTMAX_LOSS bottom: "ip" bottom: "label" top: "loss" }
`;

describe('a network', () => {
  test('in the old form becomes the same net in the new one', () => {
    const after = upgraded(OLD);
    expect(said(after)).toEqual(said(OLD));
    expect(comments(after).toSorted()).toEqual(comments(OLD).toSorted());
    expect(after).not.toMatch(/layers|blobs_lr|weight_decay|input_dim/);
    expect(upgradeNetEdits(after)).toEqual([]);
    expect(readNet(after).diagnostics).toEqual([]);
  });

  test('reads as a person would write it', () => {
    const after = upgraded(OLD);
    expect(after).toContain(
      '  param { name: "w" lr_mult: 1 decay_mult: 1 }\n  param { name: "b" lr_mult: 2 decay_mult: 0 }\n',
    );
    expect(after).toContain('  transform_param {\n    scale: 0.25\n    mirror: true\n    crop_size: 8\n  }\n');
    expect(after).toContain(
      'layer {\n  name: "input"\n  type: "Input"\n  top: "extra"\n  input_param {\n    shape { dim: 1 dim: 2 dim: 3 dim: 4 }\n  }\n} # an input',
    );
    expect(after).toContain(
      'layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" param { lr_mult: 1 } param { lr_mult: 2 } inner_product_param',
    );
  });

  test.each([
    [
      'transformations given twice',
      'layers { name: "d" type: DATA top: "x" data_param { source: "s" scale: 2 } transform_param { scale: 3 mirror: true } }',
    ],
    [
      'a list of layers',
      'layers: [{ name: "a" type: RELU bottom: "x" top: "a" }, { name: "b" type: TANH bottom: "a" top: "b" }]',
    ],
    ['types as numbers', 'layers { name: "a" type: 18 bottom: "x" top: "a" }'],
    [
      'inputs with shapes',
      'input: "a" input: "b"\ninput_shape { dim: 1 dim: 2 }\ninput_shape { dim: 3 }\nlayer { name: "r" type: "ReLU" bottom: "a" top: "r" }',
    ],
    [
      'inputs behind the layers',
      'layer { name: "r" type: "ReLU" bottom: "a" top: "r" }\ninput: "a" input_dim: [1, 2, 3, 4]\n',
    ],
    [
      'Windows line ends',
      'input: "a"\r\ninput_dim: 1\r\ninput_dim: 2\r\ninput_dim: 3\r\ninput_dim: 4\r\nlayers {\r\n  type: RELU\r\n  blobs_lr: 1\r\n  blobs_lr: 2\r\n}\r\n',
    ],
    [
      'window data',
      'layers { name: "w" type: WINDOW_DATA top: "x" window_data_param { source: "s" mean_file: "m" crop_size: 227 mirror: true } }',
    ],
  ])('%s', (_, text) => {
    const after = upgraded(text);
    expect(after).not.toBe(text);
    expect(said(after)).toEqual(said(text));
    expect(parse(after).errors).toEqual([]);
    expect(upgradeNetEdits(after)).toEqual([]);
    if (text.includes('\r')) expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('up to date, mixed or broken texts are left alone', () => {
    for (const text of [
      'layer { name: "a" type: "ReLU" }',
      'layer { name: "a" } layers { name: "b" }',
      'layers { name: "a"',
      'input: "x"\ninput_dim: 1',
    ]) {
      expect(upgradeNetEdits(text)).toEqual([]);
    }
  });
});

test('a solver', () => {
  const text = 'base_lr: 0.1\nsolver_type: ADAGRAD # old\n';
  expect(applyEdits(text, upgradeSolverEdits(text))).toBe('base_lr: 0.1\ntype: "AdaGrad" # old\n');
  expect(upgradeSolverEdits('type: "Adam"')).toEqual([]);
});
