/**
 * SoftmaxWithLoss. Mirrors Caffe's softmax_loss_layer.cpp. Forward keeps one number for each position, the logarithm of
 * the sum of exponentials: from it both the loss and the probabilities of the gradient follow.
 */
import { setting } from '../caffe/schema/values.ts';
import { add, and, at, axis, cast, div, eq, exp, ge, log, lt, mul, select, sub, sum } from '../engine/ir/build.ts';
import { countOf, element, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { counts, labelAt, lossSummary, normalizationOf, normalizer } from './loss-normalization.ts';
import { bottom, requireLabels, requireSameBatch } from './shape-rules.ts';
import { largestScores, scoresOf, sumOfExponentials } from './softmax.ts';
import { nth, view, type Around } from './views.ts';

/** −log of the smallest normal float: Caffe takes no probability below it. */
const LARGEST_LOSS = 87.33654475;

const partsOf = (c: KernelContext): Around => scoresOf(nth(c.bottoms, 0), setting(c.layer, 'softmax_param').axis);
const logSums = (c: KernelContext, parts: Around): Tensor => c.saved('log-sum', [parts.outer, parts.inner]);
const sizes = (parts: Around) => ({ positions: parts.outer * parts.inner, batch: parts.outer });

/** Softmax and the negative logarithm of the label's probability, averaged. */
export const softmaxWithLoss: LayerDefinition = {
  type: 'SoftmaxWithLoss',
  family: 'loss',
  doc: 'The usual loss of a classifier: softmax of the scores, then minus the logarithm of the right class, averaged.',
  paramField: 'softmax_param',
  extensions: ['crema:label_smoothing'],
  template: '',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 2 },
  loss: true,
  noGradientBottoms: [1],
  summary: (layer) => lossSummary(layer, 'VALID'),
  shape(c) {
    requireSameBatch(c);
    requireLabels(c, setting(c.layer, 'softmax_param').axis, 'softmax_param.axis');
    return { tops: c.layer.top.length > 1 ? [[], bottom(c)] : [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 5 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const [x, labels] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const parts = partsOf(c);
    const shape = [parts.outer, parts.extent, parts.inner];
    const largest = largestScores(c, x, parts);
    const total = c.scratch('sum', [parts.outer, parts.inner]);
    sumOfExponentials(c, x, parts, largest, total);
    const logSum = logSums(c, parts);
    c.compute(logSum, (o, q) => add(element(largest, [o, q]), log(element(total, [o, q]))), 'log-sum');
    const divisor = normalizer(c, 'forward', normalizationOf(c.layer, 'VALID'), sizes(parts), labels);
    c.compute(nth(c.tops, 0), () => {
      const [o, q] = [axis(parts.outer), axis(parts.inner)];
      const label = labelAt(view(labels, [countOf(labels.shape)]), add(mul(at(o), parts.inner), at(q)));
      const guard = and(ge(label, 0), lt(label, parts.extent));
      const score = element(view(x, shape), [at(o), label, at(q)], { guard });
      const whole = sub(element(logSum, [at(o), at(q)]), score);
      // Not min(), which on a GPU would turn NaN into the limit: a broken run must show.
      const loss = select(lt(LARGEST_LOSS, whole), LARGEST_LOSS, whole);
      return div(sum([o, q], select(counts(c.layer, label), loss, 0)), divisor);
    });
    const probabilities = c.tops[1];
    if (probabilities !== undefined)
      c.compute(
        view(probabilities, shape),
        (o, k, q) => exp(sub(element(view(x, shape), [o, k, q]), element(logSum, [o, q]))),
        'probabilities',
      );
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const [x, labels] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const parts = partsOf(c);
    const logSum = logSums(c, parts);
    const divisor = normalizer(c, 'backward', normalizationOf(c.layer, 'VALID'), sizes(parts), labels);
    const weight = nth(c.lossWeights, 0);
    c.compute(view(target, [parts.outer, parts.extent, parts.inner]), (o, k, q) => {
      const label = labelAt(labels, add(mul(o, parts.inner), q));
      const probability = exp(
        sub(element(view(x, [parts.outer, parts.extent, parts.inner]), [o, k, q]), element(logSum, [o, q])),
      );
      const gradient = sub(probability, cast(eq(k, label), 'f32'));
      return select(counts(c.layer, label), div(mul(gradient, weight), divisor), 0);
    });
  },
};
