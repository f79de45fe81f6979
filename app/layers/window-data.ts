/**
 * WindowData. Mirrors the shape rule of Caffe's window_data_layer.cpp; the files are not read here: who runs the net writes
 * the tops, windows already cut and transformed.
 */
import { setting } from '../caffe/schema/values.ts';
import { batchText, recordShapes } from './data-shapes.ts';
import type { LayerDefinition } from './definition.ts';

/** Windows of images, as for training a detector. */
export const windowData: LayerDefinition = {
  type: 'WindowData',
  family: 'data',
  doc: 'Windows cut from images by a list, foreground and background, as for training a detector.',
  paramField: 'window_data_param',
  bottoms: { min: 0, max: 0 },
  tops: { min: 2, max: 2 },
  source: true,
  hostTops: true,
  summary: (layer) =>
    batchText(setting(layer, 'window_data_param').batch_size ?? 1, setting(layer, 'transform_param').crop_size),
  shape(c) {
    const p = setting(c.layer, 'window_data_param');
    return recordShapes(c, { batch: p.batch_size ?? 1, source: p.source ?? '', field: 'window_data_param' });
  },
  cost: () => ({ macs: 0 }),
  forward: () => undefined,
};
