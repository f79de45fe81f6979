/** Which layers a node shows: in-place layers are folded into the one whose output they change, unless they are unfolded. */
import type { BlobView, LayerView, NetView } from '../caffe/net/net-view.ts';

/** A layer with those folded into it. */
export interface FoldedUnit {
  readonly root: LayerView;
  readonly folded: readonly LayerView[];
  /** For each top of the root, its last version and who made it. */
  readonly finalTops: readonly { readonly blob: BlobView | undefined; readonly maker: LayerView }[];
  /** There are in-place layers that could be folded into it, and they are shown one by one. */
  readonly unfolded: boolean;
}

export interface Folding {
  /** In the order of the text. */
  readonly units: readonly FoldedUnit[];
  /** For each layer the index of the unit that shows it. */
  readonly unitOf: readonly number[];
}

/** The index of the layer that a layer would be drawn in if nothing was unfolded. */
function foldingRoots(view: NetView, blobs: ReadonlyMap<string, BlobView>): number[] {
  const roots: number[] = [];
  view.layers.forEach((layer, index) => {
    const [bottom] = layer.bottoms;
    const blob = bottom === undefined ? undefined : blobs.get(bottom);
    const root = blob === undefined ? undefined : roots[blob.producer];
    const folds =
      layer.inPlace && layer.bottoms.length === 1 && layer.tops.length === 1 && blob?.consumers.length === 1;
    roots.push(folds && root !== undefined ? root : index);
  });
  return roots;
}

/** Folds a net, but for the layers that are to be shown with all that could be folded into them. */
export function foldNet(view: NetView, blobs: ReadonlyMap<string, BlobView>, unfolded: ReadonlySet<string>): Folding {
  const roots = foldingRoots(view, blobs);
  const opened = new Set<number>();
  const shownIn = roots.map((root, index) => {
    if (root === index || !unfolded.has(view.layers[root]?.id ?? '')) return root;
    opened.add(root);
    return index;
  });
  const members = new Map<number, LayerView[]>();
  view.layers.forEach((layer, index) => {
    const root = shownIn[index] as number;
    const list = members.get(root) ?? [];
    if (root !== index) list.push(layer);
    members.set(root, list);
  });
  const unitAt = new Map<number, number>();
  const units: FoldedUnit[] = [];
  view.layers.forEach((root, index) => {
    if (shownIn[index] !== index) return;
    unitAt.set(index, units.length);
    const folded = members.get(index) ?? [];
    units.push({ root, folded, finalTops: finalTops(root, folded, blobs), unfolded: opened.has(index) });
  });
  return { units, unitOf: shownIn.map((root) => unitAt.get(root) as number) };
}

function finalTops(
  root: LayerView,
  folded: readonly LayerView[],
  blobs: ReadonlyMap<string, BlobView>,
): FoldedUnit['finalTops'] {
  return root.tops.map((top) => {
    let id = top;
    let maker = root;
    for (const layer of folded) {
      const next = layer.tops[0];
      if (layer.bottoms[0] === id && next !== undefined) [id, maker] = [next, layer];
    }
    return { blob: blobs.get(id), maker };
  });
}
