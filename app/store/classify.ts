/** The image being classified and what the net says of it. */
import { create } from 'zustand';
import type { Pixels } from '../data/dataset.ts';
import type { Classification, WorkerFailure } from '../workers/protocol.ts';
import type { Homes } from './persist.ts';

/** An image to classify: one of the test split, or the user's own at the data set's size, planar [C, H, W]. */
export type ClassifyInput =
  | { readonly kind: 'test'; readonly index: number }
  | { readonly kind: 'own'; readonly name: string; readonly pixels: Pixels };

export interface ClassifyState {
  readonly input: ClassifyInput | undefined;
  readonly result: Classification | undefined;
  readonly busy: boolean;
  readonly failure: WorkerFailure | undefined;
}

/** Where each value lives. */
export const classifyHomes: Homes<ClassifyState> = {
  input: 'memory',
  result: 'memory',
  busy: 'memory',
  failure: 'memory',
};

export const useClassify = create<ClassifyState>()(() => ({
  input: undefined,
  result: undefined,
  busy: false,
  failure: undefined,
}));
