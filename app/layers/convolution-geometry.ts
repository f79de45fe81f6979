/**
 * How a convolution's settings become numbers: kernel, stride, pad and dilation for each spatial axis, in either of
 * Caffe's spellings, and the extents that follow. Mirrors Caffe's base_conv_layer.cpp; shared by Convolution,
 * Deconvolution and Im2col.
 */
import type { ParamDeclaration, Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { has } from '../caffe/schema/dsl.ts';
import type { ConvolutionParameter, LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { countOf } from './definition.ts';
import { axisOf, bottom, bottomText, requirePositive, sameShape } from './shape-rules.ts';
import { canonical, nth } from './views.ts';

/** One spatial axis of a sliding window. */
export interface SpatialAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly dilation: number;
}

/** Extent that a kernel covers, holes included. */
export const reach = (a: SpatialAxis): number => a.dilation * (a.kernel - 1) + 1;

/** Output extent of a convolution; whole-number division as in C. */
const convolved = (extent: number, a: SpatialAxis): number =>
  Math.trunc((extent + 2 * a.pad - reach(a)) / a.stride) + 1;

/** Output extent of a deconvolution. */
const deconvolved = (extent: number, a: SpatialAxis): number => a.stride * (extent - 1) + reach(a) - 2 * a.pad;

type Fail = (message: string, field?: string) => never;
type Refuse = Fail | undefined;

/** A repeated setting with its _h and _w spelling, for each spatial axis. */
function perAxis(
  p: ConvolutionParameter,
  name: 'kernel_size' | 'stride' | 'pad',
  fields: readonly [keyof ConvolutionParameter & string, keyof ConvolutionParameter & string],
  count: number,
  fallback: number | undefined,
  refuse: Refuse,
): readonly number[] {
  const [h, w] = fields;
  const list = p[name];
  if (has(p, h) || has(p, w)) {
    if (count !== 2)
      refuse?.(`${h} and ${w} are for images; with ${count} spatial axes use ${name}.`, `convolution_param.${h}`);
    if (list.length > 0)
      refuse?.(`${name} is given beside ${h} and ${w}: keep one of the two spellings.`, `convolution_param.${name}`);
    return [p[h], p[w]].map((value) => (value === undefined ? 0 : Number(value)));
  }
  return repeatedSetting(list, name, count, fallback, refuse);
}

function repeatedSetting(
  list: readonly number[],
  name: string,
  count: number,
  fallback: number | undefined,
  refuse: Refuse,
): readonly number[] {
  if (list.length === 0) {
    if (fallback === undefined && count > 0)
      refuse?.(`kernel_size is missing: say how large the filter is, for example kernel_size: 3.`, 'convolution_param');
    return Array.from({ length: count }, () => fallback ?? 0);
  }
  if (list.length !== 1 && list.length !== count)
    refuse?.(
      `${name} is given ${list.length} times, but there are ${count} spatial axes: give it once, or once for each.`,
      `convolution_param.${name}`,
    );
  return Array.from({ length: count }, (_, i) => (list.length === 1 ? nth(list, 0) : (list[i] ?? 0)));
}

/** The spatial axes of a layer over `count` of them. With `refuse`, settings that make no sense are refused. */
export function spatialAxes(layer: LayerParameter, count: number, refuse?: Fail): readonly SpatialAxis[] {
  const p = setting(layer, 'convolution_param');
  const kernel = perAxis(p, 'kernel_size', ['kernel_h', 'kernel_w'], count, undefined, refuse);
  const stride = perAxis(p, 'stride', ['stride_h', 'stride_w'], count, 1, refuse);
  const pad = perAxis(p, 'pad', ['pad_h', 'pad_w'], count, 0, refuse);
  const dilation = repeatedSetting(p.dilation, 'dilation', count, 1, refuse);
  const positive = (values: readonly number[], what: string, field: string) => {
    const bad = values.find((v) => v < 1);
    if (bad !== undefined) refuse?.(`${what} is ${bad}: it must be at least 1.`, `convolution_param.${field}`);
  };
  positive(kernel, 'The kernel size', 'kernel_size');
  positive(stride, 'stride', 'stride');
  positive(dilation, 'dilation', 'dilation');
  return kernel.map((k, i) => ({ kernel: k, stride: nth(stride, i), pad: nth(pad, i), dilation: nth(dilation, i) }));
}

/** `3×3`, `5×5 · stride 2 · pad 1` and the like. */
export function windowSummary(axes: readonly SpatialAxis[]): string {
  const each = (of: (a: SpatialAxis) => number): string => {
    const values = axes.map(of);
    return values.every((v) => v === values[0]) ? String(values[0]) : values.join('×');
  };
  const parts = [axes.map((a) => a.kernel).join('×')];
  if (axes.some((a) => a.stride !== 1)) parts.push(`stride ${each((a) => a.stride)}`);
  if (axes.some((a) => a.pad !== 0)) parts.push(`pad ${each((a) => a.pad)}`);
  if (axes.some((a) => a.dilation !== 1)) parts.push(`dilation ${each((a) => a.dilation)}`);
  return parts.join(' · ');
}

/** Summary of a convolution's settings: `32 · 5×5 · pad 2`. The number of axes is the most that the settings name. */
export function convolutionSummary(layer: LayerParameter): string {
  const p = setting(layer, 'convolution_param');
  const count = Math.max(2, p.kernel_size.length, p.stride.length, p.pad.length, p.dilation.length);
  const parts = p.num_output === undefined ? [] : [String(p.num_output)];
  parts.push(windowSummary(spatialAxes(layer, count)));
  if (p.group > 1) parts.push(`group ${p.group}`);
  return parts.join(' · ');
}

/** Everything the kernels need to know of one convolution, seen from the side of its larger blob. */
export interface Geometry {
  /** Extents of the axes before the channels. */
  readonly batch: Shape;
  readonly group: number;
  /** Channels of the blob that the window slides over (a convolution's bottom, a deconvolution's top). */
  readonly inputs: number;
  /** Channels of the blob with one value for each place of the window. */
  readonly outputs: number;
  readonly inputExtents: Shape;
  readonly outputExtents: Shape;
  readonly axes: readonly SpatialAxis[];
}

/** The geometry of an accepted Convolution; of a Deconvolution with bottom and top exchanged. */
export function geometryOf(layer: LayerParameter, slid: Shape, places: Shape): Geometry {
  const p = setting(layer, 'convolution_param');
  const channel = canonical(p.axis, slid.length);
  return {
    batch: slid.slice(0, channel),
    group: p.group,
    inputs: nth(slid, channel),
    outputs: nth(places, channel),
    inputExtents: slid.slice(channel + 1),
    outputExtents: places.slice(channel + 1),
    axes: spatialAxes(layer, slid.length - channel - 1),
  };
}

/** Shapes of Convolution and Deconvolution. */
export function convolutionShape(c: ShapeContext, transposed: boolean) {
  const p = setting(c.layer, 'convolution_param');
  const refuse: Fail = (message, field) => c.fail(message, field);
  const shape = bottom(c);
  const channel = axisOf(c, p.axis, 'convolution_param.axis');
  const axes = spatialAxes(c.layer, shape.length - channel - 1, refuse);
  const outputs = requirePositive(c, p.num_output, 'convolution_param.num_output');
  const group = requirePositive(c, p.group, 'convolution_param.group');
  const channels = nth(shape, channel);
  if (channels % group !== 0)
    c.fail(
      `${bottomText(c, 0)} has ${channels} channels, which group: ${group} does not divide: use a group that divides the channels.`,
      'convolution_param.group',
    );
  if (outputs % group !== 0)
    c.fail(
      `num_output is ${outputs}, which group: ${group} does not divide: use a multiple of the group.`,
      'convolution_param.num_output',
    );
  c.bottoms.forEach((other, i) => {
    if (!sameShape(other, shape))
      c.fail(`${bottomText(c, i)} and ${bottomText(c, 0)} pass the same filters, so their shapes must be equal.`);
  });
  if (c.layer.top.length !== c.bottoms.length)
    c.fail(
      `There must be one top for each bottom, but there are ${c.layer.top.length} and ${c.bottoms.length}.`,
      'top',
    );
  const extents = axes.map((a, i) => {
    const from = nth(shape, channel + 1 + i);
    const to = transposed ? deconvolved(from, a) : convolved(from, a);
    if (to < 1)
      c.fail(
        `A kernel of ${a.kernel}${a.dilation > 1 ? ` with dilation ${a.dilation}` : ''} and pad ${a.pad} leaves nothing of axis ${channel + 1 + i} of ${bottomText(c, 0)}: ` +
          (transposed ? 'use a smaller pad.' : 'use a smaller kernel or a larger pad.'),
        'convolution_param.kernel_size',
      );
    return to;
  });
  const top = [...shape.slice(0, channel), outputs, ...extents];
  const kernel = axes.map((a) => a.kernel);
  const weights = transposed ? [channels, outputs / group, ...kernel] : [outputs, channels / group, ...kernel];
  const params: ParamDeclaration[] = [{ shape: weights, role: 'weights', filler: p.weight_filler }];
  if (p.bias_term) params.push({ shape: [outputs], role: 'bias', filler: p.bias_filler });
  return { tops: c.bottoms.map(() => top), params };
}

/** Multiply-adds of a convolution or (bottom and top exchanged) deconvolution over all its bottoms. */
export function convolutionMacs(layer: LayerParameter, slid: readonly Shape[], places: readonly Shape[]): number {
  const p = setting(layer, 'convolution_param');
  return places.reduce((total, place, i) => {
    const shape = nth(slid, i);
    const channel = canonical(p.axis, shape.length);
    const kernel = spatialAxes(layer, shape.length - channel - 1).reduce((n, a) => n * a.kernel, 1);
    return total + countOf(place) * (nth(shape, channel) / p.group) * kernel;
  }, 0);
}

/** Shape of Im2col: a column for each place of the window. */
export function im2colShape(c: ShapeContext): Shape {
  const p = setting(c.layer, 'convolution_param');
  const shape = bottom(c);
  const channel = axisOf(c, p.axis, 'convolution_param.axis');
  const axes = spatialAxes(c.layer, shape.length - channel - 1, (message, field) => c.fail(message, field));
  const kernel = axes.reduce((n, a) => n * a.kernel, 1);
  const extents = axes.map((a, i) => {
    const to = convolved(nth(shape, channel + 1 + i), a);
    if (to < 1)
      c.fail(
        `The kernel does not fit into ${bottomText(c, 0)}: use a smaller kernel or a larger pad.`,
        'convolution_param.kernel_size',
      );
    return to;
  });
  return [...shape.slice(0, channel), nth(shape, channel) * kernel, ...extents];
}
