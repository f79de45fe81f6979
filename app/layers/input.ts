/** Input. Mirrors Caffe's input_layer.cpp: blobs that are filled from outside the net. */
import { setting } from '../caffe/schema/values.ts';
import { listedShapes } from './data-shapes.ts';
import type { LayerDefinition } from './definition.ts';
import { shapeText } from './shape-rules.ts';

/** Blobs that are filled from outside the net. */
export const input: LayerDefinition = {
  type: 'Input',
  family: 'data',
  doc: 'Blobs of given shapes that are filled from outside: the entrance of a net made for use.',
  paramField: 'input_param',
  template: 'input_param {\n  shape {\n    dim: 1\n    dim: 3\n    dim: 32\n    dim: 32\n  }\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: Infinity },
  source: true,
  hostTops: true,
  summary: (layer) =>
    setting(layer, 'input_param')
      .shape.map((s) => shapeText(s.dim))
      .join(', '),
  shape(c) {
    const shapes = setting(c.layer, 'input_param').shape;
    if (shapes.length === 0)
      c.fail(
        'Input needs the shape of its blob: input_param { shape { dim: 1 dim: 3 dim: 32 dim: 32 } }.',
        'input_param',
      );
    return {
      tops: listedShapes(
        c,
        shapes.map((s) => s.dim),
        'input_param.shape',
      ),
    };
  },
  cost: () => ({ macs: 0 }),
  forward: () => undefined,
};
