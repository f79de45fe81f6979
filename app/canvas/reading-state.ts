/** What helps to read the graph and is kept nowhere: the search, what is lit up, what nodes show by their bars. */
import { create } from 'zustand';
import type { Measure } from './node-cost.ts';
import type { Related } from './paths.ts';

/** Lines that what is dragged has come into line with; undefined where it is in none. */
export interface Guides {
  readonly x: number | undefined;
  readonly y: number | undefined;
}

export interface ReadingState {
  /** What is looked for; undefined while the search is closed. */
  readonly query: string | undefined;
  /** Which of the finds the view is at. */
  readonly at: number;
  /** Nodes that stand out, all others being dimmed; undefined while nothing is. */
  readonly lit: ReadonlySet<string> | undefined;
  /** What the node under the pointer, or the selected one, depends on, and what depends on it. */
  readonly related: Related | undefined;
  /** What the bars at the foot of nodes stand for. */
  readonly measure: Measure | undefined;
  /** Lines that a dragged node is in. */
  readonly guides: Guides | undefined;
}

export const useReading = create<ReadingState>()(() => ({
  query: undefined,
  at: 0,
  lit: undefined,
  related: undefined,
  measure: undefined,
  guides: undefined,
}));
