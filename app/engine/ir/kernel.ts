/**
 * The two forms a kernel has, and the Program they make up: plain data, the whole contract between what is computed
 * (layers, solver, transforms) and what computes it (back ends).
 */
import type { Axis, Expr, StorageType } from './expr.ts';

/**
 * Writes a value at a flat index of a buffer, once for every point of the kernel's output axes. `add` adds to what is
 * there. No two points may write the same element. The values of all stores of a point are computed before any is
 * written. A kernel may read a buffer that it also writes only at the very index that it writes (in place).
 */
export interface Store {
  readonly buffer: string;
  readonly index: Expr;
  readonly value: Expr;
  readonly mode: 'set' | 'add';
}

/** One value (or a few) for each point of `axes`; reductions are inside the values. */
export interface ComputeKernel {
  readonly kind: 'compute';
  /** `conv1/forward`, as timings show it. */
  readonly label: string;
  readonly axes: readonly Axis[];
  readonly stores: readonly Store[];
}

/**
 * A batched matrix product: for each point of batch × m × n, acc = Σ over k of a·b. `a` uses the axes batch, m, k;
 * `b` uses batch, n, k; both are f32 expressions (a convolution's window is a load with a guard). Each of batch, m, n,
 * k is a list of axes, row-major; batch may be empty (one product). Values of the stores are expressions of `acc` and
 * the axes batch, m, n: the epilogue (bias, activation, scale, residual).
 */
export interface ContractKernel {
  readonly kind: 'contract';
  readonly label: string;
  readonly batch: readonly Axis[];
  readonly m: readonly Axis[];
  readonly n: readonly Axis[];
  readonly k: readonly Axis[];
  readonly a: Expr;
  readonly b: Expr;
  readonly stores: readonly Store[];
}

export type Kernel = ComputeKernel | ContractKernel;

export interface BufferDeclaration {
  readonly id: string;
  readonly dtype: StorageType;
  /** Elements. */
  readonly size: number;
  /**
   * `persistent` keeps its contents between runs and can be written and read by the host (parameters, state, inputs,
   * outputs); `transient` is valid within one run of one sequence, and may share memory with others.
   */
  readonly lifetime: 'persistent' | 'transient';
}

export interface ScalarDeclaration {
  readonly name: string;
  readonly dtype: 'f32' | 'i32' | 'u32';
}

/** Everything an engine needs. Sequences share buffers and scalars: a training step, an update, a test pass. */
export interface Program {
  readonly buffers: readonly BufferDeclaration[];
  readonly scalars: readonly ScalarDeclaration[];
  readonly sequences: Readonly<Record<string, readonly Kernel[]>>;
}

/** Number of points of a list of axes. */
export const extentOf = (axes: readonly Axis[]): number => axes.reduce((n, a) => n * a.extent, 1);

/** The axes that a kernel's stores run over. */
export const outputAxes = (kernel: Kernel): readonly Axis[] =>
  kernel.kind === 'compute' ? kernel.axes : [...kernel.batch, ...kernel.m, ...kernel.n];
