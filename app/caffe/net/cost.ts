/**
 * What a net costs, layer by layer and in all: numbers to store, multiply-adds, memory, and what each place sees. Blobs are
 * counted as Caffe's own log does ("Memory required for data"): every top once, in-place versions sharing one, views
 * such as Flatten's top included.
 */
import type { Phase } from '../schema/net-messages.ts';
import type { Shape } from './layer-table.ts';
import { receptiveFields } from './receptive-field.ts';
import type { ReceptiveField } from './receptive-field.ts';
import type { NetLayer, TypedNet } from './typed-net.ts';

/** Bytes of a number: all of Caffe's blobs are single precision here. */
export const FLOAT_BYTES = 4;
const countOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** Costs of one layer, for the whole batch. */
export interface LayerCost {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Shape of each top; undefined where it is not known. */
  readonly tops: readonly (Shape | undefined)[];
  /** Numbers in the layer's blobs that it owns: those shared with an earlier layer count there. */
  readonly parameters: number;
  /** Numbers of those that the solver changes. */
  readonly learned: number;
  /** Multiply-adds of a forward pass; undefined where shapes are not known. */
  readonly forwardMacs: number | undefined;
  /** Multiply-adds of the backward pass: as many as forward for the bottoms, and again for the parameters. */
  readonly backwardMacs: number | undefined;
  /** All other arithmetic of a forward pass, as `Cost.other` counts it. */
  readonly otherOperations: number | undefined;
  /** Bytes of the tops; 0 in place. */
  readonly activationBytes: number;
  /** Bytes of the tops' gradients, where there are any. */
  readonly gradientBytes: number;
  /** What a place of the first top sees of the input. */
  readonly receptiveField: ReceptiveField | undefined;
}

/** Sums over all layers. */
export interface CostTotals {
  readonly parameters: number;
  readonly learned: number;
  readonly forwardMacs: number;
  readonly backwardMacs: number;
  readonly otherOperations: number;
  readonly activationBytes: number;
  readonly gradientBytes: number;
  /** Blobs and parameters: what a net needs that only computes forward. */
  readonly forwardBytes: number;
  /** The same with gradients of blobs and of learned parameters. What the solver keeps (momentum) comes on top. */
  readonly trainingBytes: number;
}

/** Costs of a net in its phase. Where `complete` is false, sums cover only what is known. */
export interface NetCost {
  readonly phase: Phase;
  /** Images in a batch: extent of the first axis of the first source's first top; undefined where it is not known. */
  readonly batch: number | undefined;
  readonly layers: readonly LayerCost[];
  readonly totals: CostTotals;
  readonly complete: boolean;
}

/** Works out what a net costs. */
export function costOf(net: TypedNet): NetCost {
  const fields = receptiveFields(net);
  const gradients = blobsWithGradient(net);
  const storage = new Set<string>();
  const layers = net.layers.map((layer): LayerCost => {
    const tops = layer.tops.map((id) => net.blobs.get(id));
    let activations = 0;
    let diffs = 0;
    for (const blob of tops) {
      if (!blob?.shape || storage.has(blob.name)) continue;
      storage.add(blob.name);
      activations += countOf(blob.shape);
      if (gradients.has(blob.name)) diffs += countOf(blob.shape);
    }
    const owned = layer.params.filter(({ owner }, position) => {
      const param = net.params[owner];
      return param?.layer === layer.index && param.position === position;
    });
    const learned = owned.filter(({ learnable, lrMult }) => learnable !== false && lrMult !== 0);
    const sum = (params: readonly { readonly shape: Shape }[]): number =>
      params.reduce((total, { shape }) => total + countOf(shape), 0);
    return {
      id: layer.id,
      name: layer.name,
      type: layer.type,
      tops: tops.map((blob) => blob?.shape),
      parameters: sum(owned),
      learned: sum(learned),
      forwardMacs: layer.cost?.macs,
      backwardMacs: backwardMacs(layer),
      otherOperations: layer.cost && (layer.cost.other ?? 0),
      activationBytes: activations * FLOAT_BYTES,
      gradientBytes: diffs * FLOAT_BYTES,
      receptiveField: fields.get(layer.tops[0] ?? ''),
    };
  });
  const first = net.layers.find((layer) => layer.info?.source === true)?.tops[0];
  return {
    phase: net.phase,
    batch: first === undefined ? undefined : net.blobs.get(first)?.shape?.[0],
    layers,
    totals: totalsOf(layers),
    complete: net.complete,
  };
}

/** Names of the blobs that get a gradient: somebody passes one down to them, or they are a loss that learns. */
function blobsWithGradient(net: TypedNet): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name, consumers, lossWeight, producer } of net.blobs.values()) {
    const passed = consumers.some(({ layer, bottomIndex }) => net.layers[layer]?.propagateDown[bottomIndex] === true);
    if (passed || (lossWeight !== 0 && net.layers[producer]?.needsBackward === true)) names.add(name);
  }
  return names;
}

function backwardMacs(layer: NetLayer): number | undefined {
  if (layer.cost === undefined) return undefined;
  if (!layer.needsBackward || layer.info?.differentiable === false) return 0;
  const fixed = layer.info?.noGradientBottoms ?? [];
  const able = layer.bottoms.filter((_, i) => !fixed.includes(i)).length;
  const passed = layer.propagateDown.filter((down, i) => down && !fixed.includes(i)).length;
  const learns = layer.params.some(({ learnable, lrMult }) => learnable !== false && lrMult !== 0);
  return Math.round(layer.cost.macs * ((able === 0 ? 0 : passed / able) + (learns ? 1 : 0)));
}

function totalsOf(layers: readonly LayerCost[]): CostTotals {
  const sum = (of: (layer: LayerCost) => number | undefined): number =>
    layers.reduce((total, layer) => total + (of(layer) ?? 0), 0);
  const parameters = sum((layer) => layer.parameters);
  const learned = sum((layer) => layer.learned);
  const activationBytes = sum((layer) => layer.activationBytes);
  const gradientBytes = sum((layer) => layer.gradientBytes);
  return {
    parameters,
    learned,
    forwardMacs: sum((layer) => layer.forwardMacs),
    backwardMacs: sum((layer) => layer.backwardMacs),
    otherOperations: sum((layer) => layer.otherOperations),
    activationBytes,
    gradientBytes,
    forwardBytes: activationBytes + parameters * FLOAT_BYTES,
    trainingBytes: activationBytes + gradientBytes + (parameters + learned) * FLOAT_BYTES,
  };
}
