/**
 * The three products behind Convolution and Deconvolution, as implicit matrix products over any number of spatial axes:
 * `correlate` (places from the window), `scatterBack` (its transpose, in gather form) and `weightGradient`. In the words
 * of `Geometry`, x is the blob that the window slides over and y the one with a value for each of its places.
 */
import { acc, add, and, at, axis, bool, eq, floordiv, ge, lt, mod, mul, sub, sum } from '../engine/ir/build.ts';
import type { Axis, Expr } from '../engine/ir/expr.ts';
import type { Geometry, SpatialAxis } from './convolution-geometry.ts';
import { element, type KernelContext, type Target, type Tensor } from './definition.ts';
import { nth, view } from './views.ts';

const TRUE = bool(true);
const axesOf = (extents: readonly number[]): Axis[] => extents.map((e) => axis(e));
const values = (axes: readonly Axis[]): Expr[] => axes.map(at);

/** Inside 0 … extent−1; folds to true where it always holds. */
const inside = (i: Expr, extent: number): Expr => and(ge(i, 0), lt(i, extent));

/** Where tap `t` of the window at place `o` reads, and whether that is inside. */
function tapIndex(a: SpatialAxis, extent: number, o: Expr, t: Expr): { index: Expr; guard: Expr } {
  const index = sub(add(mul(o, a.stride), mul(t, a.dilation)), a.pad);
  return { index, guard: inside(index, extent) };
}

/** One value of x under the window, 0 in the padding. */
function windowValue(
  g: Geometry,
  x: Tensor,
  batch: readonly Expr[],
  channel: Expr,
  places: readonly Expr[],
  taps: readonly Expr[],
): Expr {
  const reads = g.axes.map((a, i) => tapIndex(a, nth(g.inputExtents, i), nth(places, i), nth(taps, i)));
  return element(x, [...batch, channel, ...reads.map((r) => r.index)], {
    guard: and(TRUE, ...reads.map((r) => r.guard)),
  });
}

/** y[n, o, place] = Σ w[o, c, tap] · x[n, c, under the window] (+ bias[o]). */
export function correlate(
  c: KernelContext,
  g: Geometry,
  x: Tensor,
  weights: Tensor,
  bias: Tensor | undefined,
  y: Tensor | Target,
  label?: string,
): void {
  const [outputs, inputs] = [g.outputs / g.group, g.inputs / g.group];
  const [group, o, ic] = [axis(g.group), axis(outputs), axis(inputs)];
  const batch = axesOf(g.batch);
  const places = axesOf(g.outputExtents);
  const taps = axesOf(g.axes.map((a) => a.kernel));
  const channel = add(mul(at(group), outputs), at(o));
  c.contract(
    {
      batch: g.group > 1 ? [group] : [],
      m: [o],
      n: [...batch, ...places],
      k: [ic, ...taps],
      a: element(weights, [channel, at(ic), ...values(taps)]),
      b: windowValue(g, x, values(batch), add(mul(at(group), inputs), at(ic)), values(places), values(taps)),
      target: y,
      at: [...values(batch), channel, ...values(places)],
      ...(bias === undefined ? {} : { value: add(acc, element(bias, [channel])) }),
    },
    label,
  );
}

/**
 * How one spatial axis of x is walked when each of its elements gathers the places whose window covers it. With a
 * stride, only every stride-th tap can meet an element; where the extent allows, elements are split by their remainder
 * (`phase`), so that the taps that cannot meet are not visited at all.
 */
interface Gather {
  /** Remainder axis, in the product's batch; undefined where elements are not split. */
  readonly phase: Axis | undefined;
  /** Elements, or elements of one remainder. */
  readonly line: Axis;
  readonly tap: Axis;
  /** Index in x. */
  readonly index: Expr;
  /** Index in the window, over phase and tap; `tapGuard` says whether it is one. */
  readonly kernel: Expr;
  readonly tapGuard: Expr;
  /** Place whose window meets the element there; `placeGuard` says whether there is one. */
  readonly place: Expr;
  readonly placeGuard: Expr;
}

function gather(a: SpatialAxis, extent: number, places: number): Gather {
  if (a.stride > 1 && a.dilation === 1 && extent % a.stride === 0) {
    const phase = axis(a.stride);
    const line = axis(extent / a.stride);
    const tap = axis(Math.ceil(a.kernel / a.stride));
    const shifted = add(at(phase), a.pad);
    const kernel = add(mod(shifted, a.stride), mul(at(tap), a.stride));
    const place = sub(add(at(line), floordiv(shifted, a.stride)), at(tap));
    return {
      phase,
      line,
      tap,
      index: add(mul(at(line), a.stride), at(phase)),
      kernel,
      tapGuard: lt(kernel, a.kernel),
      place,
      placeGuard: inside(place, places),
    };
  }
  const line = axis(extent);
  const tap = axis(a.kernel);
  const first = sub(add(at(line), a.pad), mul(at(tap), a.dilation));
  const place = floordiv(first, a.stride);
  return {
    phase: undefined,
    line,
    tap,
    index: at(line),
    kernel: at(tap),
    tapGuard: TRUE,
    place,
    placeGuard: and(eq(mod(first, a.stride), 0), inside(place, places)),
  };
}

/** x[n, c, i] = Σ w[o, c, tap] · y[n, o, place whose window's tap meets i] (+ bias[c]). */
export function scatterBack(
  c: KernelContext,
  g: Geometry,
  y: Tensor,
  weights: Tensor,
  bias: Tensor | undefined,
  x: Tensor | Target,
  label?: string,
): void {
  const [outputs, inputs] = [g.outputs / g.group, g.inputs / g.group];
  const [group, o, ic] = [axis(g.group), axis(outputs), axis(inputs)];
  const batch = axesOf(g.batch);
  const gathers = g.axes.map((a, i) => gather(a, nth(g.inputExtents, i), nth(g.outputExtents, i)));
  const channel = add(mul(at(group), inputs), at(ic));
  const output = add(mul(at(group), outputs), at(o));
  const phases = gathers.flatMap((t) => (t.phase === undefined ? [] : [t.phase]));
  c.contract(
    {
      batch: [...(g.group > 1 ? [group] : []), ...phases],
      m: [ic],
      n: [...batch, ...gathers.map((t) => t.line)],
      k: [o, ...gathers.map((t) => t.tap)],
      a: element(weights, [output, at(ic), ...gathers.map((t) => t.kernel)], {
        guard: and(TRUE, ...gathers.map((t) => t.tapGuard)),
      }),
      b: element(y, [...values(batch), output, ...gathers.map((t) => t.place)], {
        guard: and(TRUE, ...gathers.map((t) => t.placeGuard)),
      }),
      target: x,
      at: [...values(batch), channel, ...gathers.map((t) => t.index)],
      ...(bias === undefined ? {} : { value: add(acc, element(bias, [channel])) }),
    },
    label,
  );
}

/** dw[o, c, tap] = Σ over images and places of dy[n, o, place] · x[n, c, under the window]. */
export function weightGradient(
  c: KernelContext,
  g: Geometry,
  x: Tensor,
  dy: Tensor,
  target: Target,
  label?: string,
): void {
  const [outputs, inputs] = [g.outputs / g.group, g.inputs / g.group];
  const [group, o, ic] = [axis(g.group), axis(outputs), axis(inputs)];
  const batch = axesOf(g.batch);
  const places = axesOf(g.outputExtents);
  const taps = axesOf(g.axes.map((a) => a.kernel));
  const channel = add(mul(at(group), outputs), at(o));
  c.contract(
    {
      batch: g.group > 1 ? [group] : [],
      m: [o],
      n: [ic, ...taps],
      k: [...batch, ...places],
      a: element(dy, [...values(batch), channel, ...values(places)]),
      b: windowValue(g, x, values(batch), add(mul(at(group), inputs), at(ic)), values(places), values(taps)),
      target,
      at: [channel, at(ic), ...values(taps)],
    },
    label,
  );
}

/** db[c] = Σ over all but axis 1 of dy seen as outer × channels × inner. */
export function biasGradient(
  c: KernelContext,
  dy: Tensor,
  parts: { readonly outer: number; readonly extent: number; readonly inner: number },
  target: Target,
  label?: string,
): void {
  const [o, q] = [axis(parts.outer), axis(parts.inner)];
  const seen = view(dy, [parts.outer, parts.extent, parts.inner]);
  c.computeFlat(target, (channel) => sum([o, q], element(seen, [at(o), channel, at(q)])), label);
}

/** Batch, channel × taps, places: the axes of a blob of columns, with channel and taps apart. */
const columnShape = (g: Geometry): number[] => [
  ...g.batch,
  g.inputs,
  ...g.axes.map((a) => a.kernel),
  ...g.outputExtents,
];

/** y[n, c · tap, place] = x[n, c, under the window]: what the window sees at each place, as Caffe's im2col lays it out. */
export function layColumns(c: KernelContext, g: Geometry, x: Tensor, y: Tensor): void {
  const [batch, spatial] = [g.batch.length, g.axes.length];
  c.compute(view(y, columnShape(g)), (...at) => {
    const taps = at.slice(batch + 1, batch + 1 + spatial);
    return windowValue(g, x, at.slice(0, batch), nth(at, batch), at.slice(batch + 1 + spatial), taps);
  });
}

/** x[n, c, i] = Σ over taps of y[n, c · tap, place whose window's tap meets i]: the transpose of `layColumns`. */
export function gatherColumns(c: KernelContext, g: Geometry, y: Tensor, x: Tensor | Target): void {
  const batch = g.batch.length;
  c.compute(x, (...at) => {
    const taps = axesOf(g.axes.map((a) => a.kernel));
    const meets = g.axes.map((a, i) => {
      const first = sub(add(nth(at, batch + 1 + i), a.pad), mul(nth(values(taps), i), a.dilation));
      const place = floordiv(first, a.stride);
      return { place, guard: and(eq(mod(first, a.stride), 0), inside(place, nth(g.outputExtents, i))) };
    });
    const where = [...at.slice(0, batch + 1), ...values(taps), ...meets.map((m) => m.place)];
    return sum(taps, element(view(y, columnShape(g)), where, { guard: and(TRUE, ...meets.map((m) => m.guard)) }));
  });
}
