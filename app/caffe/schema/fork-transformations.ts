/** What SSD's fork of Caffe adds to the transformation of images. Field numbers are the fork's own. */
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';

/** How images are brought to one size. */
export const ResizeParameter = message('ResizeParameter', 'How images are brought to one size.', {
  prob: withDefault(1, 'float', 1, 'Probability of it.'),
  resize_mode: withDefault(
    2,
    enumType('ResizeMode', { WARP: 1, FIT_SMALL_SIZE: 2, FIT_LARGE_SIZE_AND_PAD: 3 }, 'What happens to the aspect.'),
    'WARP',
    'What happens to the aspect.',
  ),
  height: withDefault(3, 'uint32', 0, 'New height.'),
  width: withDefault(4, 'uint32', 0, 'New width.'),
  height_scale: withDefault(8, 'uint32', 0, 'Height that boxes are scaled to.'),
  width_scale: withDefault(9, 'uint32', 0, 'Width that boxes are scaled to.'),
  pad_mode: withDefault(
    5,
    enumType('PadMode', { CONSTANT: 1, MIRRORED: 2, REPEAT_NEAREST: 3 }, 'What is put around the image.'),
    'CONSTANT',
    'What is put around the image.',
  ),
  pad_value: repeated(6, 'float', 'Value around the image.'),
  interp_mode: repeated(
    7,
    enumType('InterpMode', { LINEAR: 1, AREA: 2, NEAREST: 3, CUBIC: 4, LANCZOS4: 5 }, 'Interpolation.'),
    'Interpolations, one of which is drawn.',
  ),
});

/** Random changes of colour. */
export const DistortionParameter = message('DistortionParameter', 'Random changes of colour.', {
  brightness_prob: withDefault(1, 'float', 0, 'Probability of a change of brightness.'),
  brightness_delta: withDefault(2, 'float', 0, 'Most that is added.'),
  contrast_prob: withDefault(3, 'float', 0, 'Probability of a change of contrast.'),
  contrast_lower: withDefault(4, 'float', 0, 'Smallest factor.'),
  contrast_upper: withDefault(5, 'float', 0, 'Largest factor.'),
  hue_prob: withDefault(6, 'float', 0, 'Probability of a change of hue.'),
  hue_delta: withDefault(7, 'float', 0, 'Most that is added.'),
  saturation_prob: withDefault(8, 'float', 0, 'Probability of a change of saturation.'),
  saturation_lower: withDefault(9, 'float', 0, 'Smallest factor.'),
  saturation_upper: withDefault(10, 'float', 0, 'Largest factor.'),
  random_order_prob: withDefault(11, 'float', 0, 'Probability of another order of channels.'),
});

/** Random space around an image. */
export const ExpansionParameter = message('ExpansionParameter', 'Random space around an image.', {
  prob: withDefault(1, 'float', 1, 'Probability of it.'),
  max_expand_ratio: withDefault(2, 'float', 1, 'Largest size, over that of the image.'),
});

/** Which boxes stay when an image is cropped. */
export const EmitConstraint = message('EmitConstraint', 'Which boxes stay when an image is cropped.', {
  emit_type: withDefault(1, enumType('EmitType', { CENTER: 0, MIN_OVERLAP: 1 }, 'By what.'), 'CENTER', 'By what.'),
  emit_overlap: optional(2, 'float', 'Least overlap with the crop.'),
});

/** Random noise. */
export const NoiseParameter = message('NoiseParameter', 'Random noise.', {
  prob: withDefault(1, 'float', 0, 'Probability of it.'),
  hist_eq: withDefault(2, 'bool', false, 'Equalise the histogram.'),
  inverse: withDefault(3, 'bool', false, 'Invert the image.'),
  decolorize: withDefault(4, 'bool', false, 'Take the colour out.'),
  gauss_blur: withDefault(5, 'bool', false, 'Blur.'),
  jpeg: withDefault(6, 'float', -1, 'Quality of a JPEG that the image goes through; -1 for none.'),
  posterize: withDefault(7, 'bool', false, 'Fewer colours.'),
  erode: withDefault(8, 'bool', false, 'Erode.'),
  saltpepper: withDefault(9, 'bool', false, 'Black and white points.'),
  clahe: withDefault(11, 'bool', false, 'Equalise the histogram in places.'),
  convert_to_hsv: withDefault(12, 'bool', false, 'Convert to hue, saturation and value.'),
  convert_to_lab: withDefault(13, 'bool', false, 'Convert to the LAB space.'),
});
