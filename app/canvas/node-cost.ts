/** What nodes cost, alone and summed up for groups: what the graph can show by the length of a bar. Pure. */
import type { BlobView, LayerView } from '../caffe/net/net-view.ts';
import { formatBytes, formatLarge } from '../store/format.ts';

export interface NodeCost {
  /** Learned and kept numbers. */
  readonly parameters: number;
  /** Multiply-adds of a forward pass of the batch. */
  readonly macs: number;
  /** Bytes of the blobs made, in single precision; what is changed in place counts once. */
  readonly bytes: number;
}

export type Measure = keyof NodeCost;

export const MEASURES: readonly { readonly id: Measure; readonly title: string; readonly noun: string }[] = [
  { id: 'parameters', title: 'Parameters', noun: 'parameters' },
  { id: 'macs', title: 'Multiply-adds', noun: 'multiply-adds' },
  { id: 'bytes', title: 'Memory of blobs', noun: 'for blobs' },
];

const countOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** The cost of a layer with those folded into it. */
export function costOf(layers: readonly LayerView[], blobs: ReadonlyMap<string, BlobView>): NodeCost {
  let [parameters, macs, bytes] = [0, 0, 0];
  for (const layer of layers) {
    for (const { shape } of layer.params) parameters += countOf(shape);
    macs += layer.macs ?? 0;
    if (layer.inPlace) continue;
    for (const top of layer.tops) bytes += 4 * countOf(blobs.get(top)?.shape ?? [0]);
  }
  return { parameters, macs, bytes };
}

export const sumCosts = (costs: readonly NodeCost[]): NodeCost =>
  costs.reduce(
    (sum, cost) => ({
      parameters: sum.parameters + cost.parameters,
      macs: sum.macs + cost.macs,
      bytes: sum.bytes + cost.bytes,
    }),
    { parameters: 0, macs: 0, bytes: 0 },
  );

/** `6.55 M`, `3.13 MiB` */
export const costText = (measure: Measure, value: number): string =>
  measure === 'bytes' ? formatBytes(value) : formatLarge(value);

/** What a measure counts, behind a number. */
export const nounOf = (measure: Measure): string => MEASURES.find(({ id }) => id === measure)?.noun ?? '';

const most = new WeakMap<object, Map<Measure, number>>();

/** The largest cost among nodes, 0 for none: the full length of a bar. */
export function largest(nodes: readonly { readonly cost: NodeCost }[] | undefined, measure: Measure): number {
  if (nodes === undefined) return 0;
  const known = most.get(nodes) ?? new Map<Measure, number>();
  most.set(nodes, known);
  let value = known.get(measure);
  if (value === undefined) {
    value = nodes.reduce((top, { cost }) => Math.max(top, cost[measure]), 0);
    known.set(measure, value);
  }
  return value;
}
