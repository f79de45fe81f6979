/** How long each layer took when it was last measured, for whoever shows it. Forgotten with the document it belongs to. */
import { create } from 'zustand';
import type { NetTimes } from '../workers/protocol.ts';

export interface LayerTimesState {
  /** Milliseconds forward and backward together, by layer id; undefined until measured. */
  readonly byLayer: ReadonlyMap<string, number> | undefined;
  /** Milliseconds of each kernel, by its label; several kernels of one label in the order in which they run. */
  readonly byKernel: ReadonlyMap<string, readonly number[]> | undefined;
  /** What they were measured on. */
  readonly device: string | undefined;
  readonly measuring: boolean;
}

export const useLayerTimes = create<LayerTimesState>()(() => ({
  byLayer: undefined,
  byKernel: undefined,
  device: undefined,
  measuring: false,
}));

/** Milliseconds of each layer, both ways. */
export const sumsOf = (times: NetTimes): ReadonlyMap<string, number> =>
  new Map(times.layers.map(({ layer, forward, backward }) => [layer, forward + backward]));

/** Milliseconds of each kernel, by label. */
export function kernelTimesOf(times: NetTimes): ReadonlyMap<string, readonly number[]> {
  const byLabel = new Map<string, number[]>();
  for (const { label, milliseconds } of times.layers.flatMap(({ kernels }) => kernels))
    byLabel.set(label, [...(byLabel.get(label) ?? []), milliseconds]);
  return byLabel;
}
