/** Operations on four lanes. */
import type { Expr } from '../ir/expr.ts';
import { rangeOf } from '../ir/range.ts';
import type { Value } from './blocks.ts';
import type { Emitter } from './emitter.ts';
import type { StackOp, VectorOp } from './opcodes.ts';
import { apply, quotient } from './scalar-operations.ts';

export function vectorUnary(em: Emitter, e: Expr & { op: 'unary' }): Value {
  const a = em.vector(e.a);
  const float = e.dtype === 'f32';
  switch (e.fn) {
    case 'neg':
      return apply(em, float ? 'f32x4.neg' : 'i32x4.neg', 'v128', a);
    case 'abs':
      if (e.dtype === 'u32') return a;
      return apply(em, float ? 'f32x4.abs' : 'i32x4.abs', 'v128', a);
    case 'sqrt':
      return apply(em, 'f32x4.sqrt', 'v128', a);
    case 'floor':
      return apply(em, 'f32x4.floor', 'v128', a);
    case 'not':
      return apply(em, 'v128.not', 'v128', a);
    case 'bits':
      return a;
    case 'exp':
    case 'log':
    case 'tanh': {
      const index = em.environment.math(e.fn);
      return em.define(e.fn, 'v128', [a], (code, push) => {
        push(a);
        code.call(index);
      });
    }
  }
}

type Type = 'f32' | 'i32' | 'u32';

const OPERATIONS: Partial<Record<string, Readonly<Record<Type, VectorOp>>>> = {
  add: { f32: 'f32x4.add', i32: 'i32x4.add', u32: 'i32x4.add' },
  sub: { f32: 'f32x4.sub', i32: 'i32x4.sub', u32: 'i32x4.sub' },
  mul: { f32: 'f32x4.mul', i32: 'i32x4.mul', u32: 'i32x4.mul' },
  lt: { f32: 'f32x4.lt', i32: 'i32x4.lt_s', u32: 'i32x4.lt_u' },
  le: { f32: 'f32x4.le', i32: 'i32x4.le_s', u32: 'i32x4.le_u' },
  eq: { f32: 'f32x4.eq', i32: 'i32x4.eq', u32: 'i32x4.eq' },
  ne: { f32: 'f32x4.ne', i32: 'i32x4.ne', u32: 'i32x4.ne' },
  min: { f32: 'f32x4.min', i32: 'i32x4.min_s', u32: 'i32x4.min_u' },
  max: { f32: 'f32x4.max', i32: 'i32x4.max_s', u32: 'i32x4.max_u' },
};

const BITS: Partial<Record<string, StackOp>> = { and: 'v128.and', or: 'v128.or', xor: 'v128.xor' };

export function vectorBinary(em: Emitter, e: Expr & { op: 'binary' }): Value {
  const { fn } = e;
  if (fn === 'floordiv' || fn === 'mod') return vectorQuotient(em, e, fn);
  if (fn === 'shl' || fn === 'shr') return vectorShift(em, e, fn);
  const a = em.vector(e.a);
  const b = em.vector(e.b);
  // One instruction where one side is a number that is no NaN: the first operand passes where it is one.
  if (e.dtype === 'f32' && (fn === 'min' || fn === 'max') && (e.b.op === 'const' || e.a.op === 'const')) {
    const [x, y] = e.b.op === 'const' ? [a, b] : [b, a];
    return apply(em, fn === 'min' ? 'f32x4.pmin' : 'f32x4.pmax', 'v128', x, y);
  }
  return combineVectors(em, fn, e.a.dtype, a, b);
}

/** A binary operation other than division of integers and shifts. */
export function combineVectors(em: Emitter, fn: string, dtype: Expr['dtype'], a: Value, b: Value): Value {
  const op = OPERATIONS[fn]?.[dtype === 'bool' ? 'i32' : dtype] ?? BITS[fn];
  if (op !== undefined) return apply(em, op, 'v128', a, b);
  if (fn === 'div') return apply(em, 'f32x4.div', 'v128', a, b);
  if (fn !== 'pow') throw new Error(`No vector instruction for ${fn}.`);
  const index = em.environment.math('pow');
  return em.define('pow', 'v128', [a, b], (code, push) => {
    push(a);
    push(b);
    code.call(index);
  });
}

/** Shifts by the same number in all lanes are one instruction; others go lane by lane. */
function vectorShift(em: Emitter, e: Expr & { op: 'binary' }, fn: 'shl' | 'shr'): Value {
  const a = em.vector(e.a);
  if (!em.varies(e.b)) return apply(em, fn === 'shl' ? 'i32x4.shl' : 'i32x4.shr_u', 'v128', a, em.scalar(e.b));
  const b = em.vector(e.b);
  return em.define(fn, 'v128', [a, b], (code, push) => {
    push(a);
    for (let i = 0; i < 4; i++) {
      push(a);
      code.lane('i32x4.extract_lane', i);
      push(b);
      code.lane('i32x4.extract_lane', i).op(fn === 'shl' ? 'i32.shl' : 'i32.shr_u');
      code.lane('i32x4.replace_lane', i);
    }
  });
}

function vectorQuotient(em: Emitter, e: Expr & { op: 'binary' }, fn: 'floordiv' | 'mod'): Value {
  if (e.b.op !== 'const') throw new Error(`${fn} by something that is not constant.`);
  const a = em.vector(e.a);
  const d = e.b.value;
  const unsigned = e.a.dtype === 'u32';
  const shift = Math.log2(d);
  if (Number.isInteger(shift) && shift < 31) {
    if (fn === 'mod') return apply(em, 'v128.and', 'v128', a, em.lanes('i32', d - 1));
    return em.define(`shift ${shift} ${unsigned}`, 'v128', [a], (code, push) => {
      push(a);
      code.i32(shift).op(unsigned ? 'i32x4.shr_u' : 'i32x4.shr_s');
    });
  }
  const natural = unsigned || (rangeOf(e.a)?.min ?? -1) >= 0;
  const temporaries = [em.blocks.local('i32'), em.blocks.local('i32')] as const;
  return em.define(`${fn} ${d} ${natural}`, 'v128', [a], (code, push) => {
    push(a);
    for (let i = 0; i < 4; i++) {
      push(a);
      code.lane('i32x4.extract_lane', i);
      quotient(code, fn, unsigned, natural, d, temporaries);
      code.lane('i32x4.replace_lane', i);
    }
  });
}

export function vectorCast(em: Emitter, e: Expr & { op: 'cast' }): Value {
  const a = em.vector(e.a);
  const from = e.a.dtype;
  if (from === 'bool') return apply(em, 'v128.and', 'v128', a, em.lanes(e.dtype === 'f32' ? 'f32' : 'i32', 1));
  if (e.dtype === 'f32')
    return apply(em, from === 'i32' ? 'f32x4.convert_i32x4_s' : 'f32x4.convert_i32x4_u', 'v128', a);
  if (from === 'f32')
    return apply(em, e.dtype === 'i32' ? 'i32x4.trunc_sat_f32x4_s' : 'i32x4.trunc_sat_f32x4_u', 'v128', a);
  return a;
}
