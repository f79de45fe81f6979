/**
 * Pooling: MAX and AVE forward and backward, STOCHASTIC for its shape. Mirrors Caffe's pooling_layer.cpp: output extents
 * are rounded up, AVE divides by the window's size including padding (but not what lies behind it), and of equal values
 * the first is the largest. The gradient is gathered: each input looks at the windows that cover it.
 */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { has } from '../caffe/schema/dsl.ts';
import { setting } from '../caffe/schema/values.ts';
import {
  add,
  and,
  at,
  axis,
  cast,
  div,
  eq,
  f32,
  floordiv,
  ge,
  i32,
  lt,
  min,
  mod,
  mul,
  reduce,
  select,
  sub,
  sum,
} from '../engine/ir/build.ts';
import type { Axis, Expr } from '../engine/ir/expr.ts';
import {
  countOf,
  element,
  type BackwardContext,
  type ForwardContext,
  type KernelContext,
  type LayerDefinition,
  type Tensor,
} from './definition.ts';
import { poolAxes, pooledShape, type PoolAxis } from './pooling-geometry.ts';
import { nth } from './views.ts';
import { poolingWindow } from './windows.ts';

/** What Caffe starts a maximum from: the smallest float. */
const SMALLEST = -3.4028234663852886e38;

const axesOf = (c: KernelContext): readonly [PoolAxis, PoolAxis] => {
  const shape = nth(c.bottoms, 0).shape;
  return poolAxes(c.layer, nth(shape, 2), nth(shape, 3));
};

const inside = (i: Expr, extent: number): Expr => and(ge(i, 0), lt(i, extent));

/** The image's row (or column) under a tap of the window at a place. */
const under = (a: PoolAxis, place: Expr, tap: Expr): Expr => sub(add(mul(place, a.stride), tap), a.pad);

/** A value under the window; `otherwise` in the padding. */
function windowValue(
  x: Tensor,
  axes: readonly [PoolAxis, PoolAxis],
  image: readonly Expr[],
  place: readonly [Expr, Expr],
  tap: readonly [Expr, Expr],
  otherwise: number,
): Expr {
  const y = under(axes[0], place[0], tap[0]);
  const z = under(axes[1], place[1], tap[1]);
  return element(x, [...image, y, z], {
    guard: and(inside(y, axes[0].extent), inside(z, axes[1].extent)),
    otherwise,
  });
}

/** How many rows (or columns) of a window AVE counts: all but those behind the padding. */
function counted(a: PoolAxis, place: Expr): Expr {
  if ((a.pooled - 1) * a.stride + a.kernel <= a.extent + 2 * a.pad) return f32(a.kernel);
  const start = mul(place, a.stride);
  return cast(sub(min(add(start, a.kernel), i32(a.extent + 2 * a.pad)), start), 'f32');
}

/** A saved tensor with each window's largest tap, as an index into the window. */
const winners = (c: KernelContext, shape: readonly number[]): Tensor => c.saved('winner', shape, 'i32');

function forwardMax(c: ForwardContext): void {
  const axes = axesOf(c);
  const x = nth(c.bottoms, 0);
  const top = nth(c.tops, 0);
  const mask = c.tops[1];
  const largest = (n: Expr, ch: Expr, py: Expr, px: Expr, reducer: 'max' | 'argmax'): Expr => {
    const taps: [Axis, Axis] = [axis(axes[0].kernel), axis(axes[1].kernel)];
    return reduce(reducer, taps, windowValue(x, axes, [n, ch], [py, px], [at(taps[0]), at(taps[1])], SMALLEST));
  };
  if (c.phase === 'TEST' && mask === undefined) {
    c.compute(top, (...o) => largest(nth(o, 0), nth(o, 1), nth(o, 2), nth(o, 3), 'max'));
    return;
  }
  const winner = winners(c, top.shape);
  c.computeStores(top.shape, (...o) => {
    const [n, ch, py, px] = [nth(o, 0), nth(o, 1), nth(o, 2), nth(o, 3)];
    const local = largest(n, ch, py, px, 'argmax');
    const tap: [Expr, Expr] = [floordiv(local, axes[1].kernel), mod(local, axes[1].kernel)];
    const value = windowValue(x, axes, [n, ch], [py, px], tap, SMALLEST);
    const place = add(mul(under(axes[0], py, tap[0]), axes[1].extent), under(axes[1], px, tap[1]));
    return [
      { target: top, at: o, value },
      { target: winner, at: o, value: local },
      ...(mask === undefined ? [] : [{ target: mask, at: o, value: cast(place, 'f32') }]),
    ];
  });
}

function forwardAve(c: ForwardContext): void {
  const axes = axesOf(c);
  const x = nth(c.bottoms, 0);
  c.compute(nth(c.tops, 0), (...o) => {
    const taps: [Axis, Axis] = [axis(axes[0].kernel), axis(axes[1].kernel)];
    const place: [Expr, Expr] = [nth(o, 2), nth(o, 3)];
    const total = sum(taps, windowValue(x, axes, [nth(o, 0), nth(o, 1)], place, [at(taps[0]), at(taps[1])], 0));
    return div(total, mul(counted(axes[0], place[0]), counted(axes[1], place[1])));
  });
}

/** The windows that cover row (or column) `i`: an axis to walk, each one's place, the tap that meets `i`, and a guard. */
function covering(a: PoolAxis, i: Expr): { walk: Axis; place: Expr; tap: Expr; guard: Expr } {
  const shifted = add(i, a.pad);
  const most = Math.ceil(a.kernel / a.stride);
  const inWindow = (tap: Expr): Expr => and(ge(tap, 0), lt(tap, a.kernel));
  if (a.pooled <= most) {
    const walk = axis(a.pooled);
    const tap = sub(shifted, mul(at(walk), a.stride));
    return { walk, place: at(walk), tap, guard: inWindow(tap) };
  }
  const walk = axis(most);
  const place = sub(floordiv(shifted, a.stride), at(walk));
  const tap = add(mod(shifted, a.stride), mul(at(walk), a.stride));
  return { walk, place, tap, guard: and(inside(place, a.pooled), inWindow(tap)) };
}

function backward(c: BackwardContext): void {
  const target = c.bottomDiffs[0];
  if (target === undefined) return;
  const axes = axesOf(c);
  const dy = nth(c.topDiffs, 0);
  const max = setting(c.layer, 'pooling_param').pool === 'MAX';
  c.compute(target, (...o) => {
    const rows = covering(axes[0], nth(o, 2));
    const columns = covering(axes[1], nth(o, 3));
    const guard = and(rows.guard, columns.guard);
    const where = [nth(o, 0), nth(o, 1), rows.place, columns.place];
    const diff = element(dy, where, { guard });
    const value = max
      ? select(
          eq(
            element(winners(c, dy.shape), where, { guard, otherwise: -1 }),
            add(mul(rows.tap, axes[1].kernel), columns.tap),
          ),
          diff,
          0,
        )
      : div(diff, mul(counted(axes[0], rows.place), counted(axes[1], columns.place)));
    return sum([rows.walk, columns.walk], value);
  });
}

function summary(layer: LayerParameter): string {
  const p = setting(layer, 'pooling_param');
  if (p.global_pooling) return `${p.pool} · global`;
  const pair = (one: number, h: number | undefined, w: number | undefined): string =>
    h === undefined || w === undefined ? String(one) : `${h}×${w}`;
  const kernel =
    p.kernel_size === undefined ? `${p.kernel_h ?? '?'}×${p.kernel_w ?? '?'}` : `${p.kernel_size}×${p.kernel_size}`;
  const parts = [p.pool, kernel];
  const stride = pair(p.stride, p.stride_h, p.stride_w);
  if (stride !== '1') parts.push(`stride ${stride}`);
  const pad = has(p, 'pad_h') ? pair(p.pad, p.pad_h, p.pad_w) : String(p.pad);
  if (pad !== '0') parts.push(`pad ${pad}`);
  return parts.join(' · ');
}

/** Reduces windows of each channel to one value. */
export const pooling: LayerDefinition = {
  type: 'Pooling',
  family: 'pooling',
  doc: 'Reduces windows of each channel to their largest value or their mean.',
  paramField: 'pooling_param',
  template: 'pooling_param {\n  pool: MAX\n  kernel_size: 2\n  stride: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 2 },
  summary,
  shape(c) {
    const top = pooledShape(c);
    const { pool } = setting(c.layer, 'pooling_param');
    if (c.layer.top.length > 1 && pool !== 'MAX')
      c.fail(`Only MAX pooling has a second top (where each maximum was); ${pool} has one.`, 'pooling_param.pool');
    return { tops: c.layer.top.length > 1 ? [top, top] : [top] };
  },
  cost(layer, bottoms, tops) {
    const [n = 0, ch = 0, height = 0, width = 0] = nth(bottoms, 0);
    const axes = poolAxes(layer, height, width);
    const window = axes[0].kernel * axes[1].kernel;
    return { macs: n * ch * countOf(nth(tops, 0).slice(2)) * window };
  },
  window: poolingWindow,
  supports: (layer) =>
    setting(layer, 'pooling_param').pool === 'STOCHASTIC'
      ? 'STOCHASTIC pooling cannot be computed yet: use pool: MAX or pool: AVE.'
      : undefined,
  forward(c) {
    if (setting(c.layer, 'pooling_param').pool === 'MAX') forwardMax(c);
    else forwardAve(c);
  },
  backward,
};
