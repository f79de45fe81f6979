/** What nodes cost, alone and summed up for groups: what the graph can show by the length of a bar. Pure. */
import type { BlobView, LayerView } from '../caffe/net/net-view.ts';
import { formatBytes, formatFigure, formatLarge } from '../store/format.ts';

export interface NodeCost {
  /** Learned and kept numbers. */
  readonly parameters: number;
  /** Multiply-adds of a forward pass of the batch. */
  readonly macs: number;
  /** Bytes of the blobs made, in single precision; what is changed in place counts once. */
  readonly bytes: number;
}

/** What bars can stand for: what a node costs, or how long it takes where that was measured. */
export type Measure = keyof NodeCost | 'time';

/** Milliseconds of layers, by id. */
export type Times = ReadonlyMap<string, number>;

interface Costly {
  readonly cost: NodeCost;
  /** Ids of its layers. */
  readonly members: readonly string[];
}

export const MEASURES: readonly { readonly id: Measure; readonly title: string; readonly noun: string }[] = [
  { id: 'parameters', title: 'Parameters', noun: 'parameters' },
  { id: 'macs', title: 'Multiply-adds', noun: 'multiply-adds' },
  { id: 'bytes', title: 'Memory of blobs', noun: 'for blobs' },
  { id: 'time', title: 'Measured time', noun: 'forward and backward' },
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

/** `6.55 M`, `3.13 MiB`, `1.42 ms` */
export function costText(measure: Measure, value: number): string {
  if (measure === 'time') return `${formatFigure(value)} ms`;
  return measure === 'bytes' ? formatBytes(value) : formatLarge(value);
}

/** What a node has of a measure; no time where none was measured. */
export function valueOf({ cost, members }: Costly, measure: Measure, times: Times | undefined): number {
  if (measure !== 'time') return cost[measure];
  return members.reduce((sum, id) => sum + (times?.get(id) ?? 0), 0);
}

/** What a measure counts, behind a number. */
export const nounOf = (measure: Measure): string => MEASURES.find(({ id }) => id === measure)?.noun ?? '';

const most = new WeakMap<object, Map<Measure | Times, number>>();

/** The largest value among nodes, 0 for none: the full length of a bar. */
export function largest(nodes: readonly Costly[] | undefined, measure: Measure, times: Times | undefined): number {
  if (nodes === undefined || (measure === 'time' && times === undefined)) return 0;
  const known = most.get(nodes) ?? new Map<Measure | Times, number>();
  most.set(nodes, known);
  const key = measure === 'time' && times !== undefined ? times : measure;
  let value = known.get(key);
  if (value === undefined) {
    value = nodes.reduce((top, node) => Math.max(top, valueOf(node, measure, times)), 0);
    known.set(key, value);
  }
  return value;
}
