/**
 * What LSTM and RNN share: a recurrent layer unrolled over its times, as Caffe's recurrent_layer.cpp unrolls it into a
 * net. Everything that does not depend on the time before (input, static input, parameter gradients) is one product over
 * all times; only the recurrence itself goes step by step. "Gates" are what goes into a step: four for each value of an
 * LSTM, one for an RNN.
 *
 * The hidden state is carried from pass to pass, as Caffe does, unless `expose_hidden` takes it from bottoms. As in Caffe,
 * no gradient passes through the state at the borders of the unrolled times.
 */
import { setting } from '../caffe/schema/values.ts';
import { acc, add, at, axis, f32, ge, i32, lt, mul, sum } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import {
  element,
  flat,
  type BackwardContext,
  type ForwardContext,
  type KernelContext,
  type Tensor,
} from './definition.ts';
import { countRange, nth, view } from './views.ts';

/** Extents and tensors of a recurrent layer, its inputs seen as matrices. */
export interface Recurrent {
  readonly times: number;
  readonly batch: number;
  readonly outputs: number;
  /** Values that go into a step: outputs, or four times as many. */
  readonly gates: number;
  /** [times, batch, inputs]. */
  readonly x: Tensor;
  /** [times, batch]: 0 where a sequence starts. */
  readonly goesOn: Tensor;
  /** [batch, inputs] that hold for all times; position among the bottoms. */
  readonly fixed: Tensor | undefined;
  /** Positions among the bottoms of the hidden state to start from; none where it is carried. */
  readonly exposed: readonly number[];
  readonly at: { readonly weights: 0; readonly bias: 1; readonly fixed: 2; readonly recurrent: number };
}

/** The parts of a layer whose hidden state consists of `states` blobs, with `gatesPerOutput` gates. */
export function recurrentOf(c: KernelContext, states: number, gatesPerOutput: number): Recurrent {
  const { num_output: outputs, expose_hidden: expose } = setting(c.layer, 'recurrent_param');
  const x = nth(c.bottoms, 0);
  const [times, batch] = [nth(x.shape, 0), nth(x.shape, 1)];
  const hasFixed = c.bottoms.length === (expose ? states : 0) + 3;
  const fixed = hasFixed ? nth(c.bottoms, 2) : undefined;
  return {
    times,
    batch,
    outputs,
    gates: outputs * gatesPerOutput,
    x: view(x, [times, batch, countRange(x.shape, 2)]),
    goesOn: nth(c.bottoms, 1),
    fixed: fixed === undefined ? undefined : view(fixed, [batch, countRange(fixed.shape, 1)]),
    exposed: expose ? Array.from({ length: states }, (_, i) => i + (hasFixed ? 3 : 2)) : [],
    at: { weights: 0, bias: 1, fixed: 2, recurrent: hasFixed ? 3 : 2 },
  };
}

/** A saved blob of the state [batch, outputs] as it is before the first time. */
export const startOf = (c: KernelContext, r: Recurrent, name: string): Tensor =>
  c.saved(`start-${name}`, [r.batch, r.outputs]);

/** Fills `startOf`: from the bottom that exposes the state, or from what the last pass left. */
export function takeUp(c: ForwardContext, r: Recurrent, state: number, name: string): Tensor {
  const start = startOf(c, r, name);
  const bottom = r.exposed[state];
  const from = bottom === undefined ? c.carried(name, start.shape) : nth(c.bottoms, bottom);
  c.computeFlat(start, (i) => flat(from, i), `start-${name}`);
  return start;
}

/** Leaves a state after the last time: in the top that exposes it, or for the next pass. `last` is over batch and value. */
export function leave(
  c: ForwardContext,
  r: Recurrent,
  state: number,
  name: string,
  last: (n: Expr, d: Expr) => Expr,
): void {
  const shape = [r.batch, r.outputs];
  const top = r.exposed.length > 0 ? view(nth(c.tops, state + 1), shape) : c.carried(name, shape);
  c.compute(top, last, `last-${name}`);
}

/** gates[t, n, j] = Σ W[j, i] · x[t, n, i] + b[j] (+ Σ V[j, i] · fixed[n, i]), for all times at once. */
export function projectInput(c: ForwardContext, r: Recurrent, gates: Tensor): void {
  const [weights, bias] = [nth(c.params, r.at.weights), nth(c.params, r.at.bias)];
  let share: ((n: Expr, j: Expr) => Expr) | undefined;
  if (r.fixed !== undefined) {
    const part = c.scratch('static', [r.batch, r.gates]);
    const [n, j, i] = [axis(r.batch), axis(r.gates), axis(nth(r.fixed.shape, 1))];
    c.contract(
      {
        m: [n],
        n: [j],
        k: [i],
        a: element(r.fixed, [at(n), at(i)]),
        b: element(nth(c.params, r.at.fixed), [at(j), at(i)]),
        target: part,
        at: [at(n), at(j)],
      },
      'static',
    );
    share = (item, gate) => element(part, [item, gate]);
  }
  const [t, n, j, i] = [axis(r.times), axis(r.batch), axis(r.gates), axis(nth(r.x.shape, 2))];
  const own = add(acc, element(bias, [at(j)]));
  c.contract(
    {
      m: [t, n],
      n: [j],
      k: [i],
      a: element(r.x, [at(t), at(n), at(i)]),
      b: element(weights, [at(j), at(i)]),
      target: gates,
      at: [at(t), at(n), at(j)],
      value: share === undefined ? own : add(own, share(at(n), at(j))),
    },
    'input',
  );
}

/** The hidden state before time `t` where the sequence goes on, 0 where it starts. */
function hiddenBefore(r: Recurrent, hidden: Tensor, start: Tensor, t: Expr, n: Expr, d: Expr): Expr {
  const before = add(
    element(hidden, [add(t, -1), n, d], { guard: ge(t, 1) }),
    element(start, [n, d], { guard: lt(t, 1) }),
  );
  return mul(before, element(r.goesOn, [t, n]));
}

/**
 * The time of the step at hand. It is read from a buffer, not written into the kernels, so that all steps have the same
 * kernels: a device compiles them once, however many times there are.
 */
export interface Clock {
  readonly now: Expr;
  /** Goes on to the next time. */
  tick(): void;
}

/** A clock that starts at a time and goes on by 1 or −1. */
export function clockFrom(c: KernelContext, start: number, by: 1 | -1): Clock {
  const time = c.scratch('time', [1], 'i32');
  c.computeFlat(time, () => i32(start), 'start');
  const now = flat(time, 0);
  return {
    now,
    tick: () => {
      c.computeFlat(time, (i) => add(flat(time, i), by), 'tick');
    },
  };
}

/** A tensor [batch, outputs] that steps change in place, from a value on. */
export function running(c: KernelContext, r: Recurrent, name: string, from: (i: Expr) => Expr): Tensor {
  const tensor = c.scratch(name, [r.batch, r.outputs]);
  c.computeFlat(tensor, from, name);
  return tensor;
}

/** Adds to the gates of the time at hand what the hidden state before gives: Σ U[j, d] · h[n, d]. */
export function addRecurrence(c: ForwardContext, r: Recurrent, now: Expr, gates: Tensor, hidden: Tensor): void {
  const [n, j, d] = [axis(r.batch), axis(r.gates), axis(r.outputs)];
  c.contract(
    {
      m: [n],
      n: [j],
      k: [d],
      a: mul(element(hidden, [at(n), at(d)]), element(r.goesOn, [now, at(n)])),
      b: element(nth(c.params, r.at.recurrent), [at(j), at(d)]),
      target: { ...gates, mode: 'add' },
      at: [now, at(n), at(j)],
    },
    'recurrence',
  );
}

/** Adds to the gradient of the hidden state at the time at hand what reached it through the gates of the time after. */
export function addRecurrenceGradient(
  c: BackwardContext,
  r: Recurrent,
  now: Expr,
  gateDiffs: Tensor,
  hiddenDiffs: Tensor,
): void {
  const [n, d, j] = [axis(r.batch), axis(r.outputs), axis(r.gates)];
  c.contract(
    {
      m: [n],
      n: [d],
      k: [j],
      a: element(gateDiffs, [add(now, 1), at(n), at(j)]),
      b: element(nth(c.params, r.at.recurrent), [at(j), at(d)]),
      target: { ...hiddenDiffs, mode: 'add' },
      at: [now, at(n), at(d)],
      value: mul(acc, element(r.goesOn, [add(now, 1), at(n)])),
    },
    'recurrence',
  );
}

/** Gradients of the inputs and of the parameters that lead to the gates, from the gates' gradients at all times. */
export function gateGradientsBack(
  c: BackwardContext,
  r: Recurrent,
  gateDiffs: Tensor,
  hidden: Tensor,
  start: Tensor,
): void {
  const inputs = nth(r.x.shape, 2);
  const { at: place } = r;
  const recurrentDiff = c.paramDiffs[place.recurrent];
  const [t, n, j] = [axis(r.times), axis(r.batch), axis(r.gates)];
  const diff = element(gateDiffs, [at(t), at(n), at(j)]);
  const weightDiff = c.paramDiffs[place.weights];
  if (weightDiff !== undefined) {
    const i = axis(inputs);
    const b = element(r.x, [at(t), at(n), at(i)]);
    c.contract({ m: [j], n: [i], k: [t, n], a: diff, b, target: weightDiff, at: [at(j), at(i)] }, 'weights');
  }
  if (recurrentDiff !== undefined) {
    const d = axis(r.outputs);
    const b = hiddenBefore(r, hidden, start, at(t), at(n), at(d));
    c.contract({ m: [j], n: [d], k: [t, n], a: diff, b, target: recurrentDiff, at: [at(j), at(d)] }, 'recurrent');
  }
  const biasDiff = c.paramDiffs[place.bias];
  if (biasDiff !== undefined)
    c.compute(
      biasDiff,
      (gate) => {
        const [time, item] = [axis(r.times), axis(r.batch)];
        return sum([time, item], element(gateDiffs, [at(time), at(item), gate]));
      },
      'bias',
    );
  const inputDiff = c.bottomDiffs[0];
  if (inputDiff !== undefined) {
    const i = axis(inputs);
    c.contract(
      {
        m: [t, n],
        n: [i],
        k: [j],
        a: diff,
        b: element(nth(c.params, place.weights), [at(j), at(i)]),
        target: view(inputDiff, [r.times, r.batch, inputs]),
        at: [at(t), at(n), at(i)],
      },
      'input',
    );
  }
  if (r.fixed !== undefined) fixedGradients(c, r, r.fixed, gateDiffs);
  // Only the values of the exposed state enter, as in Caffe.
  for (const i of r.exposed) {
    const target = c.bottomDiffs[i];
    if (target !== undefined) c.computeFlat(target, () => f32(0), 'state');
  }
}

/** Gradients of the static input and of its weights: over the gates' gradients summed over time. */
function fixedGradients(c: BackwardContext, r: Recurrent, fixed: Tensor, gateDiffs: Tensor): void {
  const inputs = nth(fixed.shape, 1);
  const total = c.scratch('static', [r.batch, r.gates]);
  c.compute(
    total,
    (item, gate) => {
      const t = axis(r.times);
      return sum([t], element(gateDiffs, [at(t), item, gate]));
    },
    'static-sum',
  );
  const [n, j, i] = [axis(r.batch), axis(r.gates), axis(inputs)];
  const a = element(total, [at(n), at(j)]);
  const weightDiff = c.paramDiffs[r.at.fixed];
  if (weightDiff !== undefined) {
    const b = element(fixed, [at(n), at(i)]);
    c.contract({ m: [j], n: [i], k: [n], a, b, target: weightDiff, at: [at(j), at(i)] }, 'static-weights');
  }
  const target = c.bottomDiffs[2];
  if (target !== undefined) {
    const b = element(nth(c.params, r.at.fixed), [at(j), at(i)]);
    const into = view(target, [r.batch, inputs]);
    c.contract({ m: [n], n: [i], k: [j], a, b, target: into, at: [at(n), at(i)] }, 'static');
  }
}
