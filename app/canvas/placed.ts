/** What a graph in its places consists of; `placed-graph.ts` makes it. */
import type { Point } from './edge-path.ts';
import type { CanvasEdge, CanvasFrame, CanvasNode } from './project.ts';

/** A node and its top left corner, in CSS pixels. */
export interface PlacedNode {
  readonly node: CanvasNode;
  readonly x: number;
  readonly y: number;
}

/** An edge and the corners of its line. */
export interface PlacedEdge {
  readonly edge: CanvasEdge;
  readonly points: readonly Point[];
}

/** An open group and its frame. */
export interface PlacedFrame {
  readonly frame: CanvasFrame;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Everything in its place. */
export interface PlacedGraph {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly frames: readonly PlacedFrame[];
}

/** Positions of nodes moved by hand, by id: view state, kept beside the text and not undone. */
export type Moved = Readonly<Record<string, Point>>;

/** Everything where the layout put it. */
export const NOTHING_MOVED: Moved = {};
