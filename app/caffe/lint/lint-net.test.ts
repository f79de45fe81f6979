/** Every rule on a net that breaks it and on its mended form: applying the fix must silence the rule, and break nothing. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts';
import { buildNet } from '../net/build-net.ts';
import type { Phase } from '../schema/net-messages.ts';
import { applyEdits } from '../text/apply-edits.ts';

const found = (text: string, phase: Phase = 'TRAIN'): readonly Diagnostic[] =>
  buildNet(text, { phase, layers: layerTable }).diagnostics;
const ofCode = (text: string, code: DiagnosticCode, phase: Phase = 'TRAIN'): readonly Diagnostic[] =>
  found(text, phase).filter((diagnostic) => diagnostic.code === code);
const errors = (text: string, phase: Phase = 'TRAIN'): string[] =>
  found(text, phase)
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

const layer = (name: string, type: string, bottoms: string[], tops: string[], rest = ''): string =>
  [
    'layer {',
    `  name: "${name}" # ${type}`,
    `  type: "${type}"`,
    ...bottoms.map((blob) => `  bottom: "${blob}"`),
    ...tops.map((blob) => `  top: "${blob}"`),
    ...(rest === '' ? [] : [`  ${rest}`]),
    '}\n',
  ].join('\n');
const DATA = layer('data', 'Input', [], ['data'], 'input_param { shape { dim: 4 dim: 3 dim: 16 dim: 16 } }');
const LABEL = layer('label', 'Input', [], ['label'], 'input_param { shape { dim: 4 } }');
const FILLED = 'weight_filler { type: "xavier" }';
const conv = (name: string, bottom: string, settings = `kernel_size: 3 ${FILLED}`, rest = ''): string =>
  layer(name, 'Convolution', [bottom], [name], `${rest} convolution_param { num_output: 8 ${settings} }`);
const ip = (name: string, bottom: string, settings = FILLED, rest = ''): string =>
  layer(name, 'InnerProduct', [bottom], [name], `${rest} inner_product_param { num_output: 5 ${settings} }`);
const LOSS = layer('loss', 'SoftmaxWithLoss', ['score', 'label'], ['loss']);

interface Case {
  readonly code: DiagnosticCode;
  readonly text: string;
  /** What the finding points at. */
  readonly at: string;
  readonly says: string;
  /** Title of the fix that mends it; undefined where the user must choose. */
  readonly fix: string | undefined;
  /** What the mended text has. */
  readonly mended?: string;
}

const cases: readonly Case[] = [
  {
    code: 'batch-norm-scale',
    text:
      DATA +
      conv('conv', 'data', `kernel_size: 3 bias_term: false ${FILLED}`) +
      layer('bn', 'BatchNorm', ['conv'], ['conv']) +
      layer('relu', 'ReLU', ['conv'], ['conv']),
    at: '"BatchNorm"',
    says: 'Scale with bias_term',
    fix: 'Add a Scale layer',
    mended: '  type: "Scale"\n  bottom: "conv"\n  top: "conv"\n  scale_param {\n    bias_term: true\n  }\n}',
  },
  {
    code: 'bias-before-norm',
    text:
      DATA +
      conv(
        'conv',
        'data',
        `kernel_size: 3 ${FILLED} bias_filler { type: "constant" }`,
        'param { lr_mult: 1 } param { lr_mult: 2 }',
      ) +
      layer('bn', 'BatchNorm', ['conv'], ['bn']),
    at: '"conv"',
    says: 'has no effect',
    fix: 'Do without the bias',
    mended: 'bias_term: false',
  },
  {
    code: 'bias-before-norm',
    text: DATA + conv('conv', 'data') + layer('bn', 'BatchNorm', ['conv'], ['bn']),
    at: '"conv"',
    says: 'has no effect',
    fix: 'Do without the bias',
    mended: 'bias_term: false',
  },
  {
    code: 'pool-edge',
    text: DATA + layer('pool', 'Pooling', ['data'], ['pool'], 'pooling_param { pool: MAX kernel_size: 3 stride: 2 }'),
    at: '3',
    says: 'reaches 1 beyond the edge of its 16×16 image',
    fix: 'Leave the partial window out (round_mode: FLOOR)',
    mended: 'round_mode: FLOOR',
  },
  {
    code: 'pool-edge',
    text:
      DATA +
      layer('pool', 'Pooling', ['data'], ['pool'], 'pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }'),
    at: '3',
    says: 'covers the last row or column',
    fix: 'Add a partial window (round_mode: CEIL)',
    mended: 'round_mode: CEIL',
  },
  {
    code: 'large-kernel',
    text: DATA + conv('conv', 'data', `kernel_size: 19 pad: 4 ${FILLED}`),
    at: '19',
    says: '(19×19) is larger than its image (16×16)',
    fix: 'Use a kernel of 16 without padding',
    mended: 'kernel_size: 16 weight_filler',
  },
  {
    code: 'no-gradient',
    text: DATA + LABEL + ip('score', 'data', FILLED, 'param { lr_mult: 0 } param { lr_mult: 0 }') + LOSS,
    at: '"loss"',
    says: 'every lr_mult of the net is 0',
    fix: undefined,
  },
  {
    code: 'double-softmax',
    text: DATA + LABEL + ip('ip', 'data') + layer('prob', 'Softmax', ['ip'], ['score']) + LOSS,
    at: '"score"',
    says: 'has been through Softmax already',
    fix: 'Read the scores "ip"',
    mended: 'bottom: "ip"\n  bottom: "label"',
  },
  {
    code: 'accuracy-phase',
    text:
      DATA +
      LABEL +
      ip('score', 'data') +
      LOSS +
      layer('acc', 'Accuracy', ['score', 'label'], ['acc'], 'include { phase: TRAIN }'),
    at: 'TRAIN',
    says: 'measures only in TRAIN',
    fix: 'Measure in TEST',
    mended: 'include { phase: TEST }',
  },
  {
    code: 'zero-weights',
    text: DATA + LABEL + conv('conv', 'data') + ip('score', 'conv', '') + LOSS,
    at: '{ num_output: 5  }',
    says: 'begin at 0',
    fix: 'Fill with "xavier"',
    mended: 'weight_filler { type: "xavier" }',
  },
  {
    code: 'zero-weights',
    text: DATA + LABEL + conv('conv', 'data') + ip('score', 'conv', 'weight_filler { type: "constant" }') + LOSS,
    at: '{ type: "constant" }',
    says: 'begin at 0',
    fix: 'Fill with "xavier"',
    mended: 'weight_filler { type: "xavier" }',
  },
  {
    code: 'param-multipliers',
    text: DATA + conv('conv', 'data', `kernel_size: 3 ${FILLED}`, 'param { lr_mult: 0 }'),
    at: '{ lr_mult: 0 }',
    says: 'multipliers for 1: its bias learns with lr_mult 1',
    fix: 'Write the multiplier out',
    mended: '\n  param {\n    lr_mult: 1\n  }',
  },
  {
    code: 'param-count',
    text:
      DATA + ip('score', 'data', 'bias_term: false', 'param { lr_mult: 1 } param { lr_mult: 2 } param { lr_mult: 3 }'),
    at: '{ lr_mult: 2 }',
    says: '1 parameter blobs but 3 "param"',
    fix: 'Remove those too many',
    mended: 'param { lr_mult: 1 } inner',
  },
  {
    code: 'shape',
    text: DATA + layer('bn', 'BatchNorm', ['data'], ['bn'], 'param { lr_mult: 1 } param { decay_mult: 0 }'),
    at: '{ lr_mult: 1 }',
    says: 'are statistics, not weights',
    fix: 'Set lr_mult to 0',
    mended: 'param { lr_mult: 0 } param { decay_mult: 0 lr_mult: 0 }',
  },
  {
    code: 'param-shape',
    text:
      DATA +
      ip('one', 'data', FILLED, 'param { name: "w" decay_mult: 2 }') +
      ip('two', 'data', FILLED, 'param { name: "w" decay_mult: 3 }'),
    at: '3',
    says: 'has decay_mult 2 in "one" and 3 here',
    fix: 'Change decay_mult to 2',
    mended:
      'name: "w" decay_mult: 2 } inner_product_param { num_output: 5 weight_filler { type: "xavier" } }\n}\nlayer {\n  name: "two"',
  },
  {
    code: 'unknown-field',
    text: DATA + conv('conv', 'data', `kernel_sise: 3 ${FILLED}`),
    at: 'kernel_sise',
    says: 'Did you mean "kernel_size"?',
    fix: 'Change to kernel_size',
    mended: 'kernel_size: 3 ',
  },
  {
    code: 'unknown-enum',
    text: DATA + layer('pool', 'Pooling', ['data'], ['pool'], 'pooling_param { pool: AVG kernel_size: 2 stride: 2 }'),
    at: 'AVG',
    says: 'Did you mean AVE?',
    fix: 'Change to AVE',
    mended: 'pool: AVE',
  },
  {
    code: 'unknown-layer-type',
    text: DATA + layer('conv', 'Relu', ['data'], ['data']),
    at: '"Relu"',
    says: 'Did you mean "ReLU"?',
    fix: 'Change to "ReLU"',
    mended: 'type: "ReLU"',
  },
  {
    code: 'missing-blob',
    text: DATA + ip('score', 'dat'),
    at: '"dat"',
    says: 'Did you mean "data"?',
    fix: 'Change to "data"',
    mended: 'bottom: "data"',
  },
  {
    code: 'repeated-not-allowed',
    text: DATA + conv('conv', 'data', `kernel_size: 3 bias_term: false bias_term: true ${FILLED}`),
    at: 'bias_term: true',
    says: 'may be given only once',
    fix: 'Remove this one',
    mended: 'bias_term: false  weight_filler',
  },
  {
    code: 'duplicate-layer',
    text: DATA + ip('score', 'data') + layer('score', 'ReLU', ['score'], ['relu']),
    at: '"score"',
    says: 'Two layers are named',
    fix: 'Rename this one to "score_2"',
    mended: 'name: "score_2" # ReLU',
  },
  {
    code: 'duplicate-top',
    text: DATA + ip('score', 'data') + layer('other', 'ReLU', ['data'], ['score']),
    at: '"score"',
    says: 'already made by "score"',
    fix: 'Call this top "other"',
    mended: 'top: "other"',
  },
  {
    code: 'in-place',
    text:
      DATA +
      conv('conv', 'data') +
      layer('side', 'ReLU', ['conv'], ['side']) +
      layer('relu', 'ReLU', ['conv'], ['conv']) +
      ip('score', 'conv'),
    at: '"conv"',
    says: 'changes "conv" in place, but "side" reads that blob too',
    fix: 'Call its top "relu"',
    mended: 'bottom: "relu"\n  top: "score"',
  },
  {
    code: 'unused-blob',
    text: DATA + LABEL + conv('side', 'data') + ip('score', 'data') + LOSS,
    at: '"side"',
    says: 'No layer reads "side"',
    fix: 'Let a Silence layer read "side"',
    mended: 'type: "Silence"\n  bottom: "side"',
  },
  {
    code: 'bottom-count',
    text: DATA + LABEL + ip('score', 'data') + layer('loss', 'SoftmaxWithLoss', ['score'], ['loss']),
    at: '"loss"',
    says: 'takes 2 bottoms',
    fix: 'Read "label" too',
    mended: 'bottom: "score"\n  bottom: "label"',
  },
  {
    code: 'missing-blob',
    text: layer('d', 'Data', [], ['data'], 'data_param { source: "x" batch_size: 4 }') + ip('score', 'data') + LOSS,
    at: '"label"',
    says: 'No layer makes it',
    fix: 'Let "d" give "label"',
    mended: 'top: "data"\n  top: "label"',
  },
];

describe('each rule', () => {
  test.each(cases.map((one) => [`${one.code}: ${one.says}`, one] as const))(
    '%s',
    (_, { code, text, at, says, fix, mended }) => {
      const [finding] = ofCode(text, code);
      expect(finding?.message).toContain(says);
      expect(finding?.message).toMatch(/^["A-Z].*[.?]$/s);
      expect(text.slice(finding?.range.start, finding?.range.end)).toBe(at);
      if (fix === undefined) {
        expect(finding?.fixes).toBeUndefined();
        return;
      }
      const chosen = finding?.fixes?.find(({ title }) => title === fix);
      const after = applyEdits(text, chosen?.edits ?? []);
      expect(after).toContain(mended ?? '');
      if (code !== 'pool-edge') expect(ofCode(after, code)).toEqual([]);
      expect(errors(after)).toEqual([]);
    },
  );
});

test('an old net can be upgraded where that is said', () => {
  const text = 'layers { name: "r" type: RELU bottom: "x" top: "r" }\n';
  const fix = ofCode(text, 'old-format')[0]?.fixes?.[0];
  expect(fix?.title).toBe('Upgrade to current format');
  expect(applyEdits(text, fix?.edits ?? [])).toBe('layer { name: "r" type: "ReLU" bottom: "x" top: "r" }\n');
});

test('a layer name twice is a warning only where weights could be mistaken', () => {
  const twice = (one: string): string => DATA + ip('score', 'data') + one;
  expect(ofCode(twice(layer('score', 'ReLU', ['score'], ['relu'])), 'duplicate-layer')[0]?.severity).toBe('warning');
  const without = layer('a', 'ReLU', ['data'], ['a']) + layer('a', 'TanH', ['a'], ['b']);
  expect(ofCode(DATA + without, 'duplicate-layer')[0]?.severity).toBe('info');
});

test('a padded window on the smallest map that keeps its size is only remarked on', () => {
  const small = layer('small', 'Input', [], ['map'], 'input_param { shape { dim: 1 dim: 4 dim: 1 dim: 1 } }');
  const [finding] = ofCode(small + conv('head', 'map', `kernel_size: 3 pad: 1 ${FILLED}`), 'large-kernel');
  expect(finding).toMatchObject({ severity: 'info' });
  expect(finding?.fixes).toBeUndefined();
});

describe('nets in order', () => {
  test('a net with nothing to say about it', () => {
    const good =
      DATA +
      LABEL +
      conv('conv', 'data', `kernel_size: 3 bias_term: false ${FILLED}`) +
      layer('bn', 'BatchNorm', ['conv'], ['conv']) +
      layer('scale', 'Scale', ['conv'], ['conv'], 'scale_param { bias_term: true }') +
      layer('relu', 'ReLU', ['conv'], ['conv']) +
      layer('pool', 'Pooling', ['conv'], ['pool'], 'pooling_param { kernel_size: 2 stride: 2 }') +
      ip('score', 'pool') +
      LOSS;
    expect(found(good)).toEqual([]);
    expect(found(good, 'TEST')).toEqual([]);
  });

  test('a net for weights from a file is remarked on once', () => {
    const text = DATA + LABEL + conv('conv', 'data', 'kernel_size: 3') + ip('score', 'conv', '') + LOSS;
    const [finding, ...more] = ofCode(text, 'zero-weights');
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity: 'info' });
    expect(finding?.related).toHaveLength(1);
    expect(ofCode(applyEdits(text, finding?.fixes?.[0]?.edits ?? []), 'zero-weights')).toEqual([]);
  });

  test('the networks that Crema brings along have no warnings', () => {
    const root = new URL('../../../public/models/', import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?:test|deploy)\.prototxt$/.test(name),
    );
    expect(files.length).toBeGreaterThan(5);
    for (const name of files) {
      const text = readFileSync(new URL(name, root), 'utf8');
      for (const phase of ['TRAIN', 'TEST'] as const) {
        expect(
          found(text, phase)
            .filter(({ severity }) => severity !== 'info')
            .map(({ message }) => `${name}: ${message}`),
        ).toEqual([]);
      }
    }
  });
});
