/**
 * Dropout. Mirrors Caffe's dropout_layer.cpp: scaled while training, the identity while testing. The mask is not kept:
 * forward and backward draw the same random numbers.
 */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { ge, mul, select } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, flat, type KernelContext, type LayerDefinition } from './definition.ts';
import { likeBottom } from './shape-rules.ts';
import { nth } from './views.ts';

const ratioOf = (layer: LayerParameter): number => setting(layer, 'dropout_param').dropout_ratio;

function drop(c: KernelContext, value: Expr, i: Expr): Expr {
  const ratio = ratioOf(c.layer);
  if (c.phase === 'TEST' || ratio === 0) return value;
  return select(ge(c.random(i), ratio), mul(value, 1 / (1 - ratio)), 0);
}

/** Zeroes values at random while training. */
export const dropout: LayerDefinition = {
  type: 'Dropout',
  family: 'activation',
  doc: 'While training, zeroes values at random and scales up the rest; while testing, lets all pass.',
  paramField: 'dropout_param',
  template: 'dropout_param {\n  dropout_ratio: 0.5\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary: (layer) => String(ratioOf(layer)),
  shape(c) {
    const ratio = ratioOf(c.layer);
    if (!(ratio >= 0 && ratio < 1))
      c.fail(
        `dropout_ratio is ${ratio}: it is the part of the values to drop, from 0 to below 1.`,
        'dropout_param.dropout_ratio',
      );
    return likeBottom(c);
  },
  cost: (layer, bottoms, _, phase) => ({
    macs: 0,
    other: phase === 'TEST' || ratioOf(layer) === 0 ? 0 : countOf(nth(bottoms, 0)),
  }),
  forward(c) {
    c.computeFlat(nth(c.tops, 0), (i) => drop(c, flat(nth(c.bottoms, 0), i), i));
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target !== undefined) c.computeFlat(target, (i) => drop(c, flat(nth(c.topDiffs, 0), i), i));
  },
};
