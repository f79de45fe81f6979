/** Trained weights: `.caffemodel` files, in today's form and (for reading) the old `layers` form. */
import { EXPLICIT } from '../schema/dsl.ts';
import { LayerParameter, NetParameter } from '../schema/net-messages.ts';
import { messageOf } from '../schema/values.ts';
import { V1_TYPES } from '../net/upgrade.ts';
import type { ByteSource } from './byte-source.ts';
import { decodeLarge } from './decode-large.ts';
import { decodeWire } from './decode-wire.ts';
import { encode } from './encode-wire.ts';
import { blobProto, readBlob } from './stored-blob.ts';
import type { StoredBlob } from './stored-blob.ts';
import { WireError } from './wire-reader.ts';

/** The weights of one layer. */
export interface StoredLayer {
  readonly name: string;
  readonly type: string;
  readonly blobs: readonly StoredBlob[];
  /** The layer's other settings as the file holds them (or shall hold them): bottoms, tops, layer settings. */
  readonly parameter?: LayerParameter | undefined;
}

/** The weights of a net. */
export interface Caffemodel {
  readonly name: string;
  /** Every layer of the file, also those without blobs. */
  readonly layers: readonly StoredLayer[];
}

/** Reads a `.caffemodel`. Throws `WireError` for a file that is cut off, damaged or something else. */
export function readCaffemodel(bytes: Uint8Array): Caffemodel {
  return caffemodelOf(decodeWire(bytes, NetParameter));
}

/** The same of a file that is read where it lies, with little more in memory than the weights. */
export async function readLargeCaffemodel(source: ByteSource): Promise<Caffemodel> {
  return caffemodelOf(await decodeLarge(source, NetParameter));
}

function caffemodelOf(net: NetParameter): Caffemodel {
  if (net.layer.length === 0 && net.layers.length === 0) {
    throw new WireError('This file holds no layers: it is not a .caffemodel.');
  }
  const current = net.layer.map((layer): StoredLayer => ({
    name: layer.name ?? '',
    type: layer.type ?? '',
    blobs: layer.blobs.map((blob, i) => readBlob(blob, `Blob ${i} of "${layer.name ?? ''}"`)),
    parameter: layer,
  }));
  const old = net.layers.map((layer): StoredLayer => ({
    name: layer.name ?? '',
    type: V1_TYPES[layer.type ?? 'NONE'] ?? '',
    blobs: layer.blobs.map((blob, i) => readBlob(blob, `Blob ${i} of "${layer.name ?? ''}"`)),
  }));
  return { name: net.name ?? '', layers: [...current, ...old] };
}

/** The bytes of a `.caffemodel` as Caffe writes it. */
export function writeCaffemodel(model: Caffemodel): Uint8Array<ArrayBuffer> {
  const layer = model.layers.map(({ name, type, blobs, parameter }) => {
    const given: Record<string, unknown> = {};
    for (const field of parameter?.[EXPLICIT] ?? []) given[field] = parameter?.[field as keyof LayerParameter];
    delete given['blobs'];
    return messageOf(LayerParameter, {
      ...given,
      name,
      type,
      ...(blobs.length > 0 ? { blobs: blobs.map(blobProto) } : {}),
    });
  });
  return encode(messageOf(NetParameter, { name: model.name, layer }), NetParameter);
}
