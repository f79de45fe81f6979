/**
 * What the language needs to know of a layer type (shapes, parameter blobs, cost, documentation), as a type: `app/layers`
 * implements it and is passed in, so that `caffe` does not depend on it.
 */
import type { FillerParameter, LayerParameter, Phase } from '../schema/net-messages.ts';

/** Extents of a blob, outermost first (Caffe's N×C×H×W order); `[]` is a scalar. */
export type Shape = readonly number[];

/** Layer families share a colour and a palette group. */
export type Family =
  'data' | 'vision' | 'pooling' | 'activation' | 'normalise' | 'connect' | 'combine' | 'reshape' | 'loss' | 'utility';

/** A learnable (or state) blob of a layer, as `Layer::blobs_` holds it. */
export interface ParamDeclaration {
  readonly shape: Shape;
  /** What it is: shown in the inspector, e.g. `weights`, `bias`, `running mean`. */
  readonly role: string;
  /** The filler field's value; undefined means zero. */
  readonly filler?: FillerParameter | undefined;
  /** Fixed initial value where the layer, not a filler, decides (BatchNorm: 0; Scale: 1). */
  readonly initial?: number;
  /** False for state that the solver must not touch (BatchNorm's statistics: lr_mult and decay_mult forced to 0). */
  readonly learnable?: boolean;
}

/** What shape inference is given. */
export interface ShapeContext {
  readonly layer: LayerParameter;
  readonly phase: Phase;
  readonly bottoms: readonly Shape[];
  /** Shape of a record of the data set bound to a data layer: channels, height, width; undefined when none is bound. */
  readonly record?: Shape | undefined;
  /** Refuses the layer: a whole sentence; `field` (e.g. `convolution_param.kernel_size`) places it in the text. */
  fail(message: string, field?: string): never;
  /** Says that nobody here can know the layer's shapes, which is no mistake: the layer and what follows stay open. */
  unknown(message: string, field?: string): never;
  /** Points at something dubious without refusing. */
  warn(message: string, field?: string): void;
}

export interface ShapeResult {
  readonly tops: readonly Shape[];
  readonly params?: readonly ParamDeclaration[];
}

/** Work of one forward pass, for the whole batch. */
export interface Cost {
  /**
   * Multiply-adds of weights with values, as publications count them: convolutions, inner products, recurrent layers. A bias
   * is where a sum starts, and counts nothing.
   */
  readonly macs: number;
  /** All other arithmetic: comparisons, additions, quotients, a function such as exp once; a multiply-add once. None unless given. */
  readonly other?: number;
}

/** What one place of a top sees of the bottom along one spatial axis. */
export interface WindowAxis {
  /** Extent of the window, holes of a dilation included. */
  readonly size: number;
  /** Distance between the windows of neighbouring places; below 1 where the layer enlarges. */
  readonly stride: number;
  /** Where the window of place 0 starts: minus the padding. */
  readonly offset: number;
}

/** Allowed number of bottoms or tops. */
export interface Arity {
  readonly min: number;
  readonly max: number;
}

/** The side of a layer definition that the language and the views see. */
export interface LayerInfo {
  /** Caffe's `type` string. */
  readonly type: string;
  readonly family: Family;
  /** One or two plain sentences. */
  readonly doc: string;
  /** The LayerParameter field with its settings, e.g. `convolution_param`. */
  readonly paramField?: keyof LayerParameter & string;
  /** The fields in comments, beyond Caffe's, that the layer reads: `crema:augment`. */
  readonly extensions?: readonly (keyof LayerParameter & `crema:${string}`)[];
  readonly bottoms: Arity;
  readonly tops: Arity;
  /** True for a layer whose top 0 has a default loss weight of 1. */
  readonly loss?: boolean;
  /** True where the layer feeds the net with data (no bottoms, no gradient). */
  readonly source?: boolean;
  /** False where no gradient passes to any bottom (Accuracy, Silence in part). Default true. */
  readonly differentiable?: boolean;
  /** Bottoms that never get a gradient (labels): by index. */
  readonly noGradientBottoms?: readonly number[];
  /** May a top share its bottom's name? Default false. */
  readonly inPlace?: boolean;
  /** Short settings as shown at the node's right: `32 · 5×5 · pad 2`. Empty when there is nothing to say. */
  summary(layer: LayerParameter): string;
  shape(context: ShapeContext): ShapeResult;
  cost(layer: LayerParameter, bottoms: readonly Shape[], tops: readonly Shape[], phase: Phase): Cost;
  /**
   * The windows through which tops see the first bottom, for its last axes. Without it, a layer that keeps the spatial
   * extents sees place by place, and one that does not sees everything.
   */
  window?(layer: LayerParameter, bottom: Shape): readonly WindowAxis[];
  /** Text of a new layer's settings when dragged from the palette (body of the layer message without name/type/blobs). */
  readonly template?: string;
}

/** Looks up a layer type; undefined for a type Crema does not know. */
export interface LayerTable {
  get(type: string): LayerInfo | undefined;
  all(): readonly LayerInfo[];
}
