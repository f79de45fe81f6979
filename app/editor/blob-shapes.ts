/** Which shapes a network text shows, and where. Pure. */
import { readNet } from '../caffe/net/read-net.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import { rangeOf } from '../caffe/text/decode.ts';

/** A shape and the offset it stands behind. */
export interface ShapeHint {
  readonly offset: number;
  readonly shape: string;
}

/** Shapes for every bottom and top of a text whose layers the net knows, in order. */
export function shapeHints(text: string, net: NetView): ShapeHint[] {
  const views = new Map(net.layers.map((layer) => [layer.id, layer]));
  const shapes = new Map(net.blobs.map(({ id, shape }) => [id, shape]));
  return readNet(text).layers.flatMap(({ id, layer }) => {
    const view = views.get(id);
    if (view === undefined) return [];
    const hints = (field: 'bottom' | 'top', blobs: readonly string[]): ShapeHint[] =>
      blobs.flatMap((blob, i) => {
        const shape = shapes.get(blob);
        const range = rangeOf(layer, field, i);
        if (shape === undefined || range === undefined) return [];
        return [{ offset: range.end, shape: shape.length === 0 ? 'scalar' : shape.join('×') }];
      });
    return [...hints('bottom', view.bottoms), ...hints('top', view.tops)];
  });
}
