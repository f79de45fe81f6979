/**
 * What the gallery's networks cost, worked out from their architecture alone: parameters and multiply-adds, exact. Comments
 * beside the figures say what the authors or others published.
 */

import { conv, full, fullWeights, normed, square, sum, weights, type Expected } from './cost-arithmetic.ts';

/** The five convolutions that AlexNet and CaffeNet share; the second, fourth and fifth have two groups. */
const alexConvs: Expected = {
  macs:
    conv(55, 96, 3, 11) +
    conv(27, 256, 96, 5, 2) +
    conv(13, 384, 256, 3) +
    conv(13, 384, 384, 3, 2) +
    conv(13, 256, 384, 3, 2),
  parameters:
    weights(96, 3, 11) +
    weights(256, 96, 5, 2) +
    weights(384, 256, 3) +
    weights(384, 384, 3, 2) +
    weights(256, 384, 3, 2),
};
const alex = (classes: number): Expected => ({
  macs: alexConvs.macs + full(9216, 4096) + full(4096, 4096) + full(4096, classes),
  parameters: alexConvs.parameters + fullWeights(9216, 4096) + fullWeights(4096, 4096) + fullWeights(4096, classes),
});

/** Maps in and out of VGG-16's thirteen convolutions, by block. */
const vggBlocks = [
  [
    [3, 64],
    [64, 64],
  ],
  [
    [64, 128],
    [128, 128],
  ],
  [
    [128, 256],
    [256, 256],
    [256, 256],
  ],
  [
    [256, 512],
    [512, 512],
    [512, 512],
  ],
  [
    [512, 512],
    [512, 512],
    [512, 512],
  ],
] as const;
const vggConvs = (sides: readonly number[]): Expected => ({
  macs: sum(
    vggBlocks.flatMap((block, i) => block.map(([inputs, outputs]) => conv(sides[i] as number, outputs, inputs, 3))),
  ),
  parameters: sum(vggBlocks.flatMap((block) => block.map(([inputs, outputs]) => weights(outputs, inputs, 3)))),
});
const vgg16 = vggConvs([224, 112, 56, 28, 14]);

/** GoogLeNet's modules: side, maps in, then 1×1, 3×3 reduced and full, 5×5 reduced and full, behind the pooling. */
const inceptions = [
  [28, 192, 64, 96, 128, 16, 32, 32],
  [28, 256, 128, 128, 192, 32, 96, 64],
  [14, 480, 192, 96, 208, 16, 48, 64],
  [14, 512, 160, 112, 224, 24, 64, 64],
  [14, 512, 128, 128, 256, 24, 64, 64],
  [14, 512, 112, 144, 288, 32, 64, 64],
  [14, 528, 256, 160, 320, 32, 128, 128],
  [7, 832, 256, 160, 320, 32, 128, 128],
  [7, 832, 384, 192, 384, 48, 128, 128],
] as const;
export const googlenet: Expected = {
  macs:
    conv(112, 64, 3, 7) +
    conv(56, 64, 64, 1) +
    conv(56, 192, 64, 3) +
    full(1024, 1000) +
    sum(
      inceptions.map(
        ([side, inputs, one, r3, three, r5, five, pool]) =>
          conv(side, one + r3 + r5 + pool, inputs, 1) + conv(side, three, r3, 3) + conv(side, five, r5, 5),
      ),
    ),
  parameters:
    weights(64, 3, 7) +
    weights(64, 64, 1) +
    weights(192, 64, 3) +
    fullWeights(1024, 1000) +
    sum(
      inceptions.map(
        ([, inputs, one, r3, three, r5, five, pool]) =>
          weights(one + r3 + r5 + pool, inputs, 1) + weights(three, r3, 3) + weights(five, r5, 5),
      ),
    ),
};
/** A classifier on GoogLeNet's way: pooled to 4×4, 128 maps, 1,024 units, 1,000 scores. */
export const googlenetAside = (inputs: number): number =>
  weights(128, inputs, 1) + fullWeights(2048, 1024) + fullWeights(1024, 1000);

/** ResNet of bottlenecks whose first convolution halves the image, as in the authors' files. */
function bottlenecks(blocks: readonly number[]): Expected {
  let inputs = 64;
  let macs = conv(112, 64, 3, 7) + full(2048, 1000);
  let parameters = normed(64, 3, 7) + fullWeights(2048, 1000);
  blocks.forEach((count, stage) => {
    const width = 64 * 2 ** stage;
    const side = 56 / 2 ** stage;
    for (let i = 0; i < count; i++) {
      if (i === 0) {
        macs += conv(side, 4 * width, inputs, 1);
        parameters += normed(4 * width, inputs, 1);
      }
      macs += conv(side, width, inputs, 1) + conv(side, width, width, 3) + conv(side, 4 * width, width, 1);
      parameters += normed(width, inputs, 1) + normed(width, width, 3) + normed(4 * width, width, 1);
      inputs = 4 * width;
    }
  });
  return { macs, parameters };
}
const resnet50 = bottlenecks([3, 4, 6, 3]);

/** ResNet-20: three stages of three blocks with two 3×3 convolutions, and a 1×1 convolution where maps double. */
function resnet20(): Expected {
  let inputs = 16;
  let macs = conv(32, 16, 3, 3) + full(64, 10);
  let parameters = normed(16, 3, 3) + fullWeights(64, 10);
  [16, 32, 64].forEach((width, stage) => {
    const side = 32 / 2 ** stage;
    for (let i = 0; i < 3; i++) {
      if (inputs !== width) {
        macs += conv(side, width, inputs, 1);
        parameters += normed(width, inputs, 1);
      }
      macs += conv(side, width, inputs, 3) + conv(side, width, width, 3);
      parameters += normed(width, inputs, 3) + normed(width, width, 3);
      inputs = width;
    }
  });
  return { macs, parameters };
}

/** SqueezeNet 1.1: fire modules as side, maps in, squeezed, expanded (1×1 and 3×3 each). */
const fires = [
  [56, 64, 16, 64],
  [56, 128, 16, 64],
  [28, 128, 32, 128],
  [28, 256, 32, 128],
  [14, 256, 48, 192],
  [14, 384, 48, 192],
  [14, 384, 64, 256],
  [14, 512, 64, 256],
] as const;
const squeezenet: Expected = {
  macs:
    conv(113, 64, 3, 3) +
    conv(14, 1000, 512, 1) +
    sum(fires.map(([side, inputs, s, e]) => conv(side, s, inputs, 1) + conv(side, e, s, 1) + conv(side, e, s, 3))),
  parameters:
    weights(64, 3, 3) +
    weights(1000, 512, 1) +
    sum(fires.map(([, inputs, s, e]) => weights(s, inputs, 1) + weights(e, s, 1) + weights(e, s, 3))),
};

/** MobileNet: side behind the pair, maps in and out. */
const pairs = [
  [112, 32, 64],
  [56, 64, 128],
  [56, 128, 128],
  [28, 128, 256],
  [28, 256, 256],
  [14, 256, 512],
  [14, 512, 512],
  [14, 512, 512],
  [14, 512, 512],
  [14, 512, 512],
  [14, 512, 512],
  [7, 512, 1024],
  [7, 1024, 1024],
] as const;
const mobilenet: Expected = {
  macs:
    conv(112, 32, 3, 3) +
    full(1024, 1000) +
    sum(pairs.map(([side, inputs, outputs]) => conv(side, inputs, inputs, 3, inputs) + conv(side, outputs, inputs, 1))),
  parameters:
    normed(32, 3, 3) +
    fullWeights(1024, 1000) +
    sum(pairs.map(([, inputs, outputs]) => normed(inputs, inputs, 3, inputs) + normed(outputs, inputs, 1))),
};

/** MobileNet v2: side before, stride, maps in and out, widening. */
const inverted = [
  [112, 1, 32, 16, 1],
  [112, 2, 16, 24, 6],
  [56, 1, 24, 24, 6],
  [56, 2, 24, 32, 6],
  [28, 1, 32, 32, 6],
  [28, 1, 32, 32, 6],
  [28, 2, 32, 64, 6],
  [14, 1, 64, 64, 6],
  [14, 1, 64, 64, 6],
  [14, 1, 64, 64, 6],
  [14, 1, 64, 96, 6],
  [14, 1, 96, 96, 6],
  [14, 1, 96, 96, 6],
  [14, 2, 96, 160, 6],
  [7, 1, 160, 160, 6],
  [7, 1, 160, 160, 6],
  [7, 1, 160, 320, 6],
] as const;
const mobilenetV2: Expected = {
  macs:
    conv(112, 32, 3, 3) +
    conv(7, 1280, 320, 1) +
    full(1280, 1000) +
    sum(
      inverted.map(([side, stride, inputs, outputs, t]) => {
        const wide = inputs * t;
        return (
          conv(side, wide, inputs, 1) + conv(side / stride, wide, wide, 3, wide) + conv(side / stride, outputs, wide, 1)
        );
      }),
    ),
  parameters:
    normed(32, 3, 3) +
    normed(1280, 320, 1) +
    fullWeights(1280, 1000) +
    sum(
      inverted.map(([, , inputs, outputs, t]) => {
        const wide = inputs * t;
        return normed(wide, inputs, 1) + normed(wide, wide, 3, wide) + normed(outputs, wide, 1);
      }),
    ),
};

/** DenseNet-121: BatchNorm and Scale stand before each convolution, so scales count the maps that come in. */
function densenet(): Expected {
  const before = (outputs: number, inputs: number, kernel: number): number =>
    outputs * inputs * square(kernel) + 2 * inputs;
  let channels = 64;
  let macs = conv(112, 64, 3, 7) + full(1024, 1000);
  let parameters = normed(64, 3, 7) + fullWeights(1024, 1000);
  [6, 12, 24, 16].forEach((count, block) => {
    const side = 56 / 2 ** block;
    for (let i = 0; i < count; i++) {
      macs += conv(side, 128, channels, 1) + conv(side, 32, 128, 3);
      parameters += before(128, channels, 1) + before(32, 128, 3);
      channels += 32;
    }
    if (block < 3) {
      macs += conv(side, channels / 2, channels, 1);
      parameters += before(channels / 2, channels, 1);
      channels /= 2;
    }
  });
  return { macs, parameters: parameters + 2 * channels };
}

/** FCN-8s on 500×500 with an edge of 100 pixels: sides 698, 349, 175, 88, 44; a deconvolution costs what its input's places do. */
const fcnSides = [698, 349, 175, 88, 44];
const fcnConvs = vggConvs(fcnSides);
const fcn8s: Expected = {
  macs:
    fcnConvs.macs +
    conv(16, 4096, 512, 7) +
    conv(16, 4096, 4096, 1) +
    conv(16, 21, 4096, 1) +
    conv(44, 21, 512, 1) +
    conv(88, 21, 256, 1) +
    conv(16, 21, 21, 4) +
    conv(34, 21, 21, 4) +
    conv(70, 21, 21, 16),
  parameters:
    fcnConvs.parameters +
    weights(4096, 512, 7) +
    weights(4096, 4096, 1) +
    weights(21, 4096, 1) +
    weights(21, 512, 1) +
    weights(21, 256, 1) +
    2 * 21 * 21 * square(4) +
    21 * 21 * square(16),
};

/** SSD300: six maps, each with its side, its number of maps and its boxes a place. */
const ssdSources = [
  [38, 512, 4],
  [19, 1024, 6],
  [10, 512, 6],
  [5, 256, 6],
  [3, 256, 4],
  [1, 256, 4],
] as const;
/** Its further convolutions: side, maps out, maps in, kernel. */
const ssdMore = [
  [19, 1024, 512, 3],
  [19, 1024, 1024, 1],
  [19, 256, 1024, 1],
  [10, 512, 256, 3],
  [10, 128, 512, 1],
  [5, 256, 128, 3],
  [5, 128, 256, 1],
  [3, 256, 128, 3],
  [3, 128, 256, 1],
  [1, 256, 128, 3],
] as const;
const ssdConvs = vggConvs([300, 150, 75, 38, 19]);
const ssd300: Expected = {
  macs:
    ssdConvs.macs +
    sum(ssdMore.map(([side, outputs, inputs, kernel]) => conv(side, outputs, inputs, kernel))) +
    sum(ssdSources.map(([side, maps, boxes]) => conv(side, 25 * boxes, maps, 3))),
  parameters:
    ssdConvs.parameters +
    sum(ssdMore.map(([, outputs, inputs, kernel]) => weights(outputs, inputs, kernel))) +
    sum(ssdSources.map(([, maps, boxes]) => weights(25 * boxes, maps, 3))) +
    512,
};

const fasterRcnn: Expected = {
  macs:
    vgg16.macs + conv(14, 512, 512, 3) + conv(14, 54, 512, 1) + full(25088, 4096) + full(4096, 4096) + full(4096, 105),
  parameters:
    vgg16.parameters +
    weights(512, 512, 3) +
    weights(54, 512, 1) +
    fullWeights(25088, 4096) +
    fullWeights(4096, 4096) +
    fullWeights(4096, 105),
};

/** The encoder and the decoder of the autoencoder, layer by layer. */
const autoLayers = [
  [784, 1000],
  [1000, 500],
  [500, 250],
  [250, 30],
  [30, 250],
  [250, 500],
  [500, 1000],
  [1000, 784],
] as const;

const lenet: Expected = {
  macs: conv(24, 20, 1, 5) + conv(8, 50, 20, 5) + full(800, 500) + full(500, 10),
  parameters: weights(20, 1, 5) + weights(50, 20, 5) + fullWeights(800, 500) + fullWeights(500, 10),
};
const cifarConvs: Expected = {
  macs: conv(32, 32, 3, 5) + conv(16, 32, 32, 5) + conv(8, 64, 32, 5),
  parameters: weights(32, 3, 5) + weights(32, 32, 5) + weights(64, 32, 5),
};
const cifarFull: Expected = {
  macs: cifarConvs.macs + full(1024, 10),
  parameters: cifarConvs.parameters + fullWeights(1024, 10),
};

/** By file. For one image (R-CNN: ten regions, LeNet: a batch of 64, as the files have them). */
export const expected: Readonly<Record<string, Expected>> = {
  // 431,080 parameters.
  'lenet/deploy': { macs: 64 * lenet.macs, parameters: lenet.parameters },
  'cifar10_quick/deploy': {
    macs: cifarConvs.macs + full(1024, 64) + full(64, 10),
    parameters: cifarConvs.parameters + fullWeights(1024, 64) + fullWeights(64, 10),
  },
  'cifar10_full/deploy': cifarFull,
  'cifar10_sigmoid/deploy': cifarFull,
  // No biases below BatchNorm: 128 fewer.
  'cifar10_sigmoid_bn/deploy': { macs: cifarFull.macs, parameters: cifarFull.parameters - 32 - 32 - 64 },
  // The authors: 0.27 million parameters.
  'resnet20/deploy': resnet20(),
  // 967 thousand parameters.
  'nin_cifar10/deploy': {
    macs:
      conv(32, 192, 3, 5) +
      conv(32, 160, 192, 1) +
      conv(32, 96, 160, 1) +
      conv(16, 192, 96, 5) +
      2 * conv(16, 192, 192, 1) +
      conv(8, 192, 192, 3) +
      conv(8, 192, 192, 1) +
      conv(8, 10, 192, 1),
    parameters:
      weights(192, 3, 5) +
      weights(160, 192, 1) +
      weights(96, 160, 1) +
      weights(192, 96, 5) +
      2 * weights(192, 192, 1) +
      weights(192, 192, 3) +
      weights(192, 192, 1) +
      weights(10, 192, 1),
  },
  // 60,965,224 parameters; 724 million multiply-adds.
  'alexnet/deploy': alex(1000),
  'caffenet/deploy': alex(1000),
  'rcnn/deploy': { macs: 10 * alex(200).macs, parameters: alex(200).parameters },
  'nin_imagenet/deploy': {
    macs:
      conv(54, 96, 3, 11) +
      2 * conv(54, 96, 96, 1) +
      conv(27, 256, 96, 5) +
      2 * conv(27, 256, 256, 1) +
      conv(13, 384, 256, 3) +
      2 * conv(13, 384, 384, 1) +
      conv(6, 1024, 384, 3) +
      conv(6, 1024, 1024, 1) +
      conv(6, 1000, 1024, 1),
    parameters:
      weights(96, 3, 11) +
      2 * weights(96, 96, 1) +
      weights(256, 96, 5) +
      2 * weights(256, 256, 1) +
      weights(384, 256, 3) +
      2 * weights(384, 384, 1) +
      weights(1024, 384, 3) +
      weights(1024, 1024, 1) +
      weights(1000, 1024, 1),
  },
  // 138,357,544 parameters; 15.5 thousand million multiply-adds.
  'vgg16/deploy': {
    macs: vgg16.macs + full(25088, 4096) + full(4096, 4096) + full(4096, 1000),
    parameters: vgg16.parameters + fullWeights(25088, 4096) + fullWeights(4096, 4096) + fullWeights(4096, 1000),
  },
  // 6,998,552 parameters; 13,378,280 with the classifiers on the way.
  'googlenet/deploy': googlenet,
  // The authors: 3.8 and 11.3 thousand million. ResNet-50's first convolution has a bias, by a slip of theirs.
  'resnet50/deploy': { macs: resnet50.macs, parameters: resnet50.parameters + 64 },
  'resnet152/deploy': bottlenecks([3, 8, 36, 3]),
  // 1,235,496 parameters.
  'squeezenet/deploy': squeezenet,
  // The authors: 569 million multiply-adds, 4.2 million parameters.
  'mobilenet/deploy': mobilenet,
  // The authors: 300 million, 3.4 million. Caffe's file widens in the first block as well, by a factor of 1: 13 million more.
  'mobilenet_v2/deploy': mobilenetV2,
  // 7,978,856 parameters.
  'densenet121/deploy': densenet(),
  'fcn8s/deploy': fcn8s,
  // 26,285,486 parameters.
  'ssd300/deploy': ssd300,
  // 137,078,239 parameters.
  'faster_rcnn/deploy': fasterRcnn,
  'siamese/deploy': { macs: lenet.macs + full(10, 2), parameters: lenet.parameters + fullWeights(10, 2) },
  'autoencoder/deploy': {
    macs: sum(autoLayers.map(([inputs, outputs]) => full(inputs, outputs))),
    parameters: sum(autoLayers.map(([inputs, outputs]) => fullWeights(inputs, outputs))),
  },
  // For one step: the four gates of each layer read what comes in and the layer's own state; the second reads the image too.
  'lstm_caption/deploy': {
    macs: 4 * 1000 * (1000 + 1000) + 4 * 1000 * (1000 + 1000 + 1000) + full(1000, 8801),
    parameters: 8801 * 1000 + 4000 * 2000 + 4000 + 4000 * 3000 + 4000 + fullWeights(1000, 8801),
  },
};
