/** ReLU, plain and leaky. Mirrors Caffe's relu_layer.cpp. */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, gt, max, min, mul, select } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

const slopeOf = (layer: LayerParameter): number => setting(layer, 'relu_param').negative_slope;

/** max(x, 0), and negative_slope·x below zero. */
export const relu = elementwise({
  type: 'ReLU',
  doc: 'Lets positive values pass and cuts off negative ones, or scales them by negative_slope.',
  paramField: 'relu_param',
  template: '',
  summary: (layer) => (slopeOf(layer) === 0 ? '' : `slope ${slopeOf(layer)}`),
  f(x, layer) {
    const slope = slopeOf(layer);
    return slope === 0 ? max(x, 0) : add(max(x, 0), mul(min(x, 0), slope));
  },
  // The output has the input's sign only where the slope is not negative.
  fromOutput(dy, y, layer) {
    const slope = slopeOf(layer);
    return slope < 0 ? undefined : select(gt(y, 0), dy, slope === 0 ? 0 : mul(dy, slope));
  },
  fromInput: (dy, x, layer) => select(gt(x, 0), dy, mul(dy, slopeOf(layer))),
});
