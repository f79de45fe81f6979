/**
 * One definition per layer: everything Crema knows of a Caffe layer type. `LayerInfo` (in `caffe`) is what the language
 * and the views see; here the two faces that compute are added: kernels forward and backward.
 */
import type { LayerInfo, Shape } from '../caffe/net/layer-table.ts';
import type { LayerParameter, Phase } from '../caffe/schema/net-messages.ts';
import type { Axis, Expr, StorageType } from '../engine/ir/expr.ts';
import type { Kernel } from '../engine/ir/kernel.ts';
import { flatten, load, type Operand } from '../engine/ir/build.ts';

/** A dense row-major array in a buffer. */
export interface Tensor {
  readonly buffer: string;
  readonly shape: Shape;
  readonly dtype: StorageType;
}

/**
 * Where results go. `add` when another consumer of the same blob (or an earlier micro-batch, or a layer sharing the
 * parameter) has already written its part: a layer passes the mode on and otherwise need not care.
 */
export interface Target extends Tensor {
  readonly mode: 'set' | 'add';
}

/** What a layer needs in order to emit kernels, forward and backward alike. */
export interface KernelContext {
  readonly layer: LayerParameter;
  readonly phase: Phase;
  readonly bottoms: readonly Tensor[];
  readonly params: readonly Tensor[];
  /** A tensor made in forward and read in backward (pooling's argmax, normalisation's statistics): same name, same tensor. */
  saved(name: string, shape: Shape, dtype?: StorageType): Tensor;
  /** A tensor of this pass only. */
  scratch(name: string, shape: Shape, dtype?: StorageType): Tensor;
  /**
   * A uniform random number in [0, 1) for an element: a pure function of (seed, pass, this layer, index), the same in
   * forward and backward of one pass.
   */
  random(index: Expr): Expr;
  /**
   * One value for each element of the target: `value` gets one i32 expression per axis of the target's shape. The label
   * is completed with the layer's name and pass: `mask` → `pool1/forward/mask`.
   */
  compute(target: Tensor | Target, value: (...at: Expr[]) => Expr, label?: string): void;
  /** The same over the flat index: what elementwise layers use, so that chains of them fuse. */
  computeFlat(target: Tensor | Target, value: (i: Expr) => Expr, label?: string): void;
  /**
   * The general compute: points over `shape`, several stores, each to coordinates of its target (Concat, Slice, a value
   * with its argmax). Coordinates are per axis of the target.
   */
  computeStores(
    shape: Shape,
    stores: (
      ...at: Expr[]
    ) => readonly { readonly target: Tensor | Target; readonly at: readonly Operand[]; readonly value: Expr }[],
    label?: string,
  ): void;
  /**
   * A matrix product; see `ContractKernel`. `store` gives, for each point of batch × m × n (one expression per axis, in
   * that order), coordinates in the target and the epilogue's value over `acc`.
   */
  contract(spec: ContractSpec, label?: string): void;
  /** What the layer that made a bottom has attached to it; undefined where it has not. */
  attached(bottom: number, name: string): Tensor | undefined;
  /** Any kernel, for what the forms above cannot say. */
  emit(kernel: Kernel): void;
}

export interface ContractSpec {
  readonly batch?: readonly Axis[];
  readonly m: readonly Axis[];
  readonly n: readonly Axis[];
  readonly k: readonly Axis[];
  /** f32, over batch, m and k. */
  readonly a: Expr;
  /** f32, over batch, n and k. */
  readonly b: Expr;
  readonly target: Tensor | Target;
  /** Coordinates in the target, over batch, m and n. */
  readonly at: readonly Operand[];
  /** The stored value, over `acc`; default `acc` itself. */
  readonly value?: Expr;
}

export interface ForwardContext extends KernelContext {
  readonly tops: readonly Tensor[];
  /**
   * A tensor the host writes before each pass (a data layer's bytes and labels, `images` [N, C, H, W] u8 and `labels`
   * [N] f32) or once (`mean` [C, H, W] f32). `file` is the file that the layer names for it, if it is one of its own.
   */
  input(name: string, shape: Shape, dtype: StorageType, file?: string): Tensor;
  /** Parameters as targets, for state that forward changes (BatchNorm's statistics in TRAIN). */
  readonly state: readonly Target[];
  /** A tensor that keeps what a pass leaves in it for the next, zero at the start: the hidden state of a recurrent layer. */
  carried(name: string, shape: Shape): Target;
  /**
   * A tensor that goes along with a top, out of sight of Caffe's blobs: whoever reads the top finds it with `attached`.
   * A net that trains is refused where nobody reads it.
   */
  attach(top: number, name: string, shape: Shape): Tensor;
  /** Shape of a record of the data set bound to a data layer: channels, height, width; undefined when none is bound. */
  readonly record?: Shape | undefined;
  /** How the values of a record are written. */
  readonly recordType: 'u8' | 'f32';
}

/** What mixup attaches to the labels [batch]: [2, batch], the other label of each image and the part that its own has. */
export const MIXED_LABELS = 'mixed-labels';

export interface BackwardContext extends KernelContext {
  readonly tops: readonly Tensor[];
  /** Gradients of the tops. A loss layer ignores them and uses `lossWeights`. */
  readonly topDiffs: readonly Tensor[];
  readonly lossWeights: readonly number[];
  /** Undefined where no gradient is wanted. Every element must be written by the layer. */
  readonly bottomDiffs: readonly (Target | undefined)[];
  readonly paramDiffs: readonly (Target | undefined)[];
}

export interface LayerDefinition extends LayerInfo {
  /** True for layers whose tops the host writes directly (Input): they emit nothing. */
  readonly hostTops?: boolean;
  /**
   * Why the layer cannot be computed as it is set: a whole sentence for the user. Undefined when it can. A layer without
   * `forward` has a reason always.
   */
  supports?(layer: LayerParameter, phase: Phase): string | undefined;
  /** Absent where Crema draws the layer and infers its shapes but cannot compute it (`supports` says so). */
  forward?(c: ForwardContext): void;
  /** Absent where there is no gradient to give (data, Accuracy, Silence). */
  backward?(c: BackwardContext): void;
}

/** One element of a tensor at coordinates, one per axis; see `load` for guards. u8 tensors load as u32. */
export function element(
  t: Tensor,
  at: readonly Operand[],
  options: { readonly guard?: Expr; readonly otherwise?: number } = {},
): Expr {
  return load(t.buffer, flatten(t.shape, at), { ...options, dtype: valueType(t.dtype) });
}

/** One element of a tensor at its flat index. */
export function flat(
  t: Tensor,
  index: Operand,
  options: { readonly guard?: Expr; readonly otherwise?: number } = {},
): Expr {
  return load(t.buffer, index, { ...options, dtype: valueType(t.dtype) });
}

/** The type an element has once loaded. */
export const valueType = (storage: StorageType): 'f32' | 'i32' | 'u32' => (storage === 'u8' ? 'u32' : storage);

/** Number of elements of a shape; 1 for a scalar. */
export const countOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);
