/** Concat. Mirrors Caffe's concat_layer.cpp. */
import { has } from '../caffe/schema/dsl.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { cut, join, joinAxis } from './joining.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { canonical, nth } from './views.ts';

function spelled(layer: LayerParameter) {
  const p = setting(layer, 'concat_param');
  return { axis: p.axis, old: p.concat_dim, hasAxis: has(p, 'axis'), hasOld: has(p, 'concat_dim') };
}

const axisIn = (layer: LayerParameter, rank: number): number => {
  const s = spelled(layer);
  return s.hasOld ? s.old : canonical(s.axis, rank);
};

/** Lays blobs end to end along an axis. */
export const concat: LayerDefinition = {
  type: 'Concat',
  family: 'combine',
  doc: 'Lays blobs end to end along an axis, the channels unless told otherwise.',
  paramField: 'concat_param',
  template: 'concat_param {\n  axis: 1\n}',
  bottoms: { min: 1, max: Infinity },
  tops: { min: 1, max: 1 },
  summary: (layer) => `axis ${spelled(layer).hasOld ? spelled(layer).old : spelled(layer).axis}`,
  shape(c) {
    const axis = joinAxis(c, spelled(c.layer), 'concat_param');
    const first = bottom(c);
    let extent = 0;
    c.bottoms.forEach((shape, i) => {
      if (shape.length !== first.length || shape.some((d, k) => k !== axis && d !== first[k]))
        c.fail(
          `${bottomText(c, i)} and ${bottomText(c, 0)} may differ only along axis ${axis}, which they are joined by.`,
          'concat_param.axis',
        );
      extent += nth(shape, axis);
    });
    return { tops: [first.map((d, k) => (k === axis ? extent : d))] };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    join(c, c.bottoms, nth(c.tops, 0), axisIn(c.layer, nth(c.tops, 0).shape.length));
  },
  backward(c) {
    const whole = nth(c.topDiffs, 0);
    // A part without a gradient still counts for where the next one starts.
    const parts = c.bottoms.map((t, i) => c.bottomDiffs[i] ?? t);
    cut(c, whole, parts, axisIn(c.layer, whole.shape.length), (i) => c.bottomDiffs[i] !== undefined);
  },
};
