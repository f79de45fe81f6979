/**
 * The gallery's networks against what Caffe says of the stock networks that they are (fixtures/caffe-shapes.json: every blob
 * and every parameter), and, where Caffe gave no figures, against shapes worked out by hand.
 */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from '../net/build-net.ts';
import type { Shape } from '../net/layer-table.ts';
import type { TypedNet } from '../net/typed-net.ts';
import type { Phase } from '../schema/net-messages.ts';
import { applyEdits } from '../text/apply-edits.ts';
import { upgradeNetEdits } from '../text/upgrade-edits.ts';
import { readFileSync } from 'node:fs';
import caffeShapes from './fixtures/caffe-shapes.json' with { type: 'json' };
import { galleryNet, galleryNets, galleryText } from './gallery-files.ts';

const shapeOf = (text: string): number[] => (text === '' ? [] : text.split('x').map(Number));
const textOf = (shape: Shape | undefined): string => shape?.join('x') ?? '?';

/** Shapes of all blobs by name (in-place versions have one), and of the parameters by layer. */
function shapesIn(net: TypedNet): { blobs: Record<string, string>; params: Record<string, string> } {
  return {
    blobs: Object.fromEntries([...net.blobs.values()].map(({ name, shape }) => [name, textOf(shape)])),
    params: Object.fromEntries(
      net.layers
        .filter(({ params }) => params.length > 0)
        .map(({ name, params }) => [name, params.map(({ shape }) => textOf(shape)).join(' ')]),
    ),
  };
}

describe('every network, in both phases', () => {
  test.each(galleryNets)('%s', (file) => {
    for (const phase of ['TRAIN', 'TEST'] as const) {
      const net = galleryNet(file, phase);
      expect(net.complete).toBe(true);
      expect(net.layers.filter(({ problem }) => problem !== undefined)).toEqual([]);
    }
  });
});

describe('as Caffe has the stock network', () => {
  test.each(Object.entries<{ blobs: Record<string, string>; params: Record<string, string> }>(caffeShapes))(
    '%s',
    (key, { blobs, params }) => {
      const [name, form, phase] = key.split(' ') as [string, string, Phase];
      // Batch sizes differ: ours are for one image where Caffe's files have ten.
      const given = ['data', 'label'].filter((blob) => blobs[blob] !== undefined);
      const inputs = Object.fromEntries(given.map((blob) => [blob, shapeOf(blobs[blob] ?? '')]));
      const ours = shapesIn(galleryNet(`${name}/${form}.prototxt`, phase, { inputs }));
      expect(ours.params).toEqual(params);
      // Ours tell the top-5 accuracy as well.
      expect(ours.blobs).toMatchObject(blobs);
      const more = Object.keys(ours.blobs).filter((blob) => blobs[blob] === undefined);
      expect(more.filter((blob) => blob !== 'accuracy_top5')).toEqual([]);
    },
  );
});

/** Blobs at the joints of each network, worked out by hand; Caffe rounds convolutions down and poolings up. */
const joints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'googlenet/train_test.prototxt': {
    'inception_4a/output': '32x512x14x14',
    'loss1/ave_pool': '32x512x4x4',
    'loss1/fc': '32x1024',
    'loss2/conv': '32x128x4x4',
    'loss3/classifier': '32x1000',
    'loss1/loss1': '',
  },
  'nin_imagenet/deploy.prototxt': {
    conv1: '1x96x54x54',
    pool0: '1x96x27x27',
    pool2: '1x256x13x13',
    pool3: '1x384x6x6',
    cccp8: '1x1000x6x6',
    pool4: '1x1000x1x1',
  },
  'nin_cifar10/deploy.prototxt': {
    conv1: '1x192x32x32',
    pool1: '1x96x16x16',
    pool2: '1x192x8x8',
    cccp6: '1x10x8x8',
    prob: '1x10x1x1',
  },
  'cifar10_sigmoid_bn/deploy.prototxt': { bn1: '1x32x16x16', bn2: '1x32x16x16', bn3: '1x64x8x8', prob: '1x10' },
  'resnet20/deploy.prototxt': { res1c: '1x16x32x32', res2c: '1x32x16x16', res3c: '1x64x8x8', prob: '1x10' },
  'resnet50/deploy.prototxt': {
    conv1: '1x64x112x112',
    pool1: '1x64x56x56',
    res2c: '1x256x56x56',
    res3d: '1x512x28x28',
    res4f: '1x1024x14x14',
    res5c: '1x2048x7x7',
    pool5: '1x2048x1x1',
    prob: '1x1000',
  },
  'resnet152/deploy.prototxt': { res3b7: '1x512x28x28', res4b35: '1x1024x14x14', res5c: '1x2048x7x7', prob: '1x1000' },
  'squeezenet/deploy.prototxt': {
    conv1: '1x64x113x113',
    pool1: '1x64x56x56',
    pool3: '1x128x28x28',
    pool5: '1x256x14x14',
    'fire9/concat': '1x512x14x14',
    prob: '1x1000x1x1',
  },
  'mobilenet/deploy.prototxt': { 'conv5_6/dw': '1x512x7x7', 'conv6/sep': '1x1024x7x7', prob: '1x1000x1x1' },
  'mobilenet_v2/deploy.prototxt': {
    block_3_1: '1x24x56x56',
    block_4_2: '1x32x28x28',
    block_5_2: '1x96x14x14',
    conv6_4: '1x1280x7x7',
    prob: '1x1000x1x1',
  },
  'densenet121/deploy.prototxt': {
    pool1: '1x64x56x56',
    concat_2_6: '1x256x56x56',
    concat_3_12: '1x512x28x28',
    concat_4_24: '1x1024x14x14',
    concat_5_16: '1x1024x7x7',
    prob: '1x1000x1x1',
  },
  'fcn8s/deploy.prototxt': {
    conv1_1: '1x64x698x698',
    pool5: '1x512x22x22',
    fc7: '1x4096x16x16',
    upscore2: '1x21x34x34',
    upscore_pool4: '1x21x70x70',
    upscore8: '1x21x568x568',
    score: '1x21x500x500',
  },
  'fcn8s/train_test.prototxt': { score: '1x21x500x500', loss: '' },
  'ssd300/deploy.prototxt': {
    conv4_3_norm: '1x512x38x38',
    fc7: '1x1024x19x19',
    conv9_2: '1x256x1x1',
    mbox_loc: '1x34928',
    mbox_conf: '1x183372',
    mbox_priorbox: '1x2x34928',
    mbox_conf_reshape: '1x8732x21',
    detection_out: '1x1x1x7',
  },
  'faster_rcnn/deploy.prototxt': {
    'rpn/output': '1x512x14x14',
    rpn_cls_prob_reshape: '1x18x14x14',
    rpn_bbox_pred: '1x36x14x14',
    rois: '1x5',
    pool5: '1x512x7x7',
    cls_prob: '1x21',
    bbox_pred: '1x84',
  },
  'siamese/train_test.prototxt': {
    data: '64x1x28x28',
    data_p: '64x1x28x28',
    feat: '64x2',
    feat_p: '64x2',
    sim: '64',
    loss: '',
  },
  'autoencoder/deploy.prototxt': { encode4: '1x30', decode1neuron: '1x784' },
  'lstm_caption/train_test.prototxt': {
    embedded_input_sentence: '20x100x1000',
    lstm1: '20x100x1000',
    predict: '20x100x8801',
    cross_entropy_loss: '',
  },
  'lstm_caption/deploy.prototxt': { lstm2: '1x1x1000', probs: '1x1x8801' },
};

test.each(Object.entries(joints))('%s has its size at the joints', (file, blobs) => {
  const phase = file.endsWith('deploy.prototxt') ? 'TEST' : 'TRAIN';
  expect(shapesIn(galleryNet(file, phase)).blobs).toMatchObject(blobs);
});

test('a siamese pair has one set of weights', () => {
  const net = galleryNet('siamese/train_test.prototxt', 'TRAIN');
  const names = (layers: readonly string[]): string[] => layers.flatMap((layer) => [`${layer}_w`, `${layer}_b`]);
  expect(net.params).toHaveLength(10);
  const given = net.layers.flatMap(({ params }) => params.map(({ name }) => name));
  const tower = names(['conv1', 'conv2', 'ip1', 'ip2', 'feat']);
  expect(given).toEqual([...tower, ...tower]);
});

describe('a network in the form of before 2014', () => {
  const text = readFileSync(new URL('fixtures/nin_imagenet_v1.prototxt', import.meta.url), 'utf8');
  const build = (source: string, phase: Phase): TypedNet => buildNet(source, { phase, layers: layerTable });

  test.each(['TRAIN', 'TEST'] as const)('%s has the shapes of the same network in the current form', (phase) => {
    expect(shapesIn(build(text, phase))).toEqual(shapesIn(galleryNet('nin_imagenet/train_test.prototxt', phase)));
  });

  test('upgraded, it is that network', () => {
    const upgraded = applyEdits(text, upgradeNetEdits(text));
    expect(upgraded).toContain('# The network of nin_imagenet');
    const layersOf = (net: TypedNet): unknown[] =>
      net.layers.map(({ name, type, params }) => [
        name,
        type,
        params.map(({ shape, lrMult, decayMult, filler }) => [shape, lrMult, decayMult, filler?.type, filler?.std]),
      ]);
    const ours = build(galleryText('nin_imagenet/train_test.prototxt'), 'TRAIN');
    expect(layersOf(build(upgraded, 'TRAIN'))).toEqual(layersOf(ours));
  });
});
