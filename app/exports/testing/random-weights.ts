/** Weights for nets that nobody trained: tests need numbers of a sensible size that are the same each time. */
import type { TypedNet } from '../../caffe/net/typed-net.ts';
import type { Caffemodel } from '../../caffe/wire/caffemodel.ts';
import { randomStream } from '../../data/random.ts';

/** `count` numbers spread evenly between `low` and `high`. */
export function numbers(seed: number, count: number, low = -1, high = 1): Float32Array {
  const next = randomStream(seed);
  return Float32Array.from({ length: count }, () => low + (high - low) * next());
}

/** Weights for every layer: small for matrices, and for BatchNorm statistics that could be real. */
export function randomWeights(net: TypedNet): Caffemodel {
  let seed = 1;
  return {
    name: net.name,
    layers: net.layers.map(({ name, type, params }) => ({
      name,
      type,
      blobs: params.map(({ shape }, i) => {
        const count = shape.reduce((n, d) => n * d, 1);
        seed++;
        if (type === 'BatchNorm') {
          if (i === 2) return { shape, data: Float32Array.of(8) };
          return { shape, data: i === 0 ? numbers(seed, count, -4, 4) : numbers(seed, count, 2, 12) };
        }
        const inputs = shape.length > 1 ? count / (shape[0] ?? 1) : 2;
        const limit = Math.sqrt(3 / Math.max(1, inputs));
        return { shape, data: numbers(seed, count, -limit, limit) };
      }),
    })),
  };
}
