/** What one place of a top sees of its bottom, for the layers that move a window: the steps of a receptive field. */
import type { Shape, WindowAxis } from '../caffe/net/layer-table.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { reach, spatialAxes } from './convolution-geometry.ts';
import { poolAxes } from './pooling-geometry.ts';
import { canonical, nth } from './views.ts';

const axesOf = (layer: LayerParameter, bottom: Shape) =>
  spatialAxes(layer, bottom.length - canonical(setting(layer, 'convolution_param').axis, bottom.length) - 1);

/** The windows of Convolution and Im2col. */
export const slidingWindow = (layer: LayerParameter, bottom: Shape): WindowAxis[] =>
  axesOf(layer, bottom).map((a) => ({ size: reach(a), stride: a.stride, offset: -a.pad }));

/**
 * The windows of Deconvolution: a place sees the inputs that spread over it. Their number differs by one from place to
 * place where the stride does not divide the kernel; this is the largest.
 */
export const spreadingWindow = (layer: LayerParameter, bottom: Shape): WindowAxis[] =>
  axesOf(layer, bottom).map((a) => {
    const size = Math.floor((reach(a) - 1) / a.stride) + 1;
    return { size, stride: 1 / a.stride, offset: Math.floor(a.pad / a.stride) - (size - 1) };
  });

/** The windows of Pooling. */
export const poolingWindow = (layer: LayerParameter, bottom: Shape): WindowAxis[] =>
  poolAxes(layer, nth(bottom, 2), nth(bottom, 3)).map((a) => ({ size: a.kernel, stride: a.stride, offset: -a.pad }));
