/**
 * Augmented copies of one image, as the page previews them: made by the data layer's own program, with the draws that a run
 * of the seed would make.
 */
import { phasesOf } from '../caffe/net/rules.ts';
import { readNet } from '../caffe/net/read-net.ts';
import { EXPLICIT } from '../caffe/schema/dsl.ts';
import { TransformationParameter, type LayerParameter } from '../caffe/schema/net-messages.ts';
import { copyMessage, messageOf, setting } from '../caffe/schema/values.ts';
import { imageBytes, type ImageSplit, type Pixels } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { transformImages, withBatch } from '../trainer/transformed-images.ts';
import { WorkerError } from './failure.ts';
import type { AugmentedCopies, AugmentQuestion, OpenedDataset } from './protocol.ts';

/** Copies that are shown. */
export const COPIES = 16;

/** Makes the copies. @throws WorkerError where there is no such layer or image, and what `transformImages` throws. */
export async function augmentedCopies(
  engine: Engine,
  { netText, layer: id, index, seed }: AugmentQuestion,
  { dataset }: OpenedDataset,
): Promise<AugmentedCopies> {
  const { layers, diagnostics } = readNet(netText);
  const found = layers.find((one) => one.id === id);
  if (found === undefined)
    throw new WorkerError({ code: 'net', message: `The network has no layer "${id}" any more.` });
  const { layer, range } = found;
  const mistake = diagnostics.find(
    ({ severity, range: { start } }) => severity === 'error' && start >= range.start && start < range.end,
  );
  if (mistake !== undefined) throw new WorkerError({ code: 'net', message: mistake.message });
  const phase = phasesOf(layer).includes('TRAIN') ? 'TRAIN' : 'TEST';
  const split = phase === 'TRAIN' || dataset.test.count === 0 ? dataset.train : dataset.test;
  if (split.count === 0)
    throw new WorkerError({ code: 'dataset', message: `The data set has no images for ${phase}: add some to it.` });
  const size = imageBytes(dataset);
  const mixes = setting(layer, 'crema:augment').mixup > 0;
  // What an image is mixed with stands behind the copies of the one that is shown.
  const batch = mixes ? 2 * COPIES : COPIES;
  const images = split.images instanceof Uint8Array ? new Uint8Array(batch * size) : new Float32Array(batch * size);
  for (let i = 0; i < batch; i++) images.set(valuesOf(split, i < COPIES ? index : index + i, size), i * size);
  const { shape, values } = await transformImages(engine, {
    layer: withBatch(shownLayer(layer), batch),
    phase,
    record: [dataset.channels, dataset.height, dataset.width],
    images,
    seed,
    pass: 0,
  });
  const [, channels = 1, height = 1, width = 1] = shape;
  // Floats are shown from their lowest to their highest.
  const [low, high] = dataset.range ?? [0, 255];
  const pixels = Uint8Array.from(values.subarray(0, COPIES * channels * height * width), (value) =>
    Math.min(255, Math.max(0, Math.round(((value - low) * 255) / (high - low || 1)))),
  );
  return { phase, channels, height, width, pixels, mixes };
}

/** Values of an image of a split, counted around its end. */
function valuesOf({ images, count }: ImageSplit, index: number, size: number): Pixels {
  const start = (((index % count) + count) % count) * size;
  return images.subarray(start, start + size);
}

/** The layer with pixels left as they are seen: cropped, mirrored and augmented, but nothing subtracted, divided or turned round. */
function shownLayer(layer: LayerParameter): LayerParameter {
  const { crop_size, mirror } = setting(layer, 'transform_param');
  const explicit = new Set([...layer[EXPLICIT], 'transform_param']);
  explicit.delete('crema:pixels');
  return copyMessage(layer, {
    transform_param: messageOf(TransformationParameter, { crop_size, mirror }),
    [EXPLICIT]: explicit,
  });
}
