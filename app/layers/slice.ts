/** Slice. Mirrors Caffe's slice_layer.cpp. */
import { has } from '../caffe/schema/dsl.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { cut, join, joinAxis } from './joining.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { canonical, nth } from './views.ts';

function spelled(layer: LayerParameter) {
  const p = setting(layer, 'slice_param');
  return { axis: p.axis, old: p.slice_dim, hasAxis: has(p, 'axis'), hasOld: has(p, 'slice_dim') };
}

const axisIn = (layer: LayerParameter, rank: number): number => {
  const s = spelled(layer);
  return s.hasOld ? s.old : canonical(s.axis, rank);
};

/** Cuts a blob into several along an axis. */
export const slice: LayerDefinition = {
  type: 'Slice',
  family: 'combine',
  doc: 'Cuts a blob into several along an axis, at given points or into equal parts.',
  paramField: 'slice_param',
  template: 'slice_param {\n  axis: 1\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: Infinity },
  summary(layer) {
    const points = setting(layer, 'slice_param').slice_point;
    const axis = `axis ${spelled(layer).hasOld ? spelled(layer).old : spelled(layer).axis}`;
    return points.length === 0 ? axis : `${axis} · at ${points.join(', ')}`;
  },
  shape(c) {
    const axis = joinAxis(c, spelled(c.layer), 'slice_param');
    const shape = bottom(c);
    const extent = nth(shape, axis);
    const points = setting(c.layer, 'slice_param').slice_point;
    const tops = Math.max(1, c.layer.top.length);
    if (points.length !== 0 && points.length !== tops - 1)
      c.fail(
        `slice_point is given ${points.length} times for ${tops} tops: give one point fewer than there are tops.`,
        'slice_param.slice_point',
      );
    if (points.length === 0 && extent % tops !== 0)
      c.fail(
        `Axis ${axis} of ${bottomText(c, 0)} cannot be cut into ${tops} equal parts: give slice_point, or another number of tops.`,
        'slice_param',
      );
    const edges =
      points.length === 0 ? Array.from({ length: tops + 1 }, (_, i) => (i * extent) / tops) : [0, ...points, extent];
    return {
      tops: Array.from({ length: tops }, (_, i) => {
        const width = nth(edges, i + 1) - nth(edges, i);
        if (width < 1)
          c.fail(`slice_point must rise, and stay inside axis ${axis} (${extent} long).`, 'slice_param.slice_point');
        return shape.map((d, k) => (k === axis ? width : d));
      }),
    };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const whole = nth(c.bottoms, 0);
    cut(c, whole, c.tops, axisIn(c.layer, whole.shape.length));
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target !== undefined) join(c, c.topDiffs, target, axisIn(c.layer, target.shape.length));
  },
};
