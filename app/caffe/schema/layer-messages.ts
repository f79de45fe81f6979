/**
 * Settings of the remaining layers (activations, normalisation, inner products, joins, reshapes, losses), in
 * alphabetical order, as in BVLC Caffe 1.0's caffe.proto.
 */
import { BlobShape, FillerParameter, engineField } from './common-messages.ts';
import { enumType, message, optional, repeated, required, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';

/** Settings of Accuracy. */
export const AccuracyParameter = message('AccuracyParameter', 'When a prediction counts as right.', {
  top_k: withDefault(1, 'uint32', 1, 'Right if the label is among this many best classes.'),
  axis: withDefault(2, 'int32', 1, 'Axis of the classes. Negative counts from the end.'),
  ignore_label: optional(3, 'int32', 'Predictions with this label are not counted.'),
});
/** Settings of Accuracy. */
export type AccuracyParameter = Infer<typeof AccuracyParameter>;

/** Settings of ArgMax. */
export const ArgMaxParameter = message('ArgMaxParameter', 'The indices of the largest values.', {
  out_max_val: withDefault(1, 'bool', false, 'Give the largest values too.'),
  top_k: withDefault(2, 'uint32', 1, 'How many of the largest to give.'),
  axis: optional(3, 'int32', 'Axis to search along; without it, all axes behind the first as one.'),
});
/** Settings of ArgMax. */
export type ArgMaxParameter = Infer<typeof ArgMaxParameter>;

/** Settings of BatchNorm. */
export const BatchNormParameter = message('BatchNormParameter', 'Normalises each channel over the batch.', {
  use_global_stats: optional(
    1,
    'bool',
    'Use the stored mean and variance instead of those of the batch. Unset: stored ones in TEST, of the batch in TRAIN.',
  ),
  moving_average_fraction: withDefault(2, 'float', 0.999, 'How much of the stored statistics survives an iteration.'),
  eps: withDefault(3, 'float', 1e-5, 'Added to the variance before its root is taken.'),
});
/** Settings of BatchNorm. */
export type BatchNormParameter = Infer<typeof BatchNormParameter>;

/** Settings of Bias. */
export const BiasParameter = message('BiasParameter', 'Adds a second blob, or a learned one, to the first.', {
  axis: withDefault(1, 'int32', 1, 'First axis of the bottom that the bias covers. Negative counts from the end.'),
  num_axes: withDefault(
    2,
    'int32',
    1,
    'Axes that a learned bias covers; -1 for all from `axis`, 0 for a single number.',
  ),
  filler: optional(3, FillerParameter, 'First values of a learned bias; zero when not given.'),
});
/** Settings of Bias. */
export type BiasParameter = Infer<typeof BiasParameter>;

/** Settings of Clip. */
export const ClipParameter = message('ClipParameter', 'Limits values to a range.', {
  min: required(1, 'float', 'Smallest value that passes.'),
  max: required(2, 'float', 'Largest value that passes.'),
});
/** Settings of Clip. */
export type ClipParameter = Infer<typeof ClipParameter>;

/** Settings of Concat. */
export const ConcatParameter = message('ConcatParameter', 'Joins blobs along an axis.', {
  axis: withDefault(2, 'int32', 1, 'Axis along which blobs are joined. Negative counts from the end.'),
  concat_dim: withDefault(1, 'uint32', 1, 'Old name of `axis`.', { deprecated: true }),
});
/** Settings of Concat. */
export type ConcatParameter = Infer<typeof ConcatParameter>;

/** Settings of ContrastiveLoss. */
export const ContrastiveLossParameter = message('ContrastiveLossParameter', 'Pulls pairs together or apart.', {
  margin: withDefault(1, 'float', 1, 'Distance from which an unlike pair costs nothing.'),
  legacy_version: withDefault(2, 'bool', false, 'Use margin − d² for unlike pairs, not (margin − d)².'),
});
/** Settings of ContrastiveLoss. */
export type ContrastiveLossParameter = Infer<typeof ContrastiveLossParameter>;

/** Settings of Dropout. */
export const DropoutParameter = message('DropoutParameter', 'Zeroes values at random while training.', {
  dropout_ratio: withDefault(1, 'float', 0.5, 'Probability that a value is dropped; the others are scaled up.'),
});
/** Settings of Dropout. */
export type DropoutParameter = Infer<typeof DropoutParameter>;

/** Settings of Eltwise. */
export const EltwiseParameter = message('EltwiseParameter', 'Combines blobs of equal shape value by value.', {
  operation: withDefault(
    1,
    enumType('EltwiseOp', { PROD: 0, SUM: 1, MAX: 2 }, 'How values are combined.'),
    'SUM',
    'Product, sum, or largest value.',
  ),
  coeff: repeated(2, 'float', 'With SUM: a factor for each bottom; all 1 when not given.'),
  stable_prod_grad: withDefault(3, 'bool', true, 'With PROD: a slower gradient that also holds where a value is zero.'),
});
/** Settings of Eltwise. */
export type EltwiseParameter = Infer<typeof EltwiseParameter>;

/** Settings of ELU. */
export const ELUParameter = message('ELUParameter', 'Exponential below zero, straight above.', {
  alpha: withDefault(1, 'float', 1, 'The value that very negative inputs approach is −alpha.'),
});
/** Settings of ELU. */
export type ELUParameter = Infer<typeof ELUParameter>;

/** Settings of Embed. */
export const EmbedParameter = message('EmbedParameter', 'A learned vector for each integer.', {
  num_output: optional(1, 'uint32', 'Length of the vectors.'),
  input_dim: optional(2, 'uint32', 'Number of different integers: one more than the largest.'),
  bias_term: withDefault(3, 'bool', true, 'Add a learned bias.'),
  weight_filler: optional(4, FillerParameter, 'First values of the vectors.'),
  bias_filler: optional(5, FillerParameter, 'First values of the bias.'),
});
/** Settings of Embed. */
export type EmbedParameter = Infer<typeof EmbedParameter>;

/** Settings of Exp. */
export const ExpParameter = message('ExpParameter', 'base to the power of (shift + scale · x).', {
  base: withDefault(1, 'float', -1, 'Base of the power, above 0; -1 stands for e.'),
  scale: withDefault(2, 'float', 1, 'Factor of x.'),
  shift: withDefault(3, 'float', 0, 'Added to the exponent.'),
});
/** Settings of Exp. */
export type ExpParameter = Infer<typeof ExpParameter>;

/** Settings of Flatten. */
export const FlattenParameter = message('FlattenParameter', 'Makes one axis of several.', {
  axis: withDefault(1, 'int32', 1, 'First axis that is merged. Negative counts from the end.'),
  end_axis: withDefault(2, 'int32', -1, 'Last axis that is merged. Negative counts from the end.'),
});
/** Settings of Flatten. */
export type FlattenParameter = Infer<typeof FlattenParameter>;

/** Settings of HingeLoss. */
export const HingeLossParameter = message('HingeLossParameter', 'Which power of the margin error is summed.', {
  norm: withDefault(
    1,
    enumType('Norm', { L1: 1, L2: 2 }, 'Power of the error.'),
    'L1',
    'L1: the error. L2: its square.',
  ),
});
/** Settings of HingeLoss. */
export type HingeLossParameter = Infer<typeof HingeLossParameter>;

/** Settings of InfogainLoss. */
export const InfogainLossParameter = message('InfogainLossParameter', 'Weights for confusing one class with another.', {
  source: optional(1, 'string', 'A .binaryproto with the matrix of weights.'),
  axis: withDefault(2, 'int32', 1, 'Axis of the classes. Negative counts from the end.'),
});
/** Settings of InfogainLoss. */
export type InfogainLossParameter = Infer<typeof InfogainLossParameter>;

/** Settings of InnerProduct. */
export const InnerProductParameter = message(
  'InnerProductParameter',
  'A matrix that every input meets every output in.',
  {
    num_output: optional(1, 'uint32', 'Number of outputs.'),
    bias_term: withDefault(2, 'bool', true, 'Add a learned bias to each output.'),
    weight_filler: optional(3, FillerParameter, 'First values of the weights.'),
    bias_filler: optional(4, FillerParameter, 'First values of the bias.'),
    axis: withDefault(5, 'int32', 1, 'First axis that is taken as input; those before it are kept.'),
    transpose: withDefault(6, 'bool', false, 'Store the weights as inputs × outputs.'),
  },
);
/** Settings of InnerProduct. */
export type InnerProductParameter = Infer<typeof InnerProductParameter>;

/** Settings of Log. */
export const LogParameter = message('LogParameter', 'Logarithm of (shift + scale · x).', {
  base: withDefault(1, 'float', -1, 'Base of the logarithm, above 0; -1 stands for e.'),
  scale: withDefault(2, 'float', 1, 'Factor of x.'),
  shift: withDefault(3, 'float', 0, 'Added to the scaled x.'),
});
/** Settings of Log. */
export type LogParameter = Infer<typeof LogParameter>;

/** Settings of MVN. */
export const MVNParameter = message('MVNParameter', 'Takes the mean out of each image and scales it to variance 1.', {
  normalize_variance: withDefault(1, 'bool', true, 'Scale to variance 1, not only to mean 0.'),
  across_channels: withDefault(2, 'bool', false, 'One mean for all channels instead of one for each.'),
  eps: withDefault(3, 'float', 1e-9, 'Added to the standard deviation before dividing.'),
});
/** Settings of MVN. */
export type MVNParameter = Infer<typeof MVNParameter>;

/** Settings of Power. */
export const PowerParameter = message('PowerParameter', '(shift + scale · x) to a power.', {
  power: withDefault(1, 'float', 1, 'The exponent.'),
  scale: withDefault(2, 'float', 1, 'Factor of x.'),
  shift: withDefault(3, 'float', 0, 'Added to the scaled x.'),
});
/** Settings of Power. */
export type PowerParameter = Infer<typeof PowerParameter>;

/** Settings of PReLU. */
export const PReLUParameter = message('PReLUParameter', 'A rectifier that learns its slope below zero.', {
  filler: optional(1, FillerParameter, 'First values of the slopes; 0.25 when not given.'),
  channel_shared: withDefault(2, 'bool', false, 'One slope for all channels.'),
});
/** Settings of PReLU. */
export type PReLUParameter = Infer<typeof PReLUParameter>;

/** Settings of RNN and LSTM. */
export const RecurrentParameter = message('RecurrentParameter', 'Settings of recurrent layers.', {
  num_output: withDefault(1, 'uint32', 0, 'Size of the output and of the hidden state; must be given.'),
  weight_filler: optional(2, FillerParameter, 'First values of the weights.'),
  bias_filler: optional(3, FillerParameter, 'First values of the biases.'),
  debug_info: withDefault(4, 'bool', false, "Print debugging lines of Caffe's inner net."),
  expose_hidden: withDefault(5, 'bool', false, 'Take the first hidden state as bottoms and give the last as tops.'),
});
/** Settings of RNN and LSTM. */
export type RecurrentParameter = Infer<typeof RecurrentParameter>;

/** Settings of Reduction. */
export const ReductionParameter = message('ReductionParameter', 'Reduces the last axes to one number.', {
  operation: withDefault(
    1,
    enumType('ReductionOp', { SUM: 1, ASUM: 2, SUMSQ: 3, MEAN: 4 }, 'How values are reduced.'),
    'SUM',
    'Sum, sum of absolute values, sum of squares, or mean.',
  ),
  axis: withDefault(2, 'int32', 0, 'First axis that is reduced; all behind it are too.'),
  coeff: withDefault(3, 'float', 1, 'Factor of the result.'),
});
/** Settings of Reduction. */
export type ReductionParameter = Infer<typeof ReductionParameter>;

/** Settings of ReLU. */
export const ReLUParameter = message('ReLUParameter', 'Lets positive values pass.', {
  negative_slope: withDefault(1, 'float', 0, 'Factor of negative values; 0 cuts them off.'),
  engine: engineField(2),
});
/** Settings of ReLU. */
export type ReLUParameter = Infer<typeof ReLUParameter>;

/** Settings of Reshape. */
export const ReshapeParameter = message('ReshapeParameter', 'Gives a blob another shape of the same count.', {
  shape: optional(1, BlobShape, 'The new extents: 0 keeps an extent, one -1 takes what is left.'),
  axis: withDefault(2, 'int32', 0, 'First axis that is replaced. Negative counts from behind the last.'),
  num_axes: withDefault(3, 'int32', -1, 'Number of axes that are replaced; -1 for all from `axis`.'),
});
/** Settings of Reshape. */
export type ReshapeParameter = Infer<typeof ReshapeParameter>;

/** Settings of Scale. */
export const ScaleParameter = message('ScaleParameter', 'Multiplies the first blob by a second, or by a learned one.', {
  axis: withDefault(1, 'int32', 1, 'First axis of the bottom that the factor covers. Negative counts from the end.'),
  num_axes: withDefault(2, 'int32', 1, 'Axes that a learned factor covers; -1 for all from `axis`, 0 for one number.'),
  filler: optional(3, FillerParameter, 'First values of a learned factor; one when not given.'),
  bias_term: withDefault(4, 'bool', false, 'Add a learned bias as well.'),
  bias_filler: optional(5, FillerParameter, 'First values of the bias; zero when not given.'),
});
/** Settings of Scale. */
export type ScaleParameter = Infer<typeof ScaleParameter>;

/** Settings of Sigmoid. */
export const SigmoidParameter = message('SigmoidParameter', 'Settings of Sigmoid.', { engine: engineField(1) });
/** Settings of Sigmoid. */
export type SigmoidParameter = Infer<typeof SigmoidParameter>;

/** Settings of Slice. */
export const SliceParameter = message('SliceParameter', 'Cuts a blob into several along an axis.', {
  axis: withDefault(3, 'int32', 1, 'Axis along which the blob is cut. Negative counts from the end.'),
  slice_point: repeated(2, 'uint32', 'Indices at which to cut; equal parts when not given.'),
  slice_dim: withDefault(1, 'uint32', 1, 'Old name of `axis`.', { deprecated: true }),
});
/** Settings of Slice. */
export type SliceParameter = Infer<typeof SliceParameter>;

/** Settings of Softmax and SoftmaxWithLoss. */
export const SoftmaxParameter = message('SoftmaxParameter', 'Settings of Softmax and SoftmaxWithLoss.', {
  engine: engineField(1),
  axis: withDefault(2, 'int32', 1, 'Axis of the classes. Negative counts from the end.'),
});
/** Settings of Softmax and SoftmaxWithLoss. */
export type SoftmaxParameter = Infer<typeof SoftmaxParameter>;

/** Settings of Swish. */
export const SwishParameter = message('SwishParameter', 'x times the sigmoid of beta · x.', {
  beta: withDefault(1, 'float', 1, 'Steepness of the sigmoid.'),
});
/** Settings of Swish. */
export type SwishParameter = Infer<typeof SwishParameter>;

/** Settings of TanH. */
export const TanHParameter = message('TanHParameter', 'Settings of TanH.', { engine: engineField(1) });
/** Settings of TanH. */
export type TanHParameter = Infer<typeof TanHParameter>;

/** Settings of Threshold. */
export const ThresholdParameter = message('ThresholdParameter', '1 above a threshold, else 0.', {
  threshold: withDefault(1, 'float', 0, 'The value that must be exceeded.'),
});
/** Settings of Threshold. */
export type ThresholdParameter = Infer<typeof ThresholdParameter>;

/** Settings of Tile. */
export const TileParameter = message('TileParameter', 'Repeats a blob along an axis.', {
  axis: withDefault(1, 'int32', 1, 'Axis along which the blob is repeated.'),
  tiles: optional(2, 'int32', 'Number of copies.'),
});
/** Settings of Tile. */
export type TileParameter = Infer<typeof TileParameter>;
