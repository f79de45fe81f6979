/**
 * The run that the charts show beside the page's own: curves out of a file, from Caffe, from an exported project, from an
 * earlier run. Its points are outside React's state, as those of the page's run are.
 */
import { create } from 'zustand';
import { CurveStore } from './curves.ts';
import type { Homes } from './persist.ts';

export interface ComparedState {
  /** The file that the curves came in; undefined while there are none. */
  readonly name: string | undefined;
}

/** Where each value lives. The worker keeps the curves, with the run. */
export const comparedHomes: Homes<ComparedState> = { name: 'memory' };

export const useCompared = create<ComparedState>()(() => ({ name: undefined }));

/** The points of the other run. */
export const comparedCurves = new CurveStore();
