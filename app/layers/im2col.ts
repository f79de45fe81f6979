/** Im2col: the columns behind Caffe's convolution. Mirrors Caffe's im2col_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { geometryOf, im2colShape, spatialAxes, windowSummary } from './convolution-geometry.ts';
import { gatherColumns, layColumns } from './convolution-kernels.ts';
import type { LayerDefinition } from './definition.ts';
import { nth } from './views.ts';
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
  forward(c) {
    const [x, y] = [nth(c.bottoms, 0), nth(c.tops, 0)];
    layColumns(c, geometryOf(c.layer, x.shape, y.shape), x, y);
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    const dy = nth(c.topDiffs, 0);
    if (target !== undefined) gatherColumns(c, geometryOf(c.layer, target.shape, dy.shape), dy, target);
  },
};
