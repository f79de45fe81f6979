/**
 * exp, log, tanh and pow on four lanes: WebAssembly has none. Range reduction with constants split in two, then series
 * whose first left-out term is below half a unit in the last place of an f32.
 */
import type { Code } from './code.ts';
import type { FunctionBuilder } from './module-builder.ts';

export type MathFunction = 'exp' | 'log' | 'tanh' | 'pow';

const scratch = new DataView(new ArrayBuffer(4));
const bitsOf = (value: number): number => {
  scratch.setFloat32(0, value, true);
  return scratch.getInt32(0, true);
};

/** ln 2 = HIGH + LOW, where HIGH has so few bits that its product with any exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;

/** Small language over one function's code: every method leaves its value on the stack. */
class Lanes {
  readonly code: Code;
  private readonly builder: FunctionBuilder;
  constructor(builder: FunctionBuilder) {
    this.builder = builder;
    this.code = builder.code;
  }
  local(): number {
    return this.builder.local('v128');
  }
  float(value: number): Code {
    return this.lanes(bitsOf(value));
  }
  lanes(value: number): Code {
    return this.code.v128([value, value, value, value]);
  }
  /** Σ coefficients[i] · x^i by Horner's rule, x in a local. */
  polynomial(x: number, coefficients: readonly number[]): void {
    const last = coefficients.length - 1;
    this.float(coefficients[last] as number);
    for (let i = last - 1; i >= 0; i--) {
      this.code.get(x).op('f32x4.mul');
      this.float(coefficients[i] as number);
      this.code.op('f32x4.add');
    }
  }
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** Writes a helper's body; `call` puts a call of another helper. */
export function writeMath(name: MathFunction, builder: FunctionBuilder, call: (name: MathFunction) => number): void {
  const l = new Lanes(builder);
  switch (name) {
    case 'exp':
      writeExp(l);
      break;
    case 'log':
      writeLog(l);
      break;
    case 'tanh':
      writeTanh(l, call('exp'));
      break;
    case 'pow':
      writePow(l, call('exp'), call('log'));
      break;
  }
}

/** exp(x) = 2^n · exp(r), |r| ≤ ln 2 / 2. */
function writeExp(l: Lanes): void {
  const { code } = l;
  const [x, n, r, k] = [l.local(), l.local(), l.local(), l.local()];
  // Beyond these the result is infinity or 0; pmin and pmax with the argument first keep NaN.
  code.get(0);
  l.float(90).op('f32x4.pmin');
  l.float(-110).op('f32x4.pmax').set(x);
  code.get(x);
  l.float(Math.LOG2E).op('f32x4.mul').op('f32x4.nearest').set(n);
  code.get(x).get(n);
  l.float(LN2_HIGH).op('f32x4.mul').op('f32x4.sub').get(n);
  l.float(LN2_LOW).op('f32x4.mul').op('f32x4.sub').set(r);
  l.polynomial(
    r,
    Array.from({ length: 8 }, (_, i) => 1 / factorial(i)),
  );
  // Two factors: 2^n itself may be out of range where the result is not.
  code.get(n).op('i32x4.trunc_sat_f32x4_s').tee(n).i32(1).op('i32x4.shr_s').tee(k);
  power(l);
  code.op('f32x4.mul').get(n).get(k).op('i32x4.sub');
  power(l);
  code.op('f32x4.mul');
}

/** 2^n for the integer lanes on the stack, within the range of normal numbers. */
function power(l: Lanes): void {
  l.lanes(127).op('i32x4.add').i32(23).op('i32x4.shl');
}

/**
 * log(x) = e·ln 2 + log(1 + f), 1 + f in [√½, √2). With s = f/(2 + f) and h = f²/2, log(1 + f) = f − (h − s·(h + r)),
 * where r is the rest of the series of atanh: f is exact, and what is subtracted from it is small.
 */
function writeLog(l: Lanes): void {
  const { code } = l;
  const [small, x, e, f, s, half, square, m] = Array.from({ length: 8 }, () => l.local()) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  code.get(0);
  l.float(2 ** -126)
    .op('f32x4.lt')
    .set(small);
  // Subnormal numbers are brought into range first.
  code.get(0);
  l.float(2 ** 23)
    .op('f32x4.mul')
    .get(0)
    .get(small)
    .op('v128.bitselect')
    .set(x);
  // Exponent such that the rest lies around 1: the bits of √½ are taken off before the shift.
  code.get(x);
  l.lanes(bitsOf(Math.SQRT1_2)).op('i32x4.sub').i32(23).op('i32x4.shr_s').set(e);
  code.get(x).get(e).i32(23).op('i32x4.shl').op('i32x4.sub');
  l.float(1).op('f32x4.sub').set(f);
  code.get(f).get(f);
  l.float(2).op('f32x4.add').op('f32x4.div').tee(s).get(s).op('f32x4.mul').set(square);
  code.get(f).get(f).op('f32x4.mul');
  l.float(0.5).op('f32x4.mul').set(half);
  code.get(e).op('f32x4.convert_i32x4_s');
  l.float(23).get(small).op('v128.and').op('f32x4.sub').tee(e);
  l.float(LN2_HIGH).op('f32x4.mul').get(f).get(half).get(s).get(half);
  l.polynomial(square, [2 / 3, 2 / 5, 2 / 7, 2 / 9]);
  code.get(square).op('f32x4.mul').op('f32x4.add').op('f32x4.mul').get(e);
  l.float(LN2_LOW).op('f32x4.mul').op('f32x4.add').op('f32x4.sub').op('f32x4.sub').op('f32x4.add').set(m);
  // 0 gives −∞, what is negative or NaN gives NaN, ∞ stays.
  l.float(-Infinity).get(m).get(0);
  l.float(0).op('f32x4.eq').op('v128.bitselect').set(m);
  code.get(0).get(m).get(0);
  l.float(Infinity).op('f32x4.eq').op('v128.bitselect').set(m);
  l.lanes(0x7fc00000).get(m);
  l.float(0).get(0).op('f32x4.le').op('v128.not').op('v128.bitselect');
}

/** An odd series near 0, and 1 − 2/(exp(2|x|) + 1) with the sign of x elsewhere. */
function writeTanh(l: Lanes, exp: number): void {
  const { code } = l;
  const [size, square] = [l.local(), l.local()];
  code.get(0).op('f32x4.abs').set(size);
  code.get(size).get(size).op('f32x4.mul').set(square);
  code.get(0);
  l.polynomial(square, [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925]);
  code.op('f32x4.mul');
  l.float(1);
  l.float(2).get(size).get(size).op('f32x4.add').call(exp);
  l.float(1).op('f32x4.add').op('f32x4.div').op('f32x4.sub').get(0);
  l.lanes(0x80000000).op('v128.and').op('v128.or').get(size);
  l.float(0.25).op('f32x4.lt').op('v128.bitselect');
}

/** exp(y·log x); 1 where y is 0. */
function writePow(l: Lanes, exp: number, log: number): void {
  l.float(1).get(0).call(log).get(1).op('f32x4.mul').call(exp).get(1);
  l.float(0).op('f32x4.eq').op('v128.bitselect');
}
