/**
 * Settings beyond Caffe's. They stand in comments of the file, `# crema: augment { rotation: 15 }`, inside the block they
 * are about, so that Caffe still reads it. What is below is read, checked, completed and edited as any other field is.
 */
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';

const crema = { fork: 'crema' };
const from0to = (most: number) => ({ limits: [0, most] as const });
const PLANE = 4096;

/** What is around an image. */
export const Border = enumType(
  'Border',
  { ZERO: 0, REFLECT: 1 },
  'ZERO is black, REFLECT the image as mirrored at its edge.',
);

/** Random changes of training images. */
export const AugmentParameter = message(
  'AugmentParameter',
  'Random changes of the images while training, drawn anew for each image. Testing sees the images as they are.',
  {
    pad: withDefault(
      1,
      'uint32',
      0,
      'Pixels put around the image before it is cropped at random: with crop_size left out, a shift by up to as many.',
      from0to(PLANE),
    ),
    border: withDefault(2, Border, 'ZERO', 'What is seen beyond the edge: black, or the image mirrored.'),
    rotation: withDefault(3, 'float', 0, 'Turns the image by up to so many degrees, either way.', from0to(180)),
    min_area: withDefault(
      4,
      'float',
      1,
      'Cuts a window of a random area, from this part of the image to all of it, and stretches it to the size asked for.',
      { limits: [0.01, 1] },
    ),
    aspect: withDefault(
      5,
      'float',
      1,
      'The window is up to so many times wider than high, or higher than wide: 1.33 is usual.',
      { limits: [1, 10] },
    ),
    translation: withDefault(6, 'float', 0, 'Shifts the image by up to this part of its side, either way.', from0to(1)),
    brightness: withDefault(
      7,
      'float',
      0,
      'Multiplies all pixels by a factor between 1 minus and 1 plus this.',
      from0to(1),
    ),
    contrast: withDefault(
      8,
      'float',
      0,
      "Multiplies the distance from the image's mean gray by a factor between 1 minus and 1 plus this.",
      from0to(1),
    ),
    saturation: withDefault(
      9,
      'float',
      0,
      "Multiplies the distance from each pixel's gray by a factor between 1 minus and 1 plus this. Colour images only.",
      from0to(1),
    ),
    hue: withDefault(
      10,
      'float',
      0,
      'Turns the colours by up to this part of the colour circle, either way. Colour images only.',
      from0to(0.5),
    ),
    lighting: withDefault(
      11,
      'float',
      0,
      "AlexNet's noise along the principal components of colour: the deviation of its three weights, usually 0.1. Colour images only.",
      from0to(10),
    ),
    cutout: withDefault(
      12,
      'uint32',
      0,
      'Side of a square, in pixels, that is set to zero at a random place once the mean is subtracted. 0 covers nothing.',
      from0to(PLANE),
    ),
    mixup: withDefault(
      13,
      'float',
      0,
      'Mixes each image with another of the batch by a weight drawn from Beta(mixup, mixup); the loss takes both labels. 0.2 is usual, 0 mixes nothing.',
      from0to(100),
    ),
  },
);
/** Random changes of training images. */
export type AugmentParameter = Infer<typeof AugmentParameter>;

/** What is done to pixels beyond transform_param, in both phases. */
export const PixelParameter = message(
  'PixelParameter',
  'What is done to the pixels besides transform_param, in training and testing alike: write it into the data layers of both.',
  {
    reverse_channels: withDefault(
      1,
      'bool',
      false,
      'Turns round the order of the channels: RGB becomes BGR, as nets trained with OpenCV and Caffe expect it, or BGR becomes RGB. mean_value and std are in the new order.',
    ),
    range: withDefault(
      2,
      enumType('PixelRange', { BYTE: 0, UNIT: 1 }, 'BYTE is 0 to 255, UNIT is 0 to 1.'),
      'BYTE',
      'Range of the pixels before the mean is subtracted: 0 to 255 or 0 to 1. mean_value is in the same range.',
    ),
    std: repeated(
      3,
      'float',
      'Divides by one deviation for all channels, or one for each, once the mean is subtracted.',
      {
        limits: [1e-6, 1e6],
      },
    ),
  },
);
/** What is done to pixels beyond transform_param, in both phases. */
export type PixelParameter = Infer<typeof PixelParameter>;

/** How a first layer is whitened. */
export const WhitenParameter = message(
  'WhitenParameter',
  'Fills the weights of a convolution that reads the images so that its outputs are uncorrelated on the training set.',
  {
    epsilon: withDefault(
      1,
      'float',
      0.0005,
      'Added to the variances before they are divided by, in the unit of the pixels that the layer sees.',
      { limits: [0, 1e6] },
    ),
    images: withDefault(2, 'uint32', 5000, 'Training images that the covariance of patches is taken from.', {
      limits: [1, 100000],
    }),
  },
);
/** How a first layer is whitened. */
export type WhitenParameter = Infer<typeof WhitenParameter>;

/** Fields of a layer that stand in comments. */
export const layerExtensions = {
  'crema:augment': optional(8266901, AugmentParameter, 'Random changes of the images while training.', crema),
  'crema:pixels': optional(8266902, PixelParameter, 'What is done to the pixels besides transform_param.', crema),
  'crema:label_smoothing': withDefault(
    8266903,
    'float',
    0,
    'While training, this part of the label is spread evenly over all classes: 0.1 or 0.2 is usual.',
    { ...crema, limits: [0, 0.99] },
  ),
};

/** Fields of a filler that stand in comments. */
export const fillerExtensions = {
  'crema:whiten': optional(
    8266901,
    WhitenParameter,
    'Fills the weights from the training set so that the outputs are uncorrelated. Caffe uses `type` in its place.',
    crema,
  ),
};

/** Fields of a solver that stand in comments. */
export const solverExtensions = {
  'crema:type': optional(
    8266901,
    'string',
    'AdamW: Adam whose weight_decay pulls the weights themselves and stays out of the gradient. Write `type: "Adam"` too: Caffe, which has no AdamW, then trains with Adam.',
    crema,
  ),
  'crema:warmup_iter': withDefault(
    8266902,
    'uint32',
    0,
    'Iterations over which the learning rate rises in a straight line to what lr_policy says: iteration t of the first N takes (t + 1) / N of it. Caffe passes over this comment and starts at the full rate.',
    crema,
  ),
};
