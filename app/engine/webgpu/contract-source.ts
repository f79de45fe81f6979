/** WGSL for contracts: register tiles, with or without workgroup memory. */
import { add, at, axis, floordiv, i32, lt, mod, mul, select } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ContractKernel } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import { loadsOf, substitute } from '../ir/rewrite.ts';
import type { KernelSource } from './compute-source.ts';
import { assemble, emitStores } from './compute-source.ts';
import type { RegisterSchedule, WorkgroupSchedule } from './schedule.ts';
import type { Point } from './tiling.ts';
import { allInside, boxLoops, largestBox, placed, pointAt, tileNumbers, tilePoints } from './tiling.ts';
import type { Bindings } from './wgsl-bindings.ts';
import type { Emitter } from './wgsl-emitter.ts';

/** A tile of outputs for each invocation, operands loaded from memory as they are needed. */
export function registerSource(
  kernel: ContractKernel,
  schedule: RegisterSchedule,
  emitter: Emitter,
  bindings: Bindings,
): KernelSource {
  const m = extentOf(kernel.m);
  const n = extentOf(kernel.n);
  const sizeM = Math.min(schedule.tileM, m);
  const sizeN = Math.min(schedule.tileN, n);
  const tilesM = Math.ceil(m / sizeM);
  const tilesN = Math.ceil(n / sizeN);
  const tiles = extentOf(kernel.batch) * tilesM * tilesN;

  emitter.statement(`let tile = group * ${schedule.workgroup} + lane;`);
  emitter.statement(`if (tile >= ${tiles}) { return; }`);
  const tile = bound(emitter, tiles, 'tile');
  const numbers = tileNumbers(tile, tilesM, tilesN);
  const batch = pointAt(kernel.batch, numbers.batch);
  const rows = tilePoints(kernel.m, sizeM, numbers.m);
  const columns = tilePoints(kernel.n, sizeN, numbers.n);
  const sums = accumulators(emitter, sizeM, sizeN);

  const { loops, points } = boxLoops(kernel.k, largestBox(kernel.k, schedule.unroll), axis);
  for (const loop of loops) emitter.openLoop(loop);
  for (const k of points) {
    const right = columns.map((column) => emitter.value(placed(batch, column, k)(kernel.b)).text);
    rows.forEach((row, i) => {
      const left = emitter.value(placed(batch, row, k)(kernel.a)).text;
      right.forEach((value, j) => {
        const sum = sums[i]?.[j] as string;
        emitter.statement(`${sum} = ${sum} + ${left} * ${value};`);
      });
    });
  }
  for (let i = 0; i < loops.length; i++) emitter.close();

  epilogue(kernel, emitter, bindings, batch, rows, columns, sums);
  return assemble(kernel.label, emitter, bindings, {
    workgroup: schedule.workgroup,
    workgroups: Math.ceil(tiles / schedule.workgroup),
  });
}

/** A tile of outputs for each workgroup, operands loaded together into workgroup memory. */
export function workgroupSource(
  kernel: ContractKernel,
  schedule: WorkgroupSchedule,
  emitter: Emitter,
  bindings: Bindings,
): KernelSource {
  const { tileM, tileN, groupM, groupN, depth } = schedule;
  const threads = groupM * groupN;
  const sizeM = tileM * groupM;
  const sizeN = tileN * groupN;
  const tilesM = Math.ceil(extentOf(kernel.m) / sizeM);
  const tilesN = Math.ceil(extentOf(kernel.n) / sizeN);
  const tiles = extentOf(kernel.batch) * tilesM * tilesN;
  const depthAll = extentOf(kernel.k);

  // The same for the whole workgroup, so that the barriers below stay in uniform control flow.
  emitter.statement(`if (group >= ${tiles}) { return; }`);
  const tile = bound(emitter, tiles, 'group');
  const lane = bound(emitter, threads, 'lane');
  const numbers = tileNumbers(tile, tilesM, tilesN);
  const batch = pointAt(kernel.batch, numbers.batch);
  const laneM = floordiv(lane, groupN);
  const laneN = mod(lane, groupN);
  const sums = accumulators(emitter, tileM, tileN);

  const steps = axis(Math.ceil(depthAll / depth));
  const looped = steps.extent > 1;
  if (looped) emitter.openLoop(steps);
  else emitter.open('');
  const share = (name: string, operand: Expr, axes: readonly Axis[], origin: Expr, size: number): void => {
    const count = size * depth;
    if (count % threads !== 0) throw new Error(`${count} elements do not spread evenly over ${threads} invocations.`);
    const alongK = strideOne(operand, kernel.k) && !strideOne(operand, axes);
    for (let i = 0; i < count / threads; i++) {
      const element = add(lane, i32(i * threads));
      const row = alongK ? floordiv(element, depth) : mod(element, size);
      const inner = alongK ? mod(element, depth) : floordiv(element, size);
      const number = add(mul(at(steps), i32(depth)), inner);
      const k = pointAt(kernel.k, number);
      const value = placed(batch, pointAt(axes, add(mul(origin, i32(size)), row)), k)(operand);
      const target = emitter.value(add(mul(inner, i32(size)), row)).text;
      const text = emitter.value(select(lt(number, i32(depthAll)), value, 0)).text;
      emitter.statement(`${name}[${target}] = ${text};`);
    }
  };
  share('shared_a', kernel.a, kernel.m, numbers.m, sizeM);
  share('shared_b', kernel.b, kernel.n, numbers.n, sizeN);
  emitter.statement('workgroupBarrier();');
  const inner = axis(depth);
  if (depth > 1) emitter.openLoop(inner);
  else emitter.open('');
  const pick = (name: string, size: number, lanes: Expr, stride: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => {
      const from = emitter.value(add(mul(at(inner), i32(size)), add(lanes, i32(i * stride)))).text;
      const value = emitter.fresh('s');
      emitter.statement(`let ${value} = ${name}[${from}];`);
      return value;
    });
  const left = pick('shared_a', sizeM, laneM, groupM, tileM);
  const right = pick('shared_b', sizeN, laneN, groupN, tileN);
  left.forEach((a, i) => {
    right.forEach((b, j) => {
      const sum = sums[i]?.[j] as string;
      emitter.statement(`${sum} = ${sum} + ${a} * ${b};`);
    });
  });
  emitter.close();
  if (looped) emitter.statement('workgroupBarrier();');
  emitter.close();

  const place = (
    axes: readonly Axis[],
    origin: Expr,
    size: number,
    lanes: Expr,
    stride: number,
    count: number,
  ): Point[] =>
    Array.from({ length: count }, (_, i) => pointAt(axes, add(mul(origin, i32(size)), add(lanes, i32(i * stride)))));
  const rows = place(kernel.m, numbers.m, sizeM, laneM, groupM, tileM);
  const columns = place(kernel.n, numbers.n, sizeN, laneN, groupN, tileN);
  epilogue(kernel, emitter, bindings, batch, rows, columns, sums);
  return assemble(kernel.label, emitter, bindings, {
    workgroup: threads,
    workgroups: tiles,
    declarations: [
      `var<workgroup> shared_a: array<f32, ${sizeM * depth}>;`,
      `var<workgroup> shared_b: array<f32, ${sizeN * depth}>;`,
    ],
  });
}

/** An axis that stands for a name of the text, as an expression. */
function bound(emitter: Emitter, extent: number, name: string): Expr {
  const a = axis(extent);
  emitter.bind(a, name);
  return at(a);
}

function accumulators(emitter: Emitter, rows: number, columns: number): string[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      emitter.statement(`var c${i}_${j} = 0f;`);
      return `c${i}_${j}`;
    }),
  );
}

function epilogue(
  kernel: ContractKernel,
  emitter: Emitter,
  bindings: Bindings,
  batch: Point,
  rows: readonly Point[],
  columns: readonly Point[],
  sums: readonly (readonly string[])[],
): void {
  rows.forEach((row, i) => {
    columns.forEach((column, j) => {
      const inside = emitter.value(allInside(row, column)).text;
      emitter.open(inside === 'true' ? '' : `if (${inside})`);
      emitter.bindAccumulator(sums[i]?.[j] as string);
      emitStores(emitter, bindings, kernel.stores, placed(batch, row, column));
      emitter.close();
    });
  });
}

/** Whether neighbouring points of the axes are neighbours in the memory that an expression loads. */
export function strideOne(e: Expr, axes: readonly Axis[]): boolean {
  const last = axes.findLast((a) => a.extent > 1);
  return last !== undefined && loadsOf(e).some((l) => strideOf(l.index, last) === 1);
}

/** How far an index moves from point 0 to point 1 of an axis, every other axis at 0; undefined where data decides. */
function strideOf(index: Expr, along: Axis): number | undefined {
  const when = (value: number): number | undefined => {
    const e = substitute(index, (node) =>
      node.op === 'axis' ? i32(node.axis.id === along.id ? value : 0) : undefined,
    );
    return e.op === 'const' ? e.value : undefined;
  };
  const [from, to] = [when(0), when(1)];
  return from === undefined || to === undefined ? undefined : to - from;
}
