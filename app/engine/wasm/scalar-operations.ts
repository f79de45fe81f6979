/** Operations on single values. */
import type { Expr } from '../ir/expr.ts';
import { rangeOf } from '../ir/range.ts';
import type { Value } from './blocks.ts';
import { constantOf } from './blocks.ts';
import type { Code } from './code.ts';
import type { Emitter } from './emitter.ts';
import type { StackOp } from './opcodes.ts';

/** One instruction over operands that are there already. */
export function apply(em: Emitter, op: StackOp, type: Value['type'], ...operands: readonly Value[]): Value {
  return em.define(op, type, operands, (code, push) => {
    operands.forEach(push);
    code.op(op);
  });
}

export function scalarUnary(em: Emitter, e: Expr & { op: 'unary' }): Value {
  const a = em.scalar(e.a);
  switch (e.fn) {
    case 'neg':
      return e.dtype === 'f32' ? apply(em, 'f32.neg', 'f32', a) : apply(em, 'i32.sub', 'i32', constantOf(0, 'i32'), a);
    case 'abs':
      if (e.dtype === 'f32') return apply(em, 'f32.abs', 'f32', a);
      if (e.dtype === 'u32') return a;
      return em.define('abs', 'i32', [a], (code, push) => {
        push(a);
        code.i32(0);
        push(a);
        code.op('i32.sub');
        push(a);
        code.i32(0).op('i32.ge_s').select();
      });
    case 'sqrt':
      return apply(em, 'f32.sqrt', 'f32', a);
    case 'floor':
      return apply(em, 'f32.floor', 'f32', a);
    case 'not':
      return apply(em, 'i32.eqz', 'i32', a);
    case 'bits':
      return apply(em, 'i32.reinterpret_f32', 'i32', a);
    case 'exp':
    case 'log':
    case 'tanh': {
      const index = em.environment.math(e.fn);
      return em.define(e.fn, 'f32', [a], (code, push) => {
        push(a);
        code.op('f32x4.splat').call(index).lane('f32x4.extract_lane', 0);
      });
    }
  }
}

type Type = 'f32' | 'i32' | 'u32';

const ARITHMETIC: Partial<Record<string, Readonly<Record<Type, StackOp>>>> = {
  add: { f32: 'f32.add', i32: 'i32.add', u32: 'i32.add' },
  sub: { f32: 'f32.sub', i32: 'i32.sub', u32: 'i32.sub' },
  mul: { f32: 'f32.mul', i32: 'i32.mul', u32: 'i32.mul' },
  lt: { f32: 'f32.lt', i32: 'i32.lt_s', u32: 'i32.lt_u' },
  le: { f32: 'f32.le', i32: 'i32.le_s', u32: 'i32.le_u' },
  eq: { f32: 'f32.eq', i32: 'i32.eq', u32: 'i32.eq' },
  ne: { f32: 'f32.ne', i32: 'i32.ne', u32: 'i32.ne' },
};

const BITS: Partial<Record<string, StackOp>> = {
  and: 'i32.and',
  or: 'i32.or',
  xor: 'i32.xor',
  shl: 'i32.shl',
  shr: 'i32.shr_u',
};

const COMPARE = ['lt', 'le', 'eq', 'ne'];

export function scalarBinary(em: Emitter, e: Expr & { op: 'binary' }): Value {
  const a = em.scalar(e.a);
  if (e.fn === 'floordiv' || e.fn === 'mod') {
    if (e.b.op !== 'const') throw new Error(`${e.fn} by something that is not constant.`);
    const { fn } = e;
    const d = e.b.value;
    const natural = e.a.dtype === 'u32' || (rangeOf(e.a)?.min ?? -1) >= 0;
    const temporaries = [em.blocks.local('i32'), em.blocks.local('i32')] as const;
    return em.define(`${fn} ${d} ${natural}`, 'i32', [a], (code, push) => {
      push(a);
      quotient(code, fn, e.a.dtype === 'u32', natural, d, temporaries);
    });
  }
  const b = em.scalar(e.b);
  return combineScalars(em, e.fn, e.a.dtype, a, b);
}

/** A binary operation other than floordiv and mod. */
export function combineScalars(em: Emitter, fn: string, dtype: Expr['dtype'], a: Value, b: Value): Value {
  const type: Type = dtype === 'bool' ? 'i32' : dtype;
  const arithmetic = ARITHMETIC[fn]?.[type];
  if (arithmetic !== undefined)
    return apply(em, arithmetic, COMPARE.includes(fn) || type !== 'f32' ? 'i32' : 'f32', a, b);
  const bits = BITS[fn];
  if (bits !== undefined) return apply(em, bits, 'i32', a, b);
  switch (fn) {
    case 'div':
      return apply(em, 'f32.div', 'f32', a, b);
    case 'min':
    case 'max':
      if (type === 'f32') return apply(em, `f32.${fn}`, 'f32', a, b);
      return em.define(`${fn} ${type}`, 'i32', [a, b], (code, push) => {
        push(a);
        push(b);
        push(a);
        push(b);
        const less = type === 'i32' ? 'i32.lt_s' : 'i32.lt_u';
        const more = type === 'i32' ? 'i32.gt_s' : 'i32.gt_u';
        code.op(fn === 'min' ? less : more).select();
      });
    case 'pow': {
      const index = em.environment.math('pow');
      return em.define('pow', 'f32', [a, b], (code, push) => {
        push(a);
        code.op('f32x4.splat');
        push(b);
        code.op('f32x4.splat').call(index).lane('f32x4.extract_lane', 0);
      });
    }
    default:
      throw new Error(`No scalar instruction for ${fn}.`);
  }
}

/** Division of the value on the stack, rounded down, or its remainder. */
export function quotient(
  code: Code,
  fn: 'floordiv' | 'mod',
  unsigned: boolean,
  natural: boolean,
  d: number,
  [x, q]: readonly [number, number],
): void {
  const shift = Math.log2(d);
  if (Number.isInteger(shift) && shift < 31) {
    if (fn === 'mod') code.i32(d - 1).op('i32.and');
    else code.i32(shift).op(unsigned ? 'i32.shr_u' : 'i32.shr_s');
    return;
  }
  if (natural) {
    code.i32(d).op(fn === 'floordiv' ? 'i32.div_u' : 'i32.rem_u');
    return;
  }
  // WebAssembly rounds towards zero: a negative remainder means one less.
  if (fn === 'floordiv') {
    code.tee(x).i32(d).op('i32.div_s').tee(q);
    code.get(x).get(q).i32(d).op('i32.mul').op('i32.sub').i32(31).op('i32.shr_s').op('i32.add');
  } else {
    code.i32(d).op('i32.rem_s').tee(x).get(x).i32(31).op('i32.shr_s').i32(d).op('i32.and').op('i32.add');
  }
}

export function scalarCast(em: Emitter, e: Expr & { op: 'cast' }): Value {
  const a = em.scalar(e.a);
  const from = e.a.dtype;
  if (e.dtype === 'f32') return apply(em, from === 'i32' ? 'f32.convert_i32_s' : 'f32.convert_i32_u', 'f32', a);
  if (from === 'f32') return apply(em, e.dtype === 'i32' ? 'i32.trunc_sat_f32_s' : 'i32.trunc_sat_f32_u', 'i32', a);
  return a;
}
