/**
 * The network that a weights file holds, as prototxt: Caffe writes every layer's settings beside its blobs. What Caffe adds
 * as it builds a net (splits, each layer's phase) is taken away again, and old forms are upgraded.
 */
import { upgradeNet } from '../net/upgrade.ts';
import { EXPLICIT } from '../schema/dsl.ts';
import type { Field, MessageType } from '../schema/dsl.ts';
import { LayerParameter, NetParameter, V1LayerParameter } from '../schema/net-messages.ts';
import { messageOf } from '../schema/values.ts';
import { printMessage } from '../text/print-message.ts';
import type { ByteSource } from './byte-source.ts';
import { decodeLarge } from './decode-large.ts';
import { WireError } from './wire-reader.ts';

/** A message type without one of its fields, which the reader then passes over: weights are not even looked at. */
function without<M extends MessageType>(type: M, left: string): M {
  const fields = Object.fromEntries(Object.entries(type.fields).filter(([name]) => name !== left));
  return { ...type, fields };
}

const withType = (field: Field, type: MessageType): Field => ({ ...field, type });

/** A net whose layers have no blobs. */
const BARE_NET = {
  ...NetParameter,
  fields: {
    ...NetParameter.fields,
    layer: withType(NetParameter.fields.layer, without(LayerParameter, 'blobs')),
    layers: withType(NetParameter.fields.layers, without(V1LayerParameter, 'blobs')),
  },
} as typeof NetParameter;

/** The text of the network in a `.caffemodel`. Throws `WireError` for a file that is damaged or something else. */
export async function storedNetworkText(source: ByteSource): Promise<string> {
  const net = await decodeLarge(source, BARE_NET);
  const { layers } = upgradeNet(net);
  if (layers.length === 0) throw new WireError('This file holds no layers: it is not a .caffemodel.');
  const plain = unsplit(layers.map(withoutPhase));
  return printMessage(messageOf(NetParameter, { name: net.name, layer: plain }), NetParameter);
}

/** `Net::Init` writes into every layer the phase that it was built in. */
function withoutPhase(layer: LayerParameter): LayerParameter {
  return withFields(layer, { phase: undefined });
}

/** Takes away the Split layers that `InsertSplits` put behind every blob with several readers. */
function unsplit(layers: readonly LayerParameter[]): readonly LayerParameter[] {
  const sources = new Map<string, string>();
  const isInserted = ({ type, name, bottom, top }: LayerParameter) =>
    type === 'Split' && bottom.length === 1 && top.every((blob, i) => blob === `${name}_${i}`);
  for (const layer of layers) {
    const [bottom] = layer.bottom;
    if (isInserted(layer) && bottom !== undefined) for (const top of layer.top) sources.set(top, bottom);
  }
  if (sources.size === 0) return layers;
  return layers
    .filter((layer) => !isInserted(layer))
    .map((layer) =>
      layer.bottom.some((blob) => sources.has(blob))
        ? withFields(layer, { bottom: layer.bottom.map((blob) => sources.get(blob) ?? blob) })
        : layer,
    );
}

/** A layer with some fields changed, or unset. */
function withFields(layer: LayerParameter, changed: Partial<LayerParameter> & { phase?: undefined }): LayerParameter {
  const fields: Record<string, unknown> = {};
  for (const name of layer[EXPLICIT]) fields[name] = layer[name as keyof LayerParameter];
  return messageOf(LayerParameter, { ...fields, ...changed });
}
