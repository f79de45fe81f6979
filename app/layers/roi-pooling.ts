/**
 * ROIPooling, of Fast R-CNN's fork of Caffe (roi_pooling_layer.cpp): the largest value of each cell of a grid over a
 * region. Where cells begin and end is computed in whole numbers, as the fork means it; its floats may take a row more in.
 */
import { setting } from '../caffe/schema/values.ts';
import {
  add,
  and,
  at,
  axis,
  cast,
  eq,
  floor,
  floordiv,
  ge,
  i32,
  lt,
  max,
  mul,
  neg,
  reduce,
  select,
  sub,
  sum,
} from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { bottom, bottomText, requirePositive, requireRank } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** What the fork starts a maximum from: the smallest float. */
const SMALLEST = -3.4028234663852886e38;

/** The nearest whole number, halves away from 0. */
const rounded = (x: Expr): Expr => cast(select(lt(x, 0), neg(floor(sub(0.5, x))), floor(add(x, 0.5))), 'i32');

/** Where in its image each cell found its largest value, or −1. */
const placesOf = (c: KernelContext): Tensor => {
  const { pooled_h, pooled_w } = setting(c.layer, 'roi_pooling_param');
  const [x, regions] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
  return c.saved('place', [nth(regions.shape, 0), nth(x.shape, 1), pooled_h, pooled_w], 'i32');
};

/** The image that a region is of. */
const imageOf = (regions: Tensor, region: Expr): Expr => cast(flat(regions, mul(region, 5)), 'i32');

/** Whether a row (or column) of an image lies in a cell of the region between two corners. */
function lies(row: Expr, cell: Expr, first: Expr, last: Expr, cells: number): Expr {
  const extent = max(add(sub(last, first), 1), 1);
  const start = add(floordiv(mul(cell, extent), cells), first);
  const end = add(floordiv(add(mul(add(cell, 1), extent), cells - 1), cells), first);
  return and(ge(row, start), lt(row, end));
}

/** Pools each region to a grid. */
export const roiPooling: LayerDefinition = {
  type: 'ROIPooling',
  family: 'pooling',
  doc: 'Pools each region (second bottom: image, and four corners) of a feature map to a grid of fixed size. From Fast R-CNN, a fork of Caffe.',
  paramField: 'roi_pooling_param',
  bottoms: { min: 2, max: 2 },
  tops: { min: 1, max: 1 },
  noGradientBottoms: [1],
  summary(layer) {
    const p = setting(layer, 'roi_pooling_param');
    return `${p.pooled_h}×${p.pooled_w}`;
  },
  shape(c) {
    const p = setting(c.layer, 'roi_pooling_param');
    const shape = requireRank(c, 4, 'batch, channels, height, width');
    const regions = bottom(c, 1);
    if (countOf(regions.slice(1)) !== 5)
      c.fail(`${bottomText(c, 1)} must hold five numbers for each region: its image and four corners.`);
    const height = requirePositive(c, p.pooled_h, 'roi_pooling_param.pooled_h');
    const width = requirePositive(c, p.pooled_w, 'roi_pooling_param.pooled_w');
    return { tops: [[nth(regions, 0), nth(shape, 1), height, width]] };
  },
  cost(_, bottoms, tops) {
    // A region covers as much of the image as it likes: the whole image is the most.
    const [, , height = 0, width = 0] = nth(bottoms, 0);
    const [regions = 0, channels = 0] = nth(tops, 0);
    return { macs: 0, other: regions * channels * height * width };
  },
  forward(c) {
    const { pooled_h, pooled_w, spatial_scale } = setting(c.layer, 'roi_pooling_param');
    const [x, regions] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
    const places = placesOf(c);
    const corner = (region: Expr, i: number): Expr =>
      rounded(mul(flat(regions, add(mul(region, 5), i)), spatial_scale));
    c.compute(
      places,
      (...where) => {
        const [region, channel, down, across] = where as [Expr, Expr, Expr, Expr];
        const [row, column] = [axis(height), axis(width)];
        const image = imageOf(regions, region);
        const known = and(ge(image, 0), lt(image, images));
        const inside = and(
          known,
          lies(at(row), down, corner(region, 2), corner(region, 4), pooled_h),
          lies(at(column), across, corner(region, 1), corner(region, 3), pooled_w),
        );
        const value = element(x, [image, channel, at(row), at(column)], { guard: inside, otherwise: SMALLEST });
        const any = reduce('max', [row, column], cast(inside, 'i32'));
        return select(eq(any, 1), reduce('argmax', [row, column], value), i32(-1));
      },
      'place',
    );
    const planes = view(x, [images, channels, height * width]);
    c.compute(nth(c.tops, 0), (...where) => {
      const place = element(places, where);
      return element(planes, [imageOf(regions, nth(where, 0)), nth(where, 1), place], { guard: ge(place, 0) });
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const places = placesOf(c);
    const regions = nth(c.bottoms, 1);
    const [images = 1, channels = 1] = target.shape;
    const seen = [nth(places.shape, 0), channels, countRange(places.shape, 2)];
    const [dy, from] = [view(nth(c.topDiffs, 0), seen), view(places, seen)];
    c.compute(view(target, [images, channels, countRange(target.shape, 2)]), (...where) => {
      const [image, channel, place] = where as [Expr, Expr, Expr];
      const [region, cell] = [axis(nth(seen, 0)), axis(nth(seen, 2))];
      const cellAt = [at(region), channel, at(cell)];
      const here = and(eq(imageOf(regions, at(region)), image), eq(element(from, cellAt), place));
      return sum([region, cell], select(here, element(dy, cellAt), 0));
    });
  },
};
