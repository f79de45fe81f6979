/**
 * Which images make up the batch of an iteration, as a pure function: a run resumed from a snapshot, which has no data cursor, sees the
 * same images as an unbroken one.
 */
import { mix } from './random.ts';

/**
 * Indices of the images of iteration `iteration` (from 0).
 *
 * Without shuffling they come in file order and wrap around, as Caffe's Data layer reads its LMDB: iteration t starts at
 * (t · batchSize) mod count. With shuffling the same positions go through a permutation of their epoch, drawn from the seed: every image
 * is seen once in each epoch, and a batch over the seam ends one epoch and begins the next.
 *
 * @param seed Any number; its lower 32 bits count.
 * @param count Number of images in the split, at least 1.
 * @returns `batchSize` indices of 0 to count-1.
 */
export function batchIndices(
  seed: number,
  iteration: number,
  batchSize: number,
  count: number,
  shuffle: boolean,
): Uint32Array<ArrayBuffer> {
  if (count < 1) throw new RangeError('batchIndices needs at least one image');
  const indices = new Uint32Array(batchSize);
  const start = iteration * batchSize;
  for (let i = 0; i < batchSize; i++) {
    const position = start + i;
    const offset = position % count;
    indices[i] = shuffle ? permuted(offset, count, mix(seed ^ mix(Math.floor(position / count)))) : offset;
  }
  return indices;
}

const rounds = 6;

/**
 * The image of `index` under the permutation of 0 to count-1 that `key` names. A Feistel network permutes the numbers of an even number of
 * bits; where it leaves the range it is applied again (at most four times on average), which keeps it a permutation.
 */
function permuted(index: number, count: number, key: number): number {
  const half = Math.max(1, Math.ceil(Math.log2(count) / 2));
  const mask = 2 ** half - 1;
  let value = index;
  do {
    let left = Math.floor(value / (mask + 1));
    let right = value & mask;
    for (let round = 0; round < rounds; round++) {
      const next = (left ^ mix(right ^ mix(key + round))) & mask;
      left = right;
      right = next;
    }
    value = left * (mask + 1) + right;
  } while (value >= count);
  return value;
}
