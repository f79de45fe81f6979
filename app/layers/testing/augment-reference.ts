/**
 * Augmentation in plain arithmetic, image by image and step by step, for holding the kernels against: a place is mapped
 * through the window, the turn and the shift one after the other, and colours go through one change after the other.
 */
import type { AugmentParameter } from '../../caffe/schema/net-messages.ts';
import { uniformOf } from '../../engine/ir/random.ts';

export interface ReferenceCase {
  readonly augment: AugmentParameter;
  readonly mirror: boolean;
  /** Channels, height, width. */
  readonly record: readonly [number, number, number];
  readonly rows: number;
  readonly columns: number;
  readonly batch: number;
  readonly images: Uint8Array;
  readonly seed: number;
  readonly pass: number;
  /** Parts of mixup, where images are mixed. */
  readonly parts?: Float32Array;
}

const FURTHER = ['angle', 'area', 'aspect', 'down', 'right', 'brightness', 'contrast', 'saturation', 'hue'];
const LIGHTS = 9;
const COVER = 12;

/** Standard normal quantile by bisection of the distribution, whose integral is summed up by Simpson's rule. */
function normalOf(uniform: number): number {
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const distribution = (z: number): number => {
    const steps = 400;
    const h = z / steps;
    let sum = density(0) + density(z);
    for (let i = 1; i < steps; i++) sum += density(i * h) * (i % 2 === 0 ? 2 : 4);
    return 0.5 + (sum * h) / 3;
  };
  let [low, high] = [-6, 6];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < uniform) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The images as they should come out, [batch, channels, rows, columns], with nothing subtracted. */
export function augmented(one: ReferenceCase): Float64Array {
  const { record, rows, columns, batch, augment: a, parts } = one;
  const [channels] = record;
  const size = channels * rows * columns;
  const out = new Float64Array(batch * size);
  for (let image = 0; image < batch; image++) augmentOne(one, image, out.subarray(image * size, (image + 1) * size));
  if (a.mixup === 0 || parts === undefined) return out;
  const by = 1 + Math.floor(uniformOf(one.seed, one.pass, 0, batch * 19) * (batch - 1));
  return out.map((value, i) => {
    const image = Math.floor(i / size);
    const other = ((image + by) % batch) * size + (i % size);
    const part = parts[image] as number;
    return part * value + (1 - part) * (out[other] as number);
  });
}

function augmentOne(one: ReferenceCase, image: number, out: Float64Array): void {
  const { augment: a, record, rows, columns, batch, mirror } = one;
  const [channels, height, width] = record;
  const basic = (i: number): number => uniformOf(one.seed, one.pass, 0, image * 3 + i);
  const further = (i: number): number => uniformOf(one.seed, one.pass, 0, batch * 3 + image * 16 + i);
  const draw = (name: string): number => further(FURTHER.indexOf(name));
  const either = (name: string): number => 2 * draw(name) - 1;
  const pixels = one.images.subarray(image * channels * height * width, (image + 1) * channels * height * width);
  const fold = (i: number, extent: number): number => {
    let place = i;
    while (place < 0 || place >= extent) place = place < 0 ? -place : 2 * (extent - 1) - place;
    return place;
  };
  const raw = (c: number, y: number, x: number): number => {
    if (a.border === 'REFLECT') return pixels[(c * height + fold(y, height)) * width + fold(x, width)] as number;
    const outside = y < 0 || x < 0 || y >= height || x >= width;
    return outside ? 0 : (pixels[(c * height + y) * width + x] as number);
  };
  const between = (c: number, y: number, x: number): number => {
    const [top, left] = [Math.floor(y), Math.floor(x)];
    let sum = 0;
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const weight = (1 - Math.abs(y - (top + dy))) * (1 - Math.abs(x - (left + dx)));
      sum += weight * raw(c, top + dy, left + dx);
    }
    return sum;
  };

  let [high, wide] = [rows, columns];
  if (a.min_area < 1 || a.aspect > 1) {
    const area = (a.min_area + draw('area') * (1 - a.min_area)) * height * width;
    const aspect = Math.pow(a.aspect, either('aspect'));
    high = Math.min(height, Math.sqrt(area / aspect));
    wide = Math.min(width, Math.sqrt(area * aspect));
  }
  const flips = mirror && basic(2) < 0.5;
  const resamples = a.rotation > 0 || a.min_area < 1 || a.aspect > 1 || a.translation > 0;
  const angle = (either('angle') * a.rotation * Math.PI) / 180;
  const covered = (place: number, extent: number, u: number): boolean => {
    const from = Math.floor(u * extent) - Math.floor(a.cutout / 2);
    return place >= from && place < from + a.cutout;
  };

  const gray = (rgb: readonly number[]): number =>
    channels === 3
      ? 0.299 * (rgb[0] as number) + 0.587 * (rgb[1] as number) + 0.114 * (rgb[2] as number)
      : rgb.reduce((s, v) => s + v, 0) / channels;
  let mean = 0;
  for (let i = 0; i < height * width; i++)
    mean += gray(Array.from({ length: channels }, (_, c) => pixels[c * height * width + i] as number));
  mean /= height * width;

  const factor = (name: string, by: number): number => 1 + by * either(name);
  const lights = a.lighting > 0 ? [0, 1, 2].map((k) => normalOf(further(LIGHTS + k))) : [];
  const recolour = (rgb: readonly number[]): readonly number[] => {
    const bright = factor('brightness', a.brightness);
    let values = rgb.map((v) => v * bright);
    const contrast = factor('contrast', a.contrast);
    values = values.map((v) => mean * bright + contrast * (v - mean * bright));
    if (channels === 3) {
      const luma = gray(values);
      const saturation = factor('saturation', a.saturation);
      values = values.map((v) => luma + saturation * (v - luma));
      values = turnHue(values, 2 * Math.PI * a.hue * either('hue'));
      const variances = [0.2175, 0.0188, 0.0045];
      const directions = [
        [-0.5675, 0.7192, 0.4009],
        [-0.5808, -0.0045, -0.814],
        [-0.5836, -0.6948, 0.4203],
      ];
      if (a.lighting > 0)
        values = values.map((v, c) =>
          variances.reduce(
            (sum, deviation, k) => sum + 255 * deviation * a.lighting * (lights[k] ?? 0) * (directions[c]?.[k] ?? 0),
            v,
          ),
        );
    }
    return values.map((v) => Math.min(255, Math.max(0, v)));
  };
  const recolours = a.brightness + a.contrast + a.saturation + a.hue + a.lighting > 0;

  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let rgb: readonly number[];
      const across = flips ? columns - 1 - column : column;
      if (resamples) {
        const u = ((row + 0.5) / rows - 0.5) * high;
        const v = ((across + 0.5) / columns - 0.5) * wide;
        const top = -a.pad + basic(0) * (height + 2 * a.pad - high) + a.translation * height * either('down');
        const left = -a.pad + basic(1) * (width + 2 * a.pad - wide) + a.translation * width * either('right');
        const y = top + high / 2 + Math.sin(angle) * v + Math.cos(angle) * u - 0.5;
        const x = left + wide / 2 + Math.cos(angle) * v - Math.sin(angle) * u - 0.5;
        rgb = Array.from({ length: channels }, (_, c) => between(c, y, x));
      } else {
        const y = row - a.pad + Math.floor(basic(0) * (height + 2 * a.pad - rows + 1));
        const x = across - a.pad + Math.floor(basic(1) * (width + 2 * a.pad - columns + 1));
        rgb = Array.from({ length: channels }, (_, c) => raw(c, y, x));
      }
      const colours = recolours ? recolour(rgb) : rgb;
      const hidden = a.cutout > 0 && covered(row, rows, further(COVER)) && covered(column, columns, further(COVER + 1));
      colours.forEach((v, c) => {
        out[(c * rows + row) * columns + column] = hidden ? 0 : v;
      });
    }
}

/** Turns a colour's two axes beside its luminance. */
function turnHue([r = 0, g = 0, b = 0]: readonly number[], angle: number): number[] {
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  const i = 0.595716 * r - 0.274453 * g - 0.321263 * b;
  const q = 0.211456 * r - 0.522591 * g + 0.311135 * b;
  const [turnedI, turnedQ] = [i * Math.cos(angle) - q * Math.sin(angle), i * Math.sin(angle) + q * Math.cos(angle)];
  return [
    y + 0.9563 * turnedI + 0.621 * turnedQ,
    y - 0.2721 * turnedI - 0.6474 * turnedQ,
    y - 1.107 * turnedI + 1.7046 * turnedQ,
  ];
}
