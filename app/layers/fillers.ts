/**
 * Caffe's fillers as expressions, for DummyData, which fills its blobs anew in each pass. Mirrors filler.hpp.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { FillerParameter } from '../caffe/schema/net-messages.ts';
import { add, f32, lt, log, max, mul, neg, select, sqrt, sub } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf } from './definition.ts';
import { nth } from './views.ts';

const FILLABLE = ['constant', 'uniform', 'gaussian', 'xavier', 'msra'];

/** Why a blob cannot be filled by this filler; undefined when it can. */
export function fillerProblem(filler: FillerParameter): string | undefined {
  if (!FILLABLE.includes(filler.type))
    return `The filler "${filler.type}" cannot be computed here: use ${FILLABLE.join(', ')}.`;
  return filler.sparse >= 0 ? 'A sparse gaussian filler cannot be computed here: remove sparse.' : undefined;
}

/** The count that xavier and msra divide by. */
function fan(filler: FillerParameter, shape: Shape): number {
  const inputs = countOf(shape) / (shape[0] ?? 1);
  const outputs = shape.length > 1 ? countOf(shape) / nth(shape, 1) : countOf(shape);
  switch (filler.variance_norm) {
    case 'FAN_IN':
      return inputs;
    case 'FAN_OUT':
      return outputs;
    case 'AVERAGE':
      return (inputs + outputs) / 2;
  }
}

// Giles' approximation of the inverse error function in single precision: coefficients for the centre and the tails.
const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAILS = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

const polynomial = (coefficients: readonly number[], w: Expr): Expr =>
  coefficients.slice(1).reduce<Expr>((sum, k) => add(mul(sum, w), k), f32(nth(coefficients, 0)));

/** A normal number (mean 0, deviation 1) from a uniform one in [0, 1): the inverse of the normal distribution. */
export function normal(uniform: Expr): Expr {
  // Kept off ±1, where the inverse is infinite.
  const x = mul(sub(uniform, 0.5 - 2 ** -25), 2 * (1 - 2 ** -23));
  const w = neg(log(mul(sub(1, x), add(x, 1))));
  const centre = polynomial(CENTRE, sub(w, 2.5));
  const tails = polynomial(TAILS, sub(sqrt(max(w, 0)), 3));
  return mul(mul(select(lt(w, 5), centre, tails), x), Math.SQRT2);
}

/** The value of one element; `random` draws a uniform number for it. */
export function filled(filler: FillerParameter, shape: Shape, random: () => Expr): Expr {
  const uniform = (low: number, high: number): Expr => add(mul(random(), high - low), low);
  switch (filler.type) {
    case 'uniform':
      return uniform(filler.min, filler.max);
    case 'gaussian':
      return add(mul(normal(random()), filler.std), filler.mean);
    case 'xavier': {
      const limit = Math.sqrt(3 / fan(filler, shape));
      return uniform(-limit, limit);
    }
    case 'msra':
      return mul(normal(random()), Math.sqrt(2 / fan(filler, shape)));
    default:
      return f32(filler.value);
  }
}
