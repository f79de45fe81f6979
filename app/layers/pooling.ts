/**
 * Pooling. Mirrors Caffe's pooling_layer.cpp: output extents are rounded up. The kernels are in `pooling-kernels.ts`, which
 * SPP shares.
 */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { has } from '../caffe/schema/dsl.ts';
import { setting } from '../caffe/schema/values.ts';
import { countOf, type KernelContext, type LayerDefinition } from './definition.ts';
import { poolAxes, pooledShape } from './pooling-geometry.ts';
import { placesOf, poolBackward, poolForward, type Pool } from './pooling-kernels.ts';
import { nth } from './views.ts';
import { poolingWindow } from './windows.ts';

function poolOf(c: KernelContext): Pool {
  const { shape } = nth(c.bottoms, 0);
  return {
    method: setting(c.layer, 'pooling_param').pool,
    axes: poolAxes(c.layer, nth(shape, 2), nth(shape, 3)),
    name: '',
  };
}

function summary(layer: LayerParameter): string {
  const p = setting(layer, 'pooling_param');
  if (p.global_pooling) return `${p.pool} · global`;
  const pair = (one: number, h: number | undefined, w: number | undefined): string =>
    h === undefined || w === undefined ? String(one) : `${h}×${w}`;
  const kernel =
    p.kernel_size === undefined ? `${p.kernel_h ?? '?'}×${p.kernel_w ?? '?'}` : `${p.kernel_size}×${p.kernel_size}`;
  const parts = [p.pool, kernel];
  const stride = pair(p.stride, p.stride_h, p.stride_w);
  if (stride !== '1') parts.push(`stride ${stride}`);
  const pad = has(p, 'pad_h') ? pair(p.pad, p.pad_h, p.pad_w) : String(p.pad);
  if (pad !== '0') parts.push(`pad ${pad}`);
  return parts.join(' · ');
}

/** Reduces windows of each channel to one value. */
export const pooling: LayerDefinition = {
  type: 'Pooling',
  family: 'pooling',
  doc: 'Reduces windows of each channel to their largest value, their mean, or one drawn at random.',
  paramField: 'pooling_param',
  template: 'pooling_param {\n  pool: MAX\n  kernel_size: 2\n  stride: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 2 },
  summary,
  shape(c) {
    const top = pooledShape(c);
    const { pool } = setting(c.layer, 'pooling_param');
    if (c.layer.top.length > 1 && pool !== 'MAX')
      c.fail(`Only MAX pooling has a second top (where each maximum was); ${pool} has one.`, 'pooling_param.pool');
    return { tops: c.layer.top.length > 1 ? [top, top] : [top] };
  },
  cost(layer, bottoms, tops) {
    const [n = 0, ch = 0, height = 0, width = 0] = nth(bottoms, 0);
    const axes = poolAxes(layer, height, width);
    const window = axes[0].kernel * axes[1].kernel;
    const places = n * ch * countOf(nth(tops, 0).slice(2));
    const quotients = setting(layer, 'pooling_param').pool === 'AVE' ? places : 0;
    return { macs: 0, other: places * window + quotients };
  },
  window: poolingWindow,
  forward(c) {
    poolForward(c, poolOf(c), nth(c.bottoms, 0), placesOf(nth(c.tops, 0)), c.tops[1]);
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target !== undefined) poolBackward(c, poolOf(c), placesOf(nth(c.topDiffs, 0)), target);
  },
};
