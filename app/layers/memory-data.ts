/** MemoryData. Mirrors Caffe's memory_data_layer.cpp: who runs the net writes the tops. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { requirePositive, shapeText } from './shape-rules.ts';

/** Batches handed to the net by a program. */
export const memoryData: LayerDefinition = {
  type: 'MemoryData',
  family: 'data',
  doc: 'Batches of images and labels handed to the net by a program.',
  paramField: 'memory_data_param',
  template: 'memory_data_param {\n  batch_size: 32\n  channels: 3\n  height: 32\n  width: 32\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 2, max: 2 },
  source: true,
  hostTops: true,
  summary(layer) {
    const p = setting(layer, 'memory_data_param');
    return shapeText([p.batch_size, p.channels, p.height, p.width].map((d) => d ?? 0));
  },
  shape(c) {
    const p = setting(c.layer, 'memory_data_param');
    const image = (['batch_size', 'channels', 'height', 'width'] as const).map((field) =>
      requirePositive(c, p[field], `memory_data_param.${field}`),
    );
    return { tops: [image, image.slice(0, 1)] };
  },
  cost: () => ({ macs: 0 }),
  forward: () => undefined,
};
