/** Convolution, over any number of spatial axes. Mirrors Caffe's conv_layer.cpp and base_conv_layer.cpp. */
import { convolutionMacs, convolutionShape, convolutionSummary, geometryOf } from './convolution-geometry.ts';
import { biasGradient, correlate, scatterBack, weightGradient } from './convolution-kernels.ts';
import type { LayerDefinition } from './definition.ts';
import { adding, around, nth } from './views.ts';
import { slidingWindow } from './windows.ts';

/** Slides learned filters over each image. */
export const convolution: LayerDefinition = {
  type: 'Convolution',
  family: 'vision',
  doc: 'Slides learned filters over the image; each gives one channel of the output.',
  paramField: 'convolution_param',
  template:
    'param { lr_mult: 1 }\nparam { lr_mult: 2 }\nconvolution_param {\n  num_output: 32\n  kernel_size: 3\n  pad: 1\n  weight_filler { type: "msra" }\n  bias_filler { type: "constant" }\n}',
  bottoms: { min: 1, max: Infinity },
  tops: { min: 1, max: Infinity },
  summary: convolutionSummary,
  shape: (c) => convolutionShape(c, false),
  cost: (layer, bottoms, tops) => ({ macs: convolutionMacs(layer, bottoms, tops) }),
  window: slidingWindow,
  forward(c) {
    const [weights, bias] = [nth(c.params, 0), c.params[1]];
    c.bottoms.forEach((x, i) => {
      const y = nth(c.tops, i);
      correlate(c, geometryOf(c.layer, x.shape, y.shape), x, weights, bias, y);
    });
  },
  backward(c) {
    const weights = nth(c.params, 0);
    const [weightDiff, biasDiff] = c.paramDiffs;
    c.bottoms.forEach((x, i) => {
      const dy = nth(c.topDiffs, i);
      const g = geometryOf(c.layer, x.shape, dy.shape);
      const place = i === 0 ? <T>(t: T): T => t : adding;
      if (biasDiff !== undefined) biasGradient(c, dy, around(dy.shape, g.batch.length), place(biasDiff), 'bias');
      if (weightDiff !== undefined) weightGradient(c, g, x, dy, place(weightDiff), 'weights');
      const target = c.bottomDiffs[i];
      if (target !== undefined) scatterBack(c, g, dy, weights, undefined, target, 'data');
    });
  },
};
