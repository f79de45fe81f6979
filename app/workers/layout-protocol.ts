/** What the page asks the layout worker, and what it answers. `protocol.ts` passes these on with all others. */

export interface LayoutPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * A node as the layout sees it: a box with one entry at its head and exits at the foot of its body. Behind the body the
 * box keeps room for the labels of what leaves it. All lengths in CSS pixels; widths are across the flow and heights
 * along it, whichever way that goes on the screen.
 */
export interface LayoutNode {
  readonly id: string;
  /** Of the whole box: the body and the room its labels take. */
  readonly width: number;
  readonly height: number;
  /** Height of the drawn body: edges are drawn from here. */
  readonly bodyHeight: number;
  /** Distance of the entry from the left of the body. */
  readonly entry: number;
  /** Distances of the exits from the left of the body. */
  readonly exits: readonly number[];
  /** The open group that it stands in. */
  readonly group: string | undefined;
}

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly exit: number;
  readonly to: string;
  /** Led past everything at the right instead of between the nodes: labels. */
  readonly aside: boolean;
}

/** A frame around the nodes and groups that name it. Parents come before their children. */
export interface LayoutGroup {
  readonly id: string;
  readonly group: string | undefined;
  /** Room that its name needs, in the direction in which it is written. */
  readonly nameWidth: number;
}

/** Nodes and edges in the order of the text: it decides what stands left. */
export interface LayoutRequest {
  readonly kind: 'layout';
  readonly direction: 'down' | 'right';
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  readonly groups: readonly LayoutGroup[];
}

/** All in the coordinates of the screen: what flows to the right has been turned. */
export interface LayoutAnswer {
  /** Top left of each node's box. */
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
  /** Corners of each edge from the foot of its source's body to the head of its target. */
  readonly edges: readonly { readonly id: string; readonly points: readonly LayoutPoint[] }[];
  readonly groups: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
}
