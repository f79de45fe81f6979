/** BNLL, a smooth rectifier. Mirrors Caffe's bnll_layer.cpp. */
import { abs, add, exp, log, max, mul, neg } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';
import { logistic } from './sigmoid.ts';

/** log(1 + e^x). */
export const bnll = elementwise({
  type: 'BNLL',
  doc: 'A smooth rectifier: log(1 + e^x).',
  template: '',
  f: (x) => add(max(x, 0), log(add(exp(neg(abs(x))), 1))),
  // The derivative of the stable form above is the same function, only longer.
  fromInput: (dy, x) => mul(dy, logistic(x)),
});
