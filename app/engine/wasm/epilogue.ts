/** From a finished tile to the stores of a product: bias, activation, scaling, whatever the values say. */
import type { Axis, Expr } from '../ir/expr.ts';
import type { Store } from '../ir/kernel.ts';
import { constantOf, type Value } from './blocks.ts';
import { bindCoordinates } from './coordinates.ts';
import { ExpressionEmitter } from './expression-emitter.ts';
import type { Environment } from './environment.ts';
import { TILE_COLUMNS, TILE_ROWS } from './micro-kernel.ts';
import type { FunctionBuilder, Signature } from './module-builder.ts';
import { combineScalars } from './scalar-operations.ts';
import type { Side } from './side.ts';
import { storeScalars, storeVectors } from './stores.ts';
import { mergeAxes, strideAlong } from './strides.ts';

/** Parameters: tile, batch, number of the sliver of rows, number of the sliver of columns. */
export const EPILOGUE_SIGNATURE: Signature = { params: ['i32', 'i32', 'i32', 'i32'], results: [] };

/** Writes the function that stores one tile. */
export function writeEpilogue(
  stores: readonly Store[],
  batch: readonly Axis[],
  rows: Side,
  columns: Side,
  builder: FunctionBuilder,
  environment: Environment,
): void {
  const em = new ExpressionEmitter(builder, environment);
  const { blocks } = em;
  bindCoordinates(em, batch, { type: 'i32', depth: 0, local: 1, constant: 0 });

  // Columns that are not padded lie in one line: axes that the stores only use together are one.
  const merged = mergeAxes({
    lists: columns.isPadded ? [] : [columns.axes],
    exprs: stores.flatMap((s) => [s.index, s.value]),
  });
  const axes = columns.isPadded ? columns.axes : (merged.lists[0] ?? []);
  const values = stores.map((s, i): Store => ({
    ...s,
    index: merged.exprs[2 * i] as Expr,
    value: merged.exprs[2 * i + 1] as Expr,
  }));
  const last = axes.at(-1);
  const rowLength = columns.isPadded ? columns.padded : (last?.extent ?? 1);
  const inLanes = last !== undefined && values.every((s) => strideAlong(s.index, last) === 1);

  const row = blocks.openLoop(constantOf(0, 'i32'), constantOf(TILE_ROWS, 'i32'), 1);
  const point = em.define('row', 'i32', [row], (code, push) => {
    code.get(2).i32(TILE_ROWS).op('i32.mul');
    push(row);
    code.op('i32.add');
  });
  const source = em.define('source', 'i32', [row], (code, push) => {
    push(row);
    code
      .i32(TILE_COLUMNS * 4)
      .op('i32.mul')
      .get(0)
      .op('i32.add');
  });
  const isRow = isThere(em, rows, point);
  const bind = (v: Value): Value => ({ ...v, depth: blocks.depth });
  blocks.openIf(isRow);
  // Bound inside the condition: nothing that depends on a row may be computed for one that is not there.
  rows.bind(em, rows.axes, bind(point));
  for (let g = 0; g < TILE_COLUMNS / 4; g++) {
    const first = em.define(`column ${g}`, 'i32', [], (code) => {
      code
        .get(3)
        .i32(TILE_COLUMNS)
        .op('i32.mul')
        .i32(4 * g)
        .op('i32.add');
    });
    const one = (c: Value): void => {
      const column = combineScalars(em, 'add', 'i32', first, c);
      blocks.openIf(isThere(em, columns, column));
      bindLine(em, axes, rowLength, bind(column));
      const at = em.define(`place ${g}`, 'i32', [source, c], (code, push) => {
        push(source);
        push(c);
        code.i32(2).op('i32.shl').op('i32.add');
      });
      em.bindAccumulator(
        em.define(`sum ${g}`, 'f32', [at], (code, push) => {
          push(at);
          code.memory('f32.load', g * 16);
        }),
      );
      storeScalars(em, values);
      blocks.close();
    };
    const oneByOne = (): void => {
      one(blocks.openLoop(constantOf(0, 'i32'), constantOf(4, 'i32'), 1));
      blocks.close();
    };
    if (!inLanes) {
      oneByOne();
      continue;
    }
    blocks.openIf(isWhole(em, columns, first, rowLength, last.extent));
    em.lane = last;
    bindLine(em, axes, rowLength, bind(first));
    em.bindAccumulator(
      blocks.define(
        `sums ${g}`,
        'v128',
        [source],
        (code, push) => {
          push(source);
          code.memory('v128.load', g * 16);
        },
        blocks.depth,
      ),
    );
    storeVectors(em, [values]);
    em.lane = undefined;
    blocks.openElse();
    oneByOne();
    blocks.close();
  }
  blocks.close();
  blocks.close();
}

/** Binds axes at a point of a line whose rows are so long. */
function bindLine(em: ExpressionEmitter, axes: readonly Axis[], rowLength: number, point: Value): void {
  if (axes.length === 0) return;
  const own: Axis[] = axes.map((a, i) => (i === axes.length - 1 ? { ...a, extent: rowLength } : a));
  bindCoordinates(em, own, point);
}

const less = (em: ExpressionEmitter, a: Value, b: number): Value =>
  combineScalars(em, 'lt', 'i32', a, constantOf(b, 'i32'));

const along = (em: ExpressionEmitter, v: Value, rowLength: number): Value =>
  em.define(`mod ${rowLength}`, 'i32', [v], (code, push) => {
    push(v);
    code.i32(rowLength).op('i32.rem_u');
  });

/** Whether a point of a side is a real one. */
function isThere(em: ExpressionEmitter, side: Side, point: Value): Value {
  const inside = less(em, point, side.points);
  if (!side.isPadded) return inside;
  const extent = side.axes.at(-1)?.extent ?? 1;
  return combineScalars(em, 'and', 'bool', inside, less(em, along(em, point, side.padded), extent));
}

/** Whether a group of four, from a point on, lies in one row of real points. */
function isWhole(em: ExpressionEmitter, side: Side, point: Value, rowLength: number, extent: number): Value {
  const inside = less(em, point, side.points);
  if (!side.isPadded && extent % 4 === 0) return inside;
  return combineScalars(em, 'and', 'bool', inside, less(em, along(em, point, rowLength), extent - 3));
}
