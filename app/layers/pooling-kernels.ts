/**
 * The kernels of Pooling and SPP. MAX: of equal values the first is the largest. AVE divides by the window's size
 * including padding (but not what lies behind it). STOCHASTIC draws one value of the window with a probability in
 * proportion to it while training, and takes the mean weighted so while testing. The gradient is gathered: each input
 * looks at the windows that cover it. Mirrors Caffe's pooling_layer.cpp and, for STOCHASTIC, pooling_layer.cu.
 */
import {
  add,
  and,
  at,
  axis,
  cast,
  div,
  eq,
  f32,
  flatten,
  floordiv,
  ge,
  i32,
  le,
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
  element,
  type BackwardContext,
  type ForwardContext,
  type KernelContext,
  type Target,
  type Tensor,
} from './definition.ts';
import type { PoolAxis } from './pooling-geometry.ts';
import { nth } from './views.ts';

/** One pooling of an image blob. */
export interface Pool {
  readonly method: 'MAX' | 'AVE' | 'STOCHASTIC';
  readonly axes: readonly [PoolAxis, PoolAxis];
  /** Keeps apart what several poolings of one layer save. */
  readonly name: string;
}

/** Where the pooled values lie: coordinates in a tensor for batch, channel, row and column of a place. */
export interface Places {
  readonly tensor: Tensor;
  at(where: readonly Expr[]): readonly Expr[];
}

/** A tensor of pooled values as they come: batch × channels × rows × columns. */
export const placesOf = (tensor: Tensor): Places => ({ tensor, at: (where) => where });

/** What Caffe starts a maximum from: the smallest float. */
const SMALLEST = -3.4028234663852886e38;

const inside = (i: Expr, extent: number): Expr => and(ge(i, 0), lt(i, extent));

/** The image's row (or column) under a tap of the window at a place. */
const under = (a: PoolAxis, place: Expr, tap: Expr): Expr => sub(add(mul(place, a.stride), tap), a.pad);

/** A value of x under the window at `where` (batch, channel, row, column); `otherwise` in the padding. */
function windowValue(pool: Pool, x: Tensor, where: readonly Expr[], tap: readonly [Expr, Expr], otherwise = 0): Expr {
  const [n, ch, py, px] = [nth(where, 0), nth(where, 1), nth(where, 2), nth(where, 3)];
  const y = under(pool.axes[0], py, tap[0]);
  const z = under(pool.axes[1], px, tap[1]);
  return element(x, [n, ch, y, z], {
    guard: and(inside(y, pool.axes[0].extent), inside(z, pool.axes[1].extent)),
    otherwise,
  });
}

const tapAxes = (pool: Pool): [Axis, Axis] => [axis(pool.axes[0].kernel), axis(pool.axes[1].kernel)];
const both = (taps: readonly [Axis, Axis]): [Expr, Expr] => [at(taps[0]), at(taps[1])];

/** A tap's row and column from its index in the window. */
const tapOf = (pool: Pool, index: Expr): [Expr, Expr] => [
  floordiv(index, pool.axes[1].kernel),
  mod(index, pool.axes[1].kernel),
];
const tapIndex = (pool: Pool, tap: readonly [Expr, Expr]): Expr => add(mul(tap[0], pool.axes[1].kernel), tap[1]);

/** How many rows (or columns) of a window AVE counts: all but those behind the padding. */
function counted(a: PoolAxis, place: Expr): Expr {
  if ((a.pooled - 1) * a.stride + a.kernel <= a.extent + 2 * a.pad) return f32(a.kernel);
  const start = mul(place, a.stride);
  return cast(sub(min(add(start, a.kernel), i32(a.extent + 2 * a.pad)), start), 'f32');
}

const shapeOf = (pool: Pool, x: Tensor): number[] => [
  nth(x.shape, 0),
  nth(x.shape, 1),
  pool.axes[0].pooled,
  pool.axes[1].pooled,
];

/** A saved tensor with the tap of each window that gave its value, as an index into the window. */
const winners = (c: KernelContext, pool: Pool, shape: readonly number[]): Tensor =>
  c.saved(`winner${pool.name}`, shape, 'i32');

/** Σ over a window. */
function windowSum(pool: Pool, x: Tensor, where: readonly Expr[], of: (value: Expr) => Expr = (v) => v): Expr {
  const taps = tapAxes(pool);
  return sum(taps, of(windowValue(pool, x, where, both(taps))));
}

/** The tap that a random number below the window's sum falls on, when the window's values are laid end to end. */
function drawnTap(pool: Pool, x: Tensor, where: readonly Expr[], random: Expr): Expr {
  const threshold = mul(random, windowSum(pool, x, where));
  const [outer, inner] = [tapAxes(pool), tapAxes(pool)];
  const upTo = le(tapIndex(pool, both(inner)), tapIndex(pool, both(outer)));
  const reached = sum(inner, select(upTo, windowValue(pool, x, where, both(inner)), 0));
  const passed = sum(outer, select(lt(reached, threshold), i32(1), i32(0)));
  return min(passed, pool.axes[0].kernel * pool.axes[1].kernel - 1);
}

/** Pools x; with `mask`, also each maximum's place in its image. */
export function poolForward(c: ForwardContext, pool: Pool, x: Tensor, into: Places, mask?: Tensor): void {
  const shape = shapeOf(pool, x);
  const store = (value: (where: readonly Expr[]) => Expr): void => {
    c.computeStores(shape, (...o) => [{ target: into.tensor, at: into.at(o), value: value(o) }]);
  };
  if (pool.method === 'AVE') {
    const size = (o: readonly Expr[]): Expr => mul(counted(pool.axes[0], nth(o, 2)), counted(pool.axes[1], nth(o, 3)));
    store((o) => div(windowSum(pool, x, o), size(o)));
    return;
  }
  if (c.phase === 'TEST' && pool.method === 'STOCHASTIC') {
    store((o) => {
      const total = windowSum(pool, x, o);
      const squares = windowSum(pool, x, o, (v) => mul(v, v));
      return select(eq(total, 0), 0, div(squares, select(eq(total, 0), 1, total)));
    });
    return;
  }
  const largest = (o: readonly Expr[], reducer: 'max' | 'argmax'): Expr => {
    const taps = tapAxes(pool);
    return reduce(reducer, taps, windowValue(pool, x, o, both(taps), SMALLEST));
  };
  if (c.phase === 'TEST' && mask === undefined) {
    store((o) => largest(o, 'max'));
    return;
  }
  const winner = winners(c, pool, shape);
  const otherwise = pool.method === 'MAX' ? SMALLEST : 0;
  c.computeStores(shape, (...o) => {
    const where = into.at(o);
    const local =
      pool.method === 'MAX' ? largest(o, 'argmax') : drawnTap(pool, x, o, c.random(flatten(into.tensor.shape, where)));
    const tap = tapOf(pool, local);
    const [rows, columns] = pool.axes;
    const place = add(mul(under(rows, nth(o, 2), tap[0]), columns.extent), under(columns, nth(o, 3), tap[1]));
    return [
      { target: into.tensor, at: where, value: windowValue(pool, x, o, tap, otherwise) },
      { target: winner, at: o, value: local },
      ...(mask === undefined ? [] : [{ target: mask, at: o, value: cast(place, 'f32') }]),
    ];
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

/** The gradient of what was pooled, into a target of the image blob's shape. */
export function poolBackward(c: BackwardContext, pool: Pool, from: Places, target: Target, label?: string): void {
  const shape = shapeOf(pool, target);
  c.compute(
    target,
    (...o) => {
      const rows = covering(pool.axes[0], nth(o, 2));
      const columns = covering(pool.axes[1], nth(o, 3));
      const guard = and(rows.guard, columns.guard);
      const where = [nth(o, 0), nth(o, 1), rows.place, columns.place];
      const diff = element(from.tensor, from.at(where), { guard });
      const value =
        pool.method === 'AVE'
          ? div(diff, mul(counted(pool.axes[0], rows.place), counted(pool.axes[1], columns.place)))
          : select(
              eq(
                element(winners(c, pool, shape), where, { guard, otherwise: -1 }),
                tapIndex(pool, [rows.tap, columns.tap]),
              ),
              diff,
              0,
            );
      return sum([rows.walk, columns.walk], value);
    },
    label,
  );
}
