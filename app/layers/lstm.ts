/** LSTM. Mirrors Caffe's lstm_layer.cpp; the steps are unrolled by `recurrent-kernels.ts`. */
import { setting } from '../caffe/schema/values.ts';
import { add, f32 } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { element, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { gateGradients, gatesOf, nextState } from './lstm-gates.ts';
import {
  addRecurrence,
  addRecurrenceGradient,
  gateGradientsBack,
  leave,
  projectInput,
  recurrentOf,
  startOf,
  takeUp,
  type Recurrent,
} from './recurrent-kernels.ts';
import { recurrentMacs, recurrentShape } from './recurrent-shapes.ts';
import { nth } from './views.ts';

const partsOf = (c: KernelContext): Recurrent => recurrentOf(c, 2, 4);

/** What goes into the gates, at all times. */
const gateInputs = (c: KernelContext, r: Recurrent): Tensor => c.saved('gates', [r.times, r.batch, r.gates]);

/**
 * The memory at a time: those of even and of odd times are kept apart, since a kernel that writes one reads the one
 * before, and may not write to a buffer that it reads.
 */
function memoryAt(c: KernelContext, r: Recurrent, t: number): (n: Expr, d: Expr) => Expr {
  if (t < 0) return (n, d) => element(startOf(c, r, 'memory'), [n, d]);
  return (n, d) => element(memories(c, r, t), [t >> 1, n, d]);
}

const memories = (c: KernelContext, r: Recurrent, t: number): Tensor =>
  c.saved(t % 2 === 0 ? 'memory-even' : 'memory-odd', [(r.times >> 1) + 1, r.batch, r.outputs]);

/** The gates of a time, after their functions. */
const gatesAt = (r: Recurrent, gates: Tensor, t: number, n: Expr, d: Expr) =>
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
  cost: (layer, bottoms) => ({ macs: recurrentMacs(layer, nth(bottoms, 0), 4) }),
  forward(c) {
    const r = partsOf(c);
    const [gates, y] = [gateInputs(c, r), nth(c.tops, 0)];
    const start = takeUp(c, r, 0, 'hidden');
    takeUp(c, r, 1, 'memory');
    projectInput(c, r, gates);
    for (let t = 0; t < r.times; t++) {
      addRecurrence(c, r, t, gates, y, start);
      c.computeStores(
        [r.batch, r.outputs],
        (n, d) => {
          const state = nextState(gatesAt(r, gates, t, n, d), memoryAt(c, r, t - 1)(n, d));
          return [
            { target: memories(c, r, t), at: [t >> 1, n, d], value: state.memory },
            { target: y, at: [t, n, d], value: state.hidden },
          ];
        },
        `step-${t}`,
      );
    }
    leave(c, r, 0, 'hidden', (n, d) => element(y, [r.times - 1, n, d]));
    leave(c, r, 1, 'memory', memoryAt(c, r, r.times - 1));
  },
  backward(c) {
    const r = partsOf(c);
    const gates = gateInputs(c, r);
    const dy = nth(c.topDiffs, 0);
    const gateDiffs = c.scratch('gate-diff', [r.times, r.batch, r.gates]);
    const hiddenDiffs = c.scratch('hidden-diff', [r.times, r.batch, r.outputs]);
    const memoryDiff = (t: number): Tensor =>
      c.scratch(t % 2 === 0 ? 'memory-diff-even' : 'memory-diff-odd', [r.batch, r.outputs]);
    c.compute(hiddenDiffs, (t, n, d) => element(dy, [t, n, d]), 'hidden');
    for (let t = r.times - 1; t >= 0; t--) {
      const last = t === r.times - 1;
      if (!last) addRecurrenceGradient(c, r, t, gateDiffs, hiddenDiffs);
      c.computeStores(
        [r.batch, r.outputs],
        (n, d) => {
          const diffs = gateGradients(
            gatesAt(r, gates, t, n, d),
            { before: memoryAt(c, r, t - 1)(n, d), after: memoryAt(c, r, t)(n, d) },
            {
              memory: last ? f32(0) : element(memoryDiff(t + 1), [n, d]),
              hidden: element(hiddenDiffs, [t, n, d]),
            },
          );
          return [
            { target: memoryDiff(t), at: [n, d], value: diffs.memory },
            ...diffs.gates.map((value, g) => ({ target: gateDiffs, at: [t, n, add(d, g * r.outputs)], value })),
          ];
        },
        `step-${t}`,
      );
    }
    gateGradientsBack(c, r, gateDiffs, nth(c.tops, 0), startOf(c, r, 'hidden'));
  },
};
