/**
 * Data: images and labels from a data set, transformed as Caffe's data_transformer.cpp does: crop (at random while
 * training, from the centre while testing), mirror, subtract the mean, scale. One decision for each image, drawn from the
 * layer's random numbers. As in Caffe, `mirror` flips in either phase.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import { AugmentParameter } from '../caffe/schema/net-messages.ts';
import { emptyMessage, setting } from '../caffe/schema/values.ts';
import { add, and, cast, f32, ge, i32, lt, max, min, mod, mul, select, sub } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { augmentationOf, batchDraw, drawImages, drawIndex, type Draw, type DrawnImage } from './augment-draws.ts';
import { batchText, checkExtensions, checkMean, recordShapes } from './data-shapes.ts';
import { element, flat, MIXED_LABELS, type ForwardContext, type LayerDefinition, type Tensor } from './definition.ts';
import { pixelAt, sampleAt, type Edge } from './image-sampling.ts';
import { nth } from './views.ts';

const random = (c: ForwardContext, image: Expr, draw: Draw): Expr =>
  c.random(drawIndex(nth(nth(c.tops, 0).shape, 0), image, draw));

/** Where the crop starts along one side of the record, which may be padded while training. */
function cropStart(c: ForwardContext, image: Expr, draw: Draw, sides: Sides): Expr {
  const { extent, crop, pad } = sides;
  if (extent === crop && pad === 0) return i32(0);
  if (c.phase === 'TEST') return i32(Math.floor((extent - crop) / 2));
  return sub(cast(mul(random(c, image, draw), extent + 2 * pad - crop + 1), 'i32'), pad);
}

/** One side of the record, of what is cut from it, and of what is put at either end of it. */
interface Sides {
  readonly extent: number;
  readonly crop: number;
  readonly pad: number;
}

/** One of the values that a setting gives, by channel. */
function perChannel(values: readonly number[], channel: Expr): Expr {
  return values
    .slice(0, -1)
    .reduceRight<Expr>((rest, value, k) => select(lt(channel, k + 1), value, rest), f32(values.at(-1) ?? 0));
}

/** Where a pixel of the made image comes from. */
type Place = (image: Expr, row: Expr, column: Expr) => { readonly y: Expr; readonly x: Expr };

/** Images as the data set has them, transformed into the first top; labels into the second. */
export function transformRecords(c: ForwardContext, record: Shape): void {
  const top = nth(c.tops, 0);
  const [batch = 1, ...cropped] = top.shape;
  const [channels = 1, height = 1, width = 1] = record;
  const [, rows = 1, columns = 1] = cropped;
  const t = setting(c.layer, 'transform_param');
  const own = setting(c.layer, 'crema:pixels');
  const a = c.phase === 'TRAIN' ? setting(c.layer, 'crema:augment') : emptyMessage(AugmentParameter);
  const images = c.input('images', [batch, channels, height, width], c.recordType);
  const mean = t.mean_file === undefined ? undefined : c.input('mean', [channels, height, width], 'f32');
  const factors = own.std.map((std) => 1 / std);
  const unit = own.range === 'UNIT' ? 1 / 255 : 1;
  const kinds = augmentationOf(a);
  const draw = kinds && drawImages(c, a, kinds, images, { record, rows, columns, batch, mirror: t.mirror });
  const edge = a.pad > 0 || kinds?.resamples === true ? a.border : undefined;
  const cropPlace: Place = (image, row, column) => {
    const start = cropStart(c, image, 'column', { extent: width, crop: columns, pad: a.pad });
    const flipped = sub(i32(columns - 1), column);
    const across = t.mirror ? select(lt(random(c, image, 'mirror'), 0.5), flipped, column) : column;
    return {
      y: add(row, cropStart(c, image, 'row', { extent: height, crop: rows, pad: a.pad })),
      x: add(start, across),
    };
  };
  const whole = { ...top, shape: [batch, channels, rows, columns] };
  // Drawn by the host: a Beta distribution takes trial and error.
  const parts = a.mixup > 0 && batch > 1 ? c.input('mixup', [batch], 'f32') : undefined;
  const target = parts === undefined ? whole : c.scratch('unmixed', whole.shape);
  c.compute(target, (n, made, row, column) => {
    const channel = own.reverse_channels ? sub(i32(channels - 1), made) : made;
    const drawn = draw?.(n);
    const place = drawn?.place;
    const { y, x } = place
      ? { y: affine(place.y, row, column), x: affine(place.x, row, column) }
      : cropPlace(n, row, column);
    const read = (tensor: Tensor, lead: readonly Expr[], beyond: Edge | undefined): Expr => {
      if (place !== undefined) return sampleAt(tensor, lead, y, x, beyond ?? 'ZERO');
      if (beyond !== undefined) return pixelAt(tensor, lead, y, x, beyond);
      return cast(element(tensor, [...lead, y, x]), 'f32');
    };
    const pixel = recoloured(drawn, channel, channels, kinds?.mixesChannels === true, (k) =>
      read(images, [n, k], edge),
    );
    const centred =
      mean !== undefined
        ? sub(mul(pixel, unit), mul(read(mean, [channel], edge && 'NEAREST'), unit))
        : t.mean_value.length > 0
          ? sub(mul(pixel, unit), perChannel(t.mean_value, made))
          : mul(pixel, unit);
    const scaled = mul(centred, t.scale);
    const value = factors.length > 0 ? mul(scaled, perChannel(factors, made)) : scaled;
    return drawn?.cover === undefined ? value : select(isCovered(drawn.cover, row, column, a.cutout), 0, value);
  });
  if (parts !== undefined) mixImages(c, target, whole, parts);
  const labelTop = c.tops[1];
  if (labelTop !== undefined) {
    const labels = c.input('labels', [batch], 'f32');
    c.computeFlat(labelTop, (i) => flat(labels, i), 'labels');
    if (parts !== undefined) mixLabels(c, labels, parts);
  }
}

/** A coordinate of the record as an affine map of the place in the image made; see `DrawnImage`. */
function affine([byColumn, byRow, from]: readonly [Expr, Expr, Expr], row: Expr, column: Expr): Expr {
  return add(add(mul(cast(column, 'f32'), byColumn), mul(cast(row, 'f32'), byRow)), from);
}

/** A channel's value after the colours were changed; it stays a colour. */
function recoloured(
  { gain, shift }: DrawnImage = {},
  channel: Expr,
  channels: number,
  mixes: boolean,
  read: (channel: Expr) => Expr,
): Expr {
  if (gain === undefined || shift === undefined) return read(channel);
  const products = mixes
    ? Array.from({ length: channels }, (_, k) => mul(read(i32(k)), gain(channel, k)))
    : [mul(read(channel), gain(channel, 0))];
  return min(
    max(
      products.reduce((sum, product) => add(sum, product), shift(channel)),
      0,
    ),
    255,
  );
}

/** Does a place lie in the square that is covered? */
function isCovered(
  { row: top, column: left }: NonNullable<DrawnImage['cover']>,
  row: Expr,
  column: Expr,
  side: number,
) {
  const within = (place: Expr, from: Expr): Expr => and(ge(place, from), lt(place, add(from, side)));
  return and(within(row, top), within(column, left));
}

/** The image of the batch that is mixed into an image: so many places further on, the same for all of a batch. */
function partnerOf(c: ForwardContext, image: Expr, batch: number): Expr {
  const by = add(cast(mul(c.random(i32(batchDraw(batch))), batch - 1), 'i32'), 1);
  return mod(add(image, by), batch);
}

function mixImages(c: ForwardContext, from: Tensor, into: Tensor, parts: Tensor): void {
  const batch = nth(into.shape, 0);
  c.compute(
    into,
    (n, ...place) => {
      const other = element(from, [partnerOf(c, n, batch), ...place]);
      return add(other, mul(sub(element(from, [n, ...place]), other), element(parts, [n])));
    },
    'mixed',
  );
}

/** The other label of each image and the part that its own one has, for the loss. */
function mixLabels(c: ForwardContext, labels: Tensor, parts: Tensor): void {
  const batch = nth(labels.shape, 0);
  const mix = c.attach(1, MIXED_LABELS, [2, batch]);
  c.computeStores(
    [batch],
    (n) => [
      { target: mix, at: [0, n], value: element(labels, [partnerOf(c, n, batch)]) },
      { target: mix, at: [1, n], value: element(parts, [n]) },
    ],
    'mixed-labels',
  );
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
    checkExtensions(c, nth(result.tops, 0)[1] ?? 1);
    return result;
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    transformRecords(c, c.record ?? nth(c.tops, 0).shape.slice(1));
  },
};
