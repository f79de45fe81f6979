/** Where lines can begin and end at a node: an exit for each blob it makes, an entry while its layer takes more bottoms. Pure. */
import type { BlobView, LayerView, NetView } from '../caffe/net/net-view.ts';
import type { LayerTable } from '../caffe/net/layer-table.ts';
import { exitOffset, type NodeBox } from './node-box.ts';
import type { Point } from './edge-path.ts';
import type { CanvasNode } from './project.ts';

/** A blob that leaves a node. */
export interface Exit {
  /** Id of the version of the blob. */
  readonly id: string;
  readonly blob: string;
  /** The layer that makes it (a folded one perhaps), and which of its tops it is. */
  readonly layer: string;
  readonly top: number;
  /** Where it leaves, from the node's top left. */
  readonly at: Point;
}

interface ViewIndex {
  readonly layers: ReadonlyMap<string, number>;
  readonly made: ReadonlyMap<number, readonly BlobView[]>;
}

const indices = new WeakMap<NetView, ViewIndex>();

function indexOf(view: NetView): ViewIndex {
  const known = indices.get(view);
  if (known !== undefined) return known;
  const made = new Map<number, BlobView[]>();
  for (const blob of view.blobs) {
    const list = made.get(blob.producer);
    if (list === undefined) made.set(blob.producer, [blob]);
    else list.push(blob);
  }
  const index = { layers: new Map(view.layers.map(({ id }, i) => [id, i])), made };
  indices.set(view, index);
  return index;
}

/** The layer of an id; undefined in a phase that does not have it. */
export function layerOf(view: NetView, id: string): LayerView | undefined {
  const at = indexOf(view).layers.get(id);
  return at === undefined ? undefined : view.layers[at];
}

/** Distance between exits that nothing reads yet, and from the sides. */
const STEP = 28;
const MARGIN = 12;

/** The places of so many exits more than the node has drawn, behind those. */
function furtherExits(box: NodeBox, count: number): Point[] {
  const { direction, width, height, exits } = box;
  const side = direction === 'down' ? width : height;
  const first = exits.length === 0 ? (side - (count - 1) * STEP) / 2 : Math.max(...exits) + STEP;
  return Array.from({ length: count }, (_, i) => {
    const along = Math.min(first + i * STEP, side - MARGIN);
    return direction === 'down' ? { x: along, y: height } : { x: width, y: along };
  });
}

/** The last versions of the blobs that a node's layers make, the first top first. */
export function exitsOf(node: CanvasNode, view: NetView): Exit[] {
  const { layers, made } = indexOf(view);
  const members = node.members.flatMap((id) => layers.get(id) ?? []);
  const inside = new Set(members);
  const blobs = members
    .flatMap((member) => made.get(member) ?? [])
    // What only a folded layer reads goes on as that layer's own version.
    .filter(({ consumers }) => consumers.length === 0 || consumers.some(({ layer }) => !inside.has(layer)));
  const drawn = new Map(node.outputs.map(({ blob }, i) => [blob, exitOffset(node.box, i)]));
  const further = furtherExits(node.box, blobs.filter(({ id }) => !drawn.has(id)).length);
  return blobs.flatMap((blob) => {
    const layer = view.layers[blob.producer];
    const at = drawn.get(blob.id) ?? further.shift();
    if (layer === undefined || at === undefined) return [];
    return [{ id: blob.id, blob: blob.name, layer: layer.id, top: layer.tops.indexOf(blob.id), at }];
  });
}

/** Does the node's own layer take one bottom more? A layer of an unknown type takes any number. */
export function takesMore(node: CanvasNode, view: NetView, table: LayerTable): boolean {
  const layer = layerOf(view, node.id);
  if (layer === undefined) return false;
  return layer.bottoms.length < (table.get(layer.type)?.bottoms.max ?? Infinity);
}
