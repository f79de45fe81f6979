/**
 * What an image's augmentation is drawn as: a few numbers for each image of the batch, made by one small kernel, from which
 * the kernel that makes the pixels reads where each comes from (an affine map) and what becomes of its colour (another).
 * The numbers follow from the seed, the pass and the place in the batch alone.
 */
import type { AugmentParameter } from '../caffe/schema/net-messages.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import { add, at, axis, cast, div, exp, f32, lt, min, mul, select, sqrt, sub, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { element, type ForwardContext, type Tensor } from './definition.ts';
import { normal } from './fillers.ts';
import { cosine, sine } from './trigonometry.ts';
import { nth } from './views.ts';

/** Random numbers of an image that crop and mirror take, as Caffe's transformation has them. */
const BASIC = 3;
const BASIC_DRAWS = { row: 0, column: 1, mirror: 2 } as const;

/** Further random numbers of an image; they lie behind the basic ones of the whole batch. */
const FURTHER = [
  'angle',
  'area',
  'aspect',
  'down',
  'right',
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'light0',
  'light1',
  'light2',
  'coverRow',
  'coverColumn',
] as const;
const FURTHER_ROOM = 16;

/** Names of the random numbers of one image. */
export type Draw = keyof typeof BASIC_DRAWS | (typeof FURTHER)[number];

/** Which of a layer's random numbers a draw of an image is. */
export function drawIndex(batch: number, image: Expr, draw: Draw): Expr {
  if (draw in BASIC_DRAWS) return add(mul(image, BASIC), BASIC_DRAWS[draw as keyof typeof BASIC_DRAWS]);
  return add(mul(image, FURTHER_ROOM), batch * BASIC + FURTHER.indexOf(draw as (typeof FURTHER)[number]));
}

/** The random number of the whole batch: by how many places the images that are mixed in stand further on. */
export const batchDraw = (batch: number): number => batch * (BASIC + FURTHER_ROOM);

/** Luminance of red, green and blue. */
export const LUMINANCE = [0.299, 0.587, 0.114] as const;
/** From RGB to luminance and two axes of colour, and back: turning the two axes turns the hue and keeps the luminance. */
const TO_YIQ = [LUMINANCE, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]] as const;
const FROM_YIQ = [
  [1, 0.9563, 0.621],
  [1, -0.2721, -0.6474],
  [1, -1.107, 1.7046],
] as const;
/** Principal components of ImageNet's colours, with the square roots of their variances, as AlexNet's noise has them, in units of 0 to 255. */
export const LIGHT = {
  deviations: [0.2175 * 255, 0.0188 * 255, 0.0045 * 255],
  directions: [
    [-0.5675, 0.7192, 0.4009],
    [-0.5808, -0.0045, -0.814],
    [-0.5836, -0.6948, 0.4203],
  ],
} as const;

/** Which kinds of numbers an augmentation is made of. */
export interface Augmentation {
  /** Pixels come from between pixels. */
  readonly resamples: boolean;
  /** Each channel is multiplied and shifted. */
  readonly recolours: boolean;
  /** Channels are mixed with each other. */
  readonly mixesChannels: boolean;
  readonly covers: boolean;
}

/** What the settings come to; undefined where crop, mirror and pad are all, which need no numbers. */
export function augmentationOf(a: AugmentParameter): Augmentation | undefined {
  const resamples = a.rotation > 0 || a.min_area < 1 || a.aspect > 1 || a.translation > 0;
  const mixesChannels = a.saturation > 0 || a.hue > 0;
  const recolours = mixesChannels || a.brightness > 0 || a.contrast > 0 || a.lighting > 0;
  const covers = a.cutout > 0;
  return resamples || recolours || covers ? { resamples, recolours, mixesChannels, covers } : undefined;
}

/** The drawn numbers, as expressions of the image. */
export interface DrawnImage {
  /** x = column · x[0] + row · x[1] + x[2], and y alike, in pixels of the record. */
  readonly place?: { readonly x: readonly [Expr, Expr, Expr]; readonly y: readonly [Expr, Expr, Expr] };
  /** The value of a channel: Σ over k of gain(channel, k) · pixel(k), plus shift(channel); k is the channel alone unless they are mixed. */
  readonly gain?: (channel: Expr, k: number) => Expr;
  readonly shift?: (channel: Expr) => Expr;
  /** First row and column that are covered. */
  readonly cover?: { readonly row: Expr; readonly column: Expr };
}

/** What the drawing needs besides the settings. */
interface Sizes {
  readonly record: Shape;
  /** Rows and columns of the images made. */
  readonly rows: number;
  readonly columns: number;
  readonly batch: number;
  readonly mirror: boolean;
}

/** Emits the kernel of the numbers, and gives what reads them. */
export function drawImages(
  c: ForwardContext,
  a: AugmentParameter,
  kinds: Augmentation,
  images: Tensor,
  sizes: Sizes,
): (image: Expr) => DrawnImage {
  const gray = a.contrast > 0 ? meanGray(c, images) : undefined;
  const rows: ((image: Expr) => Expr)[] = [];
  const keep = (value: (image: Expr) => Expr): number => rows.push(value) - 1;
  const random = (image: Expr, draw: Draw): Expr => c.random(drawIndex(sizes.batch, image, draw));
  const places = kinds.resamples ? placeNumbers(a, sizes, random).map(keep) : [];
  const channels = nth(sizes.record, 0);
  const colours = kinds.recolours ? colourNumbers(a, kinds, channels, random, gray) : undefined;
  const gains = colours?.gains.map(keep) ?? [];
  const shifts = colours?.shifts.map(keep) ?? [];
  const covers = kinds.covers
    ? [['coverRow', sizes.rows] as const, ['coverColumn', sizes.columns] as const].map(([draw, extent]) =>
        keep((image) => sub(cast(cast(mul(random(image, draw), extent), 'i32'), 'f32'), Math.floor(a.cutout / 2))),
      )
    : [];
  const drawn = c.scratch('drawn', [rows.length, sizes.batch]);
  c.computeStores(
    [sizes.batch],
    (image) => rows.map((value, row) => ({ target: drawn, at: [row, image], value: value(image) })),
    'drawn',
  );
  return (image) => {
    const value = (row: number | Expr): Expr => element(drawn, [row, image]);
    const three = (from: number): [Expr, Expr, Expr] => {
      const numbers = [from, from + 1, from + 2].map((i) => value(nth(places, i)));
      return [nth(numbers, 0), nth(numbers, 1), nth(numbers, 2)];
    };
    const mixing = kinds.mixesChannels ? channels : 1;
    return {
      ...(places.length === 0 ? {} : { place: { x: three(0), y: three(3) } }),
      ...(colours === undefined
        ? {}
        : {
            gain: (channel: Expr, k: number) =>
              value(gains.length === 1 ? nth(gains, 0) : add(mul(channel, mixing), nth(gains, 0) + k)),
            shift: (channel: Expr) => value(shifts.length === 1 ? nth(shifts, 0) : add(channel, nth(shifts, 0))),
          }),
      ...(covers.length === 0
        ? {}
        : { cover: { row: cast(value(nth(covers, 0)), 'i32'), column: cast(value(nth(covers, 1)), 'i32') } }),
    };
  };
}

/** The luminance of each whole image on average, in a tensor of this pass; of an image that is not RGB, the mean of all. */
function meanGray(c: ForwardContext, images: Tensor): Tensor {
  const [, channels = 1, height = 1, width = 1] = images.shape;
  const gray = c.scratch('gray', [nth(images.shape, 0)]);
  c.compute(
    gray,
    (image) => {
      const [y, x] = [axis(height), axis(width)];
      const weights = channels === 3 ? LUMINANCE : Array<number>(channels).fill(1 / channels);
      const total = weights.map((weight, k) => mul(cast(element(images, [image, k, at(y), at(x)]), 'f32'), weight));
      return mul(
        sum(
          [y, x],
          total.reduce((a, b) => add(a, b)),
        ),
        1 / (height * width),
      );
    },
    'gray',
  );
  return gray;
}

type Random = (image: Expr, draw: Draw) => Expr;

/** A random number between −1 and 1. */
const either = (uniform: Expr): Expr => sub(mul(uniform, 2), 1);

/** The affine map from places of the image made to places of the record: a window, turned about its middle and shifted. */
function placeNumbers(
  a: AugmentParameter,
  { record, rows, columns, mirror }: Sizes,
  random: Random,
): ((image: Expr) => Expr)[] {
  const [, height = 1, width = 1] = record;
  const stretches = a.min_area < 1 || a.aspect > 1;
  const parts = (image: Expr) => {
    let [high, wide]: [Expr, Expr] = [f32(rows), f32(columns)];
    if (stretches) {
      const area = mul(add(mul(random(image, 'area'), 1 - a.min_area), a.min_area), height * width);
      const aspect = exp(mul(either(random(image, 'aspect')), Math.log(a.aspect)));
      high = min(sqrt(div(area, aspect)), height);
      wide = min(sqrt(mul(area, aspect)), width);
    }
    // The middle of the window, so that pixel 0 has its own middle at 0.
    const middle = (draw: Draw, shift: Draw, extent: number, side: Expr): Expr => {
      const start = sub(mul(random(image, draw), sub(f32(extent + 2 * a.pad), side)), a.pad);
      const moved = a.translation > 0 ? mul(either(random(image, shift)), a.translation * extent) : f32(0);
      return add(add(start, mul(sub(side, 1), 0.5)), moved);
    };
    const angle = mul(either(random(image, 'angle')), (a.rotation * Math.PI) / 180);
    const [cos, sin] = a.rotation > 0 ? [cosine(angle), sine(angle)] : [f32(1), f32(0)];
    const flip = mirror ? select(lt(random(image, 'mirror'), 0.5), f32(-1), f32(1)) : f32(1);
    const [down, right] = [mul(high, 1 / rows), mul(mul(wide, 1 / columns), flip)];
    return {
      y: [mul(sin, right), mul(cos, down), middle('row', 'down', height, high)] as const,
      x: [mul(cos, right), mul(sub(0, sin), down), middle('column', 'right', width, wide)] as const,
    };
  };
  const [halfRow, halfColumn] = [(rows - 1) / 2, (columns - 1) / 2];
  return (['x', 'y'] as const).flatMap((which) => [
    (image: Expr) => parts(image)[which][0],
    (image: Expr) => parts(image)[which][1],
    (image: Expr) => {
      const [byColumn, byRow, middle] = parts(image)[which];
      return sub(sub(middle, mul(byColumn, halfColumn)), mul(byRow, halfRow));
    },
  ]);
}

/** The affine map of colours: brightness and contrast of all channels, then saturation and hue between them, then light. */
function colourNumbers(
  a: AugmentParameter,
  { mixesChannels }: Augmentation,
  channels: number,
  random: Random,
  gray: Tensor | undefined,
): { readonly gains: ((image: Expr) => Expr)[]; readonly shifts: ((image: Expr) => Expr)[] } {
  const factor = (image: Expr, draw: Draw, by: number): Expr =>
    by > 0 ? add(mul(either(random(image, draw)), by), 1) : f32(1);
  const bright = (image: Expr): Expr => factor(image, 'brightness', a.brightness);
  const contrast = (image: Expr): Expr => factor(image, 'contrast', a.contrast);
  const level = (image: Expr): Expr => mul(bright(image), contrast(image));
  // Luminance passes through saturation and hue unchanged, so that the shift of contrast is the same in all channels.
  const lift = (image: Expr): Expr =>
    gray === undefined ? f32(0) : mul(mul(sub(1, contrast(image)), bright(image)), element(gray, [image]));
  const light = (image: Expr, channel: number): Expr =>
    LIGHT.deviations.reduce<Expr>((total, deviation, k) => {
      const weight = deviation * a.lighting * (LIGHT.directions[channel]?.[k] ?? 0);
      return add(total, mul(normal(random(image, `light${k as 0 | 1 | 2}`)), weight));
    }, f32(0));
  const shifts =
    a.lighting > 0
      ? Array.from({ length: channels }, (_, channel) => (image: Expr) => add(lift(image), light(image, channel)))
      : [lift];
  if (!mixesChannels) return { gains: [level], shifts };
  const gains = Array.from({ length: channels * channels }, (_, i) => (image: Expr): Expr => {
    const angle = mul(either(random(image, 'hue')), a.hue * 2 * Math.PI);
    const [cos, sin] = a.hue > 0 ? [cosine(angle), sine(angle)] : [f32(1), f32(0)];
    const vivid = factor(image, 'saturation', a.saturation);
    const [to, from] = [Math.floor(i / channels), i % channels];
    return mul(level(image), hueEntry(to, from, mul(vivid, cos), mul(vivid, sin)));
  });
  return { gains, shifts };
}

/** One entry of the matrix that keeps luminance, and turns and stretches the two axes of colour. */
function hueEntry(to: number, from: number, cos: Expr, sin: Expr): Expr {
  const [back, there] = [FROM_YIQ[to] ?? [], TO_YIQ.map((row) => row[from] ?? 0)];
  const [i, q] = [nth(there, 1), nth(there, 2)];
  const [byI, byQ] = [nth(back, 1), nth(back, 2)];
  return add(add(mul(cos, byI * i + byQ * q), mul(sin, byQ * i - byI * q)), nth(there, 0));
}
