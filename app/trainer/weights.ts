/**
 * Weights in and out of a compiled net, by layer name as Caffe's `Net::CopyTrainedLayersFrom` and `Net::ToProto` do:
 * filling from the fillers, copying from a .caffemodel, collecting into one.
 */
import type { Caffemodel, StoredLayer } from '../caffe/wire/caffemodel.ts';
import { fitsShape, type StoredBlob } from '../caffe/wire/stored-blob.ts';
import type { NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import type { CompiledNet, CompiledParam } from '../compiler/compiled-net.ts';
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
        : fill(fillerSettingsOf(filler, p.layerName, shape), shape, seed, FILLER_STREAM + i);
    executable.write(p.buffer, values);
  });
}

/** Keeps fillers' random numbers apart from dropout's and augmentation's, whose streams are small numbers. */
const FILLER_STREAM = 0x10000;

/** A blob of a weights file and the parameter that it goes into. */
interface Copy {
  readonly owner: number;
  readonly data: Float32Array;
}

/**
 * What copying weights by layer name would do. Layers of the file that the net lacks are ignored, layers that the file
 * lacks keep their values; a blob of another shape is refused as Caffe refuses it. Throws TrainingError.
 */
export function planCopy(net: TypedNet, model: Caffemodel): { report: CopyReport; copies: readonly Copy[] } {
  const layers = net.layers.filter((layer) => layer.params.length > 0);
  const copies: Copy[] = [];
  const copied: string[] = [];
  const ignored: string[] = [];
  for (const source of model.layers) {
    if (source.blobs.length === 0) continue;
    const targets = layers.filter((layer) => layer.name === source.name);
    (targets.length === 0 ? ignored : copied).push(source.name);
    for (const target of targets) copies.push(...copiesOf(net, target, source));
  }
  if (copied.length === 0)
    throw new TrainingError(
      `No layer of the weights file has a name of this network's layers (${layers.map((l) => l.name).join(', ')}), so nothing was copied.`,
    );
  const missing = layers.map((layer) => layer.name).filter((name) => !copied.includes(name));
  return { report: { copied, ignored, missing }, copies };
}

function copiesOf(net: TypedNet, target: NetLayer, source: StoredLayer): Copy[] {
  const advice = 'Give the layer another name to train it from scratch, or use the settings it was trained with.';
  const { name, blobs } = source;
  // An HDF5 file leaves out blobs that are shared with an earlier layer.
  const lacking = target.params.slice(blobs.length);
  const shared = lacking.length > 0 && lacking.every(({ owner }) => net.params[owner]?.layer !== target.index);
  if (target.params.length !== blobs.length && !shared)
    throw new TrainingError(
      `Layer "${name}" has ${target.params.length} parameter blobs here and ${blobs.length} in the weights file. ${advice}`,
      name,
    );
  return target.params.flatMap(({ shape, owner }, i) => {
    const blob: StoredBlob | undefined = blobs[i];
    if (blob === undefined || blob.absent === true) return [];
    if (!fitsShape(blob, shape))
      throw new TrainingError(
        `Parameter ${i} of layer "${name}" is ${textOf(shape)} here and ${textOf(blob.shape)} in the weights file. ${advice}`,
        name,
      );
    return [{ owner, data: blob.data }];
  });
}

/** Copies weights by layer name; see `planCopy`. Nothing is written unless all fit. */
export function copyWeights(executable: Executable, net: CompiledNet, model: Caffemodel): CopyReport {
  const { report, copies } = planCopy(net.net, model);
  for (const { owner, data } of copies) executable.write(paramOf(net, owner).buffer, data);
  return report;
}

function paramOf(net: CompiledNet, owner: number): CompiledParam {
  const param = net.params[owner];
  if (param === undefined) throw new Error(`The net has no parameter ${owner}.`);
  return param;
}

/**
 * Reads every parameter back, as Caffe's `Net::ToProto` stores a net: every layer with its settings and blobs, shared
 * blobs again in each layer.
 */
export async function collectWeights(executable: Executable, net: CompiledNet): Promise<Caffemodel> {
  const values: Float32Array[] = [];
  for (const { buffer } of net.params) values.push((await executable.read(buffer)) as Float32Array);
  return {
    name: net.net.name,
    layers: net.net.layers.map((layer) => ({
      name: layer.name,
      type: layer.type,
      parameter: layer.parameter,
      blobs: layer.params.map(({ shape, owner }) => {
        const data = values[owner];
        if (data === undefined) throw new Error(`Parameter ${owner} of ${layer.name} was not read.`);
        return { shape, data };
      }),
    })),
  };
}
