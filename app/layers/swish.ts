/** Swish. Mirrors Caffe's swish_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { mul } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';
import { logistic } from './sigmoid.ts';

/** x · sigmoid(beta·x). */
export const swish = elementwise({
  type: 'Swish',
  doc: 'Each value times the sigmoid of beta times itself.',
  paramField: 'swish_param',
  template: '',
  summary: (layer) => {
    const { beta } = setting(layer, 'swish_param');
    return beta === 1 ? '' : `beta ${beta}`;
  },
  f: (x, layer) => mul(x, logistic(mul(x, setting(layer, 'swish_param').beta))),
});
