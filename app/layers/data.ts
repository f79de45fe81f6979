/**
 * Data: images and labels from a data set, transformed as Caffe's data_transformer.cpp does: crop (at random while
 * training, from the centre while testing), mirror, subtract the mean, scale. One decision for each image, drawn from the
 * layer's random numbers. As in Caffe, `mirror` flips in either phase.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, cast, f32, i32, lt, mul, select, sub } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { batchText, checkMean, recordShapes } from './data-shapes.ts';
import { element, flat, type ForwardContext, type LayerDefinition } from './definition.ts';
import { nth } from './views.ts';

/** Random numbers that one image takes: row, column, mirror. */
const DRAWS = 3;
const [ROW, COLUMN, MIRROR] = [0, 1, 2] as const;

const draw = (c: ForwardContext, image: Expr, which: number): Expr => c.random(add(mul(image, DRAWS), which));

/** Where the crop starts along one side of the record. */
function cropStart(c: ForwardContext, image: Expr, which: number, extent: number, crop: number): Expr {
  if (extent === crop) return i32(0);
  if (c.phase === 'TEST') return i32(Math.floor((extent - crop) / 2));
  return cast(mul(draw(c, image, which), extent - crop + 1), 'i32');
}

/** One of the layer's mean values by channel. */
function meanValue(values: readonly number[], channel: Expr): Expr {
  return values
    .slice(0, -1)
    .reduceRight<Expr>((rest, value, k) => select(lt(channel, k + 1), value, rest), f32(values.at(-1) ?? 0));
}

/** Images as the data set has them, transformed into the first top; labels into the second. */
export function transformRecords(c: ForwardContext, record: Shape): void {
  const top = nth(c.tops, 0);
  const [batch = 1, ...cropped] = top.shape;
  const [channels = 1, height = 1, width = 1] = record;
  const [, rows = 1, columns = 1] = cropped;
  const t = setting(c.layer, 'transform_param');
  const images = c.input('images', [batch, channels, height, width], 'u8');
  const mean = t.mean_file === undefined ? undefined : c.input('mean', [channels, height, width], 'f32');
  c.compute({ ...top, shape: [batch, channels, rows, columns] }, (n, ch, row, column) => {
    const y = add(row, cropStart(c, n, ROW, height, rows));
    const start = cropStart(c, n, COLUMN, width, columns);
    const across = t.mirror ? select(lt(draw(c, n, MIRROR), 0.5), sub(i32(columns - 1), column), column) : column;
    const x = add(start, across);
    const pixel = cast(element(images, [n, ch, y, x]), 'f32');
    const centred =
      mean !== undefined
        ? sub(pixel, element(mean, [ch, y, x]))
        : t.mean_value.length > 0
          ? sub(pixel, meanValue(t.mean_value, ch))
          : pixel;
    return mul(centred, t.scale);
  });
  const labelTop = c.tops[1];
  if (labelTop !== undefined) {
    const labels = c.input('labels', [batch], 'f32');
    c.computeFlat(labelTop, (i) => flat(labels, i), 'labels');
  }
}

/** Reads a batch of images, transforms them, and passes their labels on. */
export const data: LayerDefinition = {
  type: 'Data',
  family: 'data',
  doc: 'Images and labels from the data set, in batches: cropped, mirrored, with the mean subtracted and scaled.',
  paramField: 'data_param',
  extensions: ['crema:augment', 'crema:pixels'],
  template:
    'include { phase: TRAIN }\ntransform_param {\n  scale: 0.00390625\n}\ndata_param {\n  source: "cifar10_train_lmdb"\n  batch_size: 100\n  backend: LMDB\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: 2 },
  source: true,
  summary: (layer) =>
    batchText(setting(layer, 'data_param').batch_size ?? 1, setting(layer, 'transform_param').crop_size),
  shape(c) {
    const p = setting(c.layer, 'data_param');
    const result = recordShapes(c, { batch: p.batch_size ?? 1, source: p.source ?? '', field: 'data_param' });
    checkMean(c, nth(result.tops, 0)[1] ?? 1);
    return result;
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    transformRecords(c, c.record ?? nth(c.tops, 0).shape.slice(1));
  },
};
