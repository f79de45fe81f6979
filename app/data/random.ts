/** Random numbers that are functions of their seed: the order of images and the sample set are the same wherever and whenever they are made. */

/** Spreads the lower 32 bits of a number over 32 bits: multiplications and shifts, each of which can be undone. */
export function mix(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A stream of random numbers: each call gives the next, of 0 up to but not including 1. */
export type Random = () => number;

/** The stream of random numbers of a seed. */
export function randomStream(seed: number): Random {
  let state = mix(seed);
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state ^ 0x55555555) / 2 ** 32;
  };
}
