/** Threshold. Mirrors Caffe's threshold_layer.cpp, which has no gradient. */
import { setting } from '../caffe/schema/values.ts';
import { gt, select } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

/** 1 above the threshold, else 0. */
export const threshold = elementwise({
  type: 'Threshold',
  doc: '1 where a value is above the threshold, else 0. No gradient passes.',
  paramField: 'threshold_param',
  template: 'threshold_param {\n  threshold: 0\n}',
  differentiable: false,
  summary: (layer) => `> ${setting(layer, 'threshold_param').threshold}`,
  f: (x, layer) => select(gt(x, setting(layer, 'threshold_param').threshold), 1, 0),
});
