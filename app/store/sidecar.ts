/**
 * What prototxt cannot hold of a document's picture: positions given by hand, groups that are closed or open, the direction
 * of the flow. Kept with each document and sent along in share links; not undone by Ctrl+Z.
 */
import { create } from 'zustand';

export interface Sidecar {
  /** Top left of nodes moved by hand, in the graph's coordinates, by node id. */
  readonly moved: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  /** Groups (by their prefix or the id of their first layer) that differ from how they are shown by default. */
  readonly collapsed: Readonly<Record<string, boolean>>;
  /** Nodes whose in-place layers are shown one by one. */
  readonly unfolded: readonly string[];
  readonly direction: 'down' | 'right';
}

/** A document that nobody has arranged. */
export const PLAIN_SIDECAR: Sidecar = { moved: {}, collapsed: {}, unfolded: [], direction: 'down' };

export const useSidecar = create<Sidecar>()(() => PLAIN_SIDECAR);
