/**
 * Expressions as WebAssembly: `scalar` gives one value, `vector` the values of four neighbours along the lane axis at
 * once. What does not depend on the lane axis is computed once and spread.
 */
import type { Expr } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import { constantOf, type Value } from './blocks.ts';
import { Emitter, isLinear } from './emitter.ts';
import { emitReduce } from './reductions.ts';
import { scalarBinary, scalarCast, scalarUnary } from './scalar-operations.ts';
import { vectorLoad } from './vector-loads.ts';
import { vectorBinary, vectorCast, vectorUnary } from './vector-operations.ts';

export class ExpressionEmitter extends Emitter {
  /** Values that stand for expressions, whatever these say: see `standIn`. */
  private readonly standIns = new Map<number, Expr>();

  /** Says that `value(argmax)` is remembered as the largest value of that reduction, not loaded again. */
  standIn(e: Expr, argmax: Expr): void {
    this.standIns.set(key(e), argmax);
  }

  /** The value at the lane axis's first point. */
  override scalar(e: Expr): Value {
    if (e.op === 'const') return constantOf(e.value, e.dtype === 'f32' ? 'f32' : 'i32');
    const name = `scalar:${key(e)}`;
    const known = this.blocks.recall(name) as Value | undefined;
    if (known !== undefined) return known;
    const made = this.makeScalar(e);
    this.blocks.remember(name, made.depth, made);
    return made;
  }

  /** The values at four neighbours. */
  override vector(e: Expr): Value {
    const name = `vector:${key(e)}`;
    const known = this.blocks.recall(name) as Value | undefined;
    if (known !== undefined) return known;
    const made = this.varies(e) ? this.makeVector(e) : this.spread(this.scalar(e), e.dtype === 'bool');
    this.blocks.remember(name, made.depth, made);
    return made;
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
