/** LSTM. Mirrors the shape rule of Caffe's lstm_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { recurrentMacs, recurrentShape } from './recurrent-shapes.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** A recurrent layer with a memory that gates open and close. */
export const lstm: LayerDefinition = {
  type: 'LSTM',
  family: 'connect',
  doc: 'A recurrent layer whose memory is opened and closed by learned gates.',
  paramField: 'recurrent_param',
  template:
    'recurrent_param {\n  num_output: 64\n  weight_filler { type: "uniform" min: -0.08 max: 0.08 }\n  bias_filler { type: "constant" }\n}',
  bottoms: { min: 2, max: 5 },
  tops: { min: 1, max: 3 },
  noGradientBottoms: [1],
  summary: (layer) => String(setting(layer, 'recurrent_param').num_output),
  shape: (c) =>
    recurrentShape(c, 2, (outputs, inputs, staticInputs, f) => [
      { shape: [4 * outputs, inputs], role: 'weights', filler: f.weight_filler },
      { shape: [4 * outputs], role: 'bias', filler: f.bias_filler },
      ...(staticInputs === undefined
        ? []
        : [{ shape: [4 * outputs, staticInputs], role: 'weights of the static input', filler: f.weight_filler }]),
      { shape: [4 * outputs, outputs], role: 'recurrent weights', filler: f.weight_filler },
    ]),
  cost: (layer, bottoms) => ({ macs: recurrentMacs(layer, nth(bottoms, 0), 4) }),
  supports: notYet('LSTM'),
};
