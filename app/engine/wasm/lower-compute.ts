/**
 * Compute kernels as loops: the axis along which most loads and stores run through memory goes innermost, four points
 * at a time; the outermost ones make up the units that threads share out.
 */
import { add, at, axis, i32, mul, unflatten } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ComputeKernel, Store } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import { expressionsOf, substitution, visit } from '../ir/rewrite.ts';
import { constantOf, type Value } from './blocks.ts';
import { bindCoordinates, divide } from './coordinates.ts';
import { ExpressionEmitter } from './expression-emitter.ts';
import type { Environment } from './environment.ts';
import type { FunctionBuilder } from './module-builder.ts';
import { fixed, isWrittenOut, pointsOf, rowOf } from './reductions.ts';
import { storeScalars, storeVectors } from './stores.ts';
import { mergeAxes, periodOf, splitAxes, strideAlong } from './strides.ts';

/** Units that a kernel should have where it can: several for each thread, so that they end at about the same time. */
const UNITS = 64;
/** Points of a long row that make a unit. */
const CHUNK = 2048;

/** Writes the function that computes one unit (its number is parameter 0); gives how many there are. */
export function lowerCompute(kernel: ComputeKernel, builder: FunctionBuilder, environment: Environment): number {
  const plan = planCompute(kernel);
  const em = new ExpressionEmitter(builder, environment);
  for (const copy of plan.copies) for (const stores of copy) standIns(em, stores);

  const { lane, outer } = plan;
  const leading = leadingAxes(outer);
  const points = extentOf(leading);
  const chunks = lane === undefined || points >= UNITS || lane.extent < 2 * CHUNK ? 1 : Math.ceil(lane.extent / CHUNK);
  const unit: Value = { type: 'i32', depth: 0, local: 0, constant: 0 };
  const [row, part] = chunks === 1 ? [unit, constantOf(0, 'i32')] : divide(em, unit, chunks);
  bindCoordinates(em, leading, row);
  const inner = outer.slice(leading.length);
  for (const a of inner) em.openAxis(a);
  if (lane === undefined) for (const [stores] of plan.copies) storeScalars(em, stores as readonly Store[]);
  else emitLane(em, lane, chunks, part, plan.copies);
  for (const a of inner.toReversed()) em.closeAxis(a);
  return points * chunks;
}

interface Plan {
  readonly outer: readonly Axis[];
  readonly lane: Axis | undefined;
  /** Stores for each phase of the other axes, and within it for each phase of the lane axis. */
  readonly copies: readonly (readonly (readonly Store[])[])[];
}

function planCompute(kernel: ComputeKernel): Plan {
  const merged = mergeAxes(splitAxes({ lists: [kernel.axes], exprs: expressionsOf(kernel) }));
  const exprs = merged.exprs;
  const split = (merged.lists[0] ?? []).map((a) => {
    const period = periodOf(exprs, a);
    return period === 1 ? { a, line: a, phase: undefined } : { a, line: axis(a.extent / period), phase: axis(period) };
  });
  const rewrite = substitution((e) => {
    const s = e.op === 'axis' ? split.find(({ a }) => a.id === e.axis.id) : undefined;
    return s?.phase === undefined ? undefined : add(mul(at(s.line), s.phase.extent), at(s.phase));
  });
  const stores = kernel.stores.map((s, i): Store => ({
    ...s,
    index: rewrite(exprs[2 * i] as Expr),
    value: rewrite(exprs[2 * i + 1] as Expr),
  }));
  const real = split.filter(({ line }) => line.extent > 1);
  const lane = chooseLane(
    real.map(({ line }) => line),
    stores,
  );
  const own = split.find(({ line }) => line === lane)?.phase;
  const others = split.flatMap(({ phase }) => (phase === undefined || phase === own ? [] : [phase]));
  const at0 = (point: readonly number[], axes: readonly Axis[], list: readonly Store[]): Store[] =>
    list.map((s) => ({ ...s, index: fixed(s.index, axes, point), value: fixed(s.value, axes, point) }));
  const ownAxes = own === undefined ? [] : [own];
  return {
    lane,
    outer: real.flatMap(({ line }) => (line === lane ? [] : [line])),
    copies: pointsOf(others).map((point) => {
      const here = at0(point, others, stores);
      return pointsOf(ownAxes).map((p) => at0(p, ownAxes, here));
    }),
  };
}

/** The axis whose neighbours are computed together: the cheapest, or none where lanes gain nothing. */
function chooseLane(axes: readonly Axis[], stores: readonly Store[]): Axis | undefined {
  let best: Axis | undefined;
  let least = costOf(stores, undefined);
  for (const a of axes.toReversed()) {
    if (a.extent < 4) continue;
    const vectors = Math.floor(a.extent / 4);
    const cost = (vectors * costOf(stores, a) + (a.extent % 4) * costOf(stores, undefined)) / a.extent;
    if (cost < least) [best, least] = [a, cost];
  }
  return best;
}

/** Rough instructions for one point (no lane axis) or for four neighbours along it. */
function costOf(stores: readonly Store[], lane: Axis | undefined): number {
  const move = (index: Expr): number => {
    if (lane === undefined) return 1;
    const stride = strideAlong(index, lane);
    if (stride === undefined) return 8;
    return stride === 0 || stride === 1 ? 1 : stride === 2 ? 2 : 5;
  };
  let total = 0;
  const walk = (e: Expr, weight: number, seen: Set<Expr>): void => {
    visit(e, (node) => {
      if (seen.has(node)) return;
      seen.add(node);
      if (node.op === 'load') total += weight * move(node.index);
      else if (node.op === 'unary' || node.op === 'select') total += weight / 2;
      else if (node.op === 'binary' && node.dtype === 'f32') total += weight / 2;
      else if (node.op === 'binary' && (node.fn === 'floordiv' || node.fn === 'mod') && lane !== undefined)
        total += strideAlong(node.a, lane) === 0 ? 0 : weight * 4;
    });
  };
  /** Bodies of reductions count as often as they run. */
  const outside = (e: Expr, weight: number, seen: Set<Expr>): void => {
    const inside: (Expr & { op: 'reduce' })[] = [];
    visit(e, (node) => {
      if (node.op === 'reduce') inside.push(node);
    });
    for (const r of inside) {
      if (seen.has(r)) continue;
      seen.add(r);
      const rows = lane === undefined && rowOf(r) !== undefined ? 4 : 1;
      outside(r.body, (weight * extentOf(r.axes)) / rows, seen);
    }
    walk(e, weight, seen);
  };
  const seen = new Set<Expr>();
  for (const s of stores) {
    outside(s.value, 1, seen);
    total += move(s.index);
  }
  return total;
}

/** The outermost axes whose points make enough units. */
function leadingAxes(axes: readonly Axis[]): readonly Axis[] {
  let count = 0;
  let points = 1;
  while (count < axes.length && points < UNITS) points *= (axes[count++] as Axis).extent;
  return axes.slice(0, count);
}

/** Runs along the lane axis four points at a time, and one by one over what is left. */
function emitLane(em: ExpressionEmitter, lane: Axis, chunks: number, part: Value, copies: Plan['copies']): void {
  const { blocks } = em;
  let [from, to, end] = [0, Math.floor(lane.extent / 4) * 4, lane.extent].map((v) => constantOf(v, 'i32')) as [
    Value,
    Value,
    Value,
  ];
  if (chunks > 1) {
    from = em.define('chunk', 'i32', [part], (code, push) => {
      push(part);
      code.i32(CHUNK).op('i32.mul');
    });
    const start = from;
    const limit = (extent: number): Value =>
      em.define(`chunk end ${extent}`, 'i32', [start], (code, push) => {
        push(start);
        code.i32(CHUNK).op('i32.add').i32(extent);
        push(start);
        code.i32(CHUNK).op('i32.add').i32(extent).op('i32.lt_s').select();
      });
    to = limit(to.constant);
    end = limit(end.constant);
  }
  for (const phases of copies) {
    em.lane = lane;
    em.bind(lane, blocks.openLoop(from, to, 4));
    storeVectors(em, phases);
    blocks.close();
    em.lane = undefined;
    if (lane.extent % 4 === 0) continue;
    // Only the last chunk has a rest: elsewhere this loop is empty.
    em.bind(lane, blocks.openLoop(to, end, 1));
    for (const stores of phases) storeScalars(em, stores);
    blocks.close();
  }
  em.unbind(lane);
}

/** Where a value is loaded from the very place that an argmax found, the argmax knows it already. */
export function standIns(em: ExpressionEmitter, stores: readonly Store[]): void {
  visit(
    stores.map((s) => s.value),
    (e) => {
      if (e.op !== 'reduce' || e.reducer !== 'argmax' || !isWrittenOut(e)) return;
      const place = unflatten(
        e.axes.map((a) => a.extent),
        e,
      );
      const there = substitution((node) => {
        const i = node.op === 'axis' ? e.axes.findIndex((a) => a.id === node.axis.id) : -1;
        return i < 0 ? undefined : (place[i] ?? i32(0));
      })(e.body);
      if (there.op === 'load') em.standIn(there, e);
    },
  );
}
