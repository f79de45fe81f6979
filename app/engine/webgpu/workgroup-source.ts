/** WGSL for contracts whose operands go through workgroup memory: read once from memory for many outputs. */
import { add, at, axis, floordiv, i32, mod, mul, select } from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ContractKernel } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { KernelSource } from './compute-source.ts';
import { assemble } from './compute-source.ts';
import { accumulators, bound, epilogue, multiply, strideOne } from './contract-parts.ts';
import type { WorkgroupSchedule } from './schedule.ts';
import type { Point } from './tiling.ts';
import { placed, pointAt, tileNumbers, tilePoints } from './tiling.ts';
import type { Bindings } from './wgsl-bindings.ts';
import type { Emitter, Value } from './wgsl-emitter.ts';

/**
 * A tile of outputs for each workgroup, operands loaded together into workgroup memory. With `vector` 4 an element there
 * is four values: neighbours in the tile, or neighbours along k where memory holds those side by side.
 */
export function workgroupSource(
  kernel: ContractKernel,
  schedule: WorkgroupSchedule,
  emitter: Emitter,
  bindings: Bindings,
): KernelSource {
  const { tileM, tileN, groupM, groupN, depth, vector } = schedule;
  if ([tileM, tileN, depth].some((extent) => extent % vector !== 0))
    throw new Error(`A tile of ${tileM}×${tileN} over ${depth} is not made of vectors of ${vector}.`);
  const threads = groupM * groupN;
  const tilesM = Math.ceil(extentOf(kernel.m) / (tileM * groupM));
  const tilesN = Math.ceil(extentOf(kernel.n) / (tileN * groupN));
  const tiles = extentOf(kernel.batch) * tilesM * tilesN;

  // The same for the whole workgroup, so that the barriers below stay in uniform control flow.
  emitter.statement(`if (group >= ${tiles}) { return; }`);
  const tile = bound(emitter, tiles, 'group');
  const lane = bound(emitter, threads, 'lane');
  const numbers = tileNumbers(tile, tilesM, tilesN);
  const batch = pointAt(kernel.batch, numbers.batch);
  const sums = accumulators(emitter, tileM, tileN);
  const shared = { kernel, emitter, batch, lane, threads, depth, vector };
  const rows = new SharedOperand(shared, {
    name: 'shared_a',
    operand: kernel.a,
    axes: kernel.m,
    origin: numbers.m,
    tiles: tilesM,
    lanes: floordiv(lane, groupN),
    group: groupM,
    tile: tileM,
  });
  const columns = new SharedOperand(shared, {
    name: 'shared_b',
    operand: kernel.b,
    axes: kernel.n,
    origin: numbers.n,
    tiles: tilesN,
    lanes: mod(lane, groupN),
    group: groupN,
    tile: tileN,
  });

  const steps = axis(Math.ceil(extentOf(kernel.k) / depth));
  const looped = steps.extent > 1;
  const openLoop = (a: Axis): void => {
    if (a.extent > 1) emitter.openLoop(a);
    else {
      emitter.open('');
      emitter.bind(a, '0');
    }
  };
  openLoop(steps);
  rows.fill(steps);
  columns.fill(steps);
  emitter.statement('workgroupBarrier();');
  const inner = axis(depth / vector);
  openLoop(inner);
  const [left, right] = [rows.reader(inner), columns.reader(inner)];
  for (let k = 0; k < vector; k++) multiply(emitter, sums, left(k), right(k));
  emitter.close();
  if (looped) emitter.statement('workgroupBarrier();');
  emitter.close();

  epilogue(kernel, emitter, bindings, batch, rows.points(), columns.points(), sums);
  return assemble(kernel.label, emitter, bindings, {
    workgroup: threads,
    workgroups: tiles,
    declarations: [rows.declaration, columns.declaration],
  });
}

/** What both operands of a tile have in common. */
interface SharedTile {
  readonly kernel: ContractKernel;
  readonly emitter: Emitter;
  readonly batch: Point;
  readonly lane: Expr;
  readonly threads: number;
  readonly depth: number;
  readonly vector: 1 | 4;
}

interface OperandPlace {
  /** Name of the array in workgroup memory. */
  readonly name: string;
  readonly operand: Expr;
  /** m or n. */
  readonly axes: readonly Axis[];
  /** The workgroup's tile along these axes, and how many there are. */
  readonly origin: Expr;
  readonly tiles: number;
  /** The invocation's place along these axes, of `group`; it computes `tile` rows (or columns). */
  readonly lanes: Expr;
  readonly group: number;
  readonly tile: number;
}

/** One operand's tile in workgroup memory: k-major, so that the invocations of a row read side by side. */
class SharedOperand {
  private readonly shared: SharedTile;
  private readonly place: OperandPlace;
  /** Rows (or columns) of the workgroup's tile. */
  private readonly size: number;
  /** Whether elements are neighbours along k, because memory is. */
  private readonly alongK: boolean;

  constructor(shared: SharedTile, place: OperandPlace) {
    this.shared = shared;
    this.place = place;
    this.size = place.tile * place.group;
    const { k } = shared.kernel;
    this.alongK = strideOne(place.operand, k) && !strideOne(place.operand, place.axes);
  }

  get declaration(): string {
    const { vector, depth } = this.shared;
    const type = vector === 1 ? 'f32' : 'vec4<f32>';
    return `var<workgroup> ${this.place.name}: array<${type}, ${(this.size * depth) / vector}>;`;
  }

  /** Loads the tile for a step over k, the invocations each their share. */
  fill(steps: Axis): void {
    const { emitter, lane, threads, depth, vector } = this.shared;
    const count = (this.size * depth) / vector;
    for (let first = 0; first < count; first += threads) {
      const element = add(lane, i32(first));
      const partly = first + threads > count;
      if (partly) emitter.open(`if (lane < ${count - first})`);
      this.fillElement(element, steps);
      if (partly) emitter.close();
    }
  }

  private fillElement(element: Expr, steps: Axis): void {
    const { kernel, emitter, batch, depth, vector } = this.shared;
    const { operand, axes, origin, tiles, name } = this.place;
    const { size } = this;
    // Neighbours in memory go to neighbouring invocations.
    const alongRows = this.alongK ? size : size / vector;
    const alongDepth = this.alongK ? depth / vector : depth;
    const row = this.alongK ? floordiv(element, alongDepth) : mod(element, alongRows);
    const inner = this.alongK ? mod(element, alongDepth) : floordiv(element, alongRows);
    const rowNumber = add(mul(origin, i32(alongRows)), row);
    const kNumber = add(mul(at(steps), i32(alongDepth)), inner);
    const rows = tilePoints(axes, this.alongK ? 1 : vector, rowNumber, tiles * alongRows);
    const ks = tilePoints(kernel.k, this.alongK ? vector : 1, kNumber, steps.extent * alongDepth);
    const values = rows.flatMap((r) =>
      ks.map((k) => emitter.value(select(k.inside, placed(batch, r, k)(operand), 0)).text),
    );
    const target = emitter.value(add(mul(inner, i32(alongRows)), row)).text;
    emitter.statement(`${name}[${target}] = ${vector === 1 ? (values[0] as string) : `vec4(${values.join(', ')})`};`);
  }

  /** Reads the invocation's rows at `vector` points of k: gives their values at each. */
  reader(inner: Axis): (k: number) => string[] {
    const { vector } = this.shared;
    const { lanes, group, tile } = this.place;
    const vectors = tile / vector;
    const each = Array.from({ length: vectors }, (_, i) => add(lanes, i32(i * group)));
    if (!this.alongK)
      return (k) =>
        each.flatMap((v) => {
          const point = add(mul(at(inner), i32(vector)), i32(k));
          return components(this.read(add(mul(point, i32(this.size / vector)), v)), vector);
        });
    const whole = each.flatMap((v) =>
      Array.from({ length: vector }, (_, c) =>
        components(this.read(add(mul(at(inner), i32(this.size)), add(mul(v, i32(vector)), i32(c)))), vector),
      ),
    );
    return (k) => whole.map((values) => values[k] as string);
  }

  private read(index: Expr): string {
    const { emitter } = this.shared;
    const from: Value = emitter.value(index);
    const value = emitter.fresh('s');
    emitter.statement(`let ${value} = ${this.place.name}[${from.text}];`);
    return value;
  }

  /** The invocation's rows (or columns), in the order in which `reader` gives their values. */
  points(): Point[] {
    const { vector } = this.shared;
    const { axes, origin, tiles, lanes, group, tile } = this.place;
    const vectors = this.size / vector;
    return Array.from({ length: tile / vector }, (_, i) =>
      tilePoints(axes, vector, add(mul(origin, i32(vectors)), add(lanes, i32(i * group))), tiles * vectors),
    ).flat();
  }
}

const components = (value: string, vector: 1 | 4): string[] =>
  vector === 1 ? [value] : ['x', 'y', 'z', 'w'].map((c) => `${value}.${c}`);
