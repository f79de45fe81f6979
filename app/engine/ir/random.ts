/**
 * The one random generator: a hash of (seed, iteration, stream, index), so that a random number is a pure function of
 * what it is for. Order of images, augmentation, dropout and fillers draw from it, each from a stream of its own;
 * stopping and resuming at an iteration gives the same numbers. It is written twice, as an expression for kernels and
 * on numbers for the host, from one definition of the mixing.
 */
import { add, cast, lift, mul, shr, u32, xor } from './build.ts';
import type { Expr } from './expr.ts';

/** Odd constants that separate the four inputs before they are mixed. */
const WEYL = { seed: 0x9e3779b9, iteration: 0x85ebca77, stream: 0xc2b2ae3d, index: 0x27d4eb2f } as const;
/** Rounds of a 32-bit finaliser: shift, multiply, shift, multiply, shift; found by search to change half the bits. */
const FINALISER = { shifts: [16, 15, 16], factors: [0x7feb352d, 0x846ca68b] } as const;

/** Arithmetic on u32 that wraps, on whatever a u32 is. */
interface Words<W> {
  readonly add: (a: W, b: number) => W;
  readonly mul: (a: W, b: number) => W;
  readonly shr: (a: W, by: number) => W;
  readonly xor: (a: W, b: W) => W;
}

const onNumbers: Words<number> = {
  add: (a, b) => (a + b) >>> 0,
  mul: (a, b) => Math.imul(a, b) >>> 0,
  shr: (a, by) => a >>> by,
  xor: (a, b) => (a ^ b) >>> 0,
};

const onExpressions: Words<Expr> = {
  add: (a, b) => add(a, u32(b)),
  mul: (a, b) => mul(a, u32(b)),
  shr: (a, by) => shr(a, u32(by)),
  xor: (a, b) => xor(a, b),
};

/** A bijection of u32 in which every input bit changes every output bit with probability near one half. */
function finalise<W>(w: Words<W>, x: W): W {
  let h = x;
  FINALISER.shifts.forEach((by, round) => {
    h = w.xor(h, w.shr(h, by));
    const factor = FINALISER.factors[round];
    if (factor !== undefined) h = w.mul(h, factor);
  });
  return h;
}

/** Chains one finaliser for each input, so that no two inputs can cancel. The index comes last: all before it is shared. */
function hash<W>(w: Words<W>, seed: W, iteration: W, stream: W, index: W): W {
  let h = finalise(w, w.add(w.mul(seed, WEYL.seed), WEYL.stream));
  h = finalise(w, w.xor(h, w.add(w.mul(stream, WEYL.stream), WEYL.index)));
  h = finalise(w, w.xor(h, w.add(w.mul(iteration, WEYL.iteration), WEYL.seed)));
  return finalise(w, w.xor(h, w.add(w.mul(index, WEYL.index), WEYL.iteration)));
}

const word = (e: Expr | number): Expr => cast(lift(e, 'u32'), 'u32');

/** 32 random bits as a u32 expression; seed, iteration and index are i32 or u32. */
export const randomBits = (seed: Expr, iteration: Expr, stream: number, index: Expr): Expr =>
  hash(onExpressions, word(seed), word(iteration), word(stream), word(index));

/** 32 random bits on the host: the value of `randomBits` for the same inputs. */
export const randomBitsOf = (seed: number, iteration: number, stream: number, index: number): number =>
  hash(onNumbers, seed >>> 0, iteration >>> 0, stream >>> 0, index >>> 0);

const UNIFORM_BITS = 24;

/** A number in [0, 1) as an f32 expression: the upper 24 bits of `randomBits`, exactly representable. */
export const uniform = (seed: Expr, iteration: Expr, stream: number, index: Expr): Expr =>
  mul(cast(shr(randomBits(seed, iteration, stream, index), u32(32 - UNIFORM_BITS)), 'f32'), 2 ** -UNIFORM_BITS);

/** A number in [0, 1) on the host: the value of `uniform` for the same inputs. */
export const uniformOf = (seed: number, iteration: number, stream: number, index: number): number =>
  (randomBitsOf(seed, iteration, stream, index) >>> (32 - UNIFORM_BITS)) * 2 ** -UNIFORM_BITS;
