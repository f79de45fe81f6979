/** Shapes of blobs, to be shown behind the names of bottoms and tops. */
import type { NetView } from '../net/net-view.ts';
import { readNet } from '../net/read-net.ts';
import { rangeOf } from '../text/decode.ts';
import { shapeText } from '../net/drafts.ts';

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
        return shape === undefined || range === undefined ? [] : [{ offset: range.end, shape: shapeText(shape) }];
      });
    return [...hints('bottom', view.bottoms), ...hints('top', view.tops)];
  });
}
