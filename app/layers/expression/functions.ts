/**
 * The functions of a formula that work on each value by itself, operators among them: how many arguments they take and
 * what they are as tensor expressions. Where a function is computed by a formula of several operations, it keeps its name
 * and its own derivative.
 */
import * as b from '../../engine/ir/build.ts';
import type { Expr } from '../../engine/ir/expr.ts';
import { named } from '../../engine/ir/named.ts';
import { logistic } from '../sigmoid.ts';

export interface ElementFunction {
  readonly min: number;
  readonly max: number;
  /** Its value; arguments are f32, or bool where they come from a comparison. */
  build(args: readonly Expr[]): Expr;
}

/** A value as a number: a truth is 0 or 1. */
export const asNumber = (e: Expr): Expr => (e.dtype === 'bool' ? b.cast(e, 'f32') : e);
/** A value as a truth: a number is true where it is not 0. */
const asTruth = (e: Expr): Expr => (e.dtype === 'bool' ? e : b.ne(e, 0));

/** A function of so many numbers. */
function numbers(count: number, build: (...args: [Expr, Expr, Expr]) => Expr): ElementFunction {
  return { min: count, max: count, build: (args) => build(...(args.map(asNumber) as [Expr, Expr, Expr])) };
}

const fold = (build: (x: Expr, y: Expr) => Expr): ElementFunction => ({
  min: 2,
  max: 8,
  build: (args) => args.map(asNumber).reduce((x, y) => build(x, y)),
});

const compare = (build: (x: Expr, y: Expr) => Expr): ElementFunction => numbers(2, build);
const truths = (count: number, build: (...args: [Expr, Expr]) => Expr): ElementFunction => ({
  min: count,
  max: count,
  build: (args) => build(...(args.map(asTruth) as [Expr, Expr])),
});

/** Coefficients from the constant on, by Horner's rule. */
const polynomial = (coefficients: readonly number[], t: Expr): Expr =>
  coefficients.slice(0, -1).reduceRight<Expr>((sum, k) => b.add(b.mul(sum, t), k), b.f32(coefficients.at(-1) ?? 0));

// Fitted to sin(r)/r over r² up to π²; off by 2e-9 at most.
const SINE = [
  0.999999994516, -0.166666645818, 0.00833331039225, -0.000198401553548, 2.75294543284e-6, -2.46769707936e-8,
  1.34514812472e-10,
];
// Fitted to erf(z)/z over z² up to 16; off by 2e-9 at most.
const ERF_ABOVE = [
  1.128379182, 0.1847103274, 0.05433259549, 0.003839528315, 0.0003826923046, 4.780542282e-6, -1.366679685e-8,
];
const ERF_BELOW = [1, 0.4970288111, 0.1138263011, 0.01545351476, 0.001309578948, 6.400929484e-5];

// 2π as a number with few bits and the rest, so that whole turns are taken off without loss.
const TURN = [6.28125, 2 * Math.PI - 6.28125] as const;

function sineOf(angle: Expr): Expr {
  const turns = b.floor(b.add(b.mul(angle, 1 / (2 * Math.PI)), 0.5));
  const rest = b.sub(b.sub(angle, b.mul(turns, TURN[0])), b.mul(turns, TURN[1]));
  return b.mul(rest, polynomial(SINE, b.mul(rest, rest)));
}

const sine = (x: Expr): Expr => named(sineOf(x), { name: 'sin', args: [x], partials: () => [cosine(x)] });
const cosine = (x: Expr): Expr =>
  named(sineOf(b.add(x, Math.PI / 2)), { name: 'cos', args: [x], partials: () => [b.neg(sine(x))] });

function sigmoid(x: Expr): Expr {
  const value = logistic(x);
  return named(value, { name: 'sigmoid', args: [x], partials: () => [b.mul(value, b.sub(1, value))] });
}

/** log(1 + eˣ), without overflow. */
const softplus = (x: Expr): Expr =>
  named(b.add(b.max(x, 0), b.log(b.add(b.exp(b.neg(b.abs(x))), 1))), {
    name: 'softplus',
    args: [x],
    partials: () => [sigmoid(x)],
  });

function erf(x: Expr): Expr {
  const z = b.min(b.max(x, -4), 4);
  const t = b.mul(z, z);
  return named(b.div(b.mul(z, polynomial(ERF_ABOVE, t)), polynomial(ERF_BELOW, t)), {
    name: 'erf',
    args: [x],
    partials: () => [b.mul(b.exp(b.neg(b.mul(x, x))), 2 / Math.sqrt(Math.PI))],
  });
}

/** Exponents up to this are products; they take negative bases, which `pow` does not. */
const LARGEST_PRODUCT = 64;

function power(x: Expr, exponent: Expr): Expr {
  if (exponent.op !== 'const' || !Number.isInteger(exponent.value) || Math.abs(exponent.value) > LARGEST_PRODUCT)
    return b.pow(x, exponent);
  if (exponent.value < 0) return b.div(1, product(x, -exponent.value));
  return product(x, exponent.value);
}

/** x · x · … as often as said, by squares. */
function product(x: Expr, times: number): Expr {
  if (times === 0) return b.f32(1);
  if (times === 1) return x;
  const half = product(x, Math.floor(times / 2));
  const square = b.mul(half, half);
  return times % 2 === 0 ? square : b.mul(square, x);
}

const functions = {
  '+': numbers(2, b.add),
  '-': numbers(2, b.sub),
  '*': numbers(2, b.mul),
  '/': numbers(2, b.div),
  '**': numbers(2, power),
  pow: numbers(2, power),
  negative: numbers(1, b.neg),
  '<': compare(b.lt),
  '<=': compare(b.le),
  '>': compare(b.gt),
  '>=': compare(b.ge),
  '==': compare(b.eq),
  '!=': compare(b.ne),
  '&&': truths(2, (x, y) => b.and(x, y)),
  '||': truths(2, (x, y) => b.or(x, y)),
  '!': truths(1, b.not),
  exp: numbers(1, b.exp),
  log: numbers(1, b.log),
  sqrt: numbers(1, b.sqrt),
  rsqrt: numbers(1, (x) => b.div(1, b.sqrt(x))),
  square: numbers(1, (x) => b.mul(x, x)),
  abs: numbers(1, b.abs),
  sign: numbers(1, (x) => b.select(b.gt(x, 0), 1, b.select(b.lt(x, 0), b.f32(-1), 0))),
  floor: numbers(1, b.floor),
  ceil: numbers(1, (x) => b.neg(b.floor(b.neg(x)))),
  round: numbers(1, (x) => b.floor(b.add(x, 0.5))),
  sin: numbers(1, sine),
  cos: numbers(1, cosine),
  tanh: numbers(1, b.tanh),
  sigmoid: numbers(1, sigmoid),
  softplus: numbers(1, softplus),
  relu: numbers(1, (x) => b.max(x, 0)),
  erf: numbers(1, erf),
  min: fold(b.min),
  max: fold(b.max),
  clip: numbers(3, (x, low, high) => b.min(b.max(x, low), high)),
  where: {
    min: 3,
    max: 3,
    build: ([cond, x, y]) => b.select(asTruth(cond as Expr), asNumber(x as Expr), asNumber(y as Expr)),
  },
} satisfies Record<string, ElementFunction>;

/** Names that other languages give to some of them. */
const aliases: Readonly<Record<string, keyof typeof functions>> = { minimum: 'min', maximum: 'max' };

/** A function by the name that a formula gives; undefined where there is none. */
export const elementFunction = (name: string): ElementFunction | undefined => {
  const own = aliases[name] ?? name;
  return Object.hasOwn(functions, own) ? (functions as Record<string, ElementFunction>)[own] : undefined;
};

/** Names of all functions that are called by a word. */
export const elementNames: readonly string[] = Object.keys(functions).filter(
  (n) => /^[a-z]/.test(n) && n !== 'negative',
);
