/** Gestures on what layers say: phases, types, in place, values of several layers, items of lists. */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import type { LayerInfo } from '../net/layer-table.ts';
import { PLAIN_LAYERS, SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { buildNet } from '../net/build-net.ts';
import { applyEdits } from './apply-edits.ts';
import { planEdits } from './edits.ts';
import type { ListChange, NetAction } from './edits.ts';

const after = (text: string, action: NetAction): string => {
  const plan = planEdits(text, action);
  if (!plan.ok) throw new Error(plan.message);
  return applyEdits(text, plan.edits);
};
const refusal = (text: string, action: NetAction): string | undefined => {
  const plan = planEdits(text, action);
  return plan.ok ? undefined : plan.message;
};
const wiring = (text: string, phase: 'TRAIN' | 'TEST' = 'TRAIN'): string[] =>
  buildNet(text, { phase, layers: PLAIN_LAYERS }).layers.map(
    (layer) => `${layer.id}: ${layer.bottoms.join(' ')} → ${layer.tops.join(' ')}`,
  );
const type = (name: string): LayerInfo => {
  const info = layerTable.get(name);
  if (!info) throw new Error(`No ${name}.`);
  return info;
};

describe('phase', () => {
  const limit = (layers: string[], phase: 'TRAIN' | 'TEST' | undefined): NetAction => ({
    kind: 'phase',
    layers,
    phase,
  });

  test('set, changed and cleared, for one layer and for many', () => {
    const text = after(SMALL_NET, limit(['pool1', 'accuracy'], 'TRAIN'));
    expect(text).toBe(
      SMALL_NET.replace('  top: "pool1"\n}', '  top: "pool1"\n  include {\n    phase: TRAIN\n  }\n}').replace(
        '  top: "accuracy"\n  include { phase: TEST }',
        '  top: "accuracy"\n  include { phase: TRAIN }',
      ),
    );
    expect(after(text, limit(['pool1', 'accuracy'], undefined))).toBe(
      SMALL_NET.replace('  top: "accuracy"\n  include { phase: TEST }\n', '  top: "accuracy"\n'),
    );
    expect(after(text, limit(['pool1'], 'TRAIN'))).toBe(text);
  });

  test('stages and levels stay; exclude rules of a phase go', () => {
    expect(after('layer { name: "a" include { phase: TEST stage: "s" } }', limit(['a'], undefined))).toBe(
      'layer { name: "a" include { stage: "s" } }',
    );
    expect(after('layer { name: "a" exclude { phase: TEST } }', limit(['a'], undefined))).toBe('layer { name: "a" }');
    expect(after('layer { name: "a" exclude { phase: TEST } }', limit(['a'], 'TEST'))).toBe(
      'layer { name: "a" include { phase: TEST } }',
    );
    expect(after('layer { name: "a" exclude { stage: "s" } }', limit(['a'], 'TRAIN'))).toBe(
      'layer { name: "a" exclude { stage: "s" } exclude { phase: TEST } }',
    );
    expect(after('layer { name: "a" include { phase: TRAIN } include { phase: TEST } }', limit(['a'], 'TEST'))).toBe(
      'layer { name: "a" include { phase: TEST } }',
    );
  });
});

describe('in place', () => {
  test('out of place: a top of its own, which the readers read; and back', () => {
    const text = after(SMALL_NET, { kind: 'in-place', layers: ['relu1'], inPlace: false });
    expect(wiring(text).slice(1, 4)).toEqual(['conv1: data → conv1', 'relu1: conv1 → relu1', 'pool1: relu1 → pool1']);
    expect(after(text, { kind: 'in-place', layers: ['relu1'], inPlace: true })).toBe(SMALL_NET);
  });

  test('refused where somebody else reads the blob too', () => {
    expect(refusal(SMALL_NET, { kind: 'in-place', layers: ['accuracy'], inPlace: true })).toBe(
      '"loss" also reads "ip1", which "accuracy" would change in place.',
    );
  });
});

describe('type', () => {
  const retype = (layers: string[], to: string): NetAction => ({ kind: 'retype', layers, layer: type(to) });

  test('settings of the same name stay, with their comments; others go', () => {
    const text = after(SMALL_NET, retype(['conv1'], 'Pooling'));
    expect(text).toContain(
      '  type: "Pooling"\n  bottom: "data"\n  top: "conv1"\n  pooling_param {\n    pad: 2   # keeps the size\n    kernel_size: 5\n    pool: MAX\n    stride: 2\n  }\n}',
    );
    expect(after(SMALL_NET, retype(['conv1'], 'Deconvolution'))).toContain(
      '  type: "Deconvolution"\n  bottom: "data"\n  top: "conv1"\n  param { lr_mult: 1 }\n  param { lr_mult: 2 decay_mult: 0 }\n  convolution_param {\n    num_output: 32\n    pad: 2   # keeps the size',
    );
    expect(after(SMALL_NET, retype(['relu1'], 'Sigmoid'))).toBe(SMALL_NET.replace('"ReLU"', '"Sigmoid"'));
  });

  test('what cannot work in place gets a top of its own; pins that the type lacks go', () => {
    const text = after(SMALL_NET, retype(['relu1'], 'Convolution'));
    expect(wiring(text).slice(2, 4)).toEqual(['relu1: conv1 → relu1', 'pool1: relu1 → pool1']);
    expect(text).toContain('    num_output: 32\n    kernel_size: 3\n    pad: 1\n');
    expect(wiring(after(SMALL_NET, retype(['loss'], 'Softmax'))).at(-1)).toBe('loss: ip1 → loss');
  });

  test('in the old form by its word', () => {
    const old = 'layers { name: "a" type: CONVOLUTION blobs_lr: 1 blobs_lr: 2 bottom: "x" top: "a" }\n';
    expect(after(old, retype(['a'], 'TanH'))).toBe('layers { name: "a" type: TANH bottom: "x" top: "a" }\n');
    expect(refusal(old, retype(['a'], 'BatchNorm'))).toContain('Upgrade');
  });
});

describe('values', () => {
  test('of several layers, and multipliers in the old form', () => {
    const text = 'layer {\n  name: "a"\n}\nlayer {\n  name: "b"\n  loss_weight: 1\n}\n';
    expect(after(text, { kind: 'set-all', layers: ['a', 'b'], path: ['loss_weight'], value: '2' })).toBe(
      'layer {\n  name: "a"\n  loss_weight: 2\n}\nlayer {\n  name: "b"\n  loss_weight: 2\n}\n',
    );
    const old = 'layers { name: "a" type: CONVOLUTION }\n';
    const rows = after(old, { kind: 'set', layer: 'a', path: ['param', 1, 'lr_mult'], value: '2' });
    expect(rows).toBe('layers { name: "a" type: CONVOLUTION blobs_lr: 1 blobs_lr: 2 }\n');
    expect(after(rows, { kind: 'set', layer: 'a', path: ['param', 0, 'lr_mult'], value: '0' })).toContain(
      'blobs_lr: 0',
    );
  });

  test('a filler is made with its message', () => {
    expect(
      after('layer {\n  name: "a"\n}\n', {
        kind: 'set',
        layer: 'a',
        path: ['convolution_param', 'weight_filler', 'type'],
        value: '"msra"',
      }),
    ).toBe('layer {\n  name: "a"\n  convolution_param {\n    weight_filler {\n      type: "msra"\n    }\n  }\n}\n');
  });
});

describe('lists', () => {
  const change = (text: string, path: (string | number)[], what: ListChange): string =>
    after(text, { kind: 'list', layers: ['a'], path, change: what });
  const rows = 'layer {\n  name: "a"\n  loss_weight: 1 # one\n  loss_weight: 2\n}\n';
  const list = 'layer { name: "a" loss_weight: [1, 2] }';

  test('insert', () => {
    expect(change(rows, ['loss_weight'], { kind: 'insert', index: 1, value: '9' })).toBe(
      rows.replace('  loss_weight: 2', '  loss_weight: 9\n  loss_weight: 2'),
    );
    expect(change(rows, ['loss_weight'], { kind: 'insert', index: 2, value: '9' })).toBe(
      rows.replace('loss_weight: 2\n', 'loss_weight: 2\n  loss_weight: 9\n'),
    );
    expect(change(list, ['loss_weight'], { kind: 'insert', index: 0, value: '9' })).toContain('[9, 1, 2]');
    expect(change(list, ['loss_weight'], { kind: 'insert', index: 2, value: '9' })).toContain('[1, 2, 9]');
    expect(change('layer { name: "a" }', ['param'], { kind: 'insert', index: 0, value: '{ lr_mult: 1 }' })).toBe(
      'layer { name: "a" param { lr_mult: 1 } }',
    );
  });

  test('remove, move and replace', () => {
    expect(change(rows, ['loss_weight'], { kind: 'remove', index: 1 })).toBe(rows.replace('  loss_weight: 2\n', ''));
    expect(change(rows, ['loss_weight'], { kind: 'move', from: 0, to: 1 })).toBe(
      rows.replace('loss_weight: 1', 'loss_weight: X').replace('loss_weight: 2', 'loss_weight: 1').replace('X', '2'),
    );
    expect(change(list, ['loss_weight'], { kind: 'replace', values: ['1', '5', '6'] })).toContain('[1, 5, 6]');
    expect(change(rows, ['loss_weight'], { kind: 'replace', values: ['7'] })).toBe(
      'layer {\n  name: "a"\n  loss_weight: 7 # one\n}\n',
    );
    expect(change(rows, ['loss_weight'], { kind: 'replace', values: [] })).toContain('name: "a"');
    expect(change(list, ['loss_weight'], { kind: 'replace', values: [] })).toBe('layer { name: "a" }');
  });

  test('in messages that are not there yet', () => {
    expect(
      change('layer {\n  name: "a"\n}\n', ['input_param', 'shape', 1, 'dim'], { kind: 'replace', values: ['1', '3'] }),
    ).toBe(
      'layer {\n  name: "a"\n  input_param {\n    shape {}\n    shape {\n      dim: 1\n      dim: 3\n    }\n  }\n}\n',
    );
  });
});
