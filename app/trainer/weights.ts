/**
 * Weights in and out of a compiled net, by layer name as Caffe's `Net::CopyTrainedLayersFrom` and `Net::ToProto` do:
 * filling from the fillers, copying from a .caffemodel, collecting into one.
 */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { fitsShape, type StoredBlob } from '../caffe/wire/stored-blob.ts';
import type { NetLayer } from '../caffe/net/typed-net.ts';
import type { CompiledNet } from '../compiler/compile-net.ts';
import type { Executable } from '../engine/engine.ts';
import { fill } from '../engine/train/fillers.ts';
import { fillerSettingsOf } from './solver-settings.ts';
import { TrainingError } from './training-error.ts';

/** What copying did; see the worker protocol's CopyReport. */
export interface CopyReport {
  readonly copied: readonly string[];
  readonly ignored: readonly string[];
  readonly missing: readonly string[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
const textOf = (shape: readonly number[]): string => (shape.length === 0 ? 'a single value' : shape.join('×'));

/** Writes the initial value of every parameter: its filler's, or the layer's own. */
export function initialise(executable: Executable, net: CompiledNet, seed: number): void {
  net.params.forEach((p, i) => {
    const { shape, filler, initial } = p.owned.declaration;
    const values =
      filler === undefined
        ? new Float32Array(sizeOf(shape)).fill(initial ?? 0)
        : fill(fillerSettingsOf(filler, p.layerName), shape, seed, FILLER_STREAM + i);
    executable.write(p.buffer, values);
  });
}

/** Keeps fillers' random numbers apart from dropout's and augmentation's, whose streams are small numbers. */
const FILLER_STREAM = 0x10000;

/** The layers of a net, in order, with their parameter buffers by position. */
function layersOf(net: CompiledNet): {
  layer: NetLayer;
  blobs: { shape: readonly number[]; buffer: string }[];
}[] {
  return net.net.layers.map((layer) => ({
    layer,
    blobs: layer.params.map((p) => {
      const owner = net.params[p.owner];
      if (owner === undefined) throw new Error(`Parameter of ${layer.name} has no owner.`);
      return { shape: p.shape, buffer: owner.buffer };
    }),
  }));
}

/**
 * Copies weights by layer name. Layers of the file that the net lacks are ignored, layers that the file lacks keep
 * their values; a blob of another shape is refused as Caffe refuses it. Nothing is written unless all fit.
 */
export function copyWeights(executable: Executable, net: CompiledNet, model: Caffemodel): CopyReport {
  const layers = layersOf(net).filter((l) => l.blobs.length > 0);
  const writes: { buffer: string; data: Float32Array }[] = [];
  const copied: string[] = [];
  const ignored: string[] = [];
  for (const source of model.layers) {
    if (source.blobs.length === 0) continue;
    const targets = layers.filter((l) => l.layer.name === source.name);
    if (targets.length === 0) {
      ignored.push(source.name);
      continue;
    }
    for (const target of targets) {
      if (target.blobs.length !== source.blobs.length)
        throw new TrainingError(
          `Layer "${source.name}" has ${target.blobs.length} parameter blobs here and ${source.blobs.length} in the weights file. Give the layer another name to train it from scratch, or use the settings it was trained with.`,
          source.name,
        );
      target.blobs.forEach((blob, i) => {
        const from = source.blobs[i] as StoredBlob;
        if (!fitsShape(from, blob.shape))
          throw new TrainingError(
            `Parameter ${i} of layer "${source.name}" is ${textOf(blob.shape)} here and ${textOf(from.shape)} in the weights file. Give the layer another name to train it from scratch, or use the settings it was trained with.`,
            source.name,
          );
        writes.push({ buffer: blob.buffer, data: from.data });
      });
    }
    copied.push(source.name);
  }
  if (copied.length === 0)
    throw new TrainingError(
      `No layer of the weights file has a name of this network's layers (${layers.map((l) => l.layer.name).join(', ')}), so nothing was copied.`,
    );
  for (const w of writes) executable.write(w.buffer, w.data);
  return { copied, ignored, missing: layers.map((l) => l.layer.name).filter((name) => !copied.includes(name)) };
}

/**
 * Reads every parameter back, as Caffe's `Net::ToProto` stores a net: every layer with its settings and blobs, shared
 * blobs again in each layer.
 */
export async function collectWeights(executable: Executable, net: CompiledNet): Promise<Caffemodel> {
  const values = new Map<string, Float32Array>();
  for (const p of net.params) values.set(p.buffer, (await executable.read(p.buffer)) as Float32Array);
  return {
    name: net.net.name,
    layers: layersOf(net).map(({ layer, blobs }) => ({
      name: layer.name,
      type: layer.type,
      parameter: layer.parameter,
      blobs: blobs.map(({ shape, buffer }) => {
        const data = values.get(buffer);
        if (data === undefined) throw new Error(`Parameter ${buffer} was not read.`);
        return { shape, data };
      }),
    })),
  };
}
