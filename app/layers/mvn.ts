/** MVN. Mirrors Caffe's mvn_layer.cpp. */
import type { Shape } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, at, axis, div, mul, sqrt, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { likeBottom } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** A blob as groups that are normalised by themselves, and values in each. */
function grouped(c: KernelContext, shape: Shape): readonly [number, number] {
  const groups = countRange(shape, 0, setting(c.layer, 'mvn_param').across_channels ? 1 : 2);
  return [groups, countOf(shape) / groups];
}

/** The mean over each group of a value, into a tensor of this pass. */
function means(c: KernelContext, name: string, parts: readonly [number, number], value: (at: Expr[]) => Expr): Tensor {
  const into = c.scratch(name, [parts[0]]);
  c.compute(
    into,
    (g) => {
      const v = axis(parts[1]);
      return div(sum([v], value([g, at(v)])), parts[1]);
    },
    name,
  );
  return into;
}

const deviations = (c: KernelContext, groups: number): Tensor => c.saved('deviation', [groups]);

/** Brings each image to mean 0 and variance 1 by itself. */
export const mvn: LayerDefinition = {
  type: 'MVN',
  family: 'normalise',
  doc: 'Brings each channel of each image, or each image, to mean 0 and variance 1 by itself.',
  paramField: 'mvn_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'mvn_param');
    return [p.across_channels ? 'across channels' : '', p.normalize_variance ? '' : 'mean only']
      .filter((s) => s !== '')
      .join(' · ');
  },
  shape: likeBottom,
  cost: (layer, bottoms) => ({
    macs: 0,
    other: (setting(layer, 'mvn_param').normalize_variance ? 4 : 2) * countOf(nth(bottoms, 0)),
  }),
  forward(c) {
    const { eps, normalize_variance: scaled } = setting(c.layer, 'mvn_param');
    const parts = grouped(c, nth(c.bottoms, 0).shape);
    const x = view(nth(c.bottoms, 0), parts);
    const y = view(nth(c.tops, 0), parts);
    const mean = means(c, 'mean', parts, (w) => element(x, w));
    const centred = (w: readonly Expr[]): Expr => sub(element(x, w), element(mean, w.slice(0, 1)));
    if (!scaled) {
      c.compute(y, (...w) => centred(w));
      return;
    }
    const variance = means(c, 'variance', parts, (w) => mul(centred(w), centred(w)));
    const deviation = deviations(c, parts[0]);
    c.compute(deviation, (g) => add(sqrt(element(variance, [g])), eps), 'deviation');
    c.compute(y, (...w) => div(centred(w), element(deviation, w.slice(0, 1))));
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const parts = grouped(c, target.shape);
    const [y, dy] = [view(nth(c.tops, 0), parts), view(nth(c.topDiffs, 0), parts)];
    const mean = means(c, 'mean-diff', parts, (w) => element(dy, w));
    const centred = (w: readonly Expr[]): Expr => sub(element(dy, w), element(mean, w.slice(0, 1)));
    if (!setting(c.layer, 'mvn_param').normalize_variance) {
      c.compute(view(target, parts), (...w) => centred(w));
      return;
    }
    const product = means(c, 'mean-product', parts, (w) => mul(element(dy, w), element(y, w)));
    const deviation = deviations(c, parts[0]);
    c.compute(view(target, parts), (...w) => {
      const group = w.slice(0, 1);
      return div(sub(centred(w), mul(element(y, w), element(product, group))), element(deviation, group));
    });
  },
};
