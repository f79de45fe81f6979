/** Sigmoid. Mirrors Caffe's sigmoid_layer.cpp. */
import { add, mul, sub, tanh } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { elementwise } from './elementwise.ts';

/** 1 / (1 + e^−x), without overflow at either end. */
export const logistic = (x: Expr): Expr => add(mul(tanh(mul(x, 0.5)), 0.5), 0.5);

/** Squashes each value to between 0 and 1. */
export const sigmoid = elementwise({
  type: 'Sigmoid',
  doc: 'Squashes each value to between 0 and 1: 1 / (1 + e^−x).',
  paramField: 'sigmoid_param',
  template: '',
  f: logistic,
  fromOutput: (dy, y) => mul(dy, mul(y, sub(1, y))),
});
