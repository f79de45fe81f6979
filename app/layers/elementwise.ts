/**
 * One helper for every layer that maps each value by itself: the layer states its function, the gradient follows by
 * differentiation, or is stated over the output where that is more stable or spares the input. All go through
 * `computeFlat`, so that chains of them fuse into one kernel.
 */
import type { Family } from '../caffe/net/layer-table.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { mul } from '../engine/ir/build.ts';
import { differentiate } from '../engine/ir/differentiate.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, flat, type LayerDefinition } from './definition.ts';
import { likeBottom } from './shape-rules.ts';
import { nth } from './views.ts';

export interface Elementwise {
  readonly type: string;
  readonly doc: string;
  readonly paramField?: keyof LayerParameter & string;
  readonly template?: string;
  /** Default `activation`. */
  readonly family?: Family;
  /** May work in place (Caffe's NeuronLayers, but for those that check). Default true. */
  readonly inPlace?: boolean;
  /** False where Caffe has no gradient. Default true. */
  readonly differentiable?: boolean;
  /** Default: nothing to say. */
  summary?(layer: LayerParameter): string;
  /** Refuses settings that make no sense. */
  check?(layer: LayerParameter, fail: (message: string, field?: string) => never): void;
  /** The function. */
  f(x: Expr, layer: LayerParameter): Expr;
  /** The bottom's gradient over the top's gradient and value; undefined where the input is needed after all. */
  fromOutput?(dy: Expr, y: Expr, layer: LayerParameter): Expr | undefined;
  /** The bottom's gradient over the top's gradient and the bottom's value, where Caffe's is not the derivative of `f`. */
  fromInput?(dy: Expr, x: Expr, layer: LayerParameter): Expr;
}

/** The definition of a layer that maps each value of its bottom. */
export function elementwise(spec: Elementwise): LayerDefinition {
  const { paramField, template } = spec;
  const definition: LayerDefinition = {
    type: spec.type,
    family: spec.family ?? 'activation',
    doc: spec.doc,
    ...(paramField === undefined ? {} : { paramField }),
    ...(template === undefined ? {} : { template }),
    bottoms: { min: 1, max: 1 },
    tops: { min: 1, max: 1 },
    inPlace: spec.inPlace ?? true,
    differentiable: spec.differentiable ?? true,
    summary: (layer) => spec.summary?.(layer) ?? '',
    shape(c) {
      spec.check?.(c.layer, (message, field) => c.fail(message, field));
      return likeBottom(c);
    },
    cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
    forward(c) {
      const x = nth(c.bottoms, 0);
      c.computeFlat(nth(c.tops, 0), (i) => spec.f(flat(x, i), c.layer));
    },
  };
  if (spec.differentiable === false) return definition;
  return {
    ...definition,
    backward(c) {
      const target = c.bottomDiffs[0];
      if (target === undefined) return;
      c.computeFlat(target, (i) => {
        const dy = flat(nth(c.topDiffs, 0), i);
        const fromOutput = spec.fromOutput?.(dy, flat(nth(c.tops, 0), i), c.layer);
        if (fromOutput !== undefined) return fromOutput;
        const x = flat(nth(c.bottoms, 0), i);
        return spec.fromInput?.(dy, x, c.layer) ?? mul(dy, differentiate(spec.f(x, c.layer), x));
      });
    },
  };
}
