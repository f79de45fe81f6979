/**
 * Caffe's fillers as expressions, for DummyData, which fills its blobs anew in each pass. Mirrors filler.hpp.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { FillerParameter } from '../caffe/schema/net-messages.ts';
import {
  abs,
  add,
  at,
  axis,
  cast,
  div,
  f32,
  floordiv,
  lt,
  log,
  max,
  mod,
  mul,
  neg,
  select,
  sqrt,
  sub,
  sum,
} from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { countOf, flat, type ForwardContext, type Tensor } from './definition.ts';
import { nth } from './views.ts';

const FILLABLE = ['constant', 'uniform', 'gaussian', 'xavier', 'msra', 'positive_unitball', 'bilinear'];

/** Why a blob of a shape cannot be filled by this filler; undefined when it can. */
export function fillerProblem(filler: FillerParameter, shape: Shape): string | undefined {
  if (!FILLABLE.includes(filler.type))
    return `There is no filler "${filler.type}": use ${FILLABLE.slice(0, -1).join(', ')} or bilinear.`;
  if (filler.type === 'bilinear' && (shape.length !== 4 || shape[2] !== shape[3]))
    return 'The filler "bilinear" is for blobs of four axes of which the last two are equal: use another.';
  return undefined;
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

/** Random numbers that one element takes at most. */
const DRAWS = 2;
/** Random numbers that a blob of so many elements takes. */
export const drawsOf = (count: number): number => DRAWS * count;

/**
 * Fills a blob anew. Its random numbers are those from `first` on in the layer's own; see `drawsOf`.
 */
export function fillTop(c: ForwardContext, top: Tensor, filler: FillerParameter, first: number): void {
  const { shape } = top;
  const count = countOf(shape);
  const random = (i: Expr, draw = 0): Expr => c.random(add(i, first + draw * count));
  const each = (value: (i: Expr) => Expr): void => {
    c.computeFlat(top, value);
  };
  const uniform = (i: Expr, low: number, high: number): Expr => add(mul(random(i), high - low), low);
  switch (filler.type) {
    case 'uniform':
      each((i) => uniform(i, filler.min, filler.max));
      return;
    case 'gaussian': {
      const value = (i: Expr): Expr => add(mul(normal(random(i)), filler.std), filler.mean);
      const kept = filler.sparse / (shape[0] ?? 1);
      each((i) => (filler.sparse < 0 ? value(i) : select(lt(random(i, 1), kept), value(i), 0)));
      return;
    }
    case 'xavier': {
      const limit = Math.sqrt(3 / fan(filler, shape));
      each((i) => uniform(i, -limit, limit));
      return;
    }
    case 'msra':
      each((i) => mul(normal(random(i)), Math.sqrt(2 / fan(filler, shape))));
      return;
    case 'positive_unitball': {
      const items = shape[0] ?? 1;
      const size = count / items;
      const totals = c.scratch(`total-${first}`, [items]);
      c.compute(
        totals,
        (item) => {
          const v = axis(size);
          return sum([v], random(add(mul(item, size), at(v))));
        },
        'total',
      );
      each((i) => div(random(i), flat(totals, floordiv(i, size))));
      return;
    }
    case 'bilinear': {
      const side = nth(shape, 3);
      const half = Math.ceil(side / 2);
      const tent = (place: Expr): Expr => sub(1, abs(sub(div(cast(place, 'f32'), half), (side - 1) / (2 * half))));
      each((i) => mul(tent(mod(i, side)), tent(mod(floordiv(i, side), side))));
      return;
    }
    default:
      each(() => f32(filler.value));
  }
}
