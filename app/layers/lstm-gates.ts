/**
 * The arithmetic of one LSTM step, for LSTM and LSTMUnit: four gates (input, forget, output, and the new content) over a
 * memory. Mirrors Caffe's lstm_unit_layer.cpp: where a sequence starts, nothing of the memory before is kept.
 */
import { add, div, eq, exp, f32, mul, neg, select, sub, tanh } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';

/** The gates of one value, after their functions. */
export interface Gates {
  readonly input: Expr;
  /** With the sequence's mark: 0 where it starts. */
  readonly forget: Expr;
  readonly output: Expr;
  readonly content: Expr;
}

const sigmoid = (x: Expr): Expr => div(f32(1), add(exp(neg(x)), 1));

/** The gates of value `value` of `values`: `at` loads what goes into a gate, `goesOn` is 0 where a sequence starts. */
export function gatesOf(values: number, value: Expr, at: (index: Expr) => Expr, goesOn: Expr): Gates {
  const gate = (g: number): Expr => at(add(value, g * values));
  return {
    input: sigmoid(gate(0)),
    forget: select(eq(goesOn, 0), 0, mul(goesOn, sigmoid(gate(1)))),
    output: sigmoid(gate(2)),
    content: tanh(gate(3)),
  };
}

/** Memory and hidden state after the step. */
export function nextState(g: Gates, memoryBefore: Expr): { readonly memory: Expr; readonly hidden: Expr } {
  const memory = add(mul(g.forget, memoryBefore), mul(g.input, g.content));
  return { memory, hidden: mul(g.output, tanh(memory)) };
}

/** Gradients of the memory before the step and of what goes into the gates, in their order. */
export function gateGradients(
  g: Gates,
  memory: { readonly before: Expr; readonly after: Expr },
  diff: { readonly memory: Expr; readonly hidden: Expr },
): { readonly memory: Expr; readonly gates: readonly Expr[] } {
  const after = tanh(memory.after);
  const whole = add(diff.memory, mul(mul(diff.hidden, g.output), sub(1, mul(after, after))));
  const ofSigmoid = (y: Expr): Expr => mul(y, sub(1, y));
  return {
    memory: mul(whole, g.forget),
    gates: [
      mul(mul(whole, g.content), ofSigmoid(g.input)),
      mul(mul(whole, memory.before), ofSigmoid(g.forget)),
      mul(mul(diff.hidden, after), ofSigmoid(g.output)),
      mul(mul(whole, g.input), sub(1, mul(g.content, g.content))),
    ],
  };
}
