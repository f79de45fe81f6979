/**
 * DepthwiseConvolution, of MobileNet's forks of Caffe: Convolution under another name, which those forks compute faster
 * where there is a group for each channel. Settings, parameters and values are Convolution's.
 */
import { setting } from '../caffe/schema/values.ts';
import { convolutionShape } from './convolution-geometry.ts';
import { convolution } from './convolution.ts';
import type { LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { canonical, nth } from './views.ts';

/** Filters each channel by itself. */
export const depthwiseConvolution: LayerDefinition = {
  ...convolution,
  type: 'DepthwiseConvolution',
  doc: 'Filters each channel by itself: a Convolution with as many groups as channels. From forks of Caffe: BVLC Caffe itself writes Convolution with group.',
  template:
    'param { lr_mult: 1 }\nconvolution_param {\n  num_output: 4\n  group: 4\n  kernel_size: 3\n  pad: 1\n  bias_term: false\n  weight_filler { type: "msra" }\n}',
  shape(c) {
    const p = setting(c.layer, 'convolution_param');
    const channels = nth(bottom(c), canonical(p.axis, bottom(c).length));
    if (p.group !== channels)
      c.warn(
        `${bottomText(c, 0)} has ${channels} channels, but group is ${p.group}: a depthwise convolution has a group for each channel.`,
        'convolution_param.group',
      );
    return convolutionShape(c, false);
  },
};
