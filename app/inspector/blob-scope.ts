/** Which blobs a bottom of a layer could read: those that are made in the phase shown without needing the layer itself. */
import { shapesFrom } from '../caffe/net/connection-shapes.ts';
import type { LayerTable, Shape } from '../caffe/net/layer-table.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import type { TopEnd } from '../caffe/text/edit-actions.ts';

/** A blob that a bottom could read. */
export interface BlobChoice {
  readonly name: string;
  /** As its last in-place layer leaves it; undefined where it is not known. */
  readonly shape: Shape | undefined;
  /** The layer that makes it, and which of its tops it is. */
  readonly from: TopEnd;
  /** Whether the layer can work with a blob of that shape; true where that is not known. */
  readonly fits: boolean;
}

/**
 * The blobs for one bottom of a layer, in the order in which they are made; a bottom past the last is a new one. What depends on
 * the layer is left out, since reading it would make a circle.
 */
export function blobsFor(
  text: string,
  view: NetView,
  layer: string,
  bottom: number,
  table: LayerTable,
): readonly BlobChoice[] {
  const below = downstreamOf(view, layer);
  const made = new Map<string, { shape: Shape | undefined; readonly from: TopEnd }>();
  for (const { id, name, shape, producer } of view.blobs) {
    const maker = view.layers[producer];
    if (maker === undefined || below.has(producer)) continue;
    const known = made.get(name);
    if (known === undefined) made.set(name, { shape, from: { layer: maker.id, top: maker.tops.indexOf(id) } });
    else known.shape = shape;
  }
  // Many blobs have the same shape, and the rule asks for nothing else.
  const known = new Map<string, boolean>();
  return [...made].map(([name, { shape, from }]) => {
    const key = shape?.join() ?? '';
    const fits = known.get(key) ?? shapesFrom(text, view, from, table)({ layer, bottom }) === undefined;
    known.set(key, fits);
    return { name, shape, from, fits };
  });
}

/** Indices of the layers that need what a layer makes, itself included. */
function downstreamOf(view: NetView, id: string): ReadonlySet<number> {
  const start = view.layers.findIndex((layer) => layer.id === id);
  const found = new Set([start]);
  const readers = new Map<number, Set<number>>();
  for (const { producer, consumers } of view.blobs) {
    const known = readers.get(producer) ?? new Set();
    readers.set(producer, known);
    for (const { layer } of consumers) known.add(layer);
  }
  for (const layer of found) for (const reader of readers.get(layer) ?? []) found.add(reader);
  return found;
}
