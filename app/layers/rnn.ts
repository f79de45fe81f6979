/** RNN. Mirrors Caffe's rnn_layer.cpp; the steps are unrolled by `recurrent-kernels.ts`. */
import { setting } from '../caffe/schema/values.ts';
import { acc, add, at, axis, mul, sub, sum, tanh } from '../engine/ir/build.ts';
import { element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import {
  addRecurrence,
  addRecurrenceGradient,
  clockFrom,
  gateGradientsBack,
  leave,
  projectInput,
  recurrentOf,
  running,
  startOf,
  takeUp,
  type Recurrent,
} from './recurrent-kernels.ts';
import { recurrentMacs, recurrentShape } from './recurrent-shapes.ts';
import { nth } from './views.ts';

const partsOf = (c: KernelContext): Recurrent => recurrentOf(c, 1, 1);

/** The hidden state at all times. */
const hiddenOf = (c: KernelContext, r: Recurrent): Tensor => c.saved('hidden', [r.times, r.batch, r.outputs]);

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
  cost: (layer, bottoms) => ({ macs: recurrentMacs(layer, bottoms, { input: 1, state: 2, hidden: 1 }) }),
  forward(c) {
    const r = partsOf(c);
    const [hidden, y] = [hiddenOf(c, r), nth(c.tops, 0)];
    const inputs = c.scratch('inputs', hidden.shape);
    const start = takeUp(c, r, 0, 'hidden');
    const last = running(c, r, 'last', (i) => flat(start, i));
    projectInput(c, r, inputs);
    const clock = clockFrom(c, 0, 1);
    for (let t = 0; t < r.times; t++) {
      if (t > 0) clock.tick();
      addRecurrence(c, r, clock.now, inputs, last);
      c.computeStores(
        [r.batch, r.outputs],
        (n, d) => {
          const value = tanh(element(inputs, [clock.now, n, d]));
          return [
            { target: last, at: [n, d], value },
            { target: hidden, at: [clock.now, n, d], value },
          ];
        },
        'step',
      );
    }
    const [weights, bias] = [nth(c.params, r.at.recurrent + 1), nth(c.params, r.at.recurrent + 2)];
    const [t, n, o, d] = [axis(r.times), axis(r.batch), axis(r.outputs), axis(r.outputs)];
    c.contract(
      {
        m: [t, n],
        n: [o],
        k: [d],
        a: element(hidden, [at(t), at(n), at(d)]),
        b: element(weights, [at(o), at(d)]),
        target: y,
        at: [at(t), at(n), at(o)],
        value: tanh(add(acc, element(bias, [at(o)]))),
      },
      'output',
    );
    leave(c, r, 0, 'hidden', (item, value) => element(last, [item, value]));
  },
  backward(c) {
    const r = partsOf(c);
    const [hidden, y, dy] = [hiddenOf(c, r), nth(c.tops, 0), nth(c.topDiffs, 0)];
    const outputDiffs = c.scratch('output-diff', hidden.shape);
    const hiddenDiffs = c.scratch('hidden-diff', hidden.shape);
    const inputDiffs = c.scratch('input-diff', hidden.shape);
    c.compute(outputDiffs, (...w) => mul(element(dy, w), sub(1, mul(element(y, w), element(y, w)))), 'output');
    const [t, n, o, d] = [axis(r.times), axis(r.batch), axis(r.outputs), axis(r.outputs)];
    const diff = element(outputDiffs, [at(t), at(n), at(o)]);
    const weights = nth(c.params, r.at.recurrent + 1);
    c.contract(
      {
        m: [t, n],
        n: [d],
        k: [o],
        a: diff,
        b: element(weights, [at(o), at(d)]),
        target: hiddenDiffs,
        at: [at(t), at(n), at(d)],
      },
      'hidden',
    );
    const [weightDiff, biasDiff] = [c.paramDiffs[r.at.recurrent + 1], c.paramDiffs[r.at.recurrent + 2]];
    if (weightDiff !== undefined) {
      const b = element(hidden, [at(t), at(n), at(d)]);
      c.contract({ m: [o], n: [d], k: [t, n], a: diff, b, target: weightDiff, at: [at(o), at(d)] }, 'output-weights');
    }
    if (biasDiff !== undefined)
      c.compute(
        biasDiff,
        (output) => {
          const [time, item] = [axis(r.times), axis(r.batch)];
          return sum([time, item], element(outputDiffs, [at(time), at(item), output]));
        },
        'output-bias',
      );
    const clock = clockFrom(c, r.times - 1, -1);
    for (let step = r.times - 1; step >= 0; step--) {
      if (step < r.times - 1) {
        clock.tick();
        addRecurrenceGradient(c, r, clock.now, inputDiffs, hiddenDiffs);
      }
      c.computeStores(
        [r.batch, r.outputs],
        (item, value) => {
          const where = [clock.now, item, value];
          const h = element(hidden, where);
          return [{ target: inputDiffs, at: where, value: mul(element(hiddenDiffs, where), sub(1, mul(h, h))) }];
        },
        'step',
      );
    }
    gateGradientsBack(c, r, inputDiffs, hidden, startOf(c, r, 'hidden'));
  },
};
