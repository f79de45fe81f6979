/** Windows of Pooling and SPP: settings in either spelling, and Caffe's output extents. Mirrors pooling_layer.cpp. */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { has } from '../caffe/schema/dsl.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { bottomText, requireRank } from './shape-rules.ts';
import { nth } from './views.ts';

/** One axis of a pooling window, over an input extent, with its number of places. */
export interface PoolAxis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly pooled: number;
}

type Fail = (message: string, field?: string) => never;

/** Number of places of a pooling window: rounded up (or down), and no window that starts behind the padded image. */
export function placeCount(
  extent: number,
  kernel: number,
  stride: number,
  pad: number,
  anyPad: boolean,
  floor: boolean,
): number {
  const steps = (extent + 2 * pad - kernel) / stride;
  const count = (floor ? Math.floor(steps) : Math.ceil(steps)) + 1;
  return anyPad && (count - 1) * stride >= extent + pad ? count - 1 : count;
}

/** Both axes of the windows over an image of height × width. With `refuse`, settings that make no sense are refused. */
export function poolAxes(
  layer: LayerParameter,
  height: number,
  width: number,
  refuse?: Fail,
): readonly [PoolAxis, PoolAxis] {
  const p = setting(layer, 'pooling_param');
  const pair = (one: number, h: number | undefined, w: number | undefined, written: boolean): [number, number] =>
    written ? [h ?? one, w ?? one] : [one, one];
  const kernel: [number, number] = p.global_pooling
    ? [height, width]
    : pair(p.kernel_size ?? 0, p.kernel_h, p.kernel_w, p.kernel_size === undefined);
  const stride = pair(p.stride, p.stride_h, p.stride_w, p.stride_h !== undefined);
  const pad = pair(p.pad, p.pad_h, p.pad_w, has(p, 'pad_h'));
  if (refuse !== undefined) checkPool(layer, kernel, stride, pad, refuse);
  const anyPad = pad[0] > 0 || pad[1] > 0;
  const axisOf = (extent: number, i: 0 | 1): PoolAxis => ({
    extent,
    kernel: kernel[i],
    stride: stride[i],
    pad: pad[i],
    pooled: placeCount(extent, kernel[i], stride[i], pad[i], anyPad, p.round_mode === 'FLOOR'),
  });
  return [axisOf(height, 0), axisOf(width, 1)];
}

function checkPool(
  layer: LayerParameter,
  kernel: readonly [number, number],
  stride: readonly [number, number],
  pad: readonly [number, number],
  refuse: Fail,
): void {
  const p = setting(layer, 'pooling_param');
  const sized = p.kernel_size !== undefined || p.kernel_h !== undefined || p.kernel_w !== undefined;
  if (p.global_pooling) {
    if (sized)
      refuse(
        'global_pooling takes the whole image as its window: remove the kernel size.',
        'pooling_param.global_pooling',
      );
    if (pad[0] !== 0 || pad[1] !== 0 || stride[0] !== 1 || stride[1] !== 1)
      refuse('global_pooling has one window: pad must be 0 and stride 1.', 'pooling_param.global_pooling');
    return;
  }
  if (!sized)
    refuse('kernel_size is missing: say how large the window is, for example kernel_size: 2.', 'pooling_param');
  if (p.kernel_size !== undefined && (p.kernel_h !== undefined || p.kernel_w !== undefined))
    refuse(
      'kernel_size is given beside kernel_h and kernel_w: keep one of the two spellings.',
      'pooling_param.kernel_size',
    );
  if (p.kernel_size === undefined && (p.kernel_h === undefined || p.kernel_w === undefined))
    refuse('kernel_h and kernel_w must both be given.', 'pooling_param');
  if (has(p, 'pad_h') !== has(p, 'pad_w') || (has(p, 'pad') && has(p, 'pad_h')))
    refuse('Give pad, or both pad_h and pad_w.', 'pooling_param.pad');
  if ((p.stride_h === undefined) !== (p.stride_w === undefined) || (has(p, 'stride') && p.stride_h !== undefined))
    refuse('Give stride, or both stride_h and stride_w.', 'pooling_param.stride');
  if (kernel[0] < 1 || kernel[1] < 1)
    refuse('The kernel size is 0: it must be at least 1.', 'pooling_param.kernel_size');
  if (stride[0] < 1 || stride[1] < 1) refuse('stride is 0: it must be at least 1.', 'pooling_param.stride');
  if ((pad[0] >= kernel[0] && pad[0] > 0) || (pad[1] >= kernel[1] && pad[1] > 0))
    refuse('pad must be smaller than the kernel: a window would lie wholly outside the image.', 'pooling_param.pad');
  if ((pad[0] > 0 || pad[1] > 0) && p.pool === 'STOCHASTIC')
    refuse('STOCHASTIC pooling takes no pad: set pad to 0 or use MAX or AVE.', 'pooling_param.pad');
}

/** Shape of Pooling's tops. */
export function pooledShape(c: ShapeContext): Shape {
  const shape = requireRank(c, 4, 'batch, channels, height, width');
  const [height, width] = [nth(shape, 2), nth(shape, 3)];
  const axes = poolAxes(c.layer, height, width, (message, field) => c.fail(message, field));
  for (const a of axes) {
    if (a.pooled < 1)
      c.fail(
        `A window of ${axes[0].kernel}×${axes[1].kernel} does not fit into ${bottomText(c, 0)}: use a smaller kernel_size.`,
        'pooling_param.kernel_size',
      );
    // Caffe gives such a window the smallest float, which no later layer can use.
    if ((a.pooled - 1) * a.stride >= a.extent + a.pad)
      c.fail(
        `The last window of ${axes[0].kernel}×${axes[1].kernel} would lie wholly behind the edge of ${bottomText(c, 0)}, since its stride (${a.stride}) is larger than the window: use round_mode: FLOOR, or a smaller stride.`,
        'pooling_param',
      );
  }
  return [nth(shape, 0), nth(shape, 1), axes[0].pooled, axes[1].pooled];
}
