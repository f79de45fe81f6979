/**
 * Constructors of tensor expressions. They check types, fold constants and simplify as they build (index arithmetic
 * with known ranges above all: a guard that always holds disappears), so that every rewrite gets simplification for
 * free by rebuilding through them.
 */
import type { Axis, BinaryOp, DType, Expr, Reducer, UnaryOp } from './expr.ts';
import { rangeOf } from './range.ts';
import { key } from './key.ts';

/** A number stands for a constant of the other operand's type. */
export type Operand = Expr | number;

let nextAxis = 0;

/** A fresh axis over 0 … extent−1. */
export function axis(extent: number): Axis {
  if (!Number.isInteger(extent) || extent < 1)
    throw new RangeError(`An axis needs a positive whole extent, not ${extent}.`);
  return { id: nextAxis++, extent };
}

export const constant = (value: number, dtype: DType): Expr => ({ op: 'const', dtype, value: normalise(value, dtype) });
export const f32 = (value: number): Expr => constant(value, 'f32');
export const i32 = (value: number): Expr => constant(value, 'i32');
export const u32 = (value: number): Expr => constant(value, 'u32');
export const bool = (value: boolean): Expr => constant(value ? 1 : 0, 'bool');

/** The axis as a value. An axis of extent 1 is the constant 0. */
export const at = (a: Axis): Expr => (a.extent === 1 ? i32(0) : { op: 'axis', dtype: 'i32', axis: a });

export const scalar = (name: string, dtype: 'f32' | 'i32' | 'u32' = 'f32'): Expr => ({ op: 'scalar', dtype, name });

/** The finished sum of the contract whose store this is in. */
export const acc: Expr = { op: 'acc', dtype: 'f32' };

/** One element of a buffer; see `Expr`'s load. */
export function load(
  buffer: string,
  index: Operand,
  options: { readonly guard?: Expr; readonly otherwise?: number; readonly dtype?: 'f32' | 'i32' | 'u32' } = {},
): Expr {
  const dtype = options.dtype ?? 'f32';
  const otherwise = options.otherwise ?? 0;
  const guard = options.guard;
  if (guard?.op === 'const') {
    return guard.value === 0 ? constant(otherwise, dtype) : load(buffer, index, { dtype });
  }
  return {
    op: 'load',
    dtype,
    buffer,
    index: lift(index, 'i32'),
    guard,
    otherwise: guard === undefined ? 0 : otherwise,
  };
}

const FLOAT_UNARY: readonly UnaryOp[] = ['exp', 'log', 'sqrt', 'tanh', 'floor'];

/** Any unary operation; the named constructors below are the usual way in. */
export function unary(fn: UnaryOp, a: Expr): Expr {
  if (FLOAT_UNARY.includes(fn) && a.dtype !== 'f32') throw new TypeError(`${fn} takes f32, not ${a.dtype}.`);
  if (fn === 'not' && a.dtype !== 'bool') throw new TypeError(`not takes bool, not ${a.dtype}.`);
  const dtype: DType = fn === 'bits' ? 'u32' : a.dtype;
  if (a.op === 'const' && fn !== 'bits') return constant(foldUnary(fn, a.value), dtype);
  if (fn === 'neg' && a.op === 'unary' && a.fn === 'neg') return a.a;
  if (fn === 'not' && a.op === 'unary' && a.fn === 'not') return a.a;
  return { op: 'unary', dtype, fn, a };
}

export const neg = (a: Expr): Expr => unary('neg', a);
export const exp = (a: Expr): Expr => unary('exp', a);
export const log = (a: Expr): Expr => unary('log', a);
export const sqrt = (a: Expr): Expr => unary('sqrt', a);
export const abs = (a: Expr): Expr => unary('abs', a);
export const tanh = (a: Expr): Expr => unary('tanh', a);
export const floor = (a: Expr): Expr => unary('floor', a);
export const not = (a: Expr): Expr => unary('not', a);
export const bits = (a: Expr): Expr => unary('bits', a);

const isConst = (e: Expr, value: number): boolean => e.op === 'const' && e.value === value;
const same = (a: Expr, b: Expr): boolean => a === b || key(a) === key(b);
const COMPARE: readonly BinaryOp[] = ['lt', 'le', 'eq', 'ne'];

/** Any binary operation; the named constructors below are the usual way in. */
export function binary(fn: BinaryOp, x: Operand, y: Operand): Expr {
  if (typeof x === 'number' && typeof y === 'number') throw new TypeError(`${fn} of two plain numbers has no type.`);
  const a = lift(x, typeof y === 'number' ? 'f32' : y.dtype);
  const b = lift(y, a.dtype);
  if (a.dtype !== b.dtype) throw new TypeError(`${fn} of ${a.dtype} and ${b.dtype}: cast one of them.`);
  const compare = COMPARE.includes(fn);
  const dtype: DType = compare ? 'bool' : a.dtype;
  if (a.op === 'const' && b.op === 'const') return constant(foldBinary(fn, a.value, b.value, a.dtype), dtype);
  const integer = a.dtype === 'i32' || a.dtype === 'u32';
  switch (fn) {
    case 'add':
      if (isConst(a, 0)) return b;
      if (isConst(b, 0)) return a;
      if (a.op === 'const') return binary('add', b, a);
      if (integer && b.op === 'const' && a.op === 'binary' && a.fn === 'add' && a.b.op === 'const')
        return binary('add', a.a, constant(a.b.value + b.value, a.dtype));
      break;
    case 'sub':
      if (isConst(b, 0)) return a;
      if (integer && b.op === 'const') return binary('add', a, constant(-b.value, a.dtype));
      if (integer && same(a, b)) return constant(0, dtype);
      break;
    case 'mul':
      if (a.op === 'const') return binary('mul', b, a);
      if (isConst(b, 1)) return a;
      // 0·x is 0 for numbers as layers use them; NaN and infinity are caught by the guard on losses.
      if (isConst(b, 0)) return b;
      if (b.op === 'const' && a.op === 'binary' && a.fn === 'mul' && a.b.op === 'const')
        return binary('mul', a.a, constant(foldBinary('mul', a.b.value, b.value, a.dtype), a.dtype));
      break;
    case 'div':
      if (a.dtype !== 'f32') throw new TypeError(`div takes f32, not ${a.dtype}: use floordiv.`);
      if (isConst(b, 1)) return a;
      break;
    case 'floordiv':
    case 'mod': {
      if (!integer || b.op !== 'const' || b.value <= 0)
        throw new TypeError(`${fn} takes integers and a positive constant.`);
      const d = b.value;
      if (d === 1) return fn === 'floordiv' ? a : constant(0, dtype);
      const split = splitMultiple(a, d);
      const r = rangeOf(split.rest);
      if (r !== undefined && Math.floor(r.min / d) === Math.floor(r.max / d)) {
        const q = Math.floor(r.min / d);
        return fn === 'floordiv'
          ? binary('add', split.quotient, constant(q, a.dtype))
          : binary('add', split.rest, constant(-q * d, a.dtype));
      }
      if (!isConst(split.quotient, 0)) {
        const rest = binary(fn, split.rest, b);
        return fn === 'floordiv' ? binary('add', split.quotient, rest) : rest;
      }
      break;
    }
    case 'min':
    case 'max':
      if (same(a, b)) return a;
      break;
    case 'pow':
      if (a.dtype !== 'f32') throw new TypeError(`pow takes f32, not ${a.dtype}.`);
      if (isConst(b, 1)) return a;
      if (isConst(b, 0)) return constant(1, 'f32');
      if (isConst(b, 2)) return binary('mul', a, a);
      if (isConst(b, 0.5)) return sqrt(a);
      break;
    case 'and':
    case 'or':
      if (a.dtype === 'bool') {
        const neutral = fn === 'and' ? 1 : 0;
        if (a.op === 'const') return a.value === neutral ? b : a;
        if (b.op === 'const') return b.value === neutral ? a : b;
        if (same(a, b)) return a;
      } else if (a.dtype !== 'u32') throw new TypeError(`${fn} takes bool or u32, not ${a.dtype}.`);
      break;
    case 'xor':
    case 'shl':
    case 'shr':
      if (a.dtype !== 'u32') throw new TypeError(`${fn} takes u32, not ${a.dtype}.`);
      break;
    case 'lt':
    case 'le':
    case 'eq':
    case 'ne': {
      const known = integer ? compareRanges(fn, a, b) : undefined;
      if (known !== undefined) return bool(known);
      break;
    }
  }
  return { op: 'binary', dtype, fn, a, b };
}

export const add = (a: Operand, b: Operand): Expr => binary('add', a, b);
export const sub = (a: Operand, b: Operand): Expr => binary('sub', a, b);
export const mul = (a: Operand, b: Operand): Expr => binary('mul', a, b);
export const div = (a: Operand, b: Operand): Expr => binary('div', a, b);
export const floordiv = (a: Expr, b: number): Expr => binary('floordiv', a, b);
export const mod = (a: Expr, b: number): Expr => binary('mod', a, b);
export const min = (a: Operand, b: Operand): Expr => binary('min', a, b);
export const max = (a: Operand, b: Operand): Expr => binary('max', a, b);
export const pow = (a: Operand, b: Operand): Expr => binary('pow', a, b);
export const lt = (a: Operand, b: Operand): Expr => binary('lt', a, b);
export const le = (a: Operand, b: Operand): Expr => binary('le', a, b);
export const gt = (a: Operand, b: Operand): Expr => binary('lt', b, a);
export const ge = (a: Operand, b: Operand): Expr => binary('le', b, a);
export const eq = (a: Operand, b: Operand): Expr => binary('eq', a, b);
export const ne = (a: Operand, b: Operand): Expr => binary('ne', a, b);
export const and = (...terms: readonly Expr[]): Expr => terms.reduce((a, b) => binary('and', a, b));
export const or = (...terms: readonly Expr[]): Expr => terms.reduce((a, b) => binary('or', a, b));
export const xor = (a: Operand, b: Operand): Expr => binary('xor', a, b);
export const shl = (a: Operand, b: Operand): Expr => binary('shl', a, b);
export const shr = (a: Operand, b: Operand): Expr => binary('shr', a, b);
/** Sum of many terms. */
export const sumOf = (terms: readonly Expr[]): Expr => terms.reduce((a, b) => binary('add', a, b));

/** cond ? a : b. Both sides may be evaluated: guard loads that may be out of range. */
export function select(cond: Expr, x: Operand, y: Operand): Expr {
  if (typeof x === 'number' && typeof y === 'number') return select(cond, f32(x), f32(y));
  const a = lift(x, typeof y === 'number' ? 'f32' : y.dtype);
  const b = lift(y, a.dtype);
  if (cond.dtype !== 'bool') throw new TypeError(`select needs a bool condition, not ${cond.dtype}.`);
  if (a.dtype !== b.dtype) throw new TypeError(`select of ${a.dtype} and ${b.dtype}: cast one of them.`);
  if (cond.op === 'const') return cond.value === 0 ? b : a;
  if (same(a, b)) return a;
  return { op: 'select', dtype: a.dtype, cond, a, b };
}

/** Conversion; see `Expr`'s cast. */
export function cast(a: Expr, dtype: DType): Expr {
  if (a.dtype === dtype) return a;
  if (a.op === 'const') return constant(dtype === 'f32' ? a.value : Math.trunc(a.value), dtype);
  return { op: 'cast', dtype, a };
}

/** Reduction over axes. Axes of extent 1 drop out; see `Reducer`. */
export function reduce(reducer: Reducer, axes: readonly Axis[], body: Expr): Expr {
  const real = axes.filter((a) => a.extent > 1);
  if (body.dtype === 'bool') throw new TypeError('A reduction takes numbers, not bool.');
  if (real.length === 0) return reducer === 'argmax' ? i32(0) : body;
  return { op: 'reduce', dtype: reducer === 'argmax' ? 'i32' : body.dtype, reducer, axes: real, body };
}

/** Sum over axes. */
export const sum = (axes: readonly Axis[], body: Expr): Expr => reduce('sum', axes, body);

/** Row-major flat index of coordinates in a shape. */
export function flatten(shape: readonly number[], coordinates: readonly Operand[]): Expr {
  if (shape.length !== coordinates.length)
    throw new RangeError(`${coordinates.length} coordinates for a shape of ${shape.length} axes.`);
  let stride = 1;
  let index: Expr = i32(0);
  for (let d = shape.length - 1; d >= 0; d--) {
    index = add(mul(lift(coordinates[d] as Operand, 'i32'), i32(stride)), index);
    stride *= shape[d] as number;
  }
  return index;
}

/** Coordinates of a row-major flat index in a shape. */
export function unflatten(shape: readonly number[], index: Expr): Expr[] {
  const out: Expr[] = [];
  let stride = shape.reduce((a, b) => a * b, 1);
  shape.forEach((extent, d) => {
    stride /= extent;
    const quotient = floordiv(index, stride);
    out.push(d === 0 ? quotient : mod(quotient, extent));
  });
  return out;
}

/** A number as a constant of the given type; an expression as it is. */
export function lift(x: Operand, dtype: DType): Expr {
  return typeof x === 'number' ? constant(x, dtype) : x;
}

function normalise(value: number, dtype: DType): number {
  switch (dtype) {
    case 'f32':
      return value;
    case 'i32':
      return value | 0;
    case 'u32':
      return value >>> 0;
    case 'bool':
      return value === 0 ? 0 : 1;
  }
}

/** Writes an integer sum as d·quotient + rest, taking out every term with a coefficient that d divides. */
function splitMultiple(e: Expr, d: number): { quotient: Expr; rest: Expr } {
  const zero = constant(0, e.dtype);
  // A wrapping u32 product cannot be divided out.
  if (e.dtype !== 'i32') return { quotient: zero, rest: e };
  if (e.op === 'binary' && e.fn === 'add') {
    const a = splitMultiple(e.a, d);
    const b = splitMultiple(e.b, d);
    return { quotient: binary('add', a.quotient, b.quotient), rest: binary('add', a.rest, b.rest) };
  }
  if (e.op === 'binary' && e.fn === 'mul' && e.b.op === 'const' && e.b.value % d === 0)
    return { quotient: binary('mul', e.a, constant(e.b.value / d, 'i32')), rest: zero };
  if (e.op === 'const') {
    const q = Math.floor(e.value / d);
    return { quotient: constant(q, 'i32'), rest: constant(e.value - q * d, 'i32') };
  }
  return { quotient: zero, rest: e };
}

function compareRanges(fn: BinaryOp, a: Expr, b: Expr): boolean | undefined {
  const x = rangeOf(a);
  const y = rangeOf(b);
  if (x === undefined || y === undefined) return undefined;
  const disjoint = x.max < y.min || y.max < x.min;
  switch (fn) {
    case 'lt':
      return x.max < y.min ? true : x.min >= y.max ? false : undefined;
    case 'le':
      return x.max <= y.min ? true : x.min > y.max ? false : undefined;
    case 'eq':
      return disjoint ? false : undefined;
    case 'ne':
      return disjoint ? true : undefined;
    default:
      return undefined;
  }
}

function foldUnary(fn: UnaryOp, a: number): number {
  switch (fn) {
    case 'neg':
      return -a;
    case 'exp':
      return Math.exp(a);
    case 'log':
      return Math.log(a);
    case 'sqrt':
      return Math.sqrt(a);
    case 'abs':
      return Math.abs(a);
    case 'tanh':
      return Math.tanh(a);
    case 'floor':
      return Math.floor(a);
    case 'not':
      return a === 0 ? 1 : 0;
    case 'bits':
      return new Uint32Array(Float32Array.of(a).buffer)[0] as number;
  }
}

/** The value of an operation on numbers of a type: what the interpreter computes and what constants fold to. */
export function foldBinary(fn: BinaryOp, a: number, b: number, dtype: DType): number {
  switch (fn) {
    case 'add':
      return normalise(a + b, dtype);
    case 'sub':
      return normalise(a - b, dtype);
    case 'mul':
      return dtype === 'f32' ? a * b : normalise(Math.imul(a, b), dtype);
    case 'div':
      return a / b;
    case 'floordiv':
      return Math.floor(a / b);
    case 'mod':
      return a - Math.floor(a / b) * b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'pow':
      return Math.pow(a, b);
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'eq':
      return a === b ? 1 : 0;
    case 'ne':
      return a !== b ? 1 : 0;
    case 'and':
      return dtype === 'bool' ? a & b : (a & b) >>> 0;
    case 'or':
      return dtype === 'bool' ? a | b : (a | b) >>> 0;
    case 'xor':
      return (a ^ b) >>> 0;
    case 'shl':
      return (a << b) >>> 0;
    case 'shr':
      return a >>> b;
  }
}
