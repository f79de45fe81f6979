/**
 * The first form of a layer, `layers { layer { type: "conv" … } }`, from before Caffe's caffe.proto had a message for each
 * type. It is known so that such a file gets one sentence; it is not read.
 */
import { BlobProto, FillerParameter } from './common-messages.ts';
import { HDF5OutputParameter } from './data-messages.ts';
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';

/** Ways to pool in the first form. */
export const V0PoolMethod = enumType('PoolMethod', { MAX: 0, AVE: 1, STOCHASTIC: 2 }, 'Ways to pool.');

/** What stands inside a layer of the first form. */
export const V0LayerParameter = message('V0LayerParameter', 'The settings of a layer in the first form.', {
  name: optional(1, 'string', 'Name of the layer.'),
  type: optional(2, 'string', 'What the layer computes.'),
  num_output: optional(3, 'uint32', 'Number of outputs.'),
  biasterm: withDefault(4, 'bool', true, 'Whether there is a bias.'),
  weight_filler: optional(5, FillerParameter, 'How the weights begin.'),
  bias_filler: optional(6, FillerParameter, 'How the bias begins.'),
  pad: withDefault(7, 'uint32', 0, 'Rows and columns of zeros around the image.'),
  kernelsize: optional(8, 'uint32', 'Side of the window.'),
  group: withDefault(9, 'uint32', 1, 'Number of groups of a convolution.'),
  stride: withDefault(10, 'uint32', 1, 'Distance between windows.'),
  pool: withDefault(11, V0PoolMethod, 'MAX', 'How a window is reduced.'),
  dropout_ratio: withDefault(12, 'float', 0.5, 'Share of values that are dropped.'),
  local_size: withDefault(13, 'uint32', 5, 'Extent of a normalisation.'),
  alpha: withDefault(14, 'float', 1, 'Scale of a normalisation.'),
  beta: withDefault(15, 'float', 0.75, 'Exponent of a normalisation.'),
  k: withDefault(22, 'float', 1, 'Constant of a normalisation.'),
  source: optional(16, 'string', 'Where data are read from.'),
  scale: withDefault(17, 'float', 1, 'What data are multiplied by.'),
  meanfile: optional(18, 'string', 'File of the mean image.'),
  batchsize: optional(19, 'uint32', 'Number of images in a batch.'),
  cropsize: withDefault(20, 'uint32', 0, 'Side that images are cropped to.'),
  mirror: withDefault(21, 'bool', false, 'Whether images are mirrored at random.'),
  blobs: repeated(50, BlobProto, 'The stored parameters.'),
  blobs_lr: repeated(51, 'float', 'Learning rate multipliers, one for each parameter blob.'),
  weight_decay: repeated(52, 'float', 'Weight decay multipliers, one for each parameter blob.'),
  rand_skip: withDefault(53, 'uint32', 0, 'Up to so many records are passed over at the start.'),
  det_fg_threshold: withDefault(54, 'float', 0.5, 'Overlap from which a window is an object.'),
  det_bg_threshold: withDefault(55, 'float', 0.5, 'Overlap below which a window is background.'),
  det_fg_fraction: withDefault(56, 'float', 0.25, 'Share of objects in a batch.'),
  det_context_pad: withDefault(58, 'uint32', 0, 'Pixels of surroundings around a window.'),
  det_crop_mode: withDefault(59, 'string', 'warp', 'How a window becomes an image.'),
  new_num: withDefault(60, 'int32', 0, 'Batch that a blob is reshaped to.'),
  new_channels: withDefault(61, 'int32', 0, 'Channels that a blob is reshaped to.'),
  new_height: withDefault(62, 'int32', 0, 'Height that a blob is reshaped to.'),
  new_width: withDefault(63, 'int32', 0, 'Width that a blob is reshaped to.'),
  shuffle_images: withDefault(64, 'bool', false, 'Whether the list of images is shuffled.'),
  concat_dim: withDefault(65, 'uint32', 1, 'Axis along which blobs are joined.'),
  hdf5_output_param: optional(1001, HDF5OutputParameter, 'Settings of an HDF5 output.'),
});
