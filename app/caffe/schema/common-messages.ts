/**
 * Caffe's messages that many others use: blobs, fillers, net states, parameter multipliers, transformations and loss
 * settings. Names, numbers, types and defaults are those of BVLC Caffe 1.0's caffe.proto.
 */
import {
  DistortionParameter,
  EmitConstraint,
  ExpansionParameter,
  NoiseParameter,
  ResizeParameter,
} from './fork-transformations.ts';
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';
import { fillerExtensions } from './extension-messages.ts';

/** The two uses of a net. */
export const Phase = enumType('Phase', { TRAIN: 0, TEST: 1 }, 'What a net is used for: learning, or measuring.');
/** `'TRAIN'` or `'TEST'`. */
export type Phase = 'TRAIN' | 'TEST';

/** Extents of a blob. */
export const BlobShape = message('BlobShape', 'The extents of a blob, outermost axis first.', {
  dim: repeated(1, 'int64', 'One extent for each axis, for example batch, channels, height, width.', { packed: true }),
});
/** Extents of a blob. */
export type BlobShape = Infer<typeof BlobShape>;

/** A blob's numbers on disk. */
export const BlobProto = message('BlobProto', 'The numbers of a blob as they are stored in a file.', {
  shape: optional(7, BlobShape, 'The extents of the blob.'),
  data: repeated(5, 'float', 'The values, last axis fastest.', { packed: true }),
  diff: repeated(6, 'float', 'The gradient, in the same order as the values.', { packed: true }),
  double_data: repeated(8, 'double', 'The values in double precision.', { packed: true }),
  double_diff: repeated(9, 'double', 'The gradient in double precision.', { packed: true }),
  num: withDefault(1, 'int32', 0, 'Extent of the first axis in the old four-number form.', { deprecated: true }),
  channels: withDefault(2, 'int32', 0, 'Extent of the second axis in the old four-number form.', { deprecated: true }),
  height: withDefault(3, 'int32', 0, 'Extent of the third axis in the old four-number form.', { deprecated: true }),
  width: withDefault(4, 'int32', 0, 'Extent of the last axis in the old four-number form.', { deprecated: true }),
});
/** A blob's numbers on disk. */
export type BlobProto = Infer<typeof BlobProto>;

/** Several blobs in one file. */
export const BlobProtoVector = message('BlobProtoVector', 'Several blobs stored together.', {
  blobs: repeated(1, BlobProto, 'The blobs.'),
});
/** Several blobs in one file. */
export type BlobProtoVector = Infer<typeof BlobProtoVector>;

/** One record of an LMDB or LevelDB database. */
export const Datum = message('Datum', 'One record of an image database.', {
  channels: optional(1, 'int32', 'Number of channels.'),
  height: optional(2, 'int32', 'Rows of the image.'),
  width: optional(3, 'int32', 'Columns of the image.'),
  data: optional(4, 'bytes', 'Pixels, one byte each, channel by channel; or an image file if `encoded` is set.'),
  label: optional(5, 'int32', 'The class of the record.'),
  float_data: repeated(6, 'float', 'Values as floats, in place of `data`.'),
  encoded: withDefault(7, 'bool', false, '`data` holds a JPEG or PNG file which must be decoded.'),
});
/** One record of an LMDB or LevelDB database. */
export type Datum = Infer<typeof Datum>;

/** Which count a filler divides its variance by. */
export const VarianceNorm = enumType(
  'VarianceNorm',
  { FAN_IN: 0, FAN_OUT: 1, AVERAGE: 2 },
  'The count by which the variance of `xavier` and `msra` is divided.',
);

/** How a parameter blob gets its first values. */
export const FillerParameter = message('FillerParameter', 'How a parameter blob is filled before training.', {
  type: withDefault(
    1,
    'string',
    'constant',
    'Rule of the filler: constant, uniform, gaussian, positive_unitball, xavier, msra or bilinear.',
  ),
  value: withDefault(2, 'float', 0, 'Value that `constant` writes everywhere.'),
  min: withDefault(3, 'float', 0, 'Lower bound of `uniform`.'),
  max: withDefault(4, 'float', 1, 'Upper bound of `uniform`.'),
  mean: withDefault(5, 'float', 0, 'Mean of `gaussian`.'),
  std: withDefault(6, 'float', 1, 'Standard deviation of `gaussian`.'),
  sparse: withDefault(
    7,
    'int32',
    -1,
    'With `gaussian`: how many weights of an output are expected not to be zero. -1 keeps all of them.',
  ),
  variance_norm: withDefault(
    8,
    VarianceNorm,
    'FAN_IN',
    'With `xavier` and `msra`: scale by the number of inputs, of outputs, or by their mean.',
  ),
  ...fillerExtensions,
});
/** How a parameter blob gets its first values. */
export type FillerParameter = Infer<typeof FillerParameter>;

/** The state that include and exclude rules are tested against. */
export const NetState = message('NetState', 'The state a net is built in; rules of the layers are tested against it.', {
  phase: withDefault(1, Phase, 'TEST', 'The phase of the net.'),
  level: withDefault(2, 'int32', 0, 'A number that rules may bound with `min_level` and `max_level`.'),
  stage: repeated(3, 'string', 'Free names that rules may ask for or forbid.'),
});
/** The state that include and exclude rules are tested against. */
export type NetState = Infer<typeof NetState>;

/** When a layer takes part. */
export const NetStateRule = message(
  'NetStateRule',
  'A condition on the state of the net: every setting given must hold for the rule to be met.',
  {
    phase: optional(1, Phase, 'The phase that the net must be in.'),
    min_level: optional(2, 'int32', 'The lowest level that meets the rule.'),
    max_level: optional(3, 'int32', 'The highest level that meets the rule.'),
    stage: repeated(4, 'string', 'Stages that the net must all have.'),
    not_stage: repeated(5, 'string', 'Stages of which the net must have none.'),
  },
);
/** When a layer takes part. */
export type NetStateRule = Infer<typeof NetStateRule>;

/** How strictly the shapes of shared parameters are compared. */
export const DimCheckMode = enumType(
  'DimCheckMode',
  { STRICT: 0, PERMISSIVE: 1 },
  'STRICT wants equal shapes of shared parameters, PERMISSIVE only equal counts.',
);

/** Learning multipliers and sharing of one parameter blob. */
export const ParamSpec = message('ParamSpec', 'How one parameter blob of a layer learns, and with whom it is shared.', {
  name: optional(1, 'string', 'Parameters of the same name are one blob, shared by their layers.'),
  share_mode: optional(2, DimCheckMode, 'How the shapes of shared parameters must agree; STRICT when not given.'),
  lr_mult: withDefault(3, 'float', 1, 'Multiplies the learning rate for this blob; 0 freezes it.'),
  decay_mult: withDefault(4, 'float', 1, 'Multiplies the weight decay for this blob.'),
});
/** Learning multipliers and sharing of one parameter blob. */
export type ParamSpec = Infer<typeof ParamSpec>;

const SSD = { fork: 'SSD' };

/** What happens to an image before it enters the net. */
export const TransformationParameter = message(
  'TransformationParameter',
  'What happens to an image before it enters the net: crop, mirror, subtract the mean, then scale.',
  {
    scale: withDefault(1, 'float', 1, 'Factor applied after the mean was subtracted.'),
    mirror: withDefault(2, 'bool', false, 'Flip images left to right at random, half of the time, while training.'),
    crop_size: withDefault(
      3,
      'uint32',
      0,
      'Side of a square cut from the image: at random while training, from the centre while testing. 0 cuts nothing.',
    ),
    mean_file: optional(4, 'string', 'A .binaryproto with the mean image. Not together with `mean_value`.'),
    mean_value: repeated(5, 'float', 'One mean for all channels, or one for each. Not together with `mean_file`.'),
    force_color: withDefault(6, 'bool', false, 'Decode images to three channels.'),
    force_gray: withDefault(7, 'bool', false, 'Decode images to one channel.'),
    resize_param: optional(8, ResizeParameter, 'How images are brought to one size.', SSD),
    noise_param: optional(9, NoiseParameter, 'Random noise.', SSD),
    emit_constraint: optional(10, EmitConstraint, 'Which boxes stay when an image is cropped.', SSD),
    crop_h: withDefault(11, 'uint32', 0, 'Height of a crop.', SSD),
    crop_w: withDefault(12, 'uint32', 0, 'Width of a crop.', SSD),
    distort_param: optional(13, DistortionParameter, 'Random changes of colour.', SSD),
    expand_param: optional(14, ExpansionParameter, 'Random space around an image.', SSD),
  },
);
/** What happens to an image before it enters the net. */
export type TransformationParameter = Infer<typeof TransformationParameter>;

/** What a loss is divided by. */
export const NormalizationMode = enumType(
  'NormalizationMode',
  { FULL: 0, VALID: 1, BATCH_SIZE: 2, NONE: 3 },
  'FULL divides by all predictions, VALID by those not ignored, BATCH_SIZE by the batch, NONE by nothing.',
);

/** Settings shared by loss layers. */
export const LossParameter = message('LossParameter', 'Settings that loss layers share.', {
  ignore_label: optional(1, 'int32', 'Predictions with this label count for nothing.'),
  normalization: withDefault(
    3,
    NormalizationMode,
    'VALID',
    'What the summed loss is divided by. SigmoidCrossEntropyLoss uses BATCH_SIZE unless told otherwise.',
  ),
  normalize: optional(
    2,
    'bool',
    'Old form of `normalization`, read only where that is not set: false means BATCH_SIZE.',
    { deprecated: true },
  ),
});
/** Settings shared by loss layers. */
export type LossParameter = Infer<typeof LossParameter>;

/** Which implementation Caffe would pick; it changes no result here. */
export const Engine = enumType(
  'Engine',
  { DEFAULT: 0, CAFFE: 1, CUDNN: 2 },
  "Which implementation Caffe picks. Read for compatibility; Crema's result does not depend on it.",
);

/** The `engine` field, alike in every message that has one. */
export const engineField = (number: number) =>
  withDefault(number, Engine, 'DEFAULT', "Caffe's choice of implementation. It has no effect here.");
