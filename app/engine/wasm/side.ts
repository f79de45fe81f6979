/**
 * The rows or the columns of a product as one line of points, cut into groups of four. Where an operand is read four
 * neighbours at a time along the last axis, that axis is padded to a multiple of four, so that no group leaves its row.
 */
import type { Axis, Expr } from '../ir/expr.ts';
import { extentOf } from '../ir/kernel.ts';
import { loadsOf, visit } from '../ir/rewrite.ts';
import { constantOf, type Value } from './blocks.ts';
import type { Emitter } from './emitter.ts';
import { bindCoordinates, divide } from './coordinates.ts';
import { combineScalars } from './scalar-operations.ts';
import { strideAlong } from './strides.ts';

/** Least part of a padded row that must be real. */
const LEAST_FILL = 0.75;

export class Side {
  readonly axes: readonly Axis[];
  /** The axis that a group of four runs along; undefined where its points may lie anywhere. */
  readonly lane: Axis | undefined;
  /** Extent of the last axis, padded. */
  readonly padded: number;
  /** Points, padding included. */
  readonly points: number;

  /** `operand` is what is packed along this side. */
  constructor(axes: readonly Axis[], operand: Expr) {
    this.axes = axes;
    const last = axes.at(-1);
    const padded = Math.ceil((last?.extent ?? 1) / 4) * 4;
    const lane = last !== undefined && last.extent / padded >= LEAST_FILL && inRows(operand, last);
    this.lane = lane ? last : undefined;
    this.padded = lane ? padded : (last?.extent ?? 1);
    this.points = extentOf(axes.slice(0, -1)) * this.padded;
  }

  /** Whether the last axis holds points that are not there. */
  get isPadded(): boolean {
    return this.padded !== (this.axes.at(-1)?.extent ?? 1);
  }

  /** Binds the axes at a point; the value tells how far along the last axis it lies. Points past the end are brought back. */
  bind(em: Emitter, axes: readonly Axis[], point: Value, last = this.points - 1): Value {
    const inside = this.clamp(em, point, last);
    if (axes.length === 0) return constantOf(0, 'i32');
    if (axes.length === 1) {
      em.bind(axes[0] as Axis, inside);
      return inside;
    }
    const [row, along] = divide(em, inside, this.padded);
    bindCoordinates(em, axes.slice(0, -1), row);
    em.bind(axes.at(-1) as Axis, along);
    return along;
  }

  /** As `bind`, and keeps a single point out of the padding too. */
  bindOne(em: Emitter, axes: readonly Axis[], point: Value): void {
    const along = this.bind(em, axes, point);
    const last = axes.at(-1);
    if (last !== undefined && this.isPadded) em.bind(last, this.clamp(em, along, last.extent - 1));
  }

  private clamp(em: Emitter, v: Value, last: number): Value {
    return combineScalars(em, 'min', 'i32', v, constantOf(last, 'i32'));
  }
}

/** Whether an operand can be read four neighbours at a time along an axis, even a little past its end. */
function inRows(operand: Expr, axis: Axis): boolean {
  let good = true;
  let moving = 0;
  for (const load of loadsOf(operand)) {
    const stride = strideAlong(load.index, axis);
    if (stride !== 0 && stride !== 1 && stride !== 2) good = false;
    if (stride !== 0) moving++;
    // What an index loaded past the end would say is not known.
    if (loadsOf(load.index).length > 0) good = false;
    if (load.guard !== undefined && loadsOf(load.guard).length > 0) good = false;
  }
  visit(operand, (e) => {
    if (e.op === 'reduce') good = false;
  });
  return good && moving > 0;
}
