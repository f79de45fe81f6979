/** The typed net: what a network prototxt means in one phase. A pure function of the text; see `build-net.ts`. */
import type { Diagnostic, Range } from '../diagnostics.ts';
import type { LayerParameter, NetParameter, Phase } from '../schema/net-messages.ts';
import type { Cost, LayerInfo, ParamDeclaration, Shape } from './layer-table.ts';

/** One version of a blob: an in-place layer makes a new version of its bottom. */
export interface Blob {
  /** Unique: the name, with `@k` for the k-th in-place version (k ≥ 1). */
  readonly id: string;
  readonly name: string;
  /** Undefined where shapes could not be inferred. */
  readonly shape: Shape | undefined;
  readonly producer: number;
  readonly topIndex: number;
  /** Layer indices and bottom positions that read this version. */
  readonly consumers: readonly { readonly layer: number; readonly bottomIndex: number }[];
  /** True when a gradient with respect to this blob is needed (Caffe's `blob_need_backward_`). */
  readonly needsGradient: boolean;
  /** The loss weight of this top, 0 where it is none. */
  readonly lossWeight: number;
}

/** A parameter blob as a layer sees it. */
export interface NetParam extends ParamDeclaration {
  readonly lrMult: number;
  readonly decayMult: number;
  /** The `param { name }` given, if any. */
  readonly name: string | undefined;
  /** Index into `TypedNet.params` of the blob's owner: the same index for layers that share it. */
  readonly owner: number;
}

export interface NetLayer {
  readonly index: number;
  /** The name, with `#k` for the k-th further layer of that name in the whole text (k ≥ 1). Unique in text and phase. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly parameter: LayerParameter;
  /** Undefined for a type Crema does not know. */
  readonly info: LayerInfo | undefined;
  /** Where the layer stands in the text. */
  readonly range: Range;
  /** Blob ids. */
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  /** True when its first top has its first bottom's name. */
  readonly inPlace: boolean;
  readonly params: readonly NetParam[];
  /** Whether this layer takes part in the backward pass (Caffe's `layer_need_backward_`). */
  readonly needsBackward: boolean;
  /** For each bottom: is its gradient computed (Caffe's `bottom_need_backward_`)? */
  readonly propagateDown: readonly boolean[];
  readonly cost: Cost | undefined;
  /** Why shapes stop here, as given to the user; undefined when all is well. */
  readonly problem: string | undefined;
}

/** A blob that the solver owns once, however many layers share it (Caffe's `learnable_params_` plus state blobs). */
export interface OwnedParam {
  /** Index of the layer that owns it and its position among that layer's blobs. */
  readonly layer: number;
  readonly position: number;
  readonly declaration: ParamDeclaration;
  readonly lrMult: number;
  readonly decayMult: number;
}

export interface TypedNet {
  readonly name: string;
  readonly phase: Phase;
  readonly parameter: NetParameter;
  /** Shape of a record of the data set that the net was built for; undefined where none was given. */
  readonly record?: Shape | undefined;
  readonly layers: readonly NetLayer[];
  readonly blobs: ReadonlyMap<string, Blob>;
  /** Owners, in order of appearance. */
  readonly params: readonly OwnedParam[];
  /** Ids of the blobs nobody reads: the net's outputs (losses, accuracies, scores), in order. */
  readonly outputs: readonly string[];
  /** Everything found in the text and the net, ordered by position. */
  readonly diagnostics: readonly Diagnostic[];
  /** True when every layer of the phase is known and has shapes: it can be compiled. */
  readonly complete: boolean;
}
