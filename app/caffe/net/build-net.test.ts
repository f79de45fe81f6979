/** The typed net: phases, versions of blobs, old forms, sharing, what takes part in backward, and the sentences. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Phase } from '../schema/net-messages.ts';
import { buildNet } from './build-net.ts';
import type { BuildOptions } from './build-net.ts';
import { PLAIN_LAYERS, SMALL_NET } from './fixtures/plain-layers.ts';
import { summarise } from './summary.ts';
import type { TypedNet } from './typed-net.ts';

const build = (text: string, phase: Phase = 'TRAIN', more: Partial<BuildOptions> = {}): TypedNet =>
  buildNet(text, { phase, layers: PLAIN_LAYERS, ...more });
const found = (text: string, phase: Phase = 'TRAIN', more: Partial<BuildOptions> = {}): string[] =>
  build(text, phase, more).diagnostics.map(
    ({ code, range, message }) => `${code} [${text.slice(range.start, range.end)}] ${message}`,
  );
const ids = (net: TypedNet): string[] => net.layers.map((layer) => layer.id);

/** A layer in one line. */
const layer = (name: string, type: string, bottoms: string[], tops: string[], rest = ''): string =>
  `layer { name: "${name}" type: "${type}" ${bottoms.map((b) => `bottom: "${b}" `).join('')}${tops.map((t) => `top: "${t}" `).join('')}${rest} }\n`;
const DATA = layer('d', 'Data', [], ['data', 'label']);
const ip = (name: string, bottom: string, rest = ''): string =>
  layer(name, 'InnerProduct', [bottom], [name], `inner_product_param { num_output: 4 } ${rest}`);

describe('a small net', () => {
  test('each phase has its layers, ids stay the same in both', () => {
    expect(ids(build(SMALL_NET))).toEqual(['cifar', 'conv1', 'relu1', 'pool1', 'ip1', 'loss']);
    expect(ids(build(SMALL_NET, 'TEST'))).toEqual(['cifar#1', 'conv1', 'relu1', 'pool1', 'ip1', 'accuracy', 'loss']);
  });

  test('blobs have versions, shapes, readers; the net its outputs', () => {
    const net = build(SMALL_NET, 'TEST');
    expect([...net.blobs.keys()]).toEqual(['data', 'label', 'conv1', 'conv1@1', 'pool1', 'ip1', 'accuracy', 'loss']);
    expect(net.blobs.get('conv1@1')).toMatchObject({ name: 'conv1', shape: [50, 32, 32, 32], producer: 2 });
    expect(net.blobs.get('ip1')?.consumers).toEqual([
      { layer: 5, bottomIndex: 0 },
      { layer: 6, bottomIndex: 0 },
    ]);
    expect(net.outputs).toEqual(['accuracy', 'loss']);
    expect(net.blobs.get('loss')).toMatchObject({ shape: [], lossWeight: 1 });
    expect(net.layers.map((l) => l.inPlace)).toEqual([false, false, true, false, false, false, false]);
    expect(net.complete).toBe(true);
    expect(net.diagnostics).toEqual([]);
  });

  test('parameters with their multipliers, and totals', () => {
    const net = build(SMALL_NET);
    expect(net.params.map((p) => [p.layer, p.position, p.lrMult, p.decayMult])).toEqual([
      [1, 0, 1, 1],
      [1, 1, 2, 0],
      [4, 0, 1, 1],
      [4, 1, 1, 1],
    ]);
    expect(summarise(net)).toMatchObject({
      layers: 6,
      batch: 100,
      params: 32 * 75 + 32 + 10 * 32768 + 10,
      learnedParams: 330122,
      forwardBytes: 4 * (100 * 3072 + 100 + 2 * 100 * 32768 + 1000 + 1),
    });
  });

  test('the record of a data set and given inputs set the shapes', () => {
    expect(build(SMALL_NET, 'TRAIN', { record: [3, 28, 24] }).blobs.get('conv1')?.shape).toEqual([100, 32, 28, 24]);
    const text = layer('in', 'Input', [], ['x']) + layer('r', 'ReLU', ['x'], ['y']);
    expect(found(text)[0]).toContain('Input needs a shape.');
    expect(build(text, 'TEST', { inputs: { x: [2, 3] } }).blobs.get('y')?.shape).toEqual([2, 3]);
  });
});

describe('rules', () => {
  const text =
    layer('a', 'Data', [], ['a'], 'include { stage: "s" } include { min_level: 2 max_level: 3 }') +
    layer('b', 'Data', [], ['b'], 'exclude { phase: TEST not_stage: "s" }');

  test('phase, level, stage and not_stage', () => {
    expect(ids(build(text))).toEqual(['b']);
    expect(ids(build(text, 'TRAIN', { stages: ['s'] }))).toEqual(['a', 'b']);
    expect(ids(build(text, 'TEST', { level: 2 }))).toEqual(['a']);
    expect(ids(build(text, 'TEST', { level: 4, stages: ['s'] }))).toEqual(['a', 'b']);
    expect(ids(build(`state { level: 3 stage: "s" } ${text}`))).toEqual(['a', 'b']);
  });

  test('both kinds at once are refused', () => {
    const both = layer('a', 'Data', [], ['a'], 'include { phase: TRAIN } exclude { phase: TEST }');
    expect(found(both)[0]).toContain('[{ phase: TEST }] "a" has both include and exclude rules.');
  });
});

describe('old forms', () => {
  test('net inputs become an Input layer', () => {
    const text = 'input: "x" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n' + layer('r', 'ReLU', ['x'], ['y']);
    const net = build(text, 'TEST');
    expect(net.blobs.get('y')?.shape).toEqual([1, 3, 8, 8]);
    expect(net.layers[0]).toMatchObject({ id: 'input', type: 'Input' });
    expect(net.diagnostics.map((d) => [d.code, d.severity])).toEqual([['old-format', 'info']]);
    expect(found('input: "x" input: "y" input_dim: 1 input_dim: 3')[0]).toContain(
      'Each input needs four "input_dim": 8 in all, but 2 are given.',
    );
  });

  test('layers of the old kind get new names, multipliers and transformations', () => {
    const net = build(
      'layers { name: "d" type: DATA top: "x" top: "l" data_param { batch_size: 2 scale: 0.5 crop_size: 9 } transform_param { mirror: true } }' +
        'layers { name: "i" type: INNER_PRODUCT bottom: "x" top: "i" param: "w" param: "b" blobs_lr: 1 blobs_lr: 2 weight_decay: 1 weight_decay: 0 blob_share_mode: PERMISSIVE inner_product_param { num_output: 4 } }',
    );
    const [data, inner] = net.layers;
    expect(data).toMatchObject({
      type: 'Data',
      parameter: {
        data_param: { batch_size: 2, scale: 1 },
        transform_param: { scale: 0.5, crop_size: 9, mirror: true },
      },
    });
    expect(inner?.type).toBe('InnerProduct');
    expect(inner?.params.map((p) => [p.name, p.lrMult, p.decayMult])).toEqual([
      ['w', 1, 1],
      ['b', 2, 0],
    ]);
    expect(inner?.parameter.param.map((p) => p.share_mode)).toEqual(['PERMISSIVE', undefined]);
  });

  test("Caffe's first form gets one sentence", () => {
    const text =
      'layers { layer { name: "data" type: "data" source: "x" meanfile: "m" batchsize: 128 cropsize: 227 mirror: true } top: "data" top: "label" }' +
      'layers { layer { name: "conv1" type: "conv" num_output: 96 kernelsize: 11 blobs_lr: 1. weight_filler { std: 0.01 } } bottom: "data" top: "conv1" }';
    expect(build(text).diagnostics).toMatchObject([{ code: 'old-format', severity: 'error' }]);
    expect(found(text)[0]).toContain('This net is in Caffe\'s first form, a "layer" inside each "layers"');
    expect(build(text).layers).toEqual([]);
  });

  test('old transformations of images and windows move, too; those that stand there already stay', () => {
    const [image, window] = build(
      'layers { name: "i" type: IMAGE_DATA top: "x" image_data_param { batch_size: 2 new_height: 9 crop_size: 7 mean_file: "m" } transform_param { mirror: true crop_size: 5 } }' +
        'layers { name: "w" type: WINDOW_DATA top: "y" window_data_param { batch_size: 3 crop_size: 6 mirror: true scale: 2 } }',
    ).layers;
    expect(image?.parameter).toMatchObject({
      image_data_param: { batch_size: 2, new_height: 9, crop_size: 0 },
      transform_param: { mirror: true, crop_size: 7, mean_file: 'm' },
    });
    expect(window?.parameter).toMatchObject({
      window_data_param: { batch_size: 3, crop_size: 0, mirror: false },
      transform_param: { crop_size: 6, mirror: true, scale: 2 },
    });
  });

  test('layers of both forms: those of the new one are passed over, as Caffe does', () => {
    const both = layer('a', 'Data', [], ['a']) + 'layers { name: "b" type: DATA top: "b" }';
    expect(ids(build(both))).toEqual(['b']);
    expect(found(both)[0]).toContain('A net may not have both "layer" and "layers"');
  });

  test('a BatchNorm with three multipliers gets zeros; fewer that are not zero are refused', () => {
    const norm = (params: string): string => DATA + layer('n', 'BatchNorm', ['data'], ['n'], params);
    expect(
      build(norm('param { lr_mult: 1 } '.repeat(3))).layers[1]?.params.map((p) => [p.lrMult, p.decayMult]),
    ).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(build(norm('')).params.map((p) => p.lrMult)).toEqual([0, 0, 0]);
    expect(found(norm('param { lr_mult: 1 }')).join()).toContain(
      '[1] The mean of "n" is kept by the layer and cannot learn: its lr_mult must be 0.',
    );
  });
});

describe('sharing', () => {
  test('one owner for a name, whoever sets the multipliers', () => {
    const text =
      DATA +
      ip('a', 'data', 'param { name: "w" } param { name: "b" lr_mult: 2 }') +
      ip('b', 'data', 'param { name: "w" lr_mult: 3 } param { name: "b" lr_mult: 2 }');
    const net = build(text);
    expect(net.params).toHaveLength(2);
    expect(net.layers.slice(1).map((l) => l.params.map((p) => [p.owner, p.lrMult]))).toEqual([
      [
        [0, 3],
        [1, 2],
      ],
      [
        [0, 3],
        [1, 2],
      ],
    ]);
    expect(net.complete).toBe(true);
  });

  test('shapes and multipliers must agree', () => {
    const text =
      DATA + ip('a', 'data', 'param { name: "w" lr_mult: 1 }') + ip('b', 'a', 'param { name: "w" lr_mult: 2 }');
    expect(found(text).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      '[{ name: "w" lr_mult: 2 }] "b" shares "w" with "a", but needs 4×4 where that has 4×3072.',
      '[2] The shared parameter "w" has lr_mult 1 in "a" and 2 here. Make them equal.',
    ]);
    const relaxed =
      DATA + ip('a', 'data', 'param { name: "w" }') + ip('b', 'a', 'param { name: "w" share_mode: PERMISSIVE }');
    expect(found(relaxed)[0]).toContain('4×4 where that has 4×3072');
  });

  test('more multipliers than parameters', () => {
    expect(found(DATA + layer('p', 'Pooling', ['data'], ['p'], 'param { lr_mult: 1 }'))[0]).toBe(
      'param-count [{ lr_mult: 1 }] "p" has 0 parameter blobs but 1 "param". Remove those too many.',
    );
  });
});

describe('backward', () => {
  const needs = (text: string, phase: Phase = 'TRAIN'): string[] =>
    build(text, phase).layers.map(
      (l) => `${l.id}${l.needsBackward ? '+' : '-'}${l.propagateDown.map(Number).join('')}`,
    );
  const loss = (bottom: string): string => layer('loss', 'SoftmaxWithLoss', [bottom, 'label'], ['loss']);

  test('starts where something learns and ends where nothing leads to a loss', () => {
    expect(needs(DATA + ip('a', 'data') + ip('b', 'a') + ip('side', 'a') + loss('b'))).toEqual([
      'd-',
      'a+0',
      'b+1',
      'side-0',
      'loss+10',
    ]);
  });

  test('frozen layers need none, but pass on what comes from below', () => {
    const frozen = 'param { lr_mult: 0 } param { lr_mult: 0 }';
    expect(needs(DATA + ip('a', 'data', frozen) + ip('b', 'a') + loss('b'))).toEqual(['d-', 'a-0', 'b+0', 'loss+10']);
    expect(needs(DATA + ip('a', 'data') + ip('b', 'a', frozen) + loss('b'))).toEqual(['d-', 'a+0', 'b+1', 'loss+10']);
  });

  test('propagate_down cuts a branch, and what only feeds that branch', () => {
    expect(needs(DATA + ip('a', 'data') + ip('b', 'a', 'propagate_down: false') + loss('b'))).toEqual([
      'd-',
      'a-0',
      'b+0',
      'loss+10',
    ]);
    expect(
      needs(
        DATA +
          ip('a', 'data') +
          ip('b', 'a', 'propagate_down: false') +
          ip('c', 'a') +
          layer('s', 'Eltwise', ['b', 'c'], ['s']) +
          loss('s'),
      ),
    ).toEqual(['d-', 'a+0', 'b+0', 'c+1', 's+11', 'loss+10']);
  });

  test('force_backward reaches the data but not the labels', () => {
    expect(needs(`force_backward: true ${DATA}${ip('a', 'data')}${loss('a')}`)).toEqual(['d+', 'a+1', 'loss+10']);
  });

  test('a loss weight makes any layer a loss; 0 takes it from one', () => {
    expect(
      needs(DATA + layer('a', 'InnerProduct', ['data'], ['a'], 'loss_weight: 2 inner_product_param { num_output: 1 }')),
    ).toEqual(['d-', 'a+0']);
    expect(
      needs(DATA + ip('a', 'data') + layer('loss', 'SoftmaxWithLoss', ['a', 'label'], ['loss'], 'loss_weight: 0')),
    ).toEqual(['d-', 'a-0', 'loss-00']);
  });

  test('a loss without a top has one all the same', () => {
    const net = build(DATA + ip('a', 'data') + layer('loss', 'SoftmaxWithLoss', ['a', 'label'], []));
    expect(net.layers.at(-1)?.tops).toEqual(['(automatic)']);
    expect(net.blobs.get('(automatic)')?.lossWeight).toBe(1);
  });
});

describe('sentences', () => {
  test('a blob that nobody makes: a slip, made later, made in the other phase', () => {
    expect(found(DATA + ip('a', 'dta'))[0]).toBe(
      'missing-blob ["dta"] In TRAIN there is no blob "dta" for "a" to read. Did you mean "data"?',
    );
    expect(found(ip('a', 'data') + DATA)[0]).toContain('"d" makes it only later');
    expect(found(layer('d', 'Data', [], ['data'], 'include { phase: TEST }') + ip('a', 'data'))[0]).toContain(
      'It is made in the other phase only, by "d".',
    );
    const net = build(ip('a', 'x'));
    expect(net.layers[0]?.bottoms).toEqual(['?x']);
    expect(net.complete).toBe(false);
  });

  test('two makers of one blob, two layers of one name', () => {
    const text = DATA + ip('a', 'data') + layer('b', 'Pooling', ['data'], ['a']);
    expect(found(text)).toContain(
      'duplicate-top ["a"] The blob "a" is already made by "a". Give this top another name.',
    );
    expect(found(DATA + ip('a', 'data') + layer('a', 'Pooling', ['data'], ['p'])).join()).toContain(
      'duplicate-layer ["a"] Two layers are named "a".',
    );
  });

  test('in place, where another reads the blob or the type cannot', () => {
    expect(found(DATA + ip('a', 'data') + ip('b', 'a') + layer('r', 'ReLU', ['a'], ['a'])).join()).toContain(
      'in-place ["a"] "r" changes "a" in place, but "b" reads that blob too.',
    );
    expect(found(DATA + layer('p', 'Pooling', ['data'], ['data']))[0]).toContain('Pooling does not work in place');
  });

  test('counts of bottoms, tops, loss weights and propagate_down', () => {
    expect(found(layer('r', 'ReLU', [], ['r']))[0]).toBe('bottom-count ["r"] ReLU takes 1 bottom; "r" has 0.');
    expect(found(DATA + layer('r', 'ReLU', ['data', 'label'], ['r']))[0]).toBe(
      'bottom-count ["label"] ReLU takes 1 bottom; "r" has 2.',
    );
    expect(found(DATA + layer('r', 'ReLU', ['data'], ['r', 's']))[0]).toBe(
      'top-count ["s"] ReLU takes 1 top; "r" has 2.',
    );
    expect(found(DATA + layer('s', 'SoftmaxWithLoss', ['data', 'label'], ['l', 'p']))[0]).toContain(
      'needs as many "loss_weight"',
    );
    expect(found(DATA + layer('r', 'ReLU', ['data'], ['r'], 'propagate_down: [true, false]'))[0]).toContain(
      '1 bottoms and 2 "propagate_down"',
    );
  });

  test('unknown types: a slip is an error, a stranger a warning; what follows says why it has no shape', () => {
    const slip = build(DATA + layer('c', 'Convolutoin', ['data'], ['c']));
    expect(slip.diagnostics[0]).toMatchObject({ code: 'unknown-layer-type', severity: 'error' });
    expect(slip.diagnostics[0]?.fixes?.[0]?.title).toBe('Change to "Convolution"');
    const strange = build(DATA + layer('x', 'RoiAlignment', ['data'], ['x']) + layer('r', 'ReLU', ['x'], ['r']));
    expect(strange.diagnostics[0]?.severity).toBe('warning');
    expect(strange.layers[2]?.problem).toBe('The shape of "x" is not known.');
    expect(strange.complete).toBe(false);
  });

  test('a refused shape is marked at the setting that is to blame', () => {
    const text =
      DATA + layer('c', 'Convolution', ['data'], ['c'], 'convolution_param { num_output: 4 kernel_size: 99 }');
    expect(found(text)[0]).toBe('shape [99] The kernel is larger than the image.');
  });

  test('nothing there', () => {
    expect(found('')[0]).toContain('There are no layers yet.');
    expect(found(layer('d', 'Data', [], ['x'], 'include { phase: TEST }'))[0]).toContain(
      'No layer takes part in TRAIN.',
    );
  });
});

test('mangled texts never throw and are quick', () => {
  const mangle = fc.record({
    at: fc.nat(SMALL_NET.length),
    cut: fc.nat(40),
    put: fc.constantFrom(
      '',
      '{',
      '}',
      '"',
      'layer {',
      ': 1',
      '\n',
      'bottom: "conv1"',
      '-',
      '[',
      '99999999999',
      'layers { type: RELU }',
      'input: "data" input_dim: -1',
    ),
  });
  build(SMALL_NET);
  fc.assert(
    fc.property(
      fc.array(mangle, { minLength: 1, maxLength: 5 }),
      fc.constantFrom<Phase>('TRAIN', 'TEST'),
      (changes, phase) => {
        let text = SMALL_NET;
        for (const { at, cut, put } of changes) text = text.slice(0, at) + put + text.slice(at + cut);
        const net = build(text, phase);
        for (const { range } of net.diagnostics) {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(text.length);
        }
        // The best of three: what counts is the work, not what else the machine is doing. Blanks make the text a new one.
        const times = [1, 2, 3].map((blanks) => {
          const start = performance.now();
          build(text + ' '.repeat(blanks), phase);
          return performance.now() - start;
        });
        expect(Math.min(...times)).toBeLessThan(100);
      },
    ),
    { numRuns: 150 },
  );
});
