/**
 * The net as other programs run it: what is left of its TEST phase without data, labels, losses and accuracies, as a
 * prototxt and as a typed net of one image. What the data layer did to an image is kept beside it.
 */
import { buildNet, type BuildOptions } from '../caffe/net/build-net.ts';
import { deployView } from '../caffe/net/deploy-view.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import type { LayerView } from '../caffe/net/net-view.ts';
import type { NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import { EXPLICIT } from '../caffe/schema/dsl.ts';
import {
  BlobShape,
  InputParameter,
  LayerParameter,
  NetParameter,
  type TransformationParameter,
} from '../caffe/schema/net-messages.ts';
import { messageOf, setting } from '../caffe/schema/values.ts';
import { printMessage } from '../caffe/text/print-message.ts';
import { layerTable } from '../layers/index.ts';
import { ExportError } from './export-error.ts';

/** What a data layer does to an image before it enters the net. */
export interface Preparation {
  /** The blob that images go into. */
  readonly blob: string;
  /** Channels, height and width of an image as the data set has it. */
  readonly record: Shape;
  /** Height and width that are cut from its middle. */
  readonly crop: readonly [number, number];
  /** The channels come in the opposite order; what follows is in the new one. */
  readonly reverse: boolean;
  /** Subtracted from values of 0 to 255: one value, one for each channel, or one for each value of the record; empty for none. */
  readonly mean: Float32Array;
  /** The layer asks for a mean file, whose values `mean` then holds. */
  readonly usesMeanFile: boolean;
  /** Factors applied after the mean was subtracted: one, or one for each channel. */
  readonly scale: readonly number[];
}

/** A net for inference. */
export interface Deployed {
  readonly text: string;
  /** Built of `text`: batch 1, every shape known. */
  readonly net: TypedNet;
  /** Undefined for a net that is given its blobs ready made. */
  readonly preparation: Preparation | undefined;
}

/** Fields of a layer that mean nothing once the net is built. */
const DROPPED = [
  'include',
  'exclude',
  'phase',
  'loss_weight',
  'propagate_down',
  'blobs',
  'loss_param',
  'transform_param',
];

/**
 * The net for inference that belongs to a net of the TEST phase.
 *
 * @param mean values of the mean file [C, H, W], for a data layer that names one
 * @throws ExportError where the net has mistakes, or nothing is left of it.
 */
export function deploy(test: TypedNet, mean?: Float32Array): Deployed {
  requireComplete(test);
  const view = deployView(viewNet(test));
  if (view.layers.length === 0)
    throw new ExportError('Nothing is left of this network without its data and losses: there is nothing to export.');
  const byId = new Map(test.layers.map((layer) => [layer.id, layer]));
  const nameOf = new Map(view.blobs.map(({ id, name }) => [id, name]));
  const layers = view.layers.map((kept) => {
    const typed = byId.get(kept.id);
    if (typed === undefined) throw new Error(`The view has a layer ${kept.id} that the net lacks.`);
    return deployedLayer(kept, typed, (id) => nameOf.get(id) ?? test.blobs.get(id)?.name ?? id, test);
  });
  const text = printMessage(messageOf(NetParameter, { name: test.name, layer: layers }), NetParameter);
  const options: BuildOptions = { phase: 'TEST', layers: layerTable };
  const net = buildNet(text, options);
  requireComplete(net);
  return { text, net, preparation: preparationOf(test, view.layers, mean) };
}

/** @throws ExportError with the first mistake. */
export function requireComplete(net: TypedNet): void {
  const error = net.diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new ExportError(`The network has a mistake: ${error.message}`);
  const stuck = net.layers.find(({ problem, info }) => problem !== undefined || info === undefined);
  if (stuck !== undefined)
    throw new ExportError(stuck.problem ?? `Layer "${stuck.name}" is of an unknown type.`, stuck.name);
  if (!net.complete) throw new ExportError('The network has no layers in this phase.');
}

function deployedLayer(
  kept: LayerView,
  typed: NetLayer,
  nameOf: (id: string) => string,
  test: TypedNet,
): LayerParameter {
  const top = kept.tops.map(nameOf);
  if (kept.type === 'Input' && typed.type !== 'Input') {
    const [, ...rest] = test.blobs.get(typed.tops[0] ?? '')?.shape ?? [];
    const shape = messageOf(BlobShape, { dim: [1, ...rest] });
    return messageOf(LayerParameter, {
      name: kept.name,
      type: 'Input',
      top,
      input_param: messageOf(InputParameter, { shape: [shape] }),
    });
  }
  const bottom = kept.bottoms.map(nameOf);
  if (kept.type !== typed.type)
    return messageOf(LayerParameter, {
      name: kept.name,
      type: kept.type,
      bottom,
      top,
      softmax_param: kept.type === 'Softmax' ? typed.parameter.softmax_param : undefined,
    });
  const fields: Record<string, unknown> = {};
  for (const name of typed.parameter[EXPLICIT]) {
    if (!DROPPED.includes(name)) fields[name] = typed.parameter[name as keyof LayerParameter];
  }
  if (typed.type === 'Input') {
    const shape = typed.tops.map((id) => {
      const shape = test.blobs.get(id)?.shape ?? [];
      return messageOf(BlobShape, { dim: shape.length < 2 ? shape : [1, ...shape.slice(1)] });
    });
    fields['input_param'] = messageOf(InputParameter, { shape });
  }
  return messageOf(LayerParameter, { ...fields, name: typed.name, type: typed.type, bottom, top });
}

function preparationOf(
  test: TypedNet,
  kept: readonly LayerView[],
  mean: Float32Array | undefined,
): Preparation | undefined {
  const data = test.layers.find(
    ({ type, id }) =>
      (type === 'Data' || type === 'ImageData') && kept.some((layer) => layer.id === id && layer.type === 'Input'),
  );
  const top = test.blobs.get(data?.tops[0] ?? '');
  if (data === undefined || top?.shape?.length !== 4) return undefined;
  const [, channels = 1, height = 1, width = 1] = top.shape;
  const transform = data.parameter.transform_param;
  const pixels = setting(data.parameter, 'crema:pixels');
  const unit = pixels.range === 'UNIT' ? 1 / 255 : 1;
  const scale = transform?.scale ?? 1;
  const usesMeanFile = transform?.mean_file !== undefined;
  // Without a data set, an image is as large as what the net sees of it.
  const record = test.record ?? [channels, height, width];
  return {
    blob: top.name,
    record,
    crop: [height, width],
    reverse: pixels.reverse_channels,
    mean: meanOf(transform, record, mean, { layer: data.name, unit, reverse: pixels.reverse_channels }),
    usesMeanFile,
    scale: pixels.std.length === 0 ? [unit * scale] : pixels.std.map((std) => (unit * scale) / std),
  };
}

function meanOf(
  transform: TransformationParameter | undefined,
  record: Shape,
  mean: Float32Array | undefined,
  { layer, unit, reverse }: { readonly layer: string; readonly unit: number; readonly reverse: boolean },
): Float32Array {
  // A mean_value is in the range that the net sees; a mean file, as the images, in 0 to 255.
  if (transform?.mean_file === undefined)
    return Float32Array.from(transform?.mean_value ?? [], (value) => value / unit);
  const size = record.reduce((n, d) => n * d, 1);
  if (mean === undefined)
    throw new ExportError(
      `Layer "${layer}" subtracts the mean in ${transform.mean_file}, which is not at hand: give the mean file.`,
      layer,
    );
  if (mean.length !== size)
    throw new ExportError(
      `The mean has ${mean.length} values, but an image of layer "${layer}" has ${size}: use the mean of its data set.`,
      layer,
    );
  if (!reverse) return mean;
  const plane = size / (record[0] ?? 1);
  return Float32Array.from(mean, (_, i) => mean[size - plane * (Math.floor(i / plane) + 1) + (i % plane)] ?? 0);
}

/** An image [C, H, W] of the data set as the net sees it: cropped in the middle, mean subtracted, scaled. */
export function prepare(image: ArrayLike<number>, preparation: Preparation): Float32Array {
  const { record, crop, reverse, mean, usesMeanFile, scale } = preparation;
  const [channels = 1, height = 1, width = 1] = record;
  const [rows, columns] = crop;
  const [top, left] = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)];
  const out = new Float32Array(channels * rows * columns);
  for (let c = 0, at = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, at++) {
        const place = (y + top) * width + x + left;
        const away = usesMeanFile ? mean[c * height * width + place] : mean.length === 1 ? mean[0] : mean[c];
        const value = image[(reverse ? channels - 1 - c : c) * height * width + place] ?? 0;
        out[at] = (value - (away ?? 0)) * (scale[c] ?? scale[0] ?? 1);
      }
    }
  }
  return out;
}
