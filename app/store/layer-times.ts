/** How long each layer took when it was last measured, for whoever shows it. Forgotten with the document it belongs to. */
import { create } from 'zustand';
import type { NetTimes } from '../workers/protocol.ts';

export interface LayerTimesState {
  /** Milliseconds forward and backward together, by layer id; undefined until measured. */
  readonly byLayer: ReadonlyMap<string, number> | undefined;
  /** What they were measured on. */
  readonly device: string | undefined;
  readonly measuring: boolean;
}

export const useLayerTimes = create<LayerTimesState>()(() => ({
  byLayer: undefined,
  device: undefined,
  measuring: false,
}));

/** Milliseconds of each layer, both ways. */
export const sumsOf = (times: NetTimes): ReadonlyMap<string, number> =>
  new Map(times.layers.map(({ layer, forward, backward }) => [layer, forward + backward]));
