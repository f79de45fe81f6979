/** Small pieces of WGSL text: literals, starting values of reductions, and helper functions. */
import type { BinaryOp, DType, Reducer } from '../ir/expr.ts';

/** A finite constant as WGSL. */
export function literal(value: number, dtype: DType): string {
  switch (dtype) {
    case 'bool':
      return value === 0 ? 'false' : 'true';
    case 'i32':
      return String(value);
    case 'u32':
      return `${value}u`;
    case 'f32': {
      const rounded = Math.fround(value);
      return Object.is(rounded, -0) ? '-0f' : `${rounded}f`;
    }
  }
}

/** Where a reduction starts from. */
export function initial(reducer: Reducer, dtype: DType): string {
  if (reducer === 'sum' || reducer === 'prod') return literal(reducer === 'sum' ? 0 : 1, dtype);
  const low = reducer !== 'min';
  switch (dtype) {
    case 'f32':
      return low ? 'special(0xff800000u)' : 'special(0x7f800000u)';
    case 'i32':
      return low ? '-2147483648' : '2147483647';
    case 'u32':
      return low ? '0u' : '4294967295u';
    case 'bool':
      throw new Error('A reduction of bool.');
  }
}

const INFIX: Partial<Record<BinaryOp, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  lt: '<',
  le: '<=',
  eq: '==',
  ne: '!=',
  and: '&',
  or: '|',
  xor: '^',
};

/** A binary operation other than a division of integers. */
export function operation(fn: BinaryOp, a: string, b: string): string {
  if (fn === 'min' || fn === 'max' || fn === 'pow') return `${fn}(${a}, ${b})`;
  // A shift by 32 or more is 0 or undefined on hardware; JavaScript's takes the count modulo 32, and so do we.
  if (fn === 'shl' || fn === 'shr') return `${a} ${fn === 'shl' ? '<<' : '>>'} (${b} & 31u)`;
  return `${a} ${INFIX[fn] ?? fn} ${b}`;
}

/**
 * The larger or smaller of a float and a number. What is no number passes, as on the other engines and in Caffe: WGSL's own
 * functions may give the other operand then, and a rectifier would hide that a net has diverged.
 */
export const limited = (fn: 'min' | 'max', x: string, limit: string): string =>
  `select(${x}, ${limit}, ${x} ${fn === 'min' ? '>' : '<'} ${limit})`;

/** Functions written before the entry point where they are used. */
export const HELPERS = {
  /** WGSL rejects constant expressions that are infinite or not a number; a run-time value is let through. */
  special: `var<private> special_zero: u32 = 0u;
fn special(bits: u32) -> f32 { return bitcast<f32>(bits | special_zero); }`,
  floor_div: `fn floor_div(a: i32, d: i32) -> i32 { let q = a / d; return q - select(0, 1, a - q * d < 0); }`,
  floor_mod: `fn floor_mod(a: i32, d: i32) -> i32 { let r = a % d; return r + select(0, d, r < 0); }`,
  /** Some drivers overflow in tanh or lose its small arguments. */
  tanh_: `fn tanh_(x: f32) -> f32 {
  let a = abs(x);
  let s = x * x;
  let small = x * (1f + s * (-0.33333334f + s * (0.13333334f + s * -0.053968254f)));
  let e = exp(-2f * a);
  return select(sign(x) * ((1f - e) / (1f + e)), small, a < 0.1f);
}`,
} as const;

export type HelperName = keyof typeof HELPERS;
