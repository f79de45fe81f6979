/** Gestures as text edits: exactly this text changes, comments stay, and what was done can be undone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildNet } from '../net/build-net.ts';
import { PLAIN_LAYERS, SMALL_NET, plainLayer } from '../net/fixtures/plain-layers.ts';
import type { TypedNet } from '../net/typed-net.ts';
import { applyEdits, invertEdits } from './apply-edits.ts';
import { netEdits } from './edits.ts';
import type { NetAction } from './edits.ts';
import { parse } from './parse.ts';

const after = (text: string, action: NetAction): string => applyEdits(text, netEdits(text, action));

/** The edits as `[old text, new text]`. */
const changes = (text: string, action: NetAction): [string, string][] =>
  netEdits(text, action).map((edit) => [text.slice(edit.range.start, edit.range.end), edit.text]);

const net = (text: string, phase: 'TRAIN' | 'TEST'): TypedNet => buildNet(text, { phase, layers: PLAIN_LAYERS });
const wiring = (text: string, phase: 'TRAIN' | 'TEST'): string[] =>
  net(text, phase).layers.map((layer) => `${layer.id}: ${layer.bottoms.join(' ')} → ${layer.tops.join(' ')}`);
const errors = (text: string): string[] =>
  (['TRAIN', 'TEST'] as const).flatMap((phase) =>
    net(text, phase)
      .diagnostics.filter((found) => found.severity === 'error')
      .map((found) => found.message),
  );

describe('splice', () => {
  test('behind the in-place layers of the producer, and only the reader is rewritten', () => {
    const action: NetAction = { kind: 'splice', layer: plainLayer('Pooling'), consumer: 'pool1', bottomIndex: 0 };
    const text = after(SMALL_NET, action);
    expect(text).toBe(
      SMALL_NET.replace(
        '  top: "conv1"\n}\nlayer {\n  name: "pool1"\n  type: "Pooling"\n  bottom: "conv1"',
        '  top: "conv1"\n}\nlayer {\n  name: "pool2"\n  type: "Pooling"\n  bottom: "conv1"\n  top: "pool2"\n  pooling_param {\n    pool: MAX\n    kernel_size: 2\n  }\n}\nlayer {\n  name: "pool1"\n  type: "Pooling"\n  bottom: "pool2"',
      ),
    );
    expect(errors(text)).toEqual([]);
  });

  test('behind the data layers of both phases', () => {
    const text = after(SMALL_NET, {
      kind: 'splice',
      layer: plainLayer('Convolution'),
      consumer: 'conv1',
      bottomIndex: 0,
    });
    expect(wiring(text, 'TRAIN').slice(0, 3)).toEqual([
      'cifar:  → data label',
      'conv2: data → conv2',
      'conv1: conv2 → conv1',
    ]);
    expect(wiring(text, 'TEST').slice(0, 3)).toEqual([
      'cifar#1:  → data label',
      'conv2: data → conv2',
      'conv1: conv2 → conv1',
    ]);
    expect(text).toContain('}\n# The first convolution.\nlayer {\n  name: "conv1"');
  });

  test('before a reader of one phase only: the new layer is of that phase', () => {
    const action: NetAction = { kind: 'splice', layer: plainLayer('Dropout'), consumer: 'accuracy', bottomIndex: 0 };
    expect(changes(SMALL_NET, action)).toEqual([
      [
        '',
        '\nlayer {\n  name: "drop1"\n  type: "Dropout"\n  bottom: "ip1"\n  top: "drop1"\n  include {\n    phase: TEST\n  }\n}',
      ],
      ['"ip1"', '"drop1"'],
    ]);
    expect(wiring(after(SMALL_NET, action), 'TRAIN')).toEqual(wiring(SMALL_NET, 'TRAIN'));
  });

  test('before a reader that works in place, whatever follows is renamed along', () => {
    const text = after(SMALL_NET, { kind: 'splice', layer: plainLayer('Pooling'), consumer: 'relu1', bottomIndex: 0 });
    expect(wiring(text, 'TRAIN').slice(1, 5)).toEqual([
      'conv1: data → conv1',
      'pool2: conv1 → pool2',
      'relu1: pool2 → pool2@1',
      'pool1: pool2@1 → pool1',
    ]);
    expect(errors(text)).toEqual([]);
  });
});

describe('append', () => {
  test('in place where the type can, behind the in-place layers already there', () => {
    expect(changes(SMALL_NET, { kind: 'append', layer: plainLayer('Dropout'), to: 'conv1' })).toEqual([
      ['', '\nlayer {\n  name: "drop1"\n  type: "Dropout"\n  bottom: "conv1"\n  top: "conv1"\n}'],
    ]);
    expect(
      wiring(after(SMALL_NET, { kind: 'append', layer: plainLayer('Dropout'), to: 'conv1' }), 'TRAIN').slice(2, 5),
    ).toEqual(['relu1: conv1 → conv1@1', 'drop1: conv1@1 → conv1@2', 'pool1: conv1@2 → pool1']);
  });

  test('a loss finds the labels', () => {
    const text = after(SMALL_NET, { kind: 'append', layer: plainLayer('SoftmaxWithLoss'), to: 'ip1' });
    expect(wiring(text, 'TRAIN')).toContain('loss2: ip1 label → loss2');
  });

  test('to one of two data layers of the same blob: in both phases', () => {
    const text = after(SMALL_NET, { kind: 'append', layer: plainLayer('Pooling'), to: 'cifar' });
    expect(wiring(text, 'TRAIN')).toContain('pool2: data → pool2');
    expect(wiring(text, 'TEST')).toContain('pool2: data → pool2');
  });
});

describe('delete', () => {
  test('the chain heals, and comments above stay', () => {
    const text = after(SMALL_NET, { kind: 'delete', layers: ['pool1'] });
    expect(text).toBe(
      SMALL_NET.replace(
        'layer {\n  name: "pool1"\n  type: "Pooling"\n  bottom: "conv1"\n  top: "pool1"\n}\n',
        '',
      ).replace('  bottom: "pool1"', '  bottom: "conv1"'),
    );
  });

  test('a producer with an in-place layer behind it: that one reads on from before', () => {
    const text = after(SMALL_NET, { kind: 'delete', layers: ['conv1'] });
    expect(wiring(text, 'TRAIN').slice(1, 3)).toEqual(['relu1: data → conv1', 'pool1: conv1 → pool1']);
    expect(text).toContain('# The first convolution.\n');
  });

  test('an in-place layer is only taken out; a group heals over all of it', () => {
    expect(changes(SMALL_NET, { kind: 'delete', layers: ['relu1'] })).toEqual([
      ['layer {\n  name: "relu1"\n  type: "ReLU"\n  bottom: "conv1"\n  top: "conv1"\n}\n', ''],
    ]);
    const text = after(SMALL_NET, { kind: 'delete', layers: ['conv1', 'relu1', 'pool1'] });
    expect(wiring(text, 'TRAIN').slice(0, 2)).toEqual(['cifar:  → data label', 'ip1: data → ip1']);
  });

  test('a data layer of one phase leaves readers alone', () => {
    const text = after(SMALL_NET, { kind: 'delete', layers: ['cifar#1'] });
    expect(wiring(text, 'TRAIN')).toEqual(wiring(SMALL_NET, 'TRAIN'));
  });
});

describe('insert', () => {
  test('into an empty text, a text with a name only, and at the end', () => {
    const layer = plainLayer('ReLU');
    expect(after('', { kind: 'insert', layer })).toBe('layer {\n  name: "relu1"\n  type: "ReLU"\n  top: "relu1"\n}\n');
    expect(after('name: "x"\n', { kind: 'insert', layer })).toBe(
      'name: "x"\nlayer {\n  name: "relu1"\n  type: "ReLU"\n  top: "relu1"\n}\n',
    );
    expect(wiring(after(SMALL_NET, { kind: 'insert', layer: plainLayer('Data') }), 'TRAIN').at(-1)).toBe(
      'data2:  → data2 label2',
    );
  });

  test('the style of the text is kept: tabs, blank lines, CRLF', () => {
    const text =
      'layer {\r\n\tname: "a"\r\n\ttype: "ReLU"\r\n}\r\n\r\nlayer {\r\n\tname: "b"\r\n\ttype: "ReLU"\r\n} # end\r\n';
    expect(after(text, { kind: 'insert', layer: plainLayer('ReLU'), after: 'a' })).toBe(
      text.replace('}\r\n\r\n', '}\r\n\r\nlayer {\r\n\tname: "relu1"\r\n\ttype: "ReLU"\r\n\ttop: "relu1"\r\n}\r\n\r\n'),
    );
  });

  test('an old text gets an old layer', () => {
    const text = 'layers {\n  name: "a"\n  type: RELU\n}\n';
    expect(after(text, { kind: 'insert', layer: plainLayer('ReLU') })).toBe(
      `${text}layers {\n  name: "relu1"\n  type: RELU\n  top: "relu1"\n}\n`,
    );
    expect(netEdits(text, { kind: 'insert', layer: plainLayer('BatchNorm') })).toEqual([]);
  });
});

describe('set', () => {
  const set = (layer: string, path: (string | number)[], value: string | undefined): NetAction => ({
    kind: 'set',
    layer,
    path,
    value,
  });

  test('a value is replaced where it stands, and its comment stays', () => {
    expect(changes(SMALL_NET, set('conv1', ['convolution_param', 'pad'], '1'))).toEqual([['2', '1']]);
    expect(netEdits(SMALL_NET, set('conv1', ['convolution_param', 'pad'], '2'))).toEqual([]);
  });

  test('a new value goes to the end of its message, on one line or on several', () => {
    expect(changes(SMALL_NET, set('conv1', ['convolution_param', 'stride'], '2'))).toEqual([['', '\n    stride: 2']]);
    expect(after(SMALL_NET, set('ip1', ['inner_product_param', 'axis'], '2'))).toContain(
      'inner_product_param { num_output: 10 axis: 2 }',
    );
    expect(after(SMALL_NET, set('conv1', ['param', 0, 'decay_mult'], '0'))).toContain(
      'param { lr_mult: 1 decay_mult: 0 }',
    );
  });

  test('a message that is not there is made', () => {
    expect(changes(SMALL_NET, set('pool1', ['pooling_param', 'stride'], '2'))).toEqual([
      ['', '\n  pooling_param {\n    stride: 2\n  }'],
    ]);
    expect(changes(SMALL_NET, set('ip1', ['param', 1, 'lr_mult'], '2'))).toEqual([
      ['', '\n  param {}\n  param {\n    lr_mult: 2\n  }'],
    ]);
    expect(after('layer {}', set('layer', ['name'], '"x"'))).toBe('layer { name: "x" }');
  });

  test('items of lists', () => {
    const text = 'layer { name: "a" convolution_param { kernel_size: [3, 5] } }';
    const path = ['convolution_param', 'kernel_size'];
    expect(after(text, set('a', [...path, 1], '7'))).toContain('[3, 7]');
    expect(after(text, set('a', [...path, 2], '9'))).toContain('[3, 5, 9]');
    expect(after(text, set('a', [...path, 0], undefined))).toContain('[5]');
    expect(after(text, set('a', [...path, 1], undefined))).toContain('[3]');
  });

  test('clearing takes the line, and settings that became empty', () => {
    expect(changes(SMALL_NET, set('conv1', ['convolution_param', 'kernel_size'], undefined))).toEqual([
      ['    kernel_size: 5\n', ''],
    ]);
    expect(changes(SMALL_NET, set('ip1', ['inner_product_param', 'num_output'], undefined))).toEqual([
      ['  inner_product_param { num_output: 10 }\n', ''],
    ]);
    expect(after(SMALL_NET, set('conv1', ['param', 1, 'decay_mult'], undefined))).toContain('param { lr_mult: 2 }');
  });
});

describe('any series of gestures', () => {
  const types = fc.constantFrom('Convolution', 'ReLU', 'Pooling', 'InnerProduct', 'Dropout', 'Eltwise', 'Data');
  const gesture = fc.record({
    kind: fc.constantFrom('insert', 'splice', 'append', 'delete', 'set'),
    type: types,
    at: fc.nat(30),
    bottom: fc.nat(1),
  });
  const actionOf = (text: string, g: { kind: string; type: string; at: number; bottom: number }): NetAction => {
    const layers = [...net(text, 'TRAIN').layers, ...net(text, 'TEST').layers];
    const id = layers[g.at % Math.max(1, layers.length)]?.id ?? 'none';
    const layer = plainLayer(g.type);
    if (g.kind === 'insert') return { kind: 'insert', layer, after: id };
    if (g.kind === 'splice') return { kind: 'splice', layer, consumer: id, bottomIndex: g.bottom };
    if (g.kind === 'append') return { kind: 'append', layer, to: id };
    if (g.kind === 'delete') return { kind: 'delete', layers: [id] };
    return { kind: 'set', layer: id, path: ['convolution_param', 'pad'], value: String(g.bottom) };
  };

  test('keeps the text readable, its comments in place, names unique, and is undone by its inverse', () => {
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 8 }), (gestures) => {
        let text = SMALL_NET;
        for (const g of gestures) {
          const edits = netEdits(text, actionOf(text, g));
          const next = applyEdits(text, edits);
          expect(applyEdits(next, invertEdits(text, edits))).toBe(text);
          text = next;
          expect(parse(text).errors).toEqual([]);
          expect(text).toContain('# A small net.');
          expect(text).toContain('# The first convolution.');
          for (const phase of ['TRAIN', 'TEST'] as const) {
            expect(net(text, phase).diagnostics.filter((found) => found.code === 'duplicate-layer')).toEqual([]);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a layer spliced in and deleted again leaves the wiring as it was', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.constantFrom('Convolution', 'Pooling', 'Dropout'), (at, type) => {
        const { layers } = net(SMALL_NET, 'TEST');
        const consumer = layers[at % layers.length]?.id ?? '';
        const text = after(SMALL_NET, { kind: 'splice', layer: plainLayer(type), consumer, bottomIndex: 0 });
        const added = net(text, 'TEST').layers.find((layer) => !layers.some((old) => old.id === layer.id));
        if (!added) return;
        const back = after(text, { kind: 'delete', layers: [added.id] });
        for (const phase of ['TRAIN', 'TEST'] as const) {
          expect(net(back, phase).layers.map((l) => l.id)).toEqual(net(SMALL_NET, phase).layers.map((l) => l.id));
          expect(net(back, phase).diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
        }
      }),
    );
  });
});
