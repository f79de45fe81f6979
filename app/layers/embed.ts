/** Embed. Mirrors the shape rule of Caffe's embed_layer.cpp. */
import type { ParamDeclaration } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { bottom, requirePositive } from './shape-rules.ts';
import { notYet } from './unsupported.ts';

/** A learned vector for each integer. */
export const embed: LayerDefinition = {
  type: 'Embed',
  family: 'connect',
  doc: 'Looks up a learned vector for each integer, as for words.',
  paramField: 'embed_param',
  template: 'embed_param {\n  input_dim: 1000\n  num_output: 64\n  weight_filler { type: "xavier" }\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  noGradientBottoms: [0],
  summary(layer) {
    const p = setting(layer, 'embed_param');
    return `${p.input_dim ?? '?'} → ${p.num_output ?? '?'}`;
  },
  shape(c) {
    const p = setting(c.layer, 'embed_param');
    const outputs = requirePositive(c, p.num_output, 'embed_param.num_output');
    const inputs = requirePositive(c, p.input_dim, 'embed_param.input_dim');
    const params: ParamDeclaration[] = [{ shape: [inputs, outputs], role: 'vectors', filler: p.weight_filler }];
    if (p.bias_term) params.push({ shape: [outputs], role: 'bias', filler: p.bias_filler });
    return { tops: [[...bottom(c), outputs]], params };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('Embed'),
};
