/** What passes between the parts that wire, select and add: the end of a line that is held, the line that is selected, the quick palette. */
import { create } from 'zustand';
import type { LayerView } from '../caffe/net/net-view.ts';
import type { BottomEnd, NetAction, TopEnd } from '../caffe/text/edit-actions.ts';
import type { Point } from './edge-path.ts';
import type { CanvasEdge } from './project.ts';

/** The end of a line that is held by the pointer or the keyboard, and so what it looks for. */
export type Held =
  /** A blob looks for a reader. */
  | {
      readonly kind: 'exit';
      readonly node: string;
      readonly layer: string;
      readonly top: number;
      readonly blob: string;
    }
  /** A layer looks for a blob to read. */
  | { readonly kind: 'entry'; readonly node: string; readonly layer: string }
  /** The end of an edge at its reader looks for another reader. */
  | { readonly kind: 'reader'; readonly edge: CanvasEdge }
  /** The end of an edge at its source looks for another blob. */
  | { readonly kind: 'source'; readonly edge: CanvasEdge };

/** What joining a held end to a layer means. */
export interface Joint {
  readonly action: NetAction;
  /** What else belongs to it, one after the other. */
  readonly further: readonly NetAction[];
  readonly from: TopEnd;
  readonly to: BottomEnd;
  readonly says: string;
  /** The layer that reads afterwards. */
  readonly reader: string;
}

/** A place inside a closed group where a line could end. */
export interface WireOption {
  readonly title: string;
  readonly note: string;
  readonly family: LayerView['family'];
  readonly joint: Joint;
}

/** What letting go over a node would do: `says` names it, or gives the reason why it cannot be. */
export interface Verdict {
  readonly possible: boolean;
  readonly says: string;
}

/** A line on its way. */
export interface Wire {
  readonly held: Held;
  readonly by: 'pointer' | 'keyboard';
  /** The pointer, in client coordinates; undefined for the keyboard. */
  readonly at: Point | undefined;
  /** The node under the pointer, or the one walked to. */
  readonly target: string | undefined;
  readonly verdict: Verdict | undefined;
  /** For each node whether the line could end there; a node that is not in it has not been judged yet. */
  readonly fits: ReadonlyMap<string, boolean>;
}

/** The palette at a place: what is chosen goes to `purpose`. */
export interface QuickPalette {
  /** Top left, in pixels of the canvas. */
  readonly at: Point;
  readonly purpose:
    | { readonly kind: 'append'; readonly to: string | undefined }
    | { readonly kind: 'wire'; readonly held: Extract<Held, { kind: 'exit' | 'entry' }> }
    /** A line was let go over a closed group with several places for it. */
    | {
        readonly kind: 'choice';
        readonly group: string;
        readonly name: string;
        readonly options: readonly WireOption[];
      };
}

/** A rectangle drawn over nodes to select them, in client coordinates. */
export interface MarqueeBox {
  readonly from: Point;
  readonly to: Point;
}

export interface WiringState {
  readonly wire: Wire | undefined;
  /** Id of the selected edge: while there is one, no layer is selected. */
  readonly edge: string | undefined;
  /** Id of the edge under the pointer. */
  readonly hoveredEdge: string | undefined;
  /** The node whose ports show because the pointer is on it. */
  readonly near: string | undefined;
  readonly quick: QuickPalette | undefined;
  readonly marquee: MarqueeBox | undefined;
}

export const useWiring = create<WiringState>()(() => ({
  wire: undefined,
  edge: undefined,
  hoveredEdge: undefined,
  near: undefined,
  quick: undefined,
  marquee: undefined,
}));
