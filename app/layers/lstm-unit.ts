/** LSTMUnit, the step inside Caffe's LSTM. Mirrors lstm_unit_layer.cpp. */
import { add } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, element, type KernelContext, type LayerDefinition } from './definition.ts';
import { gateGradients, gatesOf, nextState, type Gates } from './lstm-gates.ts';
import { bottom, bottomText, requireRank, sameShape } from './shape-rules.ts';
import { nth } from './views.ts';

/** The gates of one value of one item. */
const gates = (c: KernelContext, item: Expr, value: Expr): Gates => {
  const [memory, inputs, goesOn] = [nth(c.bottoms, 0), nth(c.bottoms, 1), nth(c.bottoms, 2)];
  const values = nth(memory.shape, 2);
  return gatesOf(values, value, (at) => element(inputs, [0, item, at]), element(goesOn, [0, item]));
};

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
  cost: (_, bottoms) => ({ macs: 0, other: 8 * countOf(nth(bottoms, 0)) }),
  forward(c) {
    const [memory, hidden] = [nth(c.tops, 0), nth(c.tops, 1)];
    c.computeStores(memory.shape.slice(1), (item, value) => {
      const state = nextState(gates(c, item, value), element(nth(c.bottoms, 0), [0, item, value]));
      return [
        { target: memory, at: [0, item, value], value: state.memory },
        { target: hidden, at: [0, item, value], value: state.hidden },
      ];
    });
  },
  backward(c) {
    const [memoryDiff, gateDiff] = c.bottomDiffs;
    const before = nth(c.bottoms, 0);
    const values = nth(before.shape, 2);
    c.computeStores(before.shape.slice(1), (item, value) => {
      const here = [0, item, value];
      const diffs = gateGradients(
        gates(c, item, value),
        { before: element(before, here), after: element(nth(c.tops, 0), here) },
        { memory: element(nth(c.topDiffs, 0), here), hidden: element(nth(c.topDiffs, 1), here) },
      );
      return [
        ...(memoryDiff === undefined ? [] : [{ target: memoryDiff, at: here, value: diffs.memory }]),
        ...(gateDiff === undefined
          ? []
          : diffs.gates.map((diff, g) => ({ target: gateDiff, at: [0, item, add(value, g * values)], value: diff }))),
      ];
    });
  },
};
