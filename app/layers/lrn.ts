/**
 * LRN over both regions. Mirrors Caffe's lrn_layer.cpp. WITHIN_CHANNEL is there a chain of layers (square, AVE pool
 * padded to keep the size, power, product); its pool always divides by the whole square, and it takes 1 for k. Both
 * regions then are y = x · s^−beta with s = k + alpha / count · Σ x² over a window, and share one gradient.
 */
import type { LayerParameter, LRNParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, and, at, axis, div, ge, lt, mul, pow, sub, sum } from '../engine/ir/build.ts';
import type { Axis, Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { likeBottom, requireRank } from './shape-rules.ts';
import { nth } from './views.ts';

const within = (p: LRNParameter): boolean => p.norm_region === 'WITHIN_CHANNEL';

/** Values that a window holds. */
const countIn = (p: LRNParameter): number => (within(p) ? p.local_size ** 2 : p.local_size);

/** Σ over the window around a place of `value(neighbour)`, which is given a guard for what lies outside. */
function windowSum(
  c: KernelContext,
  place: readonly Expr[],
  value: (neighbour: readonly Expr[], guard: Expr) => Expr,
): Expr {
  const p = setting(c.layer, 'lrn_param');
  const shape = nth(c.bottoms, 0).shape;
  const half = (p.local_size - 1) / 2;
  const over = within(p) ? [2, 3] : [1];
  const walks = new Map<number, Axis>(over.map((d) => [d, axis(p.local_size)]));
  const guards: Expr[] = [];
  const neighbour = place.map((i, d) => {
    const walk = walks.get(d);
    if (walk === undefined) return i;
    const j = sub(add(i, at(walk)), half);
    guards.push(and(ge(j, 0), lt(j, nth(shape, d))));
    return j;
  });
  return sum([...walks.values()], value(neighbour, and(...guards)));
}

const scaleTensor = (c: KernelContext): Tensor => c.saved('scale', nth(c.bottoms, 0).shape);

function summary(layer: LayerParameter): string {
  const p = setting(layer, 'lrn_param');
  return `size ${p.local_size}${within(p) ? ' · within' : ''}`;
}

/** Divides each value by a measure of its neighbours' size. */
export const lrn: LayerDefinition = {
  type: 'LRN',
  family: 'normalise',
  doc: 'Local response normalisation: divides each value by a power of the mean square around it, across channels or within one.',
  paramField: 'lrn_param',
  template: 'lrn_param {\n  local_size: 5\n  alpha: 0.0001\n  beta: 0.75\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary,
  shape(c) {
    requireRank(c, 4, 'batch, channels, height, width');
    const { local_size } = setting(c.layer, 'lrn_param');
    if (local_size % 2 !== 1)
      c.fail(`local_size is ${local_size}: it must be odd, so that a window has a centre.`, 'lrn_param.local_size');
    return likeBottom(c);
  },
  cost: (layer, bottoms) => ({
    macs: 0,
    // Squares summed over the window; then scale and shift, power, quotient.
    other: countOf(nth(bottoms, 0)) * (countIn(setting(layer, 'lrn_param')) + 3),
  }),
  forward(c) {
    const p = setting(c.layer, 'lrn_param');
    const x = nth(c.bottoms, 0);
    const scale = scaleTensor(c);
    c.compute(
      scale,
      (...o) => {
        const squares = windowSum(c, o, (n, guard) => {
          const value = element(x, n, { guard });
          return mul(value, value);
        });
        return add(mul(squares, p.alpha / countIn(p)), within(p) ? 1 : p.k);
      },
      'scale',
    );
    c.computeFlat(nth(c.tops, 0), (i) => mul(flat(x, i), pow(flat(scale, i), -p.beta)));
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const p = setting(c.layer, 'lrn_param');
    const [x, y, dy] = [nth(c.bottoms, 0), nth(c.tops, 0), nth(c.topDiffs, 0)];
    const scale = scaleTensor(c);
    const ratio = c.scratch('ratio', x.shape);
    c.computeFlat(ratio, (i) => div(mul(flat(dy, i), flat(y, i)), flat(scale, i)), 'ratio');
    c.compute(target, (...o) => {
      const direct = mul(element(dy, o), pow(element(scale, o), -p.beta));
      const around = windowSum(c, o, (n, guard) => element(ratio, n, { guard }));
      return sub(direct, mul(mul(element(x, o), (2 * p.alpha * p.beta) / countIn(p)), around));
    });
  },
};
