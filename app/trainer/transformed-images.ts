/**
 * What a data layer makes of images: its program alone, run on any engine. The preview of augmentation shows it, and the
 * tests hold it against plain arithmetic.
 */
import { buildNet } from '../caffe/net/build-net.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import { EXPLICIT } from '../caffe/schema/dsl.ts';
import { AugmentParameter, DataParameter, LayerParameter } from '../caffe/schema/net-messages.ts';
import type { ImageDataParameter, Phase } from '../caffe/schema/net-messages.ts';
import { copyMessage, emptyMessage, setting } from '../caffe/schema/values.ts';
import { printMessage } from '../caffe/text/print-message.ts';
import { compileNet } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import { PASS, SEED } from '../compiler/kernel-context.ts';
import type { Engine } from '../engine/engine.ts';
import { definitionOf, layerTable } from '../layers/index.ts';
import { mixupParts } from './mixup.ts';
import { TrainingError } from './training-error.ts';

export interface TransformRequest {
  /** A layer whose tops are images and labels of a data set, with as many to a batch as there are images. */
  readonly layer: LayerParameter;
  readonly phase: Phase;
  /** Channels, height and width of a record. */
  readonly record: Shape;
  /** The records, one after the other. */
  readonly images: Uint8Array | Float32Array;
  /** Mean image for a layer that names a mean file; zeros when left out. */
  readonly mean?: Float32Array;
  readonly seed: number;
  readonly pass: number;
}

/** The layer's first top: values [batch, channels, height, width]. Throws TrainingError for a layer that is not in order. */
export async function transformImages(
  engine: Engine,
  { layer, phase, record, images, mean, seed, pass }: TransformRequest,
): Promise<{ readonly shape: Shape; readonly values: Float32Array }> {
  const text = `layer {\n${printMessage(layer, LayerParameter, '  ')}}\n`;
  const net = buildNet(text, { phase, layers: layerTable, record });
  const problem = net.diagnostics.find(({ severity }) => severity === 'error')?.message ?? net.layers[0]?.problem;
  if (problem !== undefined || !net.complete)
    throw new TrainingError(problem ?? `Layer "${layer.name ?? ''}" does not take part in ${phase}.`);
  const compiled = compileNet(net, definitionOf, {
    prefix: 'images',
    backward: false,
    recordType: images instanceof Float32Array ? 'f32' : 'u8',
  });
  const top = compiled.outputs.find(({ blob }) => blob.topIndex === 0);
  if (top === undefined) throw new TrainingError(`Layer "${layer.name ?? ''}" makes no images.`);
  const executable = await engine.load(singleProgram(compiled));
  try {
    for (const { name, buffer, shape } of compiled.inputs) {
      const count = shape.reduce((n, d) => n * d, 1);
      if (name === 'images') executable.write(buffer, images);
      else if (name === 'mixup')
        executable.write(buffer, mixupParts(setting(layer, 'crema:augment').mixup, seed, pass, count));
      else executable.write(buffer, (name === 'mean' ? mean : undefined) ?? new Float32Array(count));
    }
    executable.run('run', { [SEED]: seed, [PASS]: pass });
    return { shape: top.shape, values: (await executable.read(top.buffer)) as Float32Array };
  } finally {
    executable.dispose();
  }
}

/** The layer with another batch, without a mirror and whatever else happens at random to an image but the crop. */
export function plainLayer(layer: LayerParameter, batch: number): LayerParameter {
  const transform = layer.transform_param;
  return withBatch(
    copyMessage(layer, {
      'crema:augment': emptyMessage(AugmentParameter),
      ...(transform === undefined ? {} : { transform_param: copyMessage(transform, { mirror: false }) }),
    }),
    batch,
  );
}

/** The layer with so many images to a batch. */
export function withBatch(layer: LayerParameter, batch: number): LayerParameter {
  const { data_param: data, image_data_param: files } = layer;
  return copyMessage(layer, {
    ...(files === undefined ? {} : { image_data_param: batchOf(files, batch) }),
    ...(files !== undefined ? {} : { data_param: batchOf(data ?? emptyMessage(DataParameter), batch) }),
    [EXPLICIT]: new Set([...layer[EXPLICIT], ...(files === undefined ? ['data_param'] : [])]),
  });
}

/** Settings with another batch size, which counts as written. */
function batchOf<Settings extends DataParameter | ImageDataParameter>(settings: Settings, batch: number): Settings {
  const explicit = new Set([...settings[EXPLICIT], 'batch_size']);
  return copyMessage<DataParameter | ImageDataParameter>(settings, {
    batch_size: batch,
    [EXPLICIT]: explicit,
  }) as Settings;
}
