/**
 * BatchNorm. Mirrors Caffe's batch_norm_layer.cpp: three state blobs (mean, variance, and the factor by which both are
 * scaled), updated by forward in TRAIN; the stored variance is bias-corrected, the one divided by is not.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { LayerParameter, Phase } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, at, axis, div, eq, f32, floordiv, i32, mod, mul, select, sqrt, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import {
  countOf,
  element,
  flat,
  type ForwardContext,
  type KernelContext,
  type LayerDefinition,
  type Tensor,
} from './definition.ts';
import { bottom, bottomText, likeBottom } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

const usesStored = (layer: LayerParameter, phase: Phase): boolean =>
  setting(layer, 'batch_norm_param').use_global_stats ?? phase === 'TEST';

/** A blob as images × channels × places; one axis alone has one channel. */
function parts(shape: Shape): readonly [number, number, number] {
  return shape.length === 1 ? [nth(shape, 0), 1, 1] : [nth(shape, 0), nth(shape, 1), countRange(shape, 2)];
}

/** Σ over images and places of a value given by coordinates in `parts`. */
function channelSum(
  shape: readonly [number, number, number],
  value: (where: readonly Expr[]) => Expr,
  channel: Expr,
): Expr {
  const [n, q] = [axis(shape[0]), axis(shape[2])];
  return sum([n, q], value([at(n), channel, at(q)]));
}

const channelOf = (shape: readonly [number, number, number], i: Expr): Expr => mod(floordiv(i, shape[2]), shape[1]);

const deviation = (c: KernelContext, channels: number): Tensor => c.saved('deviation', [channels]);

/** Mean and standard deviation of the batch, and the stored statistics moved towards them. */
function measure(c: ForwardContext, mean: Tensor, std: Tensor): void {
  const p = setting(c.layer, 'batch_norm_param');
  const x = nth(c.bottoms, 0);
  const shape = parts(x.shape);
  const seen = view(x, shape);
  const count = shape[0] * shape[2];
  const variance = c.scratch('variance', [shape[1]]);
  c.compute(
    mean,
    (ch) =>
      div(
        channelSum(shape, (w) => element(seen, w), ch),
        count,
      ),
    'mean',
  );
  c.compute(
    variance,
    (ch) => {
      const centre = element(mean, [ch]);
      const square = (w: readonly Expr[]): Expr => {
        const d = sub(element(seen, w), centre);
        return mul(d, d);
      };
      return div(channelSum(shape, square, ch), count);
    },
    'variance',
  );
  c.compute(std, (ch) => sqrt(add(element(variance, [ch]), p.eps)), 'deviation');
  const keep = p.moving_average_fraction;
  const correction = count > 1 ? count / (count - 1) : 1;
  const [meanState, varianceState, factorState] = [nth(c.state, 0), nth(c.state, 1), nth(c.state, 2)];
  c.compute(meanState, (ch) => add(mul(element(meanState, [ch]), keep), element(mean, [ch])), 'stored-mean');
  c.compute(
    varianceState,
    (ch) => add(mul(element(varianceState, [ch]), keep), mul(element(variance, [ch]), correction)),
    'stored-variance',
  );
  c.compute(factorState, (i) => add(mul(element(factorState, [i]), keep), 1), 'stored-factor');
}

/** Mean and standard deviation from the stored statistics. */
function recall(c: ForwardContext, mean: Tensor, std: Tensor): void {
  const { eps } = setting(c.layer, 'batch_norm_param');
  const stored = flat(nth(c.params, 2), i32(0));
  const factor = select(eq(stored, 0), 0, div(f32(1), select(eq(stored, 0), 1, stored)));
  c.compute(mean, (ch) => mul(element(nth(c.params, 0), [ch]), factor), 'mean');
  c.compute(std, (ch) => sqrt(add(mul(element(nth(c.params, 1), [ch]), factor), eps)), 'deviation');
}

/** Normalises each channel to mean 0 and variance 1. */
export const batchNorm: LayerDefinition = {
  type: 'BatchNorm',
  family: 'normalise',
  doc: 'Brings each channel to mean 0 and variance 1: over the batch while training, by stored statistics while testing. Usually followed by Scale.',
  paramField: 'batch_norm_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary: (layer) => (setting(layer, 'batch_norm_param').use_global_stats === true ? 'stored statistics' : ''),
  shape(c) {
    const shape = bottom(c);
    if (shape.length === 0) c.fail(`BatchNorm takes a batch, but ${bottomText(c, 0)} has no axes.`);
    const rate = c.layer.param.find((p) => p.lr_mult !== 0);
    if (rate !== undefined)
      c.fail(
        `The blobs of BatchNorm are statistics, not weights: the solver must not change them. Set lr_mult: 0 in each param of this layer, or remove them.`,
        'param',
      );
    const channels = parts(shape)[1];
    const state = { initial: 0, learnable: false };
    return {
      ...likeBottom(c),
      params: [
        { shape: [channels], role: 'running mean', ...state },
        { shape: [channels], role: 'running variance', ...state },
        { shape: [1], role: 'scale of the statistics', ...state },
      ],
    };
  },
  cost: (layer, bottoms, _, phase) => ({
    macs: 0,
    // Mean and mean of squares, then difference and quotient; with stored statistics only the latter.
    other: (usesStored(layer, phase) ? 2 : 4) * countOf(nth(bottoms, 0)),
  }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const shape = parts(x.shape);
    const mean = c.scratch('mean', [shape[1]]);
    const std = deviation(c, shape[1]);
    if (usesStored(c.layer, c.phase)) recall(c, mean, std);
    else measure(c, mean, std);
    c.computeFlat(nth(c.tops, 0), (i) => {
      const ch = channelOf(shape, i);
      return div(sub(flat(x, i), flat(mean, ch)), flat(std, ch));
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const [y, dy] = [nth(c.tops, 0), nth(c.topDiffs, 0)];
    const shape = parts(y.shape);
    const std = deviation(c, shape[1]);
    if (usesStored(c.layer, c.phase)) {
      c.computeFlat(target, (i) => div(flat(dy, i), flat(std, channelOf(shape, i))));
      return;
    }
    const [seenY, seenDy] = [view(y, shape), view(dy, shape)];
    const count = shape[0] * shape[2];
    const meanDiff = c.scratch('mean-diff', [shape[1]]);
    const meanProduct = c.scratch('mean-product', [shape[1]]);
    c.computeStores(
      [shape[1]],
      (ch) => [
        {
          target: meanDiff,
          at: [ch],
          value: div(
            channelSum(shape, (w) => element(seenDy, w), ch),
            count,
          ),
        },
        {
          target: meanProduct,
          at: [ch],
          value: div(
            channelSum(shape, (w) => mul(element(seenDy, w), element(seenY, w)), ch),
            count,
          ),
        },
      ],
      'means',
    );
    c.computeFlat(target, (i) => {
      const ch = channelOf(shape, i);
      const centred = sub(flat(dy, i), flat(meanDiff, ch));
      return div(sub(centred, mul(flat(meanProduct, ch), flat(y, i))), flat(std, ch));
    });
  },
};
