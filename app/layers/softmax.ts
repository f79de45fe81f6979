/** Softmax. Mirrors Caffe's softmax_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { at, axis, div, exp, mul, reduce, sub, sum } from '../engine/ir/build.ts';
import { countOf, element, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { axisOf, likeBottom } from './shape-rules.ts';
import { around, canonical, nth, view, type Around } from './views.ts';

/** A blob of scores as outer × classes × inner around an axis. */
export const scoresOf = (t: Tensor, axisValue: number): Around => around(t.shape, canonical(axisValue, t.shape.length));

/** The largest score of each position [outer, inner], in a tensor of this pass. */
export function largestScores(c: KernelContext, x: Tensor, parts: Around): Tensor {
  const seen = view(x, [parts.outer, parts.extent, parts.inner]);
  const largest = c.scratch('largest', [parts.outer, parts.inner]);
  c.compute(
    largest,
    (o, q) => {
      const k = axis(parts.extent);
      return reduce('max', [k], element(seen, [o, at(k), q]));
    },
    'largest',
  );
  return largest;
}

/** Σ over classes of e^(score − largest), for each position [outer, inner]. */
export function sumOfExponentials(c: KernelContext, x: Tensor, parts: Around, largest: Tensor, into: Tensor): void {
  const seen = view(x, [parts.outer, parts.extent, parts.inner]);
  c.compute(
    into,
    (o, q) => {
      const k = axis(parts.extent);
      return sum([k], exp(sub(element(seen, [o, at(k), q]), element(largest, [o, q]))));
    },
    'sum',
  );
}

/** Turns scores into probabilities along an axis. */
export const softmax: LayerDefinition = {
  type: 'Softmax',
  family: 'loss',
  doc: 'Turns scores into probabilities that sum to 1 along an axis, the classes.',
  paramField: 'softmax_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary(layer) {
    const p = setting(layer, 'softmax_param');
    return p.axis === 1 ? '' : `axis ${p.axis}`;
  },
  shape(c) {
    axisOf(c, setting(c.layer, 'softmax_param').axis, 'softmax_param.axis');
    return likeBottom(c);
  },
  cost: (_, bottoms) => ({ macs: 0, other: 5 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const parts = scoresOf(x, setting(c.layer, 'softmax_param').axis);
    const shape = [parts.outer, parts.extent, parts.inner];
    const largest = largestScores(c, x, parts);
    const total = c.scratch('sum', [parts.outer, parts.inner]);
    sumOfExponentials(c, x, parts, largest, total);
    c.compute(view(nth(c.tops, 0), shape), (o, k, q) =>
      div(exp(sub(element(view(x, shape), [o, k, q]), element(largest, [o, q]))), element(total, [o, q])),
    );
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const y = nth(c.tops, 0);
    const parts = scoresOf(y, setting(c.layer, 'softmax_param').axis);
    const shape = [parts.outer, parts.extent, parts.inner];
    const [seen, dy] = [view(y, shape), view(nth(c.topDiffs, 0), shape)];
    const dot = c.scratch('dot', [parts.outer, parts.inner]);
    c.compute(
      dot,
      (o, q) => {
        const k = axis(parts.extent);
        return sum([k], mul(element(dy, [o, at(k), q]), element(seen, [o, at(k), q])));
      },
      'dot',
    );
    c.compute(view(target, shape), (o, k, q) =>
      mul(element(seen, [o, k, q]), sub(element(dy, [o, k, q]), element(dot, [o, q]))),
    );
  },
};
