/** Deconvolution: Convolution with bottom and top exchanged. Mirrors Caffe's deconv_layer.cpp. */
import { convolutionMacs, convolutionShape, convolutionSummary, geometryOf } from './convolution-geometry.ts';
import { biasGradient, correlate, scatterBack, weightGradient } from './convolution-kernels.ts';
import type { LayerDefinition } from './definition.ts';
import { adding, around, nth } from './views.ts';
import { spreadingWindow } from './windows.ts';

/** Spreads each input value over a window of the output, through learned filters. */
export const deconvolution: LayerDefinition = {
  type: 'Deconvolution',
  family: 'vision',
  doc: 'Convolution backwards: spreads each value over a window of the output, as used to enlarge images.',
  paramField: 'convolution_param',
  template:
    'convolution_param {\n  num_output: 32\n  kernel_size: 4\n  stride: 2\n  pad: 1\n  weight_filler { type: "xavier" }\n}',
  bottoms: { min: 1, max: Infinity },
  tops: { min: 1, max: Infinity },
  summary: convolutionSummary,
  shape: (c) => convolutionShape(c, true),
  cost: (layer, bottoms, tops) => ({ macs: convolutionMacs(layer, tops, bottoms) }),
  window: spreadingWindow,
  forward(c) {
    const [weights, bias] = [nth(c.params, 0), c.params[1]];
    c.bottoms.forEach((x, i) => {
      const y = nth(c.tops, i);
      scatterBack(c, geometryOf(c.layer, y.shape, x.shape), x, weights, bias, y);
    });
  },
  backward(c) {
    const weights = nth(c.params, 0);
    const [weightDiff, biasDiff] = c.paramDiffs;
    c.bottoms.forEach((x, i) => {
      const dy = nth(c.topDiffs, i);
      const g = geometryOf(c.layer, dy.shape, x.shape);
      const place = i === 0 ? <T>(t: T): T => t : adding;
      if (biasDiff !== undefined) biasGradient(c, dy, around(dy.shape, g.batch.length), place(biasDiff), 'bias');
      if (weightDiff !== undefined) weightGradient(c, g, dy, x, place(weightDiff), 'weights');
      const target = c.bottomDiffs[i];
      if (target !== undefined) correlate(c, g, dy, weights, undefined, target, 'data');
    });
  },
};
