/** Power. Mirrors Caffe's power_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add, div, f32, mul, pow } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { elementwise } from './elementwise.ts';
import { affineText } from './exp.ts';

/** Largest whole power written as products: they also hold for negative bases, where `pow` does not. */
const MAX_PRODUCTS = 64;

/** x to a fixed power. A negative x is fine with a whole power and NaN with any other, as in C. */
function powerOf(x: Expr, power: number): Expr {
  if (!Number.isInteger(power) || Math.abs(power) > MAX_PRODUCTS) return pow(x, power);
  if (power < 0) return div(1, powerOf(x, -power));
  if (power === 0) return f32(1);
  if (power === 1) return x;
  const half = powerOf(x, Math.floor(power / 2));
  const square = mul(half, half);
  return power % 2 === 0 ? square : mul(square, x);
}

/** (shift + scale·x) to a power. */
export const power = elementwise({
  type: 'Power',
  doc: 'A fixed power of shift + scale · x.',
  paramField: 'power_param',
  template: 'power_param {\n  power: 1\n  scale: 1\n  shift: 0\n}',
  summary(layer) {
    const p = setting(layer, 'power_param');
    const inner = affineText(p.scale, p.shift);
    return p.power === 1 ? (inner === 'x' ? '' : inner) : `(${inner})^${p.power}`;
  },
  f(x, layer) {
    const p = setting(layer, 'power_param');
    return powerOf(add(mul(x, p.scale), p.shift), p.power);
  },
});
