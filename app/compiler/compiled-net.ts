/** What the compiler is told, and what it gives: a net's kernels and buffers, and which of them the host writes and reads. */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { Blob, NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import type { StorageType } from '../engine/ir/expr.ts';
import type { BufferDeclaration, Kernel } from '../engine/ir/kernel.ts';
import type { CompiledProbes, ProbeKind } from './probes.ts';

/** A net that cannot be compiled: which layer stands in the way and why, as a sentence. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly layer: string | undefined;
  constructor(message: string, layer?: string) {
    super(message);
    this.layer = layer;
  }
}

export interface CompileOptions {
  /** Prefix of buffer names, so that several nets live in one Program: `train`, `test`. */
  readonly prefix: string;
  /** Emit the backward pass too. */
  readonly backward: boolean;
  /** Add to parameter gradients instead of overwriting them (`iter_size` > 1). Default false. */
  readonly accumulate?: boolean;
  /** How the data set's images are written: bytes (the default), or floats where they are no bytes. */
  readonly recordType?: 'u8' | 'f32';
  /** Blobs (by id) that stay readable after a run. Outputs always do. */
  readonly keepBlobs?: readonly string[];
  /** Blobs (by id) whose gradient stays readable after a run. */
  readonly keepGradients?: readonly string[];
  /** Outputs (by id) whose gradient the host writes before a run. */
  readonly hostGradients?: readonly string[];
  /** Number of passes whose outputs are kept in a ring, read back later in one go. Default 0: no ring. */
  readonly ringSlots?: number;
  /** Raise a flag, `CompiledNet.guard`, when a loss is infinite or no number. Needs a ring. Default false. */
  readonly guard?: boolean;
  /** Measure every blob, parameter and gradient as the pass goes by. Default: no probes. */
  readonly probes?: ProbeKind;
  /** How many items pass each Filter, by the layers' names. A Filter that is computed must be named. Default: none. */
  readonly passing?: ReadonlyMap<string, number>;
  /** Compute only what this blob (by id) depends on, forward: the only output. State of layers stays as it is. */
  readonly until?: string;
  /**
   * Prefix of the buffers that nets share which differ only in `passing`: inputs, what is carried from pass to pass, the
   * ring, the guard and the probes. Default: `prefix`.
   */
  readonly home?: string;
}

/** A buffer that the host fills: a data layer's bytes and labels, a mean, an Input layer's blob. */
export interface HostInput {
  readonly layer: NetLayer;
  /** As the layer names it (`images`, `labels`, `mean`), or `top/I` for an Input layer's blobs. */
  readonly name: string;
  readonly buffer: string;
  readonly shape: Shape;
  readonly dtype: StorageType;
  /** The file that the layer names for it: f32 values that stay the same for the whole run. */
  readonly file?: string;
}

export interface CompiledOutput {
  readonly blob: Blob;
  readonly buffer: string;
  readonly shape: Shape;
  /** Place in a slot of the ring; undefined for outputs too large for it. */
  readonly ringOffset: number | undefined;
}

export interface CompiledParam {
  /** Name of the layer that owns it, and the position among its blobs: how weights are stored and copied. */
  readonly layerName: string;
  readonly layerType: string;
  readonly position: number;
  readonly buffer: string;
  /** Undefined where the solver must not touch it. */
  readonly diff: string | undefined;
  readonly owned: TypedNet['params'][number];
}

export interface CompiledNet {
  readonly net: TypedNet;
  readonly kernels: readonly Kernel[];
  readonly buffers: readonly BufferDeclaration[];
  readonly inputs: readonly HostInput[];
  readonly outputs: readonly CompiledOutput[];
  readonly params: readonly CompiledParam[];
  /** The ring's buffer and the number of values in a slot. */
  readonly ring: { readonly buffer: string; readonly stride: number; readonly slots: number } | undefined;
  /** Buffer of one value, 1 from the pass on whose loss was infinite or no number. */
  readonly guard: string | undefined;
  readonly probes: CompiledProbes | undefined;
  dataBuffer(blob: string): string;
  gradientBuffer(blob: string): string;
}
