/** LSTMUnit, the step inside Caffe's LSTM. Mirrors the shape rule of lstm_unit_layer.cpp. */
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requireRank, sameShape } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** One step of an LSTM. */
export const lstmUnit: LayerDefinition = {
  type: 'LSTMUnit',
  family: 'connect',
  doc: 'One step of an LSTM: the next memory and hidden state from the last memory and the gates.',
  bottoms: { min: 3, max: 3 },
  tops: { min: 2, max: 2 },
  noGradientBottoms: [2],
  summary: () => '',
  shape(c) {
    const memory = requireRank(c, 3, '1, batch, values');
    const [one, batch, values] = [nth(memory, 0), nth(memory, 1), nth(memory, 2)];
    if (one !== 1) c.fail(`The first axis of ${bottomText(c, 0)} must be 1: one step.`);
    if (!sameShape(bottom(c, 1), [1, batch, 4 * values]))
      c.fail(`${bottomText(c, 1)} must be 1×${batch}×${4 * values}: four gates for each value of ${bottomText(c, 0)}.`);
    if (!sameShape(bottom(c, 2), [1, batch])) c.fail(`${bottomText(c, 2)} must be 1×${batch}.`);
    return { tops: [memory, memory] };
  },
  cost: (_, bottoms) => ({ macs: 3 * countOf(nth(bottoms, 0)) }),
  supports: notYet('LSTMUnit'),
};
