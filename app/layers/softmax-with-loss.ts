/**
 * SoftmaxWithLoss. Mirrors Caffe's softmax_loss_layer.cpp. Forward keeps one number for each position, the logarithm of
 * the sum of exponentials: from it both the loss and the probabilities of the gradient follow.
 */
import { setting } from '../caffe/schema/values.ts';
import { add, and, at, axis, cast, div, eq, exp, ge, log, lt, mul, select, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, MIXED_LABELS, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { counts, labelAt, lossSummary, normalizationOf, normalizer } from './loss-normalization.ts';
import { bottom, requireLabels, requireSameBatch } from './shape-rules.ts';
import { largestScores, scoresOf, sumOfExponentials } from './softmax.ts';
import { nth, view, type Around } from './views.ts';

/** −log of the smallest normal float: Caffe takes no probability below it. */
const LARGEST_LOSS = 87.33654475;

const partsOf = (c: KernelContext): Around => scoresOf(nth(c.bottoms, 0), setting(c.layer, 'softmax_param').axis);
const logSums = (c: KernelContext, parts: Around): Tensor => c.saved('log-sum', [parts.outer, parts.inner]);
const sizes = (parts: Around) => ({ positions: parts.outer * parts.inner, batch: parts.outer });

/**
 * What the net is taught while training, beyond the label alone: a second label where images are mixed, and a part that is
 * spread over all classes. Undefined where the label is all there is.
 */
interface Lesson {
  /** Part of the label that is spread evenly. */
  readonly smoothing: number;
  readonly mixed: Tensor | undefined;
}

function lessonOf(c: KernelContext): Lesson | undefined {
  const smoothing = c.phase === 'TRAIN' ? c.layer['crema:label_smoothing'] : 0;
  const mixed = c.attached(1, MIXED_LABELS);
  return smoothing === 0 && mixed === undefined ? undefined : { smoothing, mixed };
}

/** Something for an image's own label and for the one mixed in, added up by their parts. */
function taught({ mixed }: Lesson, image: Expr, own: Expr, of: (label: Expr) => Expr): Expr {
  if (mixed === undefined) return of(own);
  const [other, part] = [cast(element(mixed, [0, image]), 'i32'), element(mixed, [1, image])];
  return add(of(other), mul(sub(of(own), of(other)), part));
}

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
    const lesson = lessonOf(c);
    c.compute(nth(c.tops, 0), () => {
      const [o, q] = [axis(parts.outer), axis(parts.inner)];
      const scoreTaught = (label: Expr, scoreOf: (label: Expr) => Expr): Expr => {
        if (lesson === undefined) return scoreOf(label);
        const all = axis(parts.extent);
        const mean = mul(sum([all], scoreOf(at(all))), 1 / parts.extent);
        const own = taught(lesson, at(o), label, scoreOf);
        return add(own, mul(sub(mean, own), lesson.smoothing));
      };
      const label = labelAt(view(labels, [countOf(labels.shape)]), add(mul(at(o), parts.inner), at(q)));
      const scoreOf = (of: Expr): Expr =>
        element(view(x, shape), [at(o), of, at(q)], { guard: and(ge(of, 0), lt(of, parts.extent)) });
      const whole = sub(element(logSum, [at(o), at(q)]), scoreTaught(label, scoreOf));
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
    const lesson = lessonOf(c);
    c.compute(view(target, [parts.outer, parts.extent, parts.inner]), (o, k, q) => {
      const label = labelAt(labels, add(mul(o, parts.inner), q));
      const probability = exp(
        sub(element(view(x, [parts.outer, parts.extent, parts.inner]), [o, k, q]), element(logSum, [o, q])),
      );
      const is = (of: Expr): Expr => cast(eq(k, of), 'f32');
      const wanted =
        lesson === undefined
          ? is(label)
          : add(mul(taught(lesson, o, label, is), 1 - lesson.smoothing), lesson.smoothing / parts.extent);
      const gradient = sub(probability, wanted);
      return select(counts(c.layer, label), div(mul(gradient, weight), divisor), 0);
    });
  },
};
