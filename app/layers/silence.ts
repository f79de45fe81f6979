/** Silence. Mirrors Caffe's silence_layer.cpp. */
import { f32 } from '../engine/ir/build.ts';
import type { LayerDefinition } from './definition.ts';

/** Takes blobs that nobody else reads, so that they are not outputs of the net. */
export const silence: LayerDefinition = {
  type: 'Silence',
  family: 'utility',
  doc: 'Takes blobs that nobody else reads, so that they do not count as outputs of the net.',
  template: '',
  bottoms: { min: 1, max: Infinity },
  tops: { min: 0, max: 0 },
  summary: () => '',
  shape: () => ({ tops: [] }),
  cost: () => ({ macs: 0 }),
  forward: () => undefined,
  backward(c) {
    for (const target of c.bottomDiffs) if (target !== undefined) c.computeFlat(target, () => f32(0));
  },
};
