/** Parameter. Mirrors the shape rule of Caffe's parameter_layer.hpp. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { shapeText } from './shape-rules.ts';
import { notYet } from './unsupported.ts';

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
  supports: notYet('Parameter'),
};
