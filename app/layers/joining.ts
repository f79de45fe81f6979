/**
 * Concat and Slice are each other's gradient: blobs laid end to end along one axis of a larger one. The axis rule (with
 * Caffe's old names concat_dim and slice_dim) and both copies.
 */
import type { ShapeContext } from '../caffe/net/layer-table.ts';
import { add } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { element, type KernelContext, type Target, type Tensor } from './definition.ts';
import { axisOf, bottom, bottomText } from './shape-rules.ts';
import { nth } from './views.ts';

/** The axis a Concat or Slice works along. Refuses both spellings at once. */
export function joinAxis(
  c: ShapeContext,
  spelling: { readonly axis: number; readonly old: number; readonly hasAxis: boolean; readonly hasOld: boolean },
  message: 'concat_param' | 'slice_param',
): number {
  const oldName = message === 'concat_param' ? 'concat_dim' : 'slice_dim';
  if (spelling.hasAxis && spelling.hasOld)
    c.fail(`axis and its old name ${oldName} are both given: keep axis.`, `${message}.${oldName}`);
  if (!spelling.hasOld) return axisOf(c, spelling.axis, `${message}.axis`);
  if (spelling.old >= bottom(c).length)
    c.fail(`${bottomText(c, 0)} has no axis ${spelling.old}.`, `${message}.${oldName}`);
  return spelling.old;
}

/** Where each part starts along the axis. */
export function offsets(parts: readonly Tensor[], axis: number): number[] {
  let next = 0;
  return parts.map((t) => {
    const start = next;
    next += nth(t.shape, axis);
    return start;
  });
}

const shifted = (at: readonly Expr[], axis: number, by: number): Expr[] =>
  at.map((i, d) => (d === axis ? add(i, by) : i));

/** Copies parts into their places of a whole. */
export function join(c: KernelContext, parts: readonly Tensor[], whole: Tensor | Target, axis: number): void {
  const starts = offsets(parts, axis);
  parts.forEach((part, p) => {
    c.computeStores(part.shape, (...at) => [
      { target: whole, at: shifted(at, axis, nth(starts, p)), value: element(part, at) },
    ]);
  });
}

/** Copies the places of a whole into parts; undefined parts are left out. */
export function cut(
  c: KernelContext,
  whole: Tensor,
  parts: readonly (Tensor | Target)[],
  axis: number,
  wanted: (part: number) => boolean = () => true,
): void {
  const starts = offsets(parts, axis);
  parts.forEach((part, p) => {
    if (wanted(p)) c.compute(part, (...at) => element(whole, shifted(at, axis, nth(starts, p))));
  });
}
