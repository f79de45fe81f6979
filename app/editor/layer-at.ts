/** Which layer of a net stands at a place of the text. */
import type { LayerView, NetView } from '../caffe/net/net-view.ts';

/** The layer whose text covers an offset; undefined between layers. */
export const layerAt = (net: NetView, offset: number): LayerView | undefined =>
  net.layers.find(({ range }) => range.start <= offset && offset <= range.end);
