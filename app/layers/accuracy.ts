/**
 * Accuracy. Mirrors Caffe's accuracy_layer.cpp: an item is right when fewer than top_k other classes score at least as
 * much as its label, so ties count against it.
 */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import {
  add,
  and,
  at,
  axis,
  cast,
  div,
  eq,
  bool,
  ge,
  gt,
  le,
  lt,
  max,
  mul,
  ne,
  select,
  sum,
} from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type LayerDefinition } from './definition.ts';
import { labelAt } from './loss-normalization.ts';
import { bottom, bottomText, requireLabels } from './shape-rules.ts';
import { scoresOf } from './softmax.ts';
import { nth, view } from './views.ts';

/** Marks an ignored position among those that are right (1) or wrong (0). */
const IGNORED = -1;

function summary(layer: LayerParameter): string {
  const p = setting(layer, 'accuracy_param');
  return [p.top_k === 1 ? '' : `top ${p.top_k}`, p.ignore_label === undefined ? '' : `ignore ${p.ignore_label}`]
    .filter((s) => s !== '')
    .join(' · ');
}

/** The share of items whose label is among the best scores. */
export const accuracy: LayerDefinition = {
  type: 'Accuracy',
  family: 'loss',
  doc: 'The share of items whose label is the best score, or among the top_k best. Measures only: no gradient passes.',
  paramField: 'accuracy_param',
  template: '',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 2 },
  differentiable: false,
  noGradientBottoms: [0, 1],
  summary,
  shape(c) {
    const p = setting(c.layer, 'accuracy_param');
    const axisIndex = requireLabels(c, p.axis, 'accuracy_param.axis');
    const classes = nth(bottom(c), axisIndex);
    if (p.top_k > classes)
      c.fail(`top_k is ${p.top_k}, but ${bottomText(c, 0)} has only ${classes} classes.`, 'accuracy_param.top_k');
    return { tops: c.layer.top.length > 1 ? [[], [classes]] : [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
  forward(c) {
    const [x, labels] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const p = setting(c.layer, 'accuracy_param');
    const parts = scoresOf(x, p.axis);
    const scores = view(x, [parts.outer, parts.extent, parts.inner]);
    const positions = parts.outer * parts.inner;
    const right = c.scratch('right', [parts.outer, parts.inner]);
    const inClass = (label: Expr): Expr => and(ge(label, 0), lt(label, parts.extent));
    c.compute(
      right,
      (o, q) => {
        const label = labelAt(labels, add(mul(o, parts.inner), q));
        const score = element(scores, [o, label, q], { guard: inClass(label) });
        const k = axis(parts.extent);
        const better = sum([k], select(ge(element(scores, [o, at(k), q]), score), 1, 0));
        const verdict = select(and(inClass(label), le(better, p.top_k)), 1, 0);
        return p.ignore_label === undefined ? verdict : select(eq(label, p.ignore_label), IGNORED, verdict);
      },
      'right',
    );
    const all = view(right, [positions]);
    const share = (wanted: (i: Expr) => Expr): Expr => {
      const [i, j] = [axis(positions), axis(positions)];
      const hits = sum([i], select(and(gt(flat(all, at(i)), 0.5), wanted(at(i))), 1, 0));
      const counted = sum([j], select(and(ne(flat(all, at(j)), IGNORED), wanted(at(j))), 1, 0));
      return div(hits, max(counted, 1));
    };
    const everywhere = (): Expr => bool(true);
    c.compute(nth(c.tops, 0), () => share(everywhere));
    const perClass = c.tops[1];
    if (perClass !== undefined)
      c.compute(
        perClass,
        (k) => share((i) => eq(labelAt(view(labels, [countOf(labels.shape)]), i), cast(k, 'i32'))),
        'per-class',
      );
  },
};
