/** The weights of a net by layer, out of a weights file, checked against what the net declares. */
import type { NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { fitsShape, type StoredBlob } from '../caffe/wire/stored-blob.ts';
import { ExportError } from './export-error.ts';

/** Finds a layer's blobs, in the shapes that the net declares. */
export type WeightsOf = (layer: NetLayer) => readonly StoredBlob[];

/**
 * Looks weights up by layer name, as Caffe copies them; a layer that shares its parameters by name may find them under
 * the layer that owns them. Throws ExportError where a layer of the net has none, or one of another shape.
 */
export function weightsFor(net: TypedNet, model: Caffemodel): WeightsOf {
  const stored = new Map(
    model.layers.filter(({ blobs }) => blobs.length > 0).map((layer) => [layer.name, layer.blobs]),
  );
  // A file may leave a shared blob to the layer that owns it.
  const find = (name: string, position: number): StoredBlob | undefined => {
    const blob = stored.get(name)?.[position];
    return blob?.absent === true ? undefined : blob;
  };
  return (layer) =>
    layer.params.map(({ shape, owner }, i) => {
      const owned = net.params[owner];
      const blob =
        find(layer.name, i) ??
        (owned === undefined ? undefined : find(net.layers[owned.layer]?.name ?? '', owned.position));
      if (blob === undefined)
        throw new ExportError(
          `The weights hold nothing for parameter ${i} of layer "${layer.name}": use weights of this network.`,
          layer.name,
        );
      if (!fitsShape(blob, shape))
        throw new ExportError(
          `Parameter ${i} of layer "${layer.name}" is ${shape.join('×')} here and ${blob.shape.join('×')} in the weights: use weights of this network.`,
          layer.name,
        );
      return { shape, data: blob.data };
    });
}
