/** What passes between the parts of the canvas and is of no concern to anything else: the picture, a drag, the hover. */
import { create } from 'zustand';
import type { LayoutAnswer, LayoutRequest } from '../workers/protocol.ts';
import type { PaletteEntry } from './palette-entry.ts';
import type { DropTarget } from './placed-graph.ts';
import type { PlacedGraph } from './placed.ts';
import type { PaneSize } from './pane-room.ts';
import type { CanvasGraph } from './project.ts';

/** A layer or block on its way from the palette. */
export interface PaletteDrag {
  readonly entry: PaletteEntry;
  /** Pointer, in client coordinates. */
  readonly x: number;
  readonly y: number;
  /** Undefined while the pointer is outside the canvas. */
  readonly target: DropTarget | undefined;
}

/** A graph with its layout, as drawn. */
export interface Picture {
  readonly graph: CanvasGraph;
  readonly request: LayoutRequest;
  readonly answer: LayoutAnswer;
  readonly placed: PlacedGraph;
}

export interface CanvasState {
  /** Undefined until the first layout is there. */
  readonly picture: Picture | undefined;
  /** Why there is no layout, as a sentence. */
  readonly failure: string | undefined;
  /** Counts the changes after which the view should go back to the start of the net. */
  readonly fits: number;
  readonly drag: PaletteDrag | undefined;
  /** The node with its card open. */
  readonly card: string | undefined;
  /** Whether the palette was opened or closed by hand; undefined while the width decides. */
  readonly paletteOpen: boolean | undefined;
  /** Undefined until the canvas is on the page. */
  readonly size: PaneSize | undefined;
}

export const useCanvas = create<CanvasState>()(() => ({
  picture: undefined,
  failure: undefined,
  fits: 0,
  drag: undefined,
  card: undefined,
  paletteOpen: undefined,
  size: undefined,
}));
