/** Eltwise: SUM, PROD and MAX of blobs of one shape. Mirrors Caffe's eltwise_layer.cpp. */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, div, eq, f32, gt, i32, mul, select } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import {
  countOf,
  flat,
  type BackwardContext,
  type ForwardContext,
  type KernelContext,
  type LayerDefinition,
  type Tensor,
} from './definition.ts';
import { requireSameShapes } from './shape-rules.ts';
import { nth } from './views.ts';

/** Bottoms that one kernel reads: a device binds eight buffers to a kernel, and some are outputs. */
const BOTTOMS_PER_KERNEL = 5;

/** Bottoms of a PROD: each gradient reads all the others, in one kernel. */
const MOST_FACTORS = 6;

const factor = (layer: LayerParameter, i: number): number => setting(layer, 'eltwise_param').coeff[i] ?? 1;

/** Which bottom each maximum came from. */
const winners = (c: KernelContext): Tensor => c.saved('winner', nth(c.bottoms, 0).shape, 'i32');

const groups = (count: number): number[][] =>
  Array.from({ length: Math.ceil(count / BOTTOMS_PER_KERNEL) }, (_, g) =>
    Array.from(
      { length: Math.min(BOTTOMS_PER_KERNEL, count - g * BOTTOMS_PER_KERNEL) },
      (__, i) => g * BOTTOMS_PER_KERNEL + i,
    ),
  );

/** Combines a group of bottoms with what the groups before it left in the top. */
function fold(c: ForwardContext, term: (i: number, at: Expr) => Expr, combine: (a: Expr, b: Expr) => Expr): void {
  const top = nth(c.tops, 0);
  groups(c.bottoms.length).forEach((group, g) => {
    c.computeFlat(top, (at) => {
      const terms = group.map((i) => term(i, at));
      return (g === 0 ? terms : [flat(top, at), ...terms]).reduce(combine);
    });
  });
}

/** The maximum with its bottom. Of equal values the later of the first two bottoms wins, and the earlier of the rest. */
function forwardMax(c: ForwardContext): void {
  const top = nth(c.tops, 0);
  const winner = winners(c);
  const shape = top.shape.length === 0 ? [1] : [countOf(top.shape)];
  const [flatTop, flatWinner] = [
    { ...top, shape },
    { ...winner, shape },
  ];
  groups(c.bottoms.length).forEach((group, g) => {
    c.computeStores(shape, (...o) => {
      const i = nth(o, 0);
      let value = g === 0 ? flat(nth(c.bottoms, nth(group, 0)), i) : flat(top, i);
      let index: Expr = g === 0 ? i32(0) : flat(winner, i);
      for (const b of g === 0 ? group.slice(1) : group) {
        const other = flat(nth(c.bottoms, b), i);
        const keep = b === 1 ? gt(value, other) : gt(other, value);
        index = b === 1 ? select(keep, index, i32(b)) : select(keep, i32(b), index);
        value = b === 1 ? select(keep, value, other) : select(keep, other, value);
      }
      return [
        { target: flatTop, at: [i], value },
        { target: flatWinner, at: [i], value: index },
      ];
    });
  });
}

/** The product of all bottoms but one. */
const productOfOthers = (c: KernelContext, but: number, i: Expr): Expr =>
  c.bottoms
    .filter((_, b) => b !== but)
    .map((t) => flat(t, i))
    .reduce((x, y) => mul(x, y), f32(1));

function bottomGradient(c: BackwardContext, b: number, dy: Expr, i: Expr): Expr {
  const p = setting(c.layer, 'eltwise_param');
  switch (p.operation) {
    case 'SUM':
      return mul(dy, factor(c.layer, b));
    case 'MAX':
      return select(eq(flat(winners(c), i), i32(b)), dy, 0);
    case 'PROD':
      return p.stable_prod_grad
        ? mul(dy, productOfOthers(c, b, i))
        : mul(dy, div(flat(nth(c.tops, 0), i), flat(nth(c.bottoms, b), i)));
  }
}

/** Combines blobs of equal shape value by value. */
export const eltwise: LayerDefinition = {
  type: 'Eltwise',
  family: 'combine',
  doc: 'Adds, multiplies or takes the largest of blobs of equal shape, value by value: the join of a residual block.',
  paramField: 'eltwise_param',
  template: 'eltwise_param {\n  operation: SUM\n}',
  bottoms: { min: 2, max: Infinity },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary(layer) {
    const p = setting(layer, 'eltwise_param');
    return p.coeff.length === 0 ? p.operation : `${p.operation} · ${p.coeff.join(', ')}`;
  },
  shape(c) {
    const p = setting(c.layer, 'eltwise_param');
    if (p.coeff.length !== 0 && p.coeff.length !== c.bottoms.length)
      c.fail(
        `coeff is given ${p.coeff.length} times for ${c.bottoms.length} bottoms: give one for each, or none.`,
        'eltwise_param.coeff',
      );
    if (p.coeff.length !== 0 && p.operation === 'PROD')
      c.fail('coeff has a meaning with SUM only: remove it, or use operation: SUM.', 'eltwise_param.coeff');
    return { tops: [requireSameShapes(c, 'they are combined value by value')] };
  },
  cost(layer, bottoms) {
    const { operation, coeff } = setting(layer, 'eltwise_param');
    const count = countOf(nth(bottoms, 0));
    const weighted = operation === 'SUM' && coeff.length > 0;
    return { macs: 0, other: count * (weighted ? bottoms.length : bottoms.length - 1) };
  },
  supports(layer) {
    return setting(layer, 'eltwise_param').operation === 'PROD' && layer.bottom.length > MOST_FACTORS
      ? `PROD of more than ${MOST_FACTORS} blobs cannot be computed: multiply them in two Eltwise layers.`
      : undefined;
  },
  forward(c) {
    switch (setting(c.layer, 'eltwise_param').operation) {
      case 'SUM':
        fold(c, (b, i) => mul(flat(nth(c.bottoms, b), i), factor(c.layer, b)), add);
        return;
      case 'PROD':
        fold(c, (b, i) => flat(nth(c.bottoms, b), i), mul);
        return;
      case 'MAX':
        forwardMax(c);
        return;
    }
  },
  backward(c) {
    c.bottomDiffs.forEach((target, b) => {
      if (target !== undefined)
        c.computeFlat(target, (i) => bottomGradient(c, b, flat(nth(c.topDiffs, 0), i), i), `bottom${b}`);
    });
  },
};
