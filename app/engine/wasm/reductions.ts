/**
 * Reductions: short ones written out (their guards then simplify tap by tap), longer ones as loops, and those that run
 * along a row in memory on four lanes at a time.
 */
import { add, at, flatten, i32 } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import { loadsOf, substitute, visit } from '../ir/rewrite.ts';
import { constantOf, type Value } from './blocks.ts';
import type { Emitter } from './emitter.ts';
import { combineScalars } from './scalar-operations.ts';
import { strideAlong } from './strides.ts';
import { combineVectors } from './vector-operations.ts';

type Reduce = Expr & { op: 'reduce' };
type Mode = 'scalar' | 'vector';

/** Most taps written out, and most nodes that they may come to. */
const UNROLL_TAPS = 32;
const UNROLL_NODES = 1500;
/** Rows shorter than this are not worth lanes of their own. */
const SHORTEST_ROW = 8;
/** Accumulators side by side: one addition takes several cycles, and the next needs not wait for it. */
const CHAINS = 4;

const FOLD = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;

/** The reduction's value, computed where all it depends on is known, even when loops are open further in. */
export function emitReduce(em: Emitter, e: Reduce, mode: Mode): Value {
  return em.blocks.within(em.depthOf(e), () => {
    const shadowed = e.axes.map((a) => (em.isBound(a) ? em.bound(a) : undefined));
    const lane = em.lane;
    // A value that is the same for all lanes may use lanes of its own.
    if (mode === 'scalar') em.lane = undefined;
    const made = new Reduction(em, e, mode).emit();
    em.lane = lane;
    e.axes.forEach((a, i) => {
      const old = shadowed[i];
      if (old === undefined) em.unbind(a);
      else em.bind(a, old);
    });
    return made;
  });
}

class Reduction {
  private readonly em: Emitter;
  private readonly e: Reduce;
  private readonly mode: Mode;
  private readonly loops: readonly Axis[];
  private readonly taps: readonly (readonly number[])[];
  private readonly unrolled: readonly Axis[];
  private readonly row: Axis | undefined;

  constructor(em: Emitter, e: Reduce, mode: Mode) {
    this.em = em;
    this.e = e;
    this.mode = mode;
    this.row = mode === 'scalar' ? rowOf(e) : undefined;
    const from = this.row === undefined ? unrolledFrom(e) : e.axes.length - 1;
    this.loops = e.axes.slice(0, from);
    this.unrolled = this.row === undefined ? e.axes.slice(from) : [];
    this.taps = pointsOf(this.unrolled);
  }

  emit(): Value {
    return this.e.reducer === 'argmax' ? this.argmax() : this.fold(0);
  }

  private value(e: Expr): Value {
    return this.mode === 'vector' ? this.em.vector(e) : this.em.scalar(e);
  }

  private combine(fn: string, a: Value, b: Value): Value {
    const { dtype } = this.e.body;
    return a.type === 'v128' ? combineVectors(this.em, fn, dtype, a, b) : combineScalars(this.em, fn, dtype, a, b);
  }

  /** A local that changes, with its first value. */
  private variable(first: Value): Value & { readonly local: number } {
    const { blocks } = this.em;
    const local = blocks.local(first.type);
    blocks.push(blocks.code, first).set(local);
    return { type: first.type, depth: blocks.depth, local, constant: 0 };
  }

  private assign(variable: { readonly local: number }, value: Value): void {
    const { blocks } = this.em;
    blocks.push(blocks.code, value).set(variable.local);
  }

  private start(): Value {
    const { dtype } = this.e.body;
    const value = startOf(this.e.reducer, dtype);
    const scalar = dtype === 'f32' ? 'f32' : 'i32';
    return this.mode === 'vector' ? this.em.lanes(scalar, value) : constantOf(value, scalar);
  }

  /** One accumulator for each loop: sums of sums round less than one long sum. */
  private fold(loop: number): Value {
    const fn = FOLD[this.e.reducer as keyof typeof FOLD];
    const a = this.loops[loop];
    if (a === undefined) {
      if (this.row !== undefined) return this.foldRow(this.row, fn);
      return this.taps.map((tap) => this.value(this.at(tap))).reduce((x, y) => this.combine(fn, x, y));
    }
    const total = this.variable(this.start());
    this.em.openAxis(a);
    this.assign(total, this.combine(fn, total, this.fold(loop + 1)));
    this.em.closeAxis(a);
    return total;
  }

  /** The body at one point of the axes that are written out. */
  private at(tap: readonly number[]): Expr {
    return fixed(this.e.body, this.unrolled, tap);
  }

  /** Four lanes along a row, in several chains, then across the lanes, then the rest one by one. */
  private foldRow(row: Axis, fn: (typeof FOLD)[keyof typeof FOLD]): Value {
    const { em, e } = this;
    const { blocks } = em;
    const width = 4 * CHAINS;
    const wide = Math.floor(row.extent / width) * width;
    const narrow = Math.floor(row.extent / 4) * 4;
    const first = em.lanes('f32', startOf(e.reducer, 'f32'));
    const chains = Array.from({ length: wide > 0 ? CHAINS : 1 }, () => this.variable(first));
    const run = (from: number, to: number, step: number, count: number): void => {
      if (from >= to) return;
      em.bind(row, blocks.openLoop(constantOf(from, 'i32'), constantOf(to, 'i32'), step));
      em.lane = row;
      for (let i = 0; i < count; i++) {
        const body = i === 0 ? e.body : moved(e.body, row, 4 * i);
        const chain = chains[i] as (typeof chains)[number];
        this.assign(chain, combineVectors(em, fn, 'f32', chain, em.vector(body)));
      }
      em.lane = undefined;
      blocks.close();
      em.unbind(row);
    };
    run(0, wide, width, CHAINS);
    run(wide, narrow, 4, 1);
    let lanes: Value[] = chains;
    while (lanes.length > 1)
      lanes = Array.from({ length: lanes.length / 2 }, (_, i) =>
        combineVectors(em, fn, 'f32', lanes[2 * i] as Value, lanes[2 * i + 1] as Value),
      );
    let all = lanes[0] as Value;
    for (const order of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ] as const) {
      const turned = em.define(`turn ${order.join('')}`, 'v128', [all], (code, push) => {
        push(all);
        push(all);
        code.shuffle(order);
      });
      all = combineVectors(em, fn, 'f32', all, turned);
    }
    const across = all;
    let total = em.define('first lane', 'f32', [across], (code, push) => {
      push(across);
      code.lane('f32x4.extract_lane', 0);
    });
    for (let i = narrow; i < row.extent; i++)
      total = combineScalars(em, fn, 'f32', total, em.scalar(fixed(e.body, [row], [i])));
    return total;
  }

  /** The first of the largest values, and with it that value itself. */
  private argmax(): Value {
    const { em, e } = this;
    const shape = e.axes.map((a) => a.extent);
    const integer = (x: Expr): Value => (this.mode === 'vector' ? em.vector(x) : em.scalar(x));
    const walk = (best: Value | undefined, where: Value | undefined): readonly [Value, Value] => {
      let [b, w] = [best, where];
      for (const tap of this.taps) {
        const v = this.value(this.at(tap));
        const here = integer(
          flatten(
            shape,
            e.axes.map((a, i) => (i < this.loops.length ? at(a) : i32(tap[i - this.loops.length] as number))),
          ),
        );
        if (b === undefined || w === undefined) {
          [b, w] = [v, here];
          continue;
        }
        const larger = this.combine('lt', b, v);
        b = this.choose(larger, v, b);
        w = this.choose(larger, here, w);
      }
      return [b as Value, w as Value];
    };
    let result: readonly [Value, Value];
    if (this.loops.length === 0) result = walk(undefined, undefined);
    else {
      const best = this.variable(this.start());
      const where = this.variable(integer(i32(0)));
      for (const a of this.loops) em.openAxis(a);
      const [b, w] = walk(best, where);
      this.assign(best, b);
      this.assign(where, w);
      for (const a of this.loops.toReversed()) em.closeAxis(a);
      result = [best, where];
    }
    em.blocks.remember(`best ${this.mode}:${key(e)}`, em.blocks.depth, result[0]);
    return result[1];
  }

  private choose(condition: Value, a: Value, b: Value): Value {
    return this.em.define(a.type === 'v128' ? 'bitselect' : 'select', a.type, [condition, a, b], (code, push) => {
      push(a);
      push(b);
      push(condition);
      if (a.type === 'v128') code.op('v128.bitselect');
      else code.select();
    });
  }
}

/** Whether an argmax is written out in full, so that the value at the place that it finds is known exactly. */
export const isWrittenOut = (e: Reduce): boolean => unrolledFrom(e) === 0;

/** The first of the axes that are written out, counted from the outermost. */
function unrolledFrom(e: Reduce): number {
  let nodes = 0;
  visit(e.body, (node) => {
    // A reduction inside may itself be written out.
    nodes += node.op === 'reduce' ? UNROLL_NODES / 4 : 1;
  });
  const limit = Math.min(UNROLL_TAPS, Math.max(1, Math.floor(UNROLL_NODES / nodes)));
  let from = e.axes.length;
  let taps = 1;
  while (from > 0 && taps * (e.axes[from - 1] as Axis).extent <= limit) taps *= (e.axes[--from] as Axis).extent;
  return from;
}

/** The last axis, when the body can be computed four neighbours at a time along it. */
export function rowOf(e: Reduce): Axis | undefined {
  const row = e.axes.at(-1);
  if (row === undefined || row.extent < SHORTEST_ROW || e.dtype !== 'f32' || !(e.reducer in FOLD)) return undefined;
  let good = true;
  let moving = 0;
  for (const load of loadsOf(e.body)) {
    const stride = strideAlong(load.index, row);
    if (stride === 1) moving++;
    else if (stride !== 0) good = false;
  }
  visit(e.body, (node) => {
    if (node.op === 'reduce') good = false;
  });
  return good && moving > 0 ? row : undefined;
}

/** The expression with some axes at given points. */
export function fixed(e: Expr, axes: readonly Axis[], point: readonly number[]): Expr {
  if (axes.length === 0) return e;
  const values = new Map(axes.map((a, i) => [a.id, i32(point[i] as number)]));
  return substitute(e, (node) => (node.op === 'axis' ? values.get(node.axis.id) : undefined));
}

/** The expression a few points further along an axis. */
function moved(e: Expr, axis: Axis, by: number): Expr {
  return substitute(e, (node) => (node.op === 'axis' && node.axis.id === axis.id ? add(node, by) : undefined));
}

/** All points of some axes, row-major. */
export function pointsOf(axes: readonly Axis[]): number[][] {
  return axes.reduce<number[][]>(
    (points, a) => points.flatMap((p) => Array.from({ length: a.extent }, (_, i) => [...p, i])),
    [[]],
  );
}

function startOf(reducer: Reduce['reducer'], dtype: Expr['dtype']): number {
  switch (reducer) {
    case 'sum':
      return 0;
    case 'prod':
      return 1;
    case 'max':
    case 'argmax':
      return dtype === 'f32' ? -Infinity : dtype === 'i32' ? -(2 ** 31) : 0;
    case 'min':
      return dtype === 'f32' ? Infinity : dtype === 'i32' ? 2 ** 31 - 1 : -1;
  }
}
