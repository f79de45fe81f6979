/** Crop. Mirrors Caffe's crop_layer.cpp. */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, and, f32, ge, lt, sub } from '../engine/ir/build.ts';
import { element, type LayerDefinition } from './definition.ts';
import { axisOf, bottom, bottomText } from './shape-rules.ts';
import { canonical, nth } from './views.ts';

/** Where the cut starts along axis `d` of a blob of `rank` axes. */
function offsetAt(layer: LayerParameter, rank: number, d: number): number {
  const p = setting(layer, 'crop_param');
  const from = canonical(p.axis, rank);
  if (d < from) return 0;
  return (p.offset.length === 1 ? p.offset[0] : p.offset[d - from]) ?? 0;
}

/** Cuts a blob to the size of another. */
export const crop: LayerDefinition = {
  type: 'Crop',
  family: 'reshape',
  doc: 'Cuts the first blob to the size of the second, from an axis on (height and width unless told otherwise).',
  paramField: 'crop_param',
  template: 'crop_param {\n  axis: 2\n}',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'crop_param');
    return p.offset.length === 0 ? `axis ${p.axis}` : `axis ${p.axis} · at ${p.offset.join(', ')}`;
  },
  shape(c) {
    const p = setting(c.layer, 'crop_param');
    const [shape, like] = [bottom(c, 0), bottom(c, 1)];
    const from = axisOf(c, p.axis, 'crop_param.axis');
    if (like.length !== shape.length)
      c.fail(`${bottomText(c, 0)} and ${bottomText(c, 1)} must have the same number of axes.`);
    if (p.offset.length > 1 && p.offset.length !== shape.length - from)
      c.fail(
        `offset is given ${p.offset.length} times for ${shape.length - from} cut axes: give it once, or once for each.`,
        'crop_param.offset',
      );
    return {
      tops: [
        shape.map((d, i) => {
          if (i < from) return d;
          const [offset, extent] = [offsetAt(c.layer, shape.length, i), nth(like, i)];
          if (offset + extent > d)
            c.fail(
              `Axis ${i} of ${bottomText(c, 0)} cannot be cut to ${extent} from ${offset} on: use a smaller offset or a smaller second bottom.`,
              'crop_param.offset',
            );
          return extent;
        }),
      ],
    };
  },
  cost: () => ({ macs: 0 }),
  window: (layer, shape) =>
    shape.slice(2).map((_, i) => ({ size: 1, stride: 1, offset: offsetAt(layer, shape.length, i + 2) })),
  forward(c) {
    const x = nth(c.bottoms, 0);
    c.compute(nth(c.tops, 0), (...at) =>
      element(
        x,
        at.map((i, d) => add(i, offsetAt(c.layer, x.shape.length, d))),
      ),
    );
  },
  backward(c) {
    const [target, like] = c.bottomDiffs;
    // Only the second bottom's size counts.
    if (like !== undefined) c.computeFlat(like, () => f32(0), 'size');
    if (target === undefined) return;
    const dy = nth(c.topDiffs, 0);
    c.compute(target, (...at) => {
      const places = at.map((i, d) => sub(i, offsetAt(c.layer, target.shape.length, d)));
      return element(dy, places, { guard: and(...places.flatMap((i, d) => [ge(i, 0), lt(i, nth(dy.shape, d))])) });
    });
  },
};
