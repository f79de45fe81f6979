/** Totals of a net: what the cost table and the bar above the canvas show. */
import type { TypedNet } from './typed-net.ts';

/** Totals over all layers of a net in its phase. Where `complete` is false, they cover only what is known. */
export interface NetSummary {
  readonly layers: number;
  /** Numbers the solver may change; shared ones once. */
  readonly learnedParams: number;
  /** All stored numbers, with state such as running means. */
  readonly params: number;
  /** Multiply-adds of one forward pass over the batch. */
  readonly macs: number;
  /** Bytes of all blobs in single precision, in-place versions sharing one, as Caffe holds them for a forward pass. */
  readonly forwardBytes: number;
  /** The same with the gradients of the blobs that get one and of the parameters. */
  readonly trainingBytes: number;
  /** Extent of the first axis of the first source's first top: the batch; undefined where it is not known. */
  readonly batch: number | undefined;
  readonly complete: boolean;
}

const FLOAT_BYTES = 4;
const countOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Adds a net up. */
export function summarise(net: TypedNet): NetSummary {
  let params = 0;
  let learnedParams = 0;
  for (const { declaration, lrMult } of net.params) {
    const count = countOf(declaration.shape);
    params += count;
    if (declaration.learnable !== false && lrMult !== 0) learnedParams += count;
  }
  const values = new Map<string, number>();
  const gradients = new Set<string>();
  for (const blob of net.blobs.values()) {
    if (blob.shape) values.set(blob.name, Math.max(values.get(blob.name) ?? 0, countOf(blob.shape)));
    const read = blob.consumers.some(
      ({ layer, bottomIndex }) => net.layers[layer]?.propagateDown[bottomIndex] === true,
    );
    if (read || (blob.lossWeight !== 0 && net.layers[blob.producer]?.needsBackward === true)) gradients.add(blob.name);
  }
  const forward = [...values.values()].reduce((sum, count) => sum + count, 0);
  const backward = [...gradients].reduce((sum, name) => sum + (values.get(name) ?? 0), 0);
  const first = net.layers.find((layer) => layer.info?.source === true)?.tops[0];
  return {
    layers: net.layers.length,
    learnedParams,
    params,
    macs: net.layers.reduce((sum, layer) => sum + (layer.cost?.macs ?? 0), 0),
    forwardBytes: forward * FLOAT_BYTES,
    trainingBytes: (forward + backward + learnedParams) * FLOAT_BYTES,
    batch: first === undefined ? undefined : net.blobs.get(first)?.shape?.[0],
    complete: net.complete,
  };
}
