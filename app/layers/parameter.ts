/** Parameter. Mirrors Caffe's parameter_layer.hpp. */
import { setting } from '../caffe/schema/values.ts';
import { flat, type LayerDefinition } from './definition.ts';
import { shapeText } from './shape-rules.ts';
import { nth } from './views.ts';

/** A learned blob as an output. */
export const parameter: LayerDefinition = {
  type: 'Parameter',
  family: 'utility',
  doc: 'A learned blob that other layers may read.',
  paramField: 'parameter_param',
  template: 'parameter_param {\n  shape {\n    dim: 10\n  }\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: 1 },
  summary: (layer) => shapeText(setting(layer, 'parameter_param').shape?.dim ?? []),
  shape(c) {
    const dims = setting(c.layer, 'parameter_param').shape?.dim;
    if (dims === undefined)
      return c.fail('Parameter needs a shape: parameter_param { shape { dim: 10 } }.', 'parameter_param');
    return { tops: [dims], params: [{ shape: dims, role: 'parameter' }] };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    c.computeFlat(nth(c.tops, 0), (i) => flat(nth(c.params, 0), i));
  },
  backward(c) {
    const target = c.paramDiffs[0];
    if (target !== undefined) c.computeFlat(target, (i) => flat(nth(c.topDiffs, 0), i));
  },
};
