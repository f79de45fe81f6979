/**
 * Symbolic derivatives of elementwise expressions: activations, fused chains and the Expression layer say their forward
 * pass and get their backward pass from here.
 */
import * as b from './build.ts';
import type { Expr } from './expr.ts';
import { key } from './key.ts';
import { namedOf } from './named.ts';
import { print } from './print.ts';
import { children } from './rewrite.ts';

/**
 * ∂expr/∂wrt, both f32, where every node structurally equal to `wrt` counts as the variable. Where a derivative jumps
 * it follows Caffe: |x| has 0 at 0, max(x, 0) has 0 at 0 (of equal operands the second counts, a constant always being
 * the second). Conditions, indices and integer casts are piecewise constant. A function that is known by its name
 * (`named.ts`) has its own derivative. Throws a TypeError for a reduction over something that depends on `wrt`: it is not
 * elementwise.
 */
export function differentiate(expr: Expr, wrt: Expr): Expr {
  if (expr.dtype !== 'f32' || wrt.dtype !== 'f32')
    throw new TypeError(`Derivatives are of f32 by f32, not of ${expr.dtype} by ${wrt.dtype}.`);
  const variable = key(wrt);
  const done = new Map<number, Expr>();
  const depends = new Map<number, boolean>();

  const dependsOn = (e: Expr): boolean => {
    const id = key(e);
    let known = depends.get(id);
    if (known === undefined) {
      known = id === variable || children(e).some(dependsOn);
      depends.set(id, known);
    }
    return known;
  };

  const derive = (e: Expr): Expr => {
    const id = key(e);
    if (id === variable) return ONE;
    if (!dependsOn(e)) return ZERO;
    let known = done.get(id);
    if (known === undefined) {
      known = rule(e);
      done.set(id, known);
    }
    return known;
  };

  const rule = (e: Expr): Expr => {
    const known = namedOf(e);
    if (known !== undefined) {
      const partials = known.partials();
      return known.args.reduce((total, a, i) => plus(total, times(derive(a), partials[i] ?? ZERO)), ZERO);
    }
    switch (e.op) {
      case 'const':
      case 'axis':
      case 'scalar':
      case 'acc':
      case 'load':
      case 'cast':
        return ZERO;
      case 'select':
        return b.select(e.cond, derive(e.a), derive(e.b));
      case 'reduce':
        throw new TypeError(`${print(e)} is not elementwise: it has no derivative of this kind.`);
      case 'unary':
        return unaryRule(e);
      case 'binary':
        return binaryRule(e);
    }
  };

  const unaryRule = (e: Expr & { op: 'unary' }): Expr => {
    const { a } = e;
    switch (e.fn) {
      case 'neg':
        return negative(derive(a));
      case 'exp':
        return times(derive(a), e);
      case 'log':
        return over(derive(a), a);
      case 'sqrt':
        return over(times(derive(a), b.f32(0.5)), e);
      case 'abs': {
        const d = derive(a);
        return b.select(b.lt(0, a), d, b.select(b.lt(a, 0), negative(d), ZERO));
      }
      case 'tanh':
        return times(derive(a), b.sub(1, b.mul(e, e)));
      case 'floor':
      case 'not':
      case 'bits':
        return ZERO;
    }
  };

  const binaryRule = (e: Expr & { op: 'binary' }): Expr => {
    const { a, b: c } = e;
    switch (e.fn) {
      case 'add':
        return plus(derive(a), derive(c));
      case 'sub':
        return plus(derive(a), negative(derive(c)));
      case 'mul':
        return plus(times(derive(a), c), times(derive(c), a));
      case 'div':
        return plus(over(derive(a), c), negative(over(times(derive(c), e), c)));
      case 'max':
      case 'min': {
        const [p, q] = a.op === 'const' ? [c, a] : [a, c];
        return b.select(e.fn === 'max' ? b.lt(q, p) : b.lt(p, q), derive(p), derive(q));
      }
      case 'pow': {
        const base = times(derive(a), times(b.pow(a, plus(c, b.f32(-1))), c));
        const exponent = derive(c);
        return isConst(exponent, 0) ? base : plus(base, times(exponent, times(e, b.log(a))));
      }
      case 'floordiv':
      case 'mod':
      case 'lt':
      case 'le':
      case 'eq':
      case 'ne':
      case 'and':
      case 'or':
      case 'xor':
      case 'shl':
      case 'shr':
        return ZERO;
    }
  };

  return derive(expr);
}

const ZERO = b.f32(0);
const ONE = b.f32(1);

const isConst = (e: Expr, value: number): boolean => e.op === 'const' && e.value === value;
const isNegative = (e: Expr): e is Expr & { op: 'unary' } => e.op === 'unary' && e.fn === 'neg';

function negative(a: Expr): Expr {
  if (a.op === 'const') return b.f32(-a.value + 0);
  if (a.op === 'binary' && a.fn === 'sub') return b.sub(a.b, a.a);
  if (a.op === 'binary' && a.fn === 'mul' && a.b.op === 'const') return b.mul(a.a, -a.b.value);
  return b.neg(a);
}

/** x + y, without what adds nothing and with signs drawn together. */
export function plus(x: Expr, y: Expr): Expr {
  if (isConst(x, 0)) return y;
  if (isConst(y, 0)) return x;
  if (isNegative(y)) return isConst(x, 0) ? y : b.sub(x, y.a);
  if (isNegative(x)) return isConst(y, 0) ? x : b.sub(y, x.a);
  if (key(x) === key(y)) return times(x, b.f32(2));
  return b.add(x, y);
}

/** x · y, where a product by 0, 1 or −1 disappears, signs move outwards and a choice of slopes stays a choice. */
export function times(x: Expr, y: Expr): Expr {
  if (isConst(x, 0) || isConst(y, 0)) return ZERO;
  if (isConst(x, 1)) return y;
  if (isConst(y, 1)) return x;
  if (isConst(x, -1)) return negative(y);
  if (isConst(y, -1)) return negative(x);
  if (isNegative(x)) return negative(times(x.a, y));
  if (isNegative(y)) return negative(times(x, y.a));
  // A choice between constants (the slope of a ReLU) is a choice between products.
  if (x.op === 'select' && x.a.op === 'const' && x.b.op === 'const')
    return b.select(x.cond, times(x.a, y), times(x.b, y));
  if (y.op === 'select' && y.a.op === 'const' && y.b.op === 'const')
    return b.select(y.cond, times(x, y.a), times(x, y.b));
  return b.mul(x, y);
}

function over(x: Expr, y: Expr): Expr {
  if (isConst(x, 0)) return ZERO;
  if (isNegative(x)) return negative(over(x.a, y));
  return b.div(x, y);
}
