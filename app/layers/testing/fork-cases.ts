/** Layers of forks at sizes that no tile or workgroup divides, for the tests of each engine. */
import type { EngineCase } from './engine-case.ts';
import { oneLayer } from './one-layer.ts';

/** By name. */
export const forkCases: Readonly<Record<string, EngineCase>> = {
  Permute: { net: oneLayer('Permute', [[3, 17, 5, 13]], 'permute_param { order: 0 order: 2 order: 3 order: 1 }') },
  'Normalize each place': {
    net: oneLayer('Normalize', [[3, 17, 5, 13]], 'norm_param { across_spatial: false channel_shared: false }'),
  },
  'Normalize the image': { net: oneLayer('Normalize', [[3, 17, 5, 13]], 'norm_param { eps: 0.001 }') },
  ShuffleChannel: { net: oneLayer('ShuffleChannel', [[3, 33, 1, 5]], 'shuffle_channel_param { group: 11 }') },
  'Interp, larger': { net: oneLayer('Interp', [[1, 3, 17, 13]], 'interp_param { zoom_factor: 3 }') },
  'Interp, smaller': { net: oneLayer('Interp', [[1, 3, 33, 65]], 'interp_param { shrink_factor: 4 pad_beg: -1 }') },
  'SmoothL1Loss, weighted': {
    net: oneLayer(
      'SmoothL1Loss',
      Array.from({ length: 4 }, () => [17, 33]),
      'loss_weight: 0.4 smooth_l1_loss_param { sigma: 1.5 }',
    ),
    range: 2,
  },
  Upsample: { net: oneLayer('Upsample', [[3, 5, 17, 13]], 'upsample_param { scale_h: 3 scale_w: 1 }') },
  'Upsample to a size': {
    net: oneLayer('Upsample', [[1, 3, 17, 13]], 'upsample_param { upsample_h: 33 upsample_w: 65 }'),
  },
  ROIPooling: {
    net: oneLayer(
      'ROIPooling',
      [
        [2, 3, 17, 13],
        [5, 5],
      ],
      'roi_pooling_param { pooled_h: 3 pooled_w: 5 }',
    ),
    values: { b: [0, 0, 0, 12, 16, 1, 3, 5, 9, 10, 1, -4, 2, 7, 40, 0, 8, 8, 8, 8, 1, 20, 20, 30, 30] },
  },
};
