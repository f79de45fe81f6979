/**
 * Rules that many layers' shapes share, and the words of their refusals: what is wrong, where, and what to do.
 */
import type { Shape, ShapeContext, ShapeResult } from '../caffe/net/layer-table.ts';
import { countOf } from './definition.ts';
import { canonical, countRange, nth } from './views.ts';

/** A shape as people write it: `64×3×32×32`. */
export const shapeText = (shape: Shape): string => (shape.length === 0 ? 'a single number' : shape.join('×'));

/** A bottom with its name and shape, for sentences: `"conv1" (64×32×16×16)`. */
export const bottomText = (c: ShapeContext, i: number): string =>
  `"${c.layer.bottom[i] ?? `bottom ${i}`}" (${shapeText(nth(c.bottoms, i))})`;

/** The shape of a bottom. */
export const bottom = (c: ShapeContext, i = 0): Shape => nth(c.bottoms, i);

/** An axis as an index into a bottom's shape; refuses one that is not there. */
export function axisOf(c: ShapeContext, axis: number, field: string, i = 0): number {
  const rank = bottom(c, i).length;
  if (axis < -rank || axis >= rank)
    c.fail(
      rank === 0
        ? `${bottomText(c, i)} has no axes, so there is no axis ${axis}.`
        : `${bottomText(c, i)} has ${rank} axes, so there is no axis ${axis}: use ${-rank} to ${rank - 1}.`,
      field,
    );
  return canonical(axis, rank);
}

/** Refuses a bottom without exactly so many axes. */
export function requireRank(c: ShapeContext, rank: number, meaning: string, i = 0): Shape {
  const shape = bottom(c, i);
  if (shape.length !== rank)
    c.fail(
      `${c.layer.type ?? 'This layer'} takes a blob of ${rank} axes (${meaning}), but ${bottomText(c, i)} has ${shape.length}.`,
    );
  return shape;
}

/** Refuses a setting that is missing or 0. */
export function requirePositive(c: ShapeContext, value: number | undefined, field: string): number {
  const name = field.slice(field.lastIndexOf('.') + 1);
  if (value === undefined || value < 1)
    return c.fail(
      value === undefined ? `${name} is missing: say how many.` : `${name} is ${value}: it must be at least 1.`,
      field,
    );
  return value;
}

/** Refuses bottoms whose shapes differ from the first one's. */
export function requireSameShapes(c: ShapeContext, why: string): Shape {
  const first = bottom(c);
  c.bottoms.forEach((shape, i) => {
    if (!sameShape(shape, first))
      c.fail(`${bottomText(c, i)} and ${bottomText(c, 0)} must have the same shape: ${why}.`);
  });
  return first;
}

/** Are two shapes equal, axis for axis? */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** As many tops of the bottom's shape as the layer lists (at least one). */
export const likeBottom = (c: ShapeContext): ShapeResult => ({
  tops: Array.from({ length: Math.max(1, c.layer.top.length) }, () => bottom(c)),
});

/** What Caffe's LossLayer::Reshape asks: scores and labels come in the same number of items. */
export function requireSameBatch(c: ShapeContext): void {
  const [a, b] = [bottom(c, 0), bottom(c, 1)];
  if (a.length === 0 || b.length === 0 || a[0] !== b[0])
    c.fail(
      `${bottomText(c, 0)} and ${bottomText(c, 1)} must hold the same number of items: their first axes must be equal.`,
    );
}

/**
 * Scores along `axis` and one label for each remaining position, as SoftmaxWithLoss, Accuracy and InfogainLoss take
 * them. Gives the axis.
 */
export function requireLabels(c: ShapeContext, axisValue: number, field: string): number {
  const scores = bottom(c, 0);
  const axis = axisOf(c, axisValue, field);
  const positions = countRange(scores, 0, axis) * countRange(scores, axis + 1);
  if (positions !== countOf(bottom(c, 1)))
    c.fail(
      `${bottomText(c, 0)} has ${positions} positions to label (all axes but axis ${axis}), but ${bottomText(c, 1)} holds ${countOf(bottom(c, 1))} labels. ` +
        `The counts must be equal: is the axis right, and is the second bottom the labels?`,
      field,
    );
  return axis;
}
