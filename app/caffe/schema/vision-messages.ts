/** Settings of the layers that look at neighbourhoods of an image, as in BVLC Caffe 1.0's caffe.proto. */
import { FillerParameter, engineField } from './common-messages.ts';
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';

/** Settings of Convolution, Deconvolution and Im2col. */
export const ConvolutionParameter = message(
  'ConvolutionParameter',
  'Filters that slide over the axes behind the channels.',
  {
    num_output: optional(1, 'uint32', 'Number of filters: channels of the output.'),
    bias_term: withDefault(2, 'bool', true, 'Add a learned bias to each output channel.'),
    pad: repeated(3, 'uint32', 'Zeros added on each side: once for all axes, or once for each. 0 when not given.'),
    kernel_size: repeated(4, 'uint32', 'Extent of the filter: once for all axes, or once for each.'),
    stride: repeated(6, 'uint32', 'Step of the filter: once for all axes, or once for each. 1 when not given.'),
    dilation: repeated(
      18,
      'uint32',
      'Distance between the taps of the filter: once for all axes, or once for each. 1 when not given.',
    ),
    pad_h: withDefault(9, 'uint32', 0, 'Zeros added above and below (images only).'),
    pad_w: withDefault(10, 'uint32', 0, 'Zeros added left and right (images only).'),
    kernel_h: optional(11, 'uint32', 'Rows of the filter (images only).'),
    kernel_w: optional(12, 'uint32', 'Columns of the filter (images only).'),
    stride_h: optional(13, 'uint32', 'Step from row to row (images only).'),
    stride_w: optional(14, 'uint32', 'Step from column to column (images only).'),
    group: withDefault(
      5,
      'uint32',
      1,
      'Split channels into this many groups that do not see each other; as many as channels is depthwise.',
    ),
    weight_filler: optional(7, FillerParameter, 'First values of the weights.'),
    bias_filler: optional(8, FillerParameter, 'First values of the bias.'),
    engine: engineField(15),
    axis: withDefault(16, 'int32', 1, 'The channel axis: axes before it are batch, axes behind it are space.'),
    force_nd_im2col: withDefault(17, 'bool', false, "Caffe's general code also for images. It has no effect here."),
  },
);
/** Settings of Convolution, Deconvolution and Im2col. */
export type ConvolutionParameter = Infer<typeof ConvolutionParameter>;

/** Settings of Crop. */
export const CropParameter = message('CropParameter', 'Cuts the first bottom to the size of the second.', {
  axis: withDefault(1, 'int32', 2, 'First axis that is cut; all behind it are cut too. Negative counts from the end.'),
  offset: repeated(2, 'uint32', 'Where the cut starts: once for all cut axes, or once for each.'),
});
/** Settings of Crop. */
export type CropParameter = Infer<typeof CropParameter>;

const NormRegion = enumType(
  'NormRegion',
  { ACROSS_CHANNELS: 0, WITHIN_CHANNEL: 1 },
  'Neighbours in other channels at the same place, or in the same channel around it.',
);

/** Settings of LRN. */
export const LRNParameter = message('LRNParameter', 'Local response normalisation.', {
  local_size: withDefault(1, 'uint32', 5, 'Number of neighbours (or the side of the square); must be odd.'),
  alpha: withDefault(2, 'float', 1, 'Weight of the squared neighbours.'),
  beta: withDefault(3, 'float', 0.75, 'Exponent of the divisor.'),
  norm_region: withDefault(4, NormRegion, 'ACROSS_CHANNELS', 'Where the neighbours are.'),
  k: withDefault(5, 'float', 1, 'Constant added in the divisor.'),
  engine: engineField(6),
});
/** Settings of LRN. */
export type LRNParameter = Infer<typeof LRNParameter>;

const PoolMethod = enumType('PoolMethod', { MAX: 0, AVE: 1, STOCHASTIC: 2 }, 'What a window is reduced to.');
const RoundMode = enumType('RoundMode', { CEIL: 0, FLOOR: 1 }, 'What happens to a last, partial window.');

/** Settings of Pooling. */
export const PoolingParameter = message('PoolingParameter', 'Reduces windows of an image to one value each.', {
  pool: withDefault(1, PoolMethod, 'MAX', 'Largest value, mean, or a value drawn at random.'),
  pad: withDefault(4, 'uint32', 0, 'Padding on each side.'),
  pad_h: withDefault(9, 'uint32', 0, 'Padding above and below.'),
  pad_w: withDefault(10, 'uint32', 0, 'Padding left and right.'),
  kernel_size: optional(2, 'uint32', 'Side of the window.'),
  kernel_h: optional(5, 'uint32', 'Rows of the window.'),
  kernel_w: optional(6, 'uint32', 'Columns of the window.'),
  stride: withDefault(3, 'uint32', 1, 'Step of the window.'),
  stride_h: optional(7, 'uint32', 'Step from row to row.'),
  stride_w: optional(8, 'uint32', 'Step from column to column.'),
  engine: engineField(11),
  global_pooling: withDefault(12, 'bool', false, 'One window as large as the image; no kernel size then.'),
  round_mode: withDefault(13, RoundMode, 'CEIL', 'CEIL keeps a last window that hangs over the edge, FLOOR drops it.'),
});
/** Settings of Pooling. */
export type PoolingParameter = Infer<typeof PoolingParameter>;

const SPPPoolMethod = enumType('PoolMethod', { MAX: 0, AVE: 1, STOCHASTIC: 2 }, 'What a window is reduced to.');

/** Settings of SPP. */
export const SPPParameter = message('SPPParameter', 'Pools on grids of 1, 2×2, 4×4 … cells and joins the results.', {
  pyramid_height: optional(1, 'uint32', 'Number of grids.'),
  pool: withDefault(2, SPPPoolMethod, 'MAX', 'What a cell is reduced to.'),
  engine: engineField(6),
});
/** Settings of SPP. */
export type SPPParameter = Infer<typeof SPPParameter>;
