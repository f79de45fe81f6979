/**
 * What writing expressions as WebAssembly needs to keep: axes and their values, the lane axis, addresses. How each kind of
 * expression is written is in `expression-emitter.ts`.
 */
import type { Axis, Expr } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import { rangeOf } from '../ir/range.ts';
import { children, freeAxes } from '../ir/rewrite.ts';
import { Blocks, constantOf, type Value } from './blocks.ts';
import type { Code } from './code.ts';
import type { Environment } from './environment.ts';
import { NOTHING, combine, depthOf, linearOf, scaled, type Linear } from './linear.ts';
import type { FunctionBuilder } from './module-builder.ts';

/** An address: a value (never negative) and a constant beside it. */
export interface Address {
  readonly base: Value;
  readonly offset: number;
}

export abstract class Emitter {
  readonly blocks: Blocks;
  readonly environment: Environment;
  /** The axis whose neighbours make up a vector; bound to its first. */
  lane: Axis | undefined;
  private readonly axes = new Map<number, Value>();
  protected accumulator: Value | undefined;

  constructor(builder: FunctionBuilder, environment: Environment) {
    this.blocks = new Blocks(builder);
    this.environment = environment;
  }

  bind(axis: Axis, value: Value): void {
    this.axes.set(axis.id, value);
  }

  unbind(axis: Axis): void {
    this.axes.delete(axis.id);
  }

  bound(axis: Axis): Value {
    const v = this.axes.get(axis.id);
    if (v === undefined) throw new Error(`Axis ${axis.id} is used outside its loop.`);
    return v;
  }

  isBound(axis: Axis): boolean {
    return this.axes.has(axis.id);
  }

  /** The contract's finished sum: one, or four neighbours along the lane axis. */
  bindAccumulator(value: Value | undefined): void {
    this.accumulator = value;
  }

  /** Opens a loop over an axis. */
  openAxis(axis: Axis): void {
    this.bind(axis, this.blocks.openLoop(constantOf(0, 'i32'), constantOf(axis.extent, 'i32'), 1));
  }

  closeAxis(axis: Axis): void {
    this.blocks.close();
    this.unbind(axis);
  }

  /** Whether neighbours along the lane axis may differ. */
  varies(e: Expr): boolean {
    if (this.lane === undefined) return false;
    return freeAxes(e).has(this.lane.id) || (this.accumulator?.type === 'v128' && usesAccumulator(e));
  }

  /** The depth below which an expression cannot be computed. */
  depthOf(e: Expr): number {
    let depth = usesAccumulator(e) ? (this.accumulator?.depth ?? 0) : 0;
    for (const a of freeAxes(e).values()) depth = Math.max(depth, this.bound(a).depth);
    return depth;
  }

  define(
    name: string,
    type: Value['type'],
    operands: readonly Value[],
    emit: (code: Code, push: (v: Value) => void) => void,
  ): Value {
    return this.blocks.define(name, type, operands, emit);
  }

  /** The value at the lane axis's first point. */
  abstract scalar(e: Expr): Value;

  /** The values at four neighbours. */
  abstract vector(e: Expr): Value;

  /** One value in all lanes; a bool becomes a mask. */
  spread(v: Value, bool = false): Value {
    if (v.local === undefined) return this.lanes(v.type, bool ? -v.constant : v.constant);
    if (bool)
      return this.define('spread mask', 'v128', [v], (code, push) => {
        code.i32(0);
        push(v);
        code.op('i32.sub').op('i32x4.splat');
      });
    return this.define('spread', 'v128', [v], (code, push) => {
      push(v);
      code.op(v.type === 'f32' ? 'f32x4.splat' : 'i32x4.splat');
    });
  }

  /** A constant in all lanes. */
  lanes(type: Value['type'], value: number): Value {
    const word = type === 'f32' ? bitsOf(value) : value | 0;
    return this.define(`lanes ${word}`, 'v128', [], (code) => {
      code.v128([word, word, word, word]);
    });
  }

  /** An integer sum of any depth as one value. */
  protected materialise(linear: Linear): Value {
    const groups = new Map<number, [Value, number][]>();
    for (const { value, coefficient } of linear.terms.values()) {
      const group = groups.get(value.depth);
      if (group === undefined) groups.set(value.depth, [[value, coefficient]]);
      else group.push([value, coefficient]);
    }
    let sum: Value | undefined;
    for (const [, group] of [...groups].sort(([a], [b]) => a - b))
      for (const [value, coefficient] of group.sort(([a], [b]) => (a.local ?? 0) - (b.local ?? 0))) {
        const term = coefficient === 1 ? value : this.times(value, coefficient);
        sum = sum === undefined ? term : this.plus(sum, term);
      }
    if (sum === undefined) return constantOf(linear.constant, 'i32');
    return linear.constant === 0 ? sum : this.plus(sum, constantOf(linear.constant, 'i32'));
  }

  private plus(a: Value, b: Value): Value {
    return this.define('i32.add', 'i32', [a, b], (code, push) => {
      push(a);
      push(b);
      code.op('i32.add');
    });
  }

  private times(a: Value, by: number): Value {
    const shift = Math.log2(by);
    return this.define('i32.mul', 'i32', [a, constantOf(by, 'i32')], (code, push) => {
      push(a);
      if (Number.isInteger(shift)) code.i32(shift).op('i32.shl');
      else code.i32(by).op('i32.mul');
    });
  }

  /** Address of a buffer's element at an index (lane 0's, where it varies). */
  address(index: Expr, buffer: string): Address {
    const place = this.environment.buffer(buffer);
    const width = place.dtype === 'u8' ? 1 : 4;
    const linear = scaled(this.linear(index), width);
    const offset = linear.constant + place.address;
    const natural = [...linear.terms.values()].every((t) => t.natural && t.coefficient > 0);
    if (natural && offset >= 0) return { base: this.materialise({ ...linear, constant: 0 }), offset };
    return { base: this.materialise({ ...linear, constant: offset }), offset: 0 };
  }

  protected linear(e: Expr): Linear {
    const name = `linear:${key(e)}`;
    const known = this.blocks.recall(name) as Linear | undefined;
    if (known !== undefined) return known;
    const made = this.takeApart(e);
    this.blocks.remember(name, depthOf(made), made);
    return made;
  }

  private takeApart(e: Expr): Linear {
    if (e.op === 'const') return { ...NOTHING, constant: e.value };
    if (e.op === 'axis') return linearOf(this.bound(e.axis), true);
    if (isLinear(e)) {
      if (e.op === 'unary') return scaled(this.linear(e.a), -1);
      if (e.fn === 'mul') return scaled(this.linear(e.a), e.b.op === 'const' ? e.b.value : 0);
      return combine(this.linear(e.a), this.linear(e.b), e.fn === 'add' ? 1 : -1);
    }
    return linearOf(this.scalar(e), (rangeOf(e)?.min ?? -1) >= 0);
  }
}

type LinearNode = Expr & ({ op: 'unary' } | { op: 'binary' });

/** A sum, difference, negation, or product with a constant, of i32. */
export function isLinear(e: Expr): e is LinearNode {
  if (e.dtype !== 'i32') return false;
  if (e.op === 'unary') return e.fn === 'neg';
  return e.op === 'binary' && (e.fn === 'add' || e.fn === 'sub' || (e.fn === 'mul' && e.b.op === 'const'));
}

const uses = new WeakMap<Expr, boolean>();

export function usesAccumulator(e: Expr): boolean {
  let known = uses.get(e);
  if (known === undefined) {
    known = e.op === 'acc' || children(e).some(usesAccumulator);
    uses.set(e, known);
  }
  return known;
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of an f32 as i32. */
export function bitsOf(value: number): number {
  scratch.setFloat32(0, value, true);
  return scratch.getInt32(0, true);
}
