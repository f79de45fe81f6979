/** Shapes of the layers that forks of Caffe have added, as their Reshape gives them, and their refusals. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import { layerTable } from './index.ts';
import { oneLayer } from './testing/one-layer.ts';

function build(type: string, bottoms: readonly Shape[], settings: string, tops = ['y']) {
  const net = buildNet(oneLayer(type, bottoms, settings, tops), { phase: 'TRAIN', layers: layerTable });
  return {
    tops: tops.map((top) => net.blobs.get(top)?.shape),
    params: net.layers.at(-1)?.params.map(({ shape }) => shape),
    errors: net.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message),
  };
}

const map: Shape = [2, 512, 38, 38];

describe('shapes', () => {
  test.each<[string, readonly Shape[], string, Shape]>([
    ['Permute', [map], 'permute_param { order: 0 order: 2 order: 3 order: 1 }', [2, 38, 38, 512]],
    ['Permute', [map], 'permute_param { order: 1 }', [512, 2, 38, 38]],
    ['Normalize', [map], 'norm_param { across_spatial: false channel_shared: false }', map],
    // conv4_3 of SSD300: four boxes a place.
    [
      'PriorBox',
      [map, [2, 3, 300, 300]],
      'prior_box_param { min_size: 30 max_size: 60 aspect_ratio: 2 }',
      [1, 2, 23104],
    ],
    [
      'PriorBox',
      [
        [2, 8, 19, 19],
        [2, 3, 300, 300],
      ],
      'prior_box_param { min_size: 60 max_size: 111 aspect_ratio: 2 aspect_ratio: 3 }',
      [1, 2, 19 * 19 * 6 * 4],
    ],
    [
      'PriorBox',
      [
        [2, 8, 2, 2],
        [2, 3, 9, 9],
      ],
      'prior_box_param { min_size: 1 aspect_ratio: 1 aspect_ratio: 2 flip: false }',
      [1, 2, 4 * 2 * 4],
    ],
    [
      'DetectionOutput',
      [
        [1, 80],
        [1, 420],
        [1, 2, 80],
      ],
      'detection_output_param { num_classes: 21 }',
      [1, 1, 1, 7],
    ],
    [
      'MultiBoxLoss',
      [
        [2, 80],
        [2, 420],
        [1, 2, 80],
        [1, 1, 3, 8],
      ],
      'multibox_loss_param { num_classes: 21 }',
      [],
    ],
    [
      'AnnotatedData',
      [],
      'data_param { batch_size: 8 } transform_param { resize_param { height: 512 width: 300 } }',
      [8, 3, 512, 300],
    ],
    [
      'ROIPooling',
      [
        [1, 256, 37, 50],
        [128, 5],
      ],
      'roi_pooling_param { pooled_h: 7 pooled_w: 6 spatial_scale: 0.0625 }',
      [128, 256, 7, 6],
    ],
    [
      'SmoothL1Loss',
      [
        [4, 84],
        [4, 84],
        [4, 84],
        [4, 84],
      ],
      '',
      [],
    ],
    ['Interp', [[1, 8, 60, 60]], 'interp_param { height: 90 width: 80 }', [1, 8, 90, 80]],
    ['Interp', [[1, 8, 60, 61]], 'interp_param { zoom_factor: 8 }', [1, 8, 473, 481]],
    ['Interp', [[1, 8, 713, 713]], 'interp_param { shrink_factor: 2 }', [1, 8, 357, 357]],
    [
      'Interp',
      [[1, 8, 65, 65]],
      'interp_param { shrink_factor: 4 zoom_factor: 2 pad_beg: 0 pad_end: -1 }',
      [1, 8, 31, 31],
    ],
    ['Upsample', [[1, 8, 13, 13]], 'upsample_param { scale: 2 }', [1, 8, 26, 26]],
    [
      'Upsample',
      [
        [1, 8, 12, 15],
        [1, 8, 12, 15],
      ],
      'upsample_param { upsample_h: 23 upsample_w: 30 }',
      [1, 8, 23, 30],
    ],
    [
      'Upsample',
      [
        [1, 8, 12, 15],
        [1, 8, 12, 15],
      ],
      'upsample_param { pad_out_h: true }',
      [1, 8, 23, 30],
    ],
    ['ShuffleChannel', [[1, 240, 28, 28]], 'shuffle_channel_param { group: 3 }', [1, 240, 28, 28]],
    [
      'Python',
      [
        [1, 18, 14, 14],
        [1, 36, 14, 14],
        [1, 3],
      ],
      `python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" }`,
      [1, 5],
    ],
  ])('%s of %j with %s', (type, bottoms, settings, top) => {
    expect(build(type, bottoms, settings)).toMatchObject({ tops: [top], errors: [] });
  });

  test('several tops', () => {
    const anchors = 'python_param { module: "rpn.anchor_target_layer" layer: "AnchorTargetLayer" }';
    expect(
      build(
        'Python',
        [
          [1, 18, 14, 10],
          [1, 5],
          [1, 3],
          [1, 3, 224, 160],
        ],
        anchors,
        ['labels', 'targets', 'inside', 'outside'],
      ).tops,
    ).toEqual([
      [1, 1, 126, 10],
      [1, 36, 14, 10],
      [1, 36, 14, 10],
      [1, 36, 14, 10],
    ]);
    const targets = `python_param { module: "rpn.proposal_target_layer" layer: "ProposalTargetLayer" param_str: "'num_classes': 21" }`;
    expect(
      build(
        'Python',
        [
          [1, 5],
          [1, 5],
        ],
        targets,
        ['rois', 'labels', 'targets', 'inside', 'outside'],
      ).tops,
    ).toEqual([
      [1, 5],
      [1, 1],
      [1, 84],
      [1, 84],
      [1, 84],
    ]);
    expect(build('AnnotatedData', [], 'data_param { batch_size: 8 }', ['x', 'l']).tops).toEqual([
      [8, 3, 300, 300],
      [1, 1, 1, 8],
    ]);
  });

  test('Normalize learns a factor for each channel, or one', () => {
    expect(build('Normalize', [map], 'norm_param { channel_shared: false }').params).toEqual([[512]]);
    expect(build('Normalize', [map], '').params).toEqual([[]]);
  });
});

test.each<[string, readonly Shape[], string, string]>([
  ['Permute', [map], 'permute_param { order: 4 }', 'there is no axis 4'],
  ['Permute', [map], 'permute_param { order: 1 order: 1 }', 'names axis 1 twice'],
  ['PriorBox', [map, map], '', 'min_size is missing'],
  ['PriorBox', [map, map], 'prior_box_param { min_size: 3 max_size: 4 max_size: 5 }', 'one for each of the 1 min_size'],
  [
    'MultiBoxLoss',
    [
      [2, 79],
      [2, 420],
      [1, 2, 80],
      [1, 1, 3, 8],
    ],
    'multibox_loss_param { num_classes: 21 }',
    'must hold 80 values',
  ],
  [
    'MultiBoxLoss',
    [
      [2, 80],
      [2, 400],
      [1, 2, 80],
      [1, 1, 3, 8],
    ],
    'multibox_loss_param { num_classes: 21 }',
    'must hold 420 values',
  ],
  ['ROIPooling', [map, [4, 4]], 'roi_pooling_param { pooled_h: 7 pooled_w: 7 }', 'five numbers'],
  ['Interp', [map], '', 'Say how large the result is'],
  ['Interp', [map], 'interp_param { zoom_factor: 2 pad_beg: 1 }', 'must be 0 or below'],
  ['ShuffleChannel', [map], 'shuffle_channel_param { group: 3 }', 'does not divide'],
])('%s of %j with %s is refused', (type, bottoms, settings, words) => {
  const { errors } = build(type, bottoms, settings);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(words);
});
