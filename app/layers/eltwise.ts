/** Eltwise: SUM, PROD and MAX of blobs of one shape. Mirrors Caffe's eltwise_layer.cpp. */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, div, eq, gt, i32, mul, select } from '../engine/ir/build.ts';
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

const factor = (layer: LayerParameter, i: number): number => setting(layer, 'eltwise_param').coeff[i] ?? 1;

/** Which bottom each maximum came from. */
const winners = (c: KernelContext): Tensor => c.saved('winner', nth(c.bottoms, 0).shape, 'i32');

/** Bottoms in groups that one kernel reads. */
const inGroups = (bottoms: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(bottoms.length / BOTTOMS_PER_KERNEL) }, (_, g) =>
    bottoms.slice(g * BOTTOMS_PER_KERNEL, (g + 1) * BOTTOMS_PER_KERNEL),
  );

/** Combines some bottoms into a tensor, a group at a time with what the groups before it left there. */
function fold(
  c: KernelContext,
  into: Tensor,
  bottoms: readonly number[],
  term: (i: number, at: Expr) => Expr,
  combine: (a: Expr, b: Expr) => Expr,
  label?: string,
): void {
  inGroups(bottoms).forEach((group, g) => {
    c.computeFlat(
      into,
      (at) => {
        const terms = group.map((i) => term(i, at));
        return (g === 0 ? terms : [flat(into, at), ...terms]).reduce(combine);
      },
      label,
    );
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
  inGroups([...c.bottoms.keys()]).forEach((group, g) => {
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

/** The gradient of a bottom, over the flat index; where that takes kernels of their own, it makes them. */
function bottomGradient(c: BackwardContext, b: number): (i: Expr) => Expr {
  const p = setting(c.layer, 'eltwise_param');
  const dy = (i: Expr): Expr => flat(nth(c.topDiffs, 0), i);
  switch (p.operation) {
    case 'SUM':
      return (i) => mul(dy(i), factor(c.layer, b));
    case 'MAX':
      return (i) => select(eq(flat(winners(c), i), i32(b)), dy(i), 0);
    case 'PROD': {
      if (!p.stable_prod_grad) return (i) => mul(dy(i), div(flat(nth(c.tops, 0), i), flat(nth(c.bottoms, b), i)));
      const others = c.scratch(`others${b}`, nth(c.bottoms, 0).shape);
      const but = [...c.bottoms.keys()].filter((other) => other !== b);
      fold(c, others, but, (other, i) => flat(nth(c.bottoms, other), i), mul, `others${b}`);
      return (i) => mul(dy(i), flat(others, i));
    }
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
  forward(c) {
    const [top, all] = [nth(c.tops, 0), [...c.bottoms.keys()]];
    switch (setting(c.layer, 'eltwise_param').operation) {
      case 'SUM':
        fold(c, top, all, (b, i) => mul(flat(nth(c.bottoms, b), i), factor(c.layer, b)), add);
        return;
      case 'PROD':
        fold(c, top, all, (b, i) => flat(nth(c.bottoms, b), i), mul);
        return;
      case 'MAX':
        forwardMax(c);
        return;
    }
  },
  backward(c) {
    c.bottomDiffs.forEach((target, b) => {
      if (target !== undefined) c.computeFlat(target, bottomGradient(c, b), `bottom${b}`);
    });
  },
};
