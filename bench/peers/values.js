// What everyone in the comparison is given: the same first weights, images and labels.

/** Repeatable numbers in (-bound, bound). */
export function numbers(count, bound, seed) {
  const out = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = (state / 2 ** 31 - 1) * bound;
  }
  return out;
}

/** Extent of a shape. */
export const volume = (shape) => shape.reduce((a, b) => a * b, 1);

/** First values of parameter `index` of a plan. */
export function parameter(plan, index) {
  const { shape, bound, value } = plan.params[index];
  return bound === undefined ? new Float32Array(volume(shape)).fill(value) : numbers(volume(shape), bound, index + 1);
}

/** Bytes of a batch of images, [batch, channels, height, width]. */
export const bytes = ({ batch, record }) =>
  Uint8Array.from({ length: batch * volume(record) }, (_, i) => Math.imul(i, 2654435761) >>> 24);

/** The same as numbers that a net takes. */
export const images = (plan) => Float32Array.from(bytes(plan), (byte) => byte * plan.scale);

export const labels = ({ batch, classes }) => Int32Array.from({ length: batch }, (_, i) => i % classes);

/** Settings of the solver. */
export const RATE = 0.001;
export const MOMENTUM = 0.9;
