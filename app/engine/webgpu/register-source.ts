/**
 * WGSL for contracts whose operands come straight from memory: each invocation computes a tile of outputs in registers.
 * Four neighbours may share what they load (`quads`), and the invocations of a workgroup may share the sum (`splitK`).
 */
import { add, and, axis, floordiv, i32, lt, min, mod, mul, sub } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ContractKernel } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { KernelSource } from './compute-source.ts';
import { assemble } from './compute-source.ts';
import { accumulators, bound, epilogue, multiply } from './contract-parts.ts';
import type { RegisterSchedule } from './schedule.ts';
import type { Point } from './tiling.ts';
import { boxLoops, largestBox, placed, pointAt, tileNumbers, tilePoints } from './tiling.ts';
import type { Bindings } from './wgsl-bindings.ts';
import type { Emitter } from './wgsl-emitter.ts';

/** A tile of outputs for each invocation, operands loaded from memory as they are needed. */
export function registerSource(
  kernel: ContractKernel,
  schedule: RegisterSchedule,
  emitter: Emitter,
  bindings: Bindings,
): KernelSource {
  const quads = schedule.share === 'quads';
  const sizeM = Math.min(schedule.tileM, quads ? Infinity : extentOf(kernel.m));
  const sizeN = Math.min(schedule.tileN, quads ? Infinity : extentOf(kernel.n));
  if (quads && (sizeM % 2 !== 0 || sizeN % 2 !== 0 || schedule.splitK > 1 || schedule.workgroup % 4 !== 0))
    throw new Error('Quads need tiles of even edges, whole quads in a workgroup and an undivided sum.');
  const { loops, points } = boxLoops(kernel.k, largestBox(kernel.k, schedule.unroll), axis);
  const parts = loops.length === 0 ? 1 : schedule.splitK;
  if (schedule.workgroup % parts !== 0)
    throw new Error(`${schedule.workgroup} invocations do not spread evenly over ${parts} parts of a sum.`);

  const spanM = quads ? 2 * sizeM : sizeM;
  const spanN = quads ? 2 * sizeN : sizeN;
  const tilesM = Math.ceil(extentOf(kernel.m) / spanM);
  const tilesN = Math.ceil(extentOf(kernel.n) / spanN);
  const tiles = extentOf(kernel.batch) * tilesM * tilesN;
  const perGroup = schedule.workgroup / parts / (quads ? 4 : 1);
  const workgroups = Math.ceil(tiles / perGroup);

  // The invocations of a tile, which may be several, are apart in `lane`'s lower bits (quads) or its upper (parts).
  const within = quads ? 'lane / 4' : parts > 1 ? `lane % ${perGroup}` : 'lane';
  emitter.statement(`let tile_number = group * ${perGroup} + ${within};`);
  const together = quads || parts > 1;
  // Where invocations meet, all must come: those beyond the last tile compute it again, and store nothing.
  if (!together) emitter.statement(`if (tile_number >= ${tiles}) { return; }`);
  const number = bound(emitter, together ? workgroups * perGroup : tiles, 'tile_number');
  const numbers = tileNumbers(min(number, i32(tiles - 1)), tilesM, tilesN);
  const place = pointAt(kernel.batch, numbers.batch);
  const batch: Point = { axes: place.axes, inside: and(place.inside, lt(number, i32(tiles))) };

  const sides = quads ? quadSides : ownSides;
  const { rows, columns } = sides(kernel, emitter, { sizeM, sizeN, tilesM, tilesN }, numbers);
  const sums = accumulators(emitter, sizeM, sizeN);
  loops.forEach((loop, i) => {
    if (i > 0 || parts === 1) emitter.openLoop(loop);
    else openPart(emitter, loop, parts, perGroup);
  });
  for (const k of points) {
    const right = columns.points.map((_, j) => columns.value(j, [batch, k], kernel.b));
    sums.forEach((row, i) => {
      multiply(emitter, [row], [rows.value(i, [batch, k], kernel.a)], right);
    });
  }
  for (let i = 0; i < loops.length; i++) emitter.close();
  if (parts > 1) joinParts(emitter, sums.flat(), parts, perGroup);

  epilogue(kernel, emitter, bindings, batch, rows.points, columns.points, sums);
  return assemble(kernel.label, emitter, bindings, {
    workgroup: schedule.workgroup,
    workgroups,
    ...(parts > 1
      ? { declarations: [`var<workgroup> partial: array<f32, ${(parts - 1) * perGroup * sizeM * sizeN}>;`] }
      : {}),
    ...(quads ? { enable: 'subgroups' } : {}),
  });
}

/** The rows (or columns) of an invocation's tile, and how it gets an operand's value there. */
interface Side {
  readonly points: readonly Point[];
  value(i: number, elsewhere: readonly Point[], operand: Expr): string;
}

interface Tiles {
  readonly sizeM: number;
  readonly sizeN: number;
  readonly tilesM: number;
  readonly tilesN: number;
}

type Sides = (
  kernel: ContractKernel,
  emitter: Emitter,
  tiles: Tiles,
  numbers: { readonly m: Expr; readonly n: Expr },
) => { readonly rows: Side; readonly columns: Side };

/** Each invocation loads all that it needs. */
const ownSides: Sides = (kernel, emitter, { sizeM, sizeN, tilesM, tilesN }, { m, n }) => {
  const side = (points: readonly Point[]): Side => ({
    points,
    value: (i, elsewhere, operand) => emitter.value(placed(...elsewhere, points[i] as Point)(operand)).text,
  });
  return {
    rows: side(tilePoints(kernel.m, sizeM, m, tilesM)),
    columns: side(tilePoints(kernel.n, sizeN, n, tilesN)),
  };
};

/**
 * Four invocations compute a square of four tiles. Two that need the same rows load half of them each and swap; so do
 * two that need the same columns. An invocation's own half comes first in its tile.
 */
const quadSides: Sides = (kernel, emitter, { sizeM, sizeN, tilesM, tilesN }, { m, n }) => {
  emitter.statement('let corner = lane % 4;');
  const lane = bound(emitter, 4, 'corner');
  const [down, across] = [floordiv(lane, 2), mod(lane, 2)];
  const side = (
    swap: string,
    halfSize: number,
    count: number,
    axes: readonly Axis[],
    place: Expr,
    half: Expr,
  ): Side => {
    const points = [half, sub(1, half)].flatMap((h) => tilePoints(axes, halfSize, add(mul(place, 2), h), count * 4));
    return {
      points,
      value(i, elsewhere, operand) {
        const own = emitter.value(placed(...elsewhere, points[i % halfSize] as Point)(operand));
        return i < halfSize ? own.text : emitter.through(swap, 'f32', own).text;
      },
    };
  };
  return {
    rows: side('quadSwapX', sizeM / 2, tilesM, kernel.m, add(mul(m, 2), down), across),
    columns: side('quadSwapY', sizeN / 2, tilesN, kernel.n, add(mul(n, 2), across), down),
  };
};

/** The outermost loop over k, for the part of it that is this invocation's. */
function openPart(emitter: Emitter, loop: Axis, parts: number, perGroup: number): void {
  const each = Math.ceil(loop.extent / parts);
  emitter.statement(`let part = lane / ${perGroup};`);
  emitter.openLoop(loop, { from: `part * ${each}`, to: `min(part * ${each} + ${each}, ${loop.extent})` });
}

/** Adds the sums of all parts to those of the first, always in the same order; the others are done then. */
function joinParts(emitter: Emitter, sums: readonly string[], parts: number, perGroup: number): void {
  const slot = (part: string, i: number): string => `partial[(${part} * ${sums.length} + ${i}) * ${perGroup} + place]`;
  emitter.statement(`let place = lane % ${perGroup};`);
  emitter.open('if (part > 0)');
  sums.forEach((sum, i) => emitter.statement(`${slot('(part - 1)', i)} = ${sum};`));
  emitter.close();
  emitter.statement('workgroupBarrier();');
  emitter.statement('if (part > 0) { return; }');
  emitter.open(`for (var other = 0; other < ${parts - 1}; other++)`);
  sums.forEach((sum, i) => emitter.statement(`${sum} = ${sum} + ${slot('other', i)};`));
  emitter.close();
}
