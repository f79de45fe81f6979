/** Log. Mirrors Caffe's log_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add, log as logarithm, mul } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';
import { affineText, checkBase, logOfBase } from './exp.ts';

/** Logarithm of (shift + scale·x) to a base. */
export const log = elementwise({
  type: 'Log',
  doc: 'The logarithm of shift + scale · x, to base e when not given.',
  paramField: 'log_param',
  template: '',
  summary(layer) {
    const p = setting(layer, 'log_param');
    return p.base === -1 && p.scale === 1 && p.shift === 0
      ? ''
      : `log${p.base === -1 ? '' : p.base}(${affineText(p.scale, p.shift)})`;
  },
  check: (layer, fail) => {
    checkBase(setting(layer, 'log_param').base, 'log_param.base', fail);
  },
  f(x, layer) {
    const p = setting(layer, 'log_param');
    return mul(logarithm(add(mul(x, p.scale), p.shift)), 1 / logOfBase(p.base));
  },
});
