/** RNN. Mirrors the shape rule of Caffe's rnn_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { recurrentMacs, recurrentShape } from './recurrent-shapes.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** A plain recurrent layer. */
export const rnn: LayerDefinition = {
  type: 'RNN',
  family: 'connect',
  doc: 'A plain recurrent layer: each time sees the input and the hidden state before it.',
  paramField: 'recurrent_param',
  template:
    'recurrent_param {\n  num_output: 64\n  weight_filler { type: "uniform" min: -0.08 max: 0.08 }\n  bias_filler { type: "constant" }\n}',
  bottoms: { min: 2, max: 4 },
  tops: { min: 1, max: 2 },
  noGradientBottoms: [1],
  summary: (layer) => String(setting(layer, 'recurrent_param').num_output),
  shape: (c) =>
    recurrentShape(c, 1, (outputs, inputs, staticInputs, f) => [
      { shape: [outputs, inputs], role: 'weights', filler: f.weight_filler },
      { shape: [outputs], role: 'bias', filler: f.bias_filler },
      ...(staticInputs === undefined
        ? []
        : [{ shape: [outputs, staticInputs], role: 'weights of the static input', filler: f.weight_filler }]),
      { shape: [outputs, outputs], role: 'recurrent weights', filler: f.weight_filler },
      { shape: [outputs, outputs], role: 'output weights', filler: f.weight_filler },
      { shape: [outputs], role: 'output bias', filler: f.bias_filler },
    ]),
  cost: (layer, bottoms) => ({ macs: recurrentMacs(layer, nth(bottoms, 0), 2) }),
  supports: notYet('RNN'),
};
