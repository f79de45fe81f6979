/** The arithmetic of costs: what a convolution or an inner product takes, in numbers and in multiply-adds. */

/** A side's places. */
export const square = (n: number): number => n * n;
/** Adds up. */
export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Multiply-adds of a convolution with square sides: one for each weight at each place. */
export const conv = (side: number, outputs: number, inputs: number, kernel: number, groups = 1): number =>
  (square(side) * outputs * inputs * square(kernel)) / groups;

/** Numbers in a convolution: weights, and a bias for each map. */
export const weights = (outputs: number, inputs: number, kernel: number, groups = 1): number =>
  (outputs * inputs * square(kernel)) / groups + outputs;

/** Multiply-adds of an inner product: its weights. */
export const full = (inputs: number, outputs: number): number => inputs * outputs;
/** The numbers of an inner product. */
export const fullWeights = (inputs: number, outputs: number): number => full(inputs, outputs) + outputs;

/** What a network should cost. */
export interface Expected {
  /** Numbers that are learned: all but BatchNorm's. */
  readonly parameters: number;
  /** Multiply-adds of convolutions, inner products and recurrent layers: what publications count. */
  readonly macs: number;
}

/** Without biases, but with a scale and a shift for each map behind BatchNorm. */
export const normed = (outputs: number, inputs: number, kernel: number, groups = 1): number =>
  (outputs * inputs * square(kernel)) / groups + 2 * outputs;
