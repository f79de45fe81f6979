/**
 * Expressions as WebAssembly: `scalar` gives one value, `vector` the values of four neighbours along the lane axis at
 * once. What does not depend on the lane axis is computed once and spread.
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
import { emitReduce } from './reductions.ts';
import { scalarBinary, scalarCast, scalarUnary } from './scalar-operations.ts';
import { vectorLoad } from './vector-loads.ts';
import { vectorBinary, vectorCast, vectorUnary } from './vector-operations.ts';

/** An address: a value (never negative) and a constant beside it. */
export interface Address {
  readonly base: Value;
  readonly offset: number;
}

export class Emitter {
  readonly blocks: Blocks;
  readonly environment: Environment;
  /** The axis whose neighbours make up a vector; bound to its first. */
  lane: Axis | undefined;
  private readonly axes = new Map<number, Value>();
  private accumulator: Value | undefined;
  /** Values that stand for expressions, whatever these say: see `standIn`. */
  private readonly standIns = new Map<number, Expr>();

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

  /** Says that `value(argmax)` is remembered as the largest value of that reduction, not loaded again. */
  standIn(e: Expr, argmax: Expr): void {
    this.standIns.set(key(e), argmax);
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
  scalar(e: Expr): Value {
    if (e.op === 'const') return constantOf(e.value, e.dtype === 'f32' ? 'f32' : 'i32');
    const name = `scalar:${key(e)}`;
    const known = this.blocks.recall(name) as Value | undefined;
    if (known !== undefined) return known;
    const made = this.makeScalar(e);
    this.blocks.remember(name, made.depth, made);
    return made;
  }

  /** The values at four neighbours. */
  vector(e: Expr): Value {
    const name = `vector:${key(e)}`;
    const known = this.blocks.recall(name) as Value | undefined;
    if (known !== undefined) return known;
    const made = this.varies(e) ? this.makeVector(e) : this.spread(this.scalar(e), e.dtype === 'bool');
    this.blocks.remember(name, made.depth, made);
    return made;
  }

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
  private materialise(linear: Linear): Value {
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

  private linear(e: Expr): Linear {
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

  private makeScalar(e: Exclude<Expr, { op: 'const' }>): Value {
    switch (e.op) {
      case 'axis':
        return this.bound(e.axis);
      case 'acc': {
        if (this.accumulator?.type !== 'f32') throw new Error('No sum is bound.');
        return this.accumulator;
      }
      case 'scalar':
        return this.define(`run-time ${e.name}`, e.dtype === 'f32' ? 'f32' : 'i32', [], (code) => {
          code.i32(0).memory(e.dtype === 'f32' ? 'f32.load' : 'i32.load', this.environment.scalar(e.name));
        });
      case 'load':
        return this.standIns.has(key(e)) ? this.bestOf(e, 'scalar') : this.scalarLoad(e);
      case 'unary':
        return isLinear(e) ? this.materialise(this.linear(e)) : scalarUnary(this, e);
      case 'binary':
        return isLinear(e) ? this.materialise(this.linear(e)) : scalarBinary(this, e);
      case 'select': {
        const [c, a, b] = [this.scalar(e.cond), this.scalar(e.a), this.scalar(e.b)];
        return this.define('select', a.type, [c, a, b], (code, push) => {
          push(a);
          push(b);
          push(c);
          code.select();
        });
      }
      case 'cast':
        return scalarCast(this, e);
      case 'reduce':
        return emitReduce(this, e, 'scalar');
    }
  }

  private makeVector(e: Expr): Value {
    switch (e.op) {
      case 'const':
      case 'scalar':
        throw new Error(`A ${e.op} does not vary.`);
      case 'axis': {
        const first = this.spread(this.bound(e.axis));
        return this.define('neighbours', 'v128', [first], (code, push) => {
          push(first);
          code.v128([0, 1, 2, 3]).op('i32x4.add');
        });
      }
      case 'acc': {
        if (this.accumulator === undefined) throw new Error('No sum is bound.');
        return this.accumulator;
      }
      case 'load':
        return this.standIns.has(key(e)) ? this.bestOf(e, 'vector') : vectorLoad(this, e);
      case 'unary':
        return vectorUnary(this, e);
      case 'binary':
        return vectorBinary(this, e);
      case 'select': {
        const [c, a, b] = [this.vector(e.cond), this.vector(e.a), this.vector(e.b)];
        return this.define('bitselect', 'v128', [c, a, b], (code, push) => {
          push(a);
          push(b);
          push(c);
          code.op('v128.bitselect');
        });
      }
      case 'cast':
        return vectorCast(this, e);
      case 'reduce':
        return emitReduce(this, e, 'vector');
    }
  }

  /** The largest value that an argmax met: what a load at the place that it found would give. */
  private bestOf(load: Expr, mode: 'scalar' | 'vector'): Value {
    const argmax = this.standIns.get(key(load)) as Expr;
    if (mode === 'scalar') this.scalar(argmax);
    else this.vector(argmax);
    return this.blocks.recall(`best ${mode}:${key(argmax)}`) as Value;
  }

  private scalarLoad(e: Expr & { op: 'load' }): Value {
    const { dtype } = this.environment.buffer(e.buffer);
    const { base, offset } = this.address(e.index, e.buffer);
    const op = dtype === 'u8' ? 'i32.load8_u' : dtype === 'f32' ? 'f32.load' : 'i32.load';
    const type = e.dtype === 'f32' ? 'f32' : 'i32';
    if (e.guard === undefined)
      return this.define(`${op} ${offset}`, type, [base], (code, push) => {
        push(base);
        code.memory(op, offset);
      });
    const guard = this.scalar(e.guard);
    return this.define(`guarded ${op} ${offset} ${e.otherwise}`, type, [base, guard], (code, push) => {
      push(guard);
      code.if(type);
      push(base);
      code.memory(op, offset).else();
      push(constantOf(e.otherwise, type));
      code.end();
    });
  }
}

type LinearNode = Expr & ({ op: 'unary' } | { op: 'binary' });

/** A sum, difference, negation, or product with a constant, of i32. */
function isLinear(e: Expr): e is LinearNode {
  if (e.dtype !== 'i32') return false;
  if (e.op === 'unary') return e.fn === 'neg';
  return e.op === 'binary' && (e.fn === 'add' || e.fn === 'sub' || (e.fn === 'mul' && e.b.op === 'const'));
}

const uses = new WeakMap<Expr, boolean>();

function usesAccumulator(e: Expr): boolean {
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
