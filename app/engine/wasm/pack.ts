/**
 * Operands of a product laid out as the micro-kernel reads them: for each k, the values of four rows (or eight columns)
 * side by side. What an operand is (a window, a guard, a product of loads) is worked out here, once for each element.
 */
import { axis } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import { extentOf } from '../ir/kernel.ts';
import { renameAxes, visit } from '../ir/rewrite.ts';
import { loadsOf } from '../ir/rewrite.ts';
import { constantOf, type Value } from './blocks.ts';
import { bindCoordinates } from './coordinates.ts';
import { ExpressionEmitter } from './expression-emitter.ts';
import type { Environment } from './environment.ts';
import type { FunctionBuilder, Signature } from './module-builder.ts';
import { fixed, pointsOf } from './reductions.ts';
import type { Side } from './side.ts';
import { mergeAxes, strideAlong } from './strides.ts';

/** Parameters: where to, number of the sliver, batch, point of the outer k axes, and the range of the axis that k is cut along. */
export const PACK_SIGNATURE: Signature = { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], results: [] };

/** k as blocks: those of `outer` and of ranges of the first axis of `inner`. */
export interface KBlocks {
  readonly outer: readonly Axis[];
  /** At least one axis. */
  readonly inner: readonly Axis[];
}

const UNROLL_TAPS = 32;
const UNROLL_NODES = 1200;

/** Writes the function that packs one sliver of `groups` groups of four. */
export function writePack(
  operand: Expr,
  batch: readonly Axis[],
  side: Side,
  groups: number,
  k: KBlocks,
  builder: FunctionBuilder,
  environment: Environment,
): void {
  const em = new ExpressionEmitter(builder, environment);
  const parameter = (local: number): Value => ({ type: 'i32', depth: 0, local, constant: 0 });
  const merged = mergeAxes({ lists: [k.inner], exprs: [operand] });
  const inner = merged.lists[0] ?? [];
  const expr = merged.exprs[0] as Expr;
  bindCoordinates(em, batch, parameter(2));
  bindCoordinates(em, k.outer, parameter(3));
  // Where the cut axis has become one with what is inside it, its range counts in finer steps.
  const factor = (inner[0]?.extent ?? 1) / (k.inner[0]?.extent ?? 1);
  const scale = (v: Value): Value =>
    factor === 1
      ? v
      : em.define(`times ${factor}`, 'i32', [v], (code, push) => {
          push(v);
          code.i32(factor).op('i32.mul');
        });
  const range: Range = { from: scale(parameter(4)), to: scale(parameter(5)) };
  const packer = new Packer(em, side, groups, range, inner);
  if (side.lane !== undefined) packer.alongSide(expr, side.lane);
  else packer.alongK(expr);
}

interface Range {
  readonly from: Value;
  readonly to: Value;
}

class Packer {
  private readonly em: ExpressionEmitter;
  private readonly side: Side;
  private readonly groups: number;
  private readonly range: Range;
  private readonly inner: readonly Axis[];
  /** Where the next k goes. */
  private readonly target = 0;

  constructor(em: ExpressionEmitter, side: Side, groups: number, range: Range, inner: readonly Axis[]) {
    this.em = em;
    this.side = side;
    this.groups = groups;
    this.range = range;
    this.inner = inner;
  }

  private get bytes(): number {
    return this.groups * 16;
  }

  /** Point of the sliver: sliver number × size + further. */
  private point(further: number): Value {
    return this.em.define(`point ${further}`, 'i32', [], (code) => {
      code
        .get(1)
        .i32(4 * this.groups)
        .op('i32.mul')
        .i32(further)
        .op('i32.add');
    });
  }

  private openLoop(a: Axis, step = 1): void {
    const { em, range } = this;
    const first = a === this.inner[0];
    em.bind(
      a,
      em.blocks.openLoop(
        first ? range.from : constantOf(0, 'i32'),
        first ? range.to : constantOf(a.extent, 'i32'),
        step,
      ),
    );
  }

  private close(a: Axis): void {
    this.em.blocks.close();
    this.em.unbind(a);
  }

  private advance(by: number): void {
    this.em.blocks.code.get(this.target).i32(by).op('i32.add').set(this.target);
  }

  /** Four neighbours of the side at a time; short inner axes of k are written out. */
  alongSide(expr: Expr, lane: Axis): void {
    const { em, side, inner } = this;
    // Each group has coordinates of its own.
    const own = Array.from({ length: this.groups }, (_, g) => {
      const axes = side.axes.map((a) => axis(a.extent));
      side.bind(em, axes, this.point(4 * g), side.points - 4);
      const to = new Map(side.axes.map((a, i) => [a.id, axes[i] as Axis]));
      return { expr: renameAxes(expr, to), lane: axes[side.axes.indexOf(lane)] as Axis };
    });
    const from = this.writtenOut(expr);
    const loops = inner.slice(0, from);
    const short = inner.slice(from);
    const taps = pointsOf(short);
    for (const a of loops) this.openLoop(a);
    taps.forEach((tap, t) => {
      own.forEach((group, g) => {
        em.lane = group.lane;
        const value = em.vector(fixed(group.expr, short, tap));
        em.blocks.push(em.blocks.code.get(this.target), value).memory('v128.store', t * this.bytes + g * 16);
      });
    });
    this.advance(taps.length * this.bytes);
    for (const a of loops.toReversed()) this.close(a);
    em.lane = undefined;
  }

  /** The first of the inner k axes that are written out; the one that is cut never is. */
  private writtenOut(expr: Expr): number {
    let nodes = 0;
    visit(expr, () => nodes++);
    const limit = Math.min(UNROLL_TAPS, Math.max(1, Math.floor(UNROLL_NODES / (nodes * this.groups))));
    let from = this.inner.length;
    let taps = 1;
    while (from > 1 && taps * (this.inner[from - 1] as Axis).extent <= limit)
      taps *= (this.inner[--from] as Axis).extent;
    return from;
  }

  /** Each point of the side on its own: four k at a time, turned round, where they lie side by side; else one by one. */
  alongK(expr: Expr): void {
    const { em, side, inner } = this;
    const columns = Array.from({ length: 4 * this.groups }, (_, c) => {
      const axes = side.axes.map((a) => axis(a.extent));
      side.bindOne(em, axes, this.point(c));
      return renameAxes(expr, new Map(side.axes.map((a, i) => [a.id, axes[i] as Axis])));
    });
    const last = inner.at(-1);
    for (const a of inner.slice(0, -1)) this.openLoop(a);
    if (last !== undefined && runsAlong(expr, last)) this.turned(columns, last);
    else {
      if (last !== undefined) this.openLoop(last);
      this.oneByOne(columns);
      if (last !== undefined) this.close(last);
    }
    for (const a of inner.slice(0, -1).toReversed()) this.close(a);
  }

  private oneByOne(columns: readonly Expr[]): void {
    const { em } = this;
    columns.forEach((column, c) => {
      const value = em.scalar(column);
      em.blocks.push(em.blocks.code.get(this.target), value).memory('f32.store', c * 4);
    });
    this.advance(this.bytes);
  }

  private turned(columns: readonly Expr[], last: Axis): void {
    const { em } = this;
    const { blocks } = em;
    const cut = last === this.inner[0];
    const from = cut ? this.range.from : constantOf(0, 'i32');
    const to = cut ? this.range.to : constantOf(last.extent, 'i32');
    const middle = cut
      ? em.define('whole fours', 'i32', [from, to], (code, push) => {
          push(from);
          push(to);
          push(from);
          code.op('i32.sub').i32(-4).op('i32.and').op('i32.add');
        })
      : constantOf(Math.floor(last.extent / 4) * 4, 'i32');
    em.lane = last;
    em.bind(last, blocks.openLoop(from, middle, 4));
    for (let g = 0; g < this.groups; g++) {
      const rows = columns.slice(4 * g, 4 * g + 4).map((column) => em.vector(column));
      transposed(em, rows).forEach((values, i) => {
        blocks.push(blocks.code.get(this.target), values).memory('v128.store', i * this.bytes + g * 16);
      });
    }
    this.advance(4 * this.bytes);
    blocks.close();
    em.lane = undefined;
    if (cut || last.extent % 4 !== 0) {
      em.bind(last, blocks.openLoop(middle, to, 1));
      this.oneByOne(columns);
      blocks.close();
    }
    em.unbind(last);
  }
}

/** Whether all loads run side by side along an axis, or stay. */
function runsAlong(expr: Expr, a: Axis): boolean {
  let moving = 0;
  for (const load of loadsOf(expr)) {
    const stride = strideAlong(load.index, a);
    if (stride !== 0 && stride !== 1) return false;
    moving += stride;
  }
  return moving > 0 && a.extent >= 4;
}

/** Four vectors of four, rows for columns. */
function transposed(em: ExpressionEmitter, rows: readonly Value[]): Value[] {
  const [a, b, c, d] = rows as [Value, Value, Value, Value];
  const weave = (x: Value, y: Value, order: readonly [number, number, number, number]): Value =>
    em.define(`shuffle ${order.join('')}`, 'v128', [x, y], (code, push) => {
      push(x);
      push(y);
      code.shuffle(order);
    });
  const [ab, cd, ab2, cd2] = [
    weave(a, b, [0, 4, 1, 5]),
    weave(c, d, [0, 4, 1, 5]),
    weave(a, b, [2, 6, 3, 7]),
    weave(c, d, [2, 6, 3, 7]),
  ];
  return [
    weave(ab, cd, [0, 1, 4, 5]),
    weave(ab, cd, [2, 3, 6, 7]),
    weave(ab2, cd2, [0, 1, 4, 5]),
    weave(ab2, cd2, [2, 3, 6, 7]),
  ];
}

/** Number of points of the inner axes beside the cut one. */
export const innerPoints = (k: KBlocks): number => extentOf(k.inner.slice(1));
