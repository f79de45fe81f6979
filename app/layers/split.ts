/** Split. Mirrors Caffe's split_layer.cpp. Crema needs none between layers: gradients of several readers add up by themselves. */
import { copyBackward, copyForward } from './copying.ts';
import type { LayerDefinition } from './definition.ts';
import { likeBottom } from './shape-rules.ts';

/** Gives a blob several names. */
export const split: LayerDefinition = {
  type: 'Split',
  family: 'utility',
  doc: 'Gives a blob several names. Seldom needed: several layers may read one blob as it is.',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: Infinity },
  summary: () => '',
  shape: likeBottom,
  cost: () => ({ macs: 0 }),
  forward: copyForward,
  backward: copyBackward,
};
