/** LSTM. Mirrors Caffe's lstm_layer.cpp; the steps are unrolled by `recurrent-kernels.ts`. */
import { setting } from '../caffe/schema/values.ts';
import { add, f32 } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { element, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { gateGradients, gatesOf, nextState } from './lstm-gates.ts';
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

const partsOf = (c: KernelContext): Recurrent => recurrentOf(c, 2, 4);

/** What goes into the gates, at all times. */
const gateInputs = (c: KernelContext, r: Recurrent): Tensor => c.saved('gates', [r.times, r.batch, r.gates]);

/** The memory before each time, and after the last. */
const memories = (c: KernelContext, r: Recurrent): Tensor => c.saved('memory', [r.times + 1, r.batch, r.outputs]);

/** The gates of a time, after their functions. */
const gatesAt = (r: Recurrent, gates: Tensor, t: Expr, n: Expr, d: Expr) =>
  gatesOf(r.outputs, d, (at) => element(gates, [t, n, at]), element(r.goesOn, [t, n]));

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
  cost: (layer, bottoms) => ({ macs: recurrentMacs(layer, bottoms, { input: 4, state: 4, hidden: 2 }) }),
  forward(c) {
    const r = partsOf(c);
    const [gates, all, y] = [gateInputs(c, r), memories(c, r), nth(c.tops, 0)];
    const [startHidden, startMemory] = [takeUp(c, r, 0, 'hidden'), takeUp(c, r, 1, 'memory')];
    const hidden = running(c, r, 'hidden', (i) => flat(startHidden, i));
    const memory = running(c, r, 'memory', (i) => flat(startMemory, i));
    c.computeStores(
      [r.batch, r.outputs],
      (n, d) => [{ target: all, at: [0, n, d], value: element(startMemory, [n, d]) }],
      'first-memory',
    );
    projectInput(c, r, gates);
    const clock = clockFrom(c, 0, 1);
    for (let t = 0; t < r.times; t++) {
      if (t > 0) clock.tick();
      addRecurrence(c, r, clock.now, gates, hidden);
      c.computeStores(
        [r.batch, r.outputs],
        (n, d) => {
          const state = nextState(gatesAt(r, gates, clock.now, n, d), element(memory, [n, d]));
          return [
            { target: memory, at: [n, d], value: state.memory },
            { target: hidden, at: [n, d], value: state.hidden },
            { target: all, at: [add(clock.now, 1), n, d], value: state.memory },
            { target: y, at: [clock.now, n, d], value: state.hidden },
          ];
        },
        'step',
      );
    }
    leave(c, r, 0, 'hidden', (n, d) => element(hidden, [n, d]));
    leave(c, r, 1, 'memory', (n, d) => element(memory, [n, d]));
  },
  backward(c) {
    const r = partsOf(c);
    const [gates, all, dy] = [gateInputs(c, r), memories(c, r), nth(c.topDiffs, 0)];
    const gateDiffs = c.scratch('gate-diff', [r.times, r.batch, r.gates]);
    const hiddenDiffs = c.scratch('hidden-diff', [r.times, r.batch, r.outputs]);
    c.computeFlat(hiddenDiffs, (i) => flat(dy, i), 'hidden');
    const memoryDiff = running(c, r, 'memory-diff', () => f32(0));
    const clock = clockFrom(c, r.times - 1, -1);
    const { now } = clock;
    for (let t = r.times - 1; t >= 0; t--) {
      if (t < r.times - 1) {
        clock.tick();
        addRecurrenceGradient(c, r, now, gateDiffs, hiddenDiffs);
      }
      c.computeStores(
        [r.batch, r.outputs],
        (n, d) => {
          const diffs = gateGradients(
            gatesAt(r, gates, now, n, d),
            { before: element(all, [now, n, d]), after: element(all, [add(now, 1), n, d]) },
            { memory: element(memoryDiff, [n, d]), hidden: element(hiddenDiffs, [now, n, d]) },
          );
          return [
            { target: memoryDiff, at: [n, d], value: diffs.memory },
            ...diffs.gates.map((value, g) => ({ target: gateDiffs, at: [now, n, add(d, g * r.outputs)], value })),
          ];
        },
        'step',
      );
    }
    gateGradientsBack(c, r, gateDiffs, nth(c.tops, 0), startOf(c, r, 'hidden'));
  },
};
