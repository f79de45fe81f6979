/** Im2col: the columns behind Caffe's convolution. Mirrors Caffe's im2col_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { im2colShape, spatialAxes, windowSummary } from './convolution-geometry.ts';
import type { LayerDefinition } from './definition.ts';
import { notYet } from './unsupported.ts';
import { slidingWindow } from './windows.ts';

/** Lays the window's content at each of its places out as a column. */
export const im2col: LayerDefinition = {
  type: 'Im2col',
  family: 'vision',
  doc: 'Lays out what a sliding window sees at each of its places as a column of channels.',
  paramField: 'convolution_param',
  template: 'convolution_param {\n  kernel_size: 3\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary: (layer) =>
    windowSummary(spatialAxes(layer, Math.max(2, setting(layer, 'convolution_param').kernel_size.length))),
  shape: (c) => ({ tops: [im2colShape(c)] }),
  cost: () => ({ macs: 0 }),
  window: slidingWindow,
  supports: notYet('Im2col', 'use Convolution'),
};
