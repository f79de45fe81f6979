/** TanH. Mirrors Caffe's tanh_layer.cpp. */
import { mul, sub, tanh as hyperbolicTangent } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

/** Squashes each value to between −1 and 1. */
export const tanh = elementwise({
  type: 'TanH',
  doc: 'Squashes each value to between −1 and 1: the hyperbolic tangent.',
  paramField: 'tanh_param',
  template: '',
  f: hyperbolicTangent,
  fromOutput: (dy, y) => mul(dy, sub(1, mul(y, y))),
});
