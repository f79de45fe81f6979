/** Finds layers of a net by name, type or blob. Pure. */
import type { NetView } from '../caffe/net/net-view.ts';

/** A layer that was found. */
export interface Find {
  readonly layer: string;
  readonly name: string;
  readonly type: string;
  /** The blob that it was found by; undefined where its name or type says it. */
  readonly blob: string | undefined;
}

/** Layers of which the name, the type, or a blob they read or make holds the words; in the order of the text. */
export function findLayers(view: NetView, query: string): Find[] {
  const words = query.trim().toLowerCase().split(/\s+/);
  if (words[0] === '') return [];
  const names = new Map(view.blobs.map(({ id, name }) => [id, name]));
  return view.layers.flatMap(({ id, name, type, bottoms, tops }): Find[] => {
    const own = `${name} ${type}`.toLowerCase();
    if (words.every((word) => own.includes(word))) return [{ layer: id, name, type, blob: undefined }];
    const blobs = [...new Set([...tops, ...bottoms].map((blob) => names.get(blob) ?? blob))];
    const blob = blobs.find((one) => words.every((word) => `${own} ${one.toLowerCase()}`.includes(word)));
    return blob === undefined ? [] : [{ layer: id, name, type, blob }];
  });
}
