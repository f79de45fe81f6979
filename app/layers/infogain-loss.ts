/**
 * InfogainLoss. Mirrors Caffe's infogain_loss_layer.cpp. As in SoftmaxWithLoss, forward keeps the logarithm of the sum of
 * exponentials. The matrix is the third bottom, or the host reads it from the file that `source` names.
 */
import { setting } from '../caffe/schema/values.ts';
import { add, and, at, axis, div, exp, ge, log, lt, min, mul, select, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { counts, labelAt, lossSummary, normalizationOf, normalizer } from './loss-normalization.ts';
import { bottom, bottomText, requireLabels, requireSameBatch } from './shape-rules.ts';
import { largestScores, scoresOf, sumOfExponentials } from './softmax.ts';
import { nth, view, type Around } from './views.ts';

/** −log of the least probability that Caffe takes, 1e-20. */
const LARGEST_LOSS = 46.0517018598809;

const partsOf = (c: KernelContext): Around => scoresOf(nth(c.bottoms, 0), setting(c.layer, 'infogain_loss_param').axis);
const logSums = (c: KernelContext, parts: Around): Tensor => c.saved('log-sum', [parts.outer, parts.inner]);
const sizes = (parts: Around) => ({ positions: parts.outer * parts.inner, batch: parts.outer });

/** A blob of scores by position and class. */
const byClass = <T extends Tensor>(t: T, parts: Around): T => view(t, [parts.outer, parts.extent, parts.inner]);

/** The label of a position. */
const labelOf = (c: KernelContext, parts: Around, o: Expr, q: Expr): Expr =>
  labelAt(nth(c.bottoms, 1), add(mul(o, parts.inner), q));

/** The matrix; forward puts it there where it comes from a file. */
const matrixOf = (c: KernelContext, parts: Around): Tensor => {
  const shape = [parts.extent, parts.extent];
  return c.bottoms.length > 2 ? view(nth(c.bottoms, 2), shape) : c.saved('matrix', shape);
};

/** What it costs to take class `k` where the label is another, or the same. */
const gain = (c: KernelContext, parts: Around, label: Expr, k: Expr): Expr =>
  element(matrixOf(c, parts), [label, k], {
    guard: and(ge(label, 0), lt(label, parts.extent)),
  });

/** A loss that weighs each confusion of classes. */
export const infogainLoss: LayerDefinition = {
  type: 'InfogainLoss',
  family: 'loss',
  doc: 'A softmax loss in which a matrix says how much each confusion of classes costs.',
  paramField: 'infogain_loss_param',
  bottoms: { min: 2, max: 3 },
  tops: { min: 1, max: 2 },
  loss: true,
  noGradientBottoms: [1, 2],
  summary: (layer) => lossSummary(layer, 'VALID'),
  shape(c) {
    requireSameBatch(c);
    const p = setting(c.layer, 'infogain_loss_param');
    const axis = requireLabels(c, p.axis, 'infogain_loss_param.axis');
    const classes = nth(bottom(c), axis);
    if (c.bottoms.length < 3 && p.source === undefined)
      c.fail(
        'InfogainLoss needs its matrix: a third bottom, or infogain_loss_param { source }.',
        'infogain_loss_param.source',
      );
    if (c.bottoms.length === 3 && countOf(bottom(c, 2)) !== classes * classes)
      c.fail(`${bottomText(c, 2)} must be a matrix of ${classes}×${classes}, a row for each class.`);
    return { tops: c.layer.top.length > 1 ? [[], bottom(c)] : [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 6 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const parts = partsOf(c);
    if (c.bottoms.length < 3) {
      const matrix = matrixOf(c, parts);
      const read = c.input('matrix', matrix.shape, 'f32', setting(c.layer, 'infogain_loss_param').source ?? '');
      c.computeFlat(matrix, (i) => flat(read, i), 'matrix');
    }
    const largest = largestScores(c, x, parts);
    const total = c.scratch('sum', [parts.outer, parts.inner]);
    sumOfExponentials(c, x, parts, largest, total);
    const logSum = logSums(c, parts);
    c.compute(logSum, (o, q) => add(element(largest, [o, q]), log(element(total, [o, q]))), 'log-sum');
    const divisor = normalizer(c, 'forward', normalizationOf(c.layer, 'VALID'), sizes(parts), nth(c.bottoms, 1));
    c.compute(nth(c.tops, 0), () => {
      const [o, k, q] = [axis(parts.outer), axis(parts.extent), axis(parts.inner)];
      const label = labelOf(c, parts, at(o), at(q));
      const score = element(byClass(x, parts), [at(o), at(k), at(q)]);
      const cost = mul(gain(c, parts, label, at(k)), min(sub(element(logSum, [at(o), at(q)]), score), LARGEST_LOSS));
      return div(sum([o, k, q], select(counts(c.layer, label), cost, 0)), divisor);
    });
    const probabilities = c.tops[1];
    if (probabilities !== undefined)
      c.compute(
        byClass(probabilities, parts),
        (o, k, q) => exp(sub(element(byClass(x, parts), [o, k, q]), element(logSum, [o, q]))),
        'probabilities',
      );
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const x = nth(c.bottoms, 0);
    const parts = partsOf(c);
    const logSum = logSums(c, parts);
    const divisor = normalizer(c, 'backward', normalizationOf(c.layer, 'VALID'), sizes(parts), nth(c.bottoms, 1));
    const rows = c.scratch('row-sum', [parts.extent]);
    c.compute(
      rows,
      (label) => {
        const k = axis(parts.extent);
        return sum([k], gain(c, parts, label, at(k)));
      },
      'row-sum',
    );
    c.compute(byClass(target, parts), (o, k, q) => {
      const label = labelOf(c, parts, o, q);
      const probability = exp(sub(element(byClass(x, parts), [o, k, q]), element(logSum, [o, q])));
      const row = element(rows, [label], { guard: and(ge(label, 0), lt(label, parts.extent)) });
      const gradient = sub(mul(probability, row), gain(c, parts, label, k));
      return select(counts(c.layer, label), div(mul(gradient, nth(c.lossWeights, 0)), divisor), 0);
    });
  },
};
