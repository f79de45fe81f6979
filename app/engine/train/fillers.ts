/**
 * Weight fillers (Caffe's `filler.hpp`) as pure functions of settings, shape, seed and stream: the same seed gives the
 * same network on every device, whatever else is drawn.
 */
import { uniformOf } from '../ir/random.ts';

/** Which of a blob's fans sets the scale of xavier and msra. */
export type VarianceNorm = 'FAN_IN' | 'FAN_OUT' | 'AVERAGE';

/** A filler and the fields of FillerParameter that it reads. */
export type FillerSettings =
  | { readonly type: 'constant'; readonly value: number }
  | { readonly type: 'uniform'; readonly min: number; readonly max: number }
  /** With `sparse` ≥ 0, about that many inputs of each output are not zero. */
  | { readonly type: 'gaussian'; readonly mean: number; readonly std: number; readonly sparse?: number }
  | { readonly type: 'xavier'; readonly varianceNorm: VarianceNorm }
  | { readonly type: 'msra'; readonly varianceNorm: VarianceNorm }
  /** Uniform numbers scaled so that each item's (the first axis) sum to 1. */
  | { readonly type: 'positive_unitball' }
  /** The weights of a bilinear interpolation, for upsampling by a Deconvolution; four axes, the last two equal. */
  | { readonly type: 'bilinear' };

/**
 * A blob of a shape, filled. `stream` keeps blobs apart that share a seed: give each its own.
 */
export function fill(filler: FillerSettings, shape: readonly number[], seed: number, stream: number): Float32Array {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const uniform = (draw: number, index: number): number => uniformOf(seed, draw, stream, index);
  // Box-Muller; the logarithm's argument is in (0, 1].
  const gaussian = (index: number): number =>
    Math.sqrt(-2 * Math.log(1 - uniform(0, index))) * Math.cos(2 * Math.PI * uniform(1, index));
  const each = (value: (index: number) => number): Float32Array => out.map((_, index) => value(index));

  switch (filler.type) {
    case 'constant':
      return out.fill(filler.value);
    case 'uniform':
      return each((i) => filler.min + (filler.max - filler.min) * uniform(0, i));
    case 'gaussian': {
      const { mean, std, sparse } = filler;
      if (sparse === undefined || sparse < 0) return each((i) => mean + std * gaussian(i));
      const kept = sparse / (shape[0] ?? 1);
      return each((i) => (uniform(2, i) < kept ? mean + std * gaussian(i) : 0));
    }
    case 'xavier': {
      const scale = Math.sqrt(3 / fan(filler.varianceNorm, shape));
      return each((i) => scale * (2 * uniform(0, i) - 1));
    }
    case 'msra': {
      const std = Math.sqrt(2 / fan(filler.varianceNorm, shape));
      return each((i) => std * gaussian(i));
    }
    case 'positive_unitball': {
      const size = out.length / (shape[0] ?? 1);
      const drawn = each((i) => uniform(0, i));
      for (let first = 0; first < out.length; first += size) {
        const item = drawn.subarray(first, first + size);
        const total = item.reduce((a, b) => a + b, 0);
        out.set(
          item.map((v) => v / total),
          first,
        );
      }
      return out;
    }
    case 'bilinear': {
      const side = shape[3] ?? 1;
      return each((i) => bilinearWeight(side, i % side) * bilinearWeight(side, Math.floor(i / side) % side));
    }
  }
}

/** One axis of the bilinear filler: a tent over the side of the kernel. */
export function bilinearWeight(side: number, at: number): number {
  const half = Math.ceil(side / 2);
  return 1 - Math.abs(at / half - (side - 1) / (2 * half));
}

/** Inputs (elements over the first axis), outputs (elements over the second), or their mean, as Caffe counts them. */
function fan(norm: VarianceNorm, shape: readonly number[]): number {
  const count = shape.reduce((a, b) => a * b, 1);
  const fanIn = count / (shape[0] ?? 1);
  const fanOut = count / (shape[1] ?? 1);
  switch (norm) {
    case 'FAN_IN':
      return fanIn;
    case 'FAN_OUT':
      return fanOut;
    case 'AVERAGE':
      return (fanIn + fanOut) / 2;
  }
}
