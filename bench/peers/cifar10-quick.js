// What every peer is given: the sizes of cifar10_quick, weights at random, images and labels of one batch. Layer by layer:
// 5×5 convolution, 3×3 max pooling by 2, ReLU; 5×5 convolution, ReLU, 3×3 average pooling by 2; the same with 64; 64; 10.
export const BATCH = 100;
export const RATE = 0.001;
export const MOMENTUM = 0.9;

/** Shapes of the weights as Caffe has them: [outputs, inputs, height, width] and [outputs, inputs]. */
export const WEIGHTS = [
  [32, 3, 5, 5],
  [32, 32, 5, 5],
  [64, 32, 5, 5],
  [64, 1024],
  [10, 64],
];

/** Repeatable numbers in (-scale, scale). */
export function numbers(count, scale, seed = 1) {
  const out = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = (state / 2 ** 31 - 1) * scale;
  }
  return out;
}

export const volume = (shape) => shape.reduce((a, b) => a * b, 1);
export const labels = () => Int32Array.from({ length: BATCH }, (_, i) => i % 10);

/** Milliseconds of each of `count` calls, after `warm` that are not counted. */
export async function timed(call, count, warm) {
  const out = [];
  for (let i = -warm; i < count; i++) {
    const start = performance.now();
    await call();
    if (i >= 0) out.push(performance.now() - start);
  }
  return out;
}
