/**
 * Shapes of layers that read records from somewhere: batch, channels, then the crop or the record's own size. Where no
 * data set is bound the record is assumed, so that a net can be looked at without its data.
 */
import type { Shape, ShapeContext, ShapeResult } from '../caffe/net/layer-table.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { shapeText } from './shape-rules.ts';
import { nth } from './views.ts';

/** Side of the image assumed where no data set is bound. */
const ASSUMED_SIDE = 32;
const MNIST_RECORD: Shape = [1, 28, 28];

/** Shapes that an `input_param` or `dummy_data_param` lists: one for all tops, or one for each. */
export function listedShapes(c: ShapeContext, dims: readonly Shape[], field: string): readonly Shape[] {
  const tops = Math.max(1, c.layer.top.length);
  if (dims.length !== 1 && dims.length !== tops)
    c.fail(`There are ${dims.length} shapes for ${tops} tops: give one shape for all, or one for each.`, field);
  const bad = dims.flat().find((d) => !Number.isInteger(d) || d < 1);
  if (bad !== undefined) c.fail(`A dim of ${bad} makes no blob: each dim must be at least 1.`, field);
  return Array.from({ length: tops }, (_, i) => nth(dims, dims.length === 1 ? 0 : i));
}

/** The record that a data layer without data is taken to read; a crop is its size then. */
function assumedRecord(layer: LayerParameter, source: string, channels: number): Shape {
  if (/mnist/i.test(source)) return MNIST_RECORD;
  const side = setting(layer, 'transform_param').crop_size || ASSUMED_SIDE;
  return [channels, side, side];
}

/**
 * Tops of a layer that reads image records: the images, and the labels where it has a second top. An Input-style shape
 * in the layer (`input_param`) stands for the data.
 */
export function recordShapes(
  c: ShapeContext,
  settings: {
    readonly batch: number;
    readonly source: string;
    readonly channels?: number;
    /** A record known from the layer itself. */
    readonly record?: Shape | undefined;
    readonly field: string;
  },
): ShapeResult {
  const tops = Math.max(1, c.layer.top.length);
  const { crop_size: crop, force_gray, force_color } = setting(c.layer, 'transform_param');
  if (settings.batch < 1) c.fail('batch_size is 0: it must be at least 1.', `${settings.field}.batch_size`);
  const given = setting(c.layer, 'input_param').shape;
  if (given.length > 0) {
    const shapes = listedShapes(
      c,
      given.map((s) => s.dim),
      'input_param.shape',
    );
    return { tops: shapes.map((s, i) => (i > 0 && given.length === 1 ? [s[0] ?? 1] : s)) };
  }
  if (force_gray && force_color)
    c.fail('force_gray and force_color exclude each other: keep one of them.', 'transform_param.force_gray');
  const channels = settings.channels ?? (force_gray ? 1 : 3);
  const record = settings.record ?? c.record ?? assumedRecord(c.layer, settings.source, channels);
  const [depth = channels, height = ASSUMED_SIDE, width = ASSUMED_SIDE] = record;
  if (crop > height || crop > width)
    c.fail(
      `crop_size is ${crop}, which is larger than the images (${shapeText(record)}): use at most ${Math.min(height, width)}.`,
      'transform_param.crop_size',
    );
  const image = [settings.batch, depth, crop || height, crop || width];
  return { tops: [image, ...Array.from({ length: tops - 1 }, () => [settings.batch])] };
}

/** Refuses a mean given twice, or with the wrong number of values. */
export function checkMean(c: ShapeContext, channels: number): void {
  const t = setting(c.layer, 'transform_param');
  if (t.mean_file !== undefined && t.mean_value.length > 0)
    c.fail('mean_file and mean_value are both given: keep one of them.', 'transform_param.mean_value');
  if (t.mean_value.length > 1 && t.mean_value.length !== channels)
    c.fail(
      `mean_value is given ${t.mean_value.length} times for ${channels} channels: give one for all, or one for each.`,
      'transform_param.mean_value',
    );
}

/** Refuses settings beyond Caffe's that do not fit the images. */
export function checkExtensions(c: ShapeContext, channels: number): void {
  const a = setting(c.layer, 'crema:augment');
  const colour = (['saturation', 'hue', 'lighting'] as const).find((name) => a[name] > 0);
  if (colour !== undefined && channels !== 3)
    c.fail(
      `${colour} is for colour images, but these have ${channels === 1 ? 'one channel' : `${channels} channels`}: take it out.`,
      `crema:augment.${colour}`,
    );
  if (a.mixup > 0 && c.layer.top.length < 2)
    c.fail('mixup needs the labels: give the layer a second top for them.', 'crema:augment.mixup');
  const { std } = setting(c.layer, 'crema:pixels');
  if (std.length > 1 && std.length !== channels)
    c.fail(
      `std is given ${std.length} times for ${channels} channels: give one for all, or one for each.`,
      'crema:pixels.std',
    );
}

/** Values in a batch; what a data layer costs nothing to bring in, but its size is worth showing. */
export const batchText = (batch: number, crop: number): string =>
  crop > 0 ? `batch ${batch} · crop ${crop}` : `batch ${batch}`;
