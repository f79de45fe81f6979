/** Exp. Mirrors Caffe's exp_layer.cpp. */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, exp as exponential, mul } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

/** Logarithm of the base: −1 stands for e. */
export const logOfBase = (base: number): number => (base === -1 ? 1 : Math.log(base));

/** Refuses a base that has no logarithm. */
export function checkBase(base: number, field: string, fail: (message: string, field?: string) => never): void {
  if (base !== -1 && base <= 0) fail(`base is ${base}: it must be above 0, or -1 for e.`, field);
}

const baseText = (base: number): string => (base === -1 ? 'e' : String(base));

/** `2^(1 + 0.5·x)` and the like, for summaries. */
export const affineText = (scale: number, shift: number): string =>
  `${shift === 0 ? '' : `${shift} + `}${scale === 1 ? '' : `${scale}·`}x`;

function summary(layer: LayerParameter): string {
  const p = setting(layer, 'exp_param');
  return p.base === -1 && p.scale === 1 && p.shift === 0 ? '' : `${baseText(p.base)}^(${affineText(p.scale, p.shift)})`;
}

/** base to the power of (shift + scale·x). */
export const exp = elementwise({
  type: 'Exp',
  doc: 'A base (e when not given) to the power of shift + scale · x.',
  paramField: 'exp_param',
  template: '',
  summary,
  check: (layer, fail) => {
    checkBase(setting(layer, 'exp_param').base, 'exp_param.base', fail);
  },
  f(x, layer) {
    const p = setting(layer, 'exp_param');
    const factor = logOfBase(p.base);
    return exponential(add(mul(x, p.scale * factor), p.shift * factor));
  },
  fromOutput(dy, y, layer) {
    const p = setting(layer, 'exp_param');
    return mul(dy, mul(y, p.scale * logOfBase(p.base)));
  },
});
