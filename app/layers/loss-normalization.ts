/**
 * What a loss is divided by, as Caffe's loss layers have it: all positions, those not ignored, the batch, or nothing;
 * never less than 1. The count of those not ignored depends on the labels, so it is computed by a kernel.
 */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { has } from '../caffe/schema/dsl.ts';
import { setting } from '../caffe/schema/values.ts';
import { at, axis, bool, cast, f32, i32, max, ne, select, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, flat, type KernelContext, type Tensor } from './definition.ts';

/** FULL, VALID, BATCH_SIZE or NONE. */
export type Normalization = 'FULL' | 'VALID' | 'BATCH_SIZE' | 'NONE';

/** The mode in force: `normalization`, else the old `normalize`, else the layer's own default. */
export function normalizationOf(layer: LayerParameter, fallback: Normalization): Normalization {
  const p = setting(layer, 'loss_param');
  if (has(p, 'normalization')) return p.normalization;
  if (p.normalize !== undefined) return p.normalize ? 'VALID' : 'BATCH_SIZE';
  return fallback;
}

/** A label as a whole number, as C++ casts it. */
export const labelAt = (labels: Tensor, position: Expr): Expr => cast(flat(labels, position), 'i32');

/** Does the position count? True for all where no label is ignored. */
export function counts(layer: LayerParameter, label: Expr): Expr {
  const ignored = setting(layer, 'loss_param').ignore_label;
  return ignored === undefined ? bool(true) : ne(label, ignored);
}

/**
 * The number to divide by, as an expression for kernels of this pass. In forward it makes the kernel that counts, where
 * one is needed; backward reads what that left.
 */
export function normalizer(
  c: KernelContext,
  pass: 'forward' | 'backward',
  mode: Normalization,
  sizes: { readonly positions: number; readonly batch: number },
  labels: Tensor,
): Expr {
  switch (mode) {
    case 'FULL':
      return f32(Math.max(1, sizes.positions));
    case 'BATCH_SIZE':
      return f32(Math.max(1, sizes.batch));
    case 'NONE':
      return f32(1);
    case 'VALID': {
      if (setting(c.layer, 'loss_param').ignore_label === undefined) return f32(Math.max(1, sizes.positions));
      const valid = c.saved('valid', [1]);
      if (pass === 'forward')
        c.compute(
          valid,
          () => {
            const i = axis(countOf(labels.shape));
            return max(sum([i], select(counts(c.layer, labelAt(labels, at(i))), 1, 0)), 1);
          },
          'valid',
        );
      return flat(valid, i32(0));
    }
  }
}

/** Summary of the loss settings: what is ignored and how the loss is divided, where it is not the default. */
export function lossSummary(layer: LayerParameter, fallback: Normalization): string {
  const parts: string[] = [];
  const ignored = setting(layer, 'loss_param').ignore_label;
  if (ignored !== undefined) parts.push(`ignore ${ignored}`);
  const mode = normalizationOf(layer, fallback);
  if (mode !== fallback) parts.push(mode);
  return parts.join(' · ');
}
