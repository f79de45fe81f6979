/**
 * By how much images are mixed: parts drawn from Beta(alpha, alpha), which takes trial and error and therefore stays on the
 * host. As every random number of a run, they follow from the seed, the pass and the place in the batch.
 */
import { uniformOf } from '../engine/ir/random.ts';

/** Separates these draws from those of layers, whose streams count up from 0. */
const STREAM = 0x6d697875;
/** Random numbers that one image may take; far more than it ever does. */
const ROOM = 1024;

/** The part of each image of a batch that is its own: of λ and 1 − λ the larger, so that its label stays the first. */
export function mixupParts(alpha: number, seed: number, pass: number, batch: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: batch }, (_, image) => {
    let drawn = 0;
    const random = (): number => uniformOf(seed, pass, STREAM, image * ROOM + drawn++);
    const [a, b] = [gamma(alpha, random), gamma(alpha, random)];
    const part = a + b > 0 ? a / (a + b) : Number(random() < 0.5);
    return Math.max(part, 1 - part);
  });
}

/** A number of the gamma distribution of a shape: Marsaglia and Tsang's way, for shapes below 1 by way of shape + 1. */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * Math.pow(1 - random(), 1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
