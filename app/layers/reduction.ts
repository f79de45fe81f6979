/** Reduction. Mirrors Caffe's reduction_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { abs, at, axis, floordiv, gt, lt, mul, select, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition } from './definition.ts';
import { axisOf, bottom } from './shape-rules.ts';
import { canonical, countRange, nth, view } from './views.ts';

interface Parts {
  readonly outer: number;
  readonly inner: number;
}

function partsOf(c: KernelContext): Parts {
  const shape = nth(c.bottoms, 0).shape;
  const from = canonical(setting(c.layer, 'reduction_param').axis, shape.length);
  return { outer: countRange(shape, 0, from), inner: countRange(shape, from) };
}

/** The factor of the result: MEAN divides by the count. */
function coefficient(c: KernelContext, inner: number): number {
  const p = setting(c.layer, 'reduction_param');
  return p.operation === 'MEAN' ? p.coeff / inner : p.coeff;
}

/** Reduces the last axes to one number. */
export const reduction: LayerDefinition = {
  type: 'Reduction',
  family: 'reshape',
  doc: 'Reduces all axes from one on to a single number: sum, mean, sum of squares or of absolute values.',
  paramField: 'reduction_param',
  template: 'reduction_param {\n  operation: SUM\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'reduction_param');
    return [p.operation, p.axis === 0 ? '' : `axis ${p.axis}`, p.coeff === 1 ? '' : `× ${p.coeff}`]
      .filter((s) => s !== '')
      .join(' · ');
  },
  shape: (c) => ({
    tops: [bottom(c).slice(0, axisOf(c, setting(c.layer, 'reduction_param').axis, 'reduction_param.axis'))],
  }),
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
  forward(c) {
    const { outer, inner } = partsOf(c);
    const x = view(nth(c.bottoms, 0), [outer, inner]);
    const { operation } = setting(c.layer, 'reduction_param');
    c.computeFlat(nth(c.tops, 0), (o) => {
      const q = axis(inner);
      const value = element(x, [o, at(q)]);
      const term = operation === 'ASUM' ? abs(value) : operation === 'SUMSQ' ? mul(value, value) : value;
      return mul(sum([q], term), coefficient(c, inner));
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const { inner } = partsOf(c);
    const { operation } = setting(c.layer, 'reduction_param');
    c.computeFlat(target, (i) => {
      const dy = mul(flat(nth(c.topDiffs, 0), floordiv(i, inner)), coefficient(c, inner));
      const x = (): Expr => flat(nth(c.bottoms, 0), i);
      switch (operation) {
        case 'SUM':
        case 'MEAN':
          return dy;
        case 'ASUM':
          return mul(dy, select(gt(x(), 0), 1, select(lt(x(), 0), -1, 0)));
        case 'SUMSQ':
          return mul(mul(dy, x()), 2);
      }
    });
  },
};
