/**
 * Tensor expressions: the one language in which layers, solvers and transforms say what a value is. An expression is
 * plain immutable data over iteration axes, loads from named buffers and run-time scalars; three back ends lower it
 * (WGSL, WebAssembly, and the f64 interpreter). The constructors in `build.ts` check types and simplify; nothing else
 * makes nodes.
 */

/** Types of values. Storage may also be `u8` (packed bytes), which loads as u32. */
export type DType = 'f32' | 'i32' | 'u32' | 'bool';
export type StorageType = 'f32' | 'i32' | 'u32' | 'u8';

/** An iteration variable running over 0 … extent−1. Identity is `id`, unique in the process. */
export interface Axis {
  readonly id: number;
  readonly extent: number;
}

export type UnaryOp =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'abs'
  | 'tanh'
  | 'floor'
  | 'not'
  /** The bit pattern of an f32 as u32. */
  | 'bits';

export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  /** f32 only. */
  | 'div'
  /** i32 or u32 by a positive constant, rounded towards minus infinity. */
  | 'floordiv'
  /** i32 or u32 by a positive constant, result in [0, divisor). */
  | 'mod'
  | 'min'
  | 'max'
  /** f32, base ≥ 0. */
  | 'pow'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ne'
  /** bool: logical; u32: bitwise. */
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr';

/**
 * `argmax` gives the flat i32 index (row-major over its axes) of the largest value; of equal values the first wins.
 * Every other reducer has the type of its body. Axes all have extent ≥ 1.
 */
export type Reducer = 'sum' | 'prod' | 'max' | 'min' | 'argmax';

export type Expr =
  | { readonly op: 'const'; readonly dtype: DType; readonly value: number }
  | { readonly op: 'axis'; readonly dtype: 'i32'; readonly axis: Axis }
  /** A run-time scalar (learning rate, iteration, seed), from a small buffer: never part of a kernel's text. */
  | { readonly op: 'scalar'; readonly dtype: 'f32' | 'i32' | 'u32'; readonly name: string }
  /** The finished sum of a `contract`, in its stores only. */
  | { readonly op: 'acc'; readonly dtype: 'f32' }
  /**
   * One element of a buffer at a flat i32 index. With a guard, the element is read only where it holds (the index may
   * be out of range elsewhere) and the value is `otherwise` where it does not.
   */
  | {
      readonly op: 'load';
      readonly dtype: 'f32' | 'i32' | 'u32';
      readonly buffer: string;
      readonly index: Expr;
      readonly guard: Expr | undefined;
      readonly otherwise: number;
    }
  | { readonly op: 'unary'; readonly dtype: DType; readonly fn: UnaryOp; readonly a: Expr }
  | { readonly op: 'binary'; readonly dtype: DType; readonly fn: BinaryOp; readonly a: Expr; readonly b: Expr }
  | { readonly op: 'select'; readonly dtype: DType; readonly cond: Expr; readonly a: Expr; readonly b: Expr }
  /** Conversion between f32, i32, u32 (f32 to integer truncates towards zero; bool becomes 0 or 1). */
  | { readonly op: 'cast'; readonly dtype: DType; readonly a: Expr }
  | {
      readonly op: 'reduce';
      readonly dtype: DType;
      readonly reducer: Reducer;
      readonly axes: readonly Axis[];
      readonly body: Expr;
    };
