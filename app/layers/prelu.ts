/** PReLU. Mirrors Caffe's prelu_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { at, axis, floordiv, gt, i32, mod, mul, select, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, likeBottom } from './shape-rules.ts';
import { around, nth, view } from './views.ts';

const shared = (c: Pick<KernelContext, 'layer'>): boolean => setting(c.layer, 'prelu_param').channel_shared;

/** The slope for an element, by flat index. */
function slope(c: KernelContext, i: Expr): Expr {
  const { extent, inner } = around(nth(c.bottoms, 0).shape, 1);
  return flat(nth(c.params, 0), shared(c) ? i32(0) : mod(floordiv(i, inner), extent));
}

/** Lets positive values pass and scales negative ones by a learned slope. */
export const prelu: LayerDefinition = {
  type: 'PReLU',
  family: 'activation',
  doc: 'Lets positive values pass and scales negative ones by a slope learned for each channel, or for all.',
  paramField: 'prelu_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary: (layer) => (setting(layer, 'prelu_param').channel_shared ? 'shared' : ''),
  shape(c) {
    const shape = bottom(c);
    if (shape.length < 2) c.fail(`PReLU has a slope for each channel (axis 1), but ${bottomText(c, 0)} has no axis 1.`);
    const { filler } = setting(c.layer, 'prelu_param');
    return {
      ...likeBottom(c),
      params: [
        {
          shape: shared(c) ? [] : [nth(shape, 1)],
          role: 'slope',
          ...(filler === undefined ? { initial: 0.25 } : { filler }),
        },
      ],
    };
  },
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
  forward(c) {
    c.computeFlat(nth(c.tops, 0), (i) => {
      const x = flat(nth(c.bottoms, 0), i);
      return select(gt(x, 0), x, mul(x, slope(c, i)));
    });
  },
  backward(c) {
    const x = nth(c.bottoms, 0);
    const dy = nth(c.topDiffs, 0);
    const slopeDiff = c.paramDiffs[0];
    if (slopeDiff !== undefined) {
      const { outer, extent, inner } = around(x.shape, 1);
      const o = axis(outer);
      const ch = axis(extent);
      const q = axis(inner);
      const parts = [outer, extent, inner];
      c.compute(
        slopeDiff,
        (channel) => {
          const where = [at(o), shared(c) ? at(ch) : channel, at(q)];
          const value = element(view(x, parts), where);
          return sum(
            shared(c) ? [o, ch, q] : [o, q],
            select(gt(value, 0), 0, mul(value, element(view(dy, parts), where))),
          );
        },
        'slope',
      );
    }
    const target = c.bottomDiffs[0];
    if (target !== undefined)
      c.computeFlat(
        target,
        (i) => {
          const d = flat(dy, i);
          return select(gt(flat(x, i), 0), d, mul(d, slope(c, i)));
        },
        'data',
      );
  },
};
