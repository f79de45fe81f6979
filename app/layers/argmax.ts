/** ArgMax. Mirrors the shape rule of Caffe's argmax_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { axisOf, bottom, bottomText } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { countRange, nth } from './views.ts';

/** The indices of the largest values. */
export const argmax: LayerDefinition = {
  type: 'ArgMax',
  family: 'utility',
  doc: 'The indices of the top_k largest values, of each item or along an axis. No gradient passes.',
  paramField: 'argmax_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  differentiable: false,
  summary(layer) {
    const p = setting(layer, 'argmax_param');
    return [p.top_k === 1 ? '' : `top ${p.top_k}`, p.axis === undefined ? '' : `axis ${p.axis}`]
      .filter((s) => s !== '')
      .join(' · ');
  },
  shape(c) {
    const p = setting(c.layer, 'argmax_param');
    const shape = bottom(c);
    const axis = p.axis === undefined ? undefined : axisOf(c, p.axis, 'argmax_param.axis');
    const choices = axis === undefined ? countRange(shape, 1) : nth(shape, axis);
    if (p.top_k < 1 || p.top_k > choices)
      c.fail(
        `top_k is ${p.top_k}: ${bottomText(c, 0)} has 1 to ${choices} values to choose from.`,
        'argmax_param.top_k',
      );
    if (axis !== undefined) return { tops: [shape.map((d, i) => (i === axis ? p.top_k : d))] };
    const top = Array.from({ length: Math.max(3, shape.length) }, () => 1);
    top[0] = shape[0] ?? 1;
    top[2] = p.top_k;
    if (p.out_max_val) top[1] = 2;
    return { tops: [top] };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('ArgMax'),
};
