/** Reshape. Mirrors Caffe's reshape_layer.cpp. */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { copyBackward, copyForward } from './copying.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, shapeText } from './shape-rules.ts';
import { countRange, nth } from './views.ts';

function reshaped(c: ShapeContext): Shape {
  const p = setting(c.layer, 'reshape_param');
  const shape = bottom(c);
  const dims = p.shape?.dim ?? [];
  // A negative axis counts from behind the last one, where new axes may be put.
  const from = p.axis < 0 ? p.axis + shape.length + 1 : p.axis;
  const to = p.num_axes === -1 ? shape.length : from + p.num_axes;
  if (from < 0 || from > shape.length) c.fail(`axis ${p.axis} lies outside ${bottomText(c, 0)}.`, 'reshape_param.axis');
  if (p.num_axes < -1 || to > shape.length)
    c.fail(`num_axes: ${p.num_axes} from axis ${from} does not fit ${bottomText(c, 0)}.`, 'reshape_param.num_axes');
  if (dims.filter((d) => d === -1).length > 1)
    c.fail('Only one dim may be -1: the rest must be known for it to take what is left.', 'reshape_param.shape');
  if (dims.some((d) => d < -1))
    c.fail('A dim must be a size, 0 (as in the bottom) or -1 (what is left).', 'reshape_param.shape');
  const middle = dims.map((d, i) => {
    if (d !== 0) return d;
    if (from + i >= shape.length)
      c.fail(
        `dim ${i} is 0, which copies axis ${from + i}, but ${bottomText(c, 0)} has no such axis.`,
        'reshape_param.shape',
      );
    return nth(shape, from + i);
  });
  const known = countRange(shape, 0, from) * countRange(shape, to) * countOf(middle.filter((d) => d !== -1));
  const count = countOf(shape);
  if (middle.includes(-1) && count % known !== 0)
    c.fail(
      `The ${count} values of ${bottomText(c, 0)} cannot be spread over a shape whose known part holds ${known}.`,
      'reshape_param.shape',
    );
  const top = [...shape.slice(0, from), ...middle.map((d) => (d === -1 ? count / known : d)), ...shape.slice(to)];
  if (countOf(top) !== count)
    c.fail(
      `${shapeText(top)} holds ${countOf(top)} values, but ${bottomText(c, 0)} holds ${count}.`,
      'reshape_param.shape',
    );
  return top;
}

/** Gives a blob another shape of the same count. */
export const reshape: LayerDefinition = {
  type: 'Reshape',
  family: 'reshape',
  doc: 'Gives a blob another shape with the same number of values; the values keep their order.',
  paramField: 'reshape_param',
  template: 'reshape_param {\n  shape {\n    dim: 0\n    dim: -1\n  }\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary: (layer) => (setting(layer, 'reshape_param').shape?.dim ?? []).join('×'),
  shape: (c) => ({ tops: [reshaped(c)] }),
  cost: () => ({ macs: 0 }),
  forward: copyForward,
  backward: copyBackward,
};
