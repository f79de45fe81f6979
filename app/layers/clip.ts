/** Clip. Mirrors Caffe's clip_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { and, f32, ge, le, max, min, select } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

/** Limits values to min … max. */
export const clip = elementwise({
  type: 'Clip',
  doc: 'Limits each value to the range from min to max.',
  paramField: 'clip_param',
  template: 'clip_param {\n  min: 0\n  max: 6\n}',
  summary(layer) {
    const p = setting(layer, 'clip_param');
    return `${p.min} … ${p.max}`;
  },
  check(layer, fail) {
    const p = layer.clip_param;
    if (p === undefined) fail('Clip needs clip_param with min and max.', 'clip_param');
  },
  f(x, layer) {
    const p = setting(layer, 'clip_param');
    return max(min(x, p.max), p.min);
  },
  // Caffe passes the gradient at the limits themselves too.
  fromInput(dy, x, layer) {
    const p = setting(layer, 'clip_param');
    return select(and(ge(x, f32(p.min)), le(x, f32(p.max))), dy, 0);
  },
});
