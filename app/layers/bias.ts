/** Bias. Mirrors Caffe's bias_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add } from '../engine/ir/build.ts';
import { covered, smallShape, smallTensor, smallValue, sumToSmall, type Covered } from './broadcast.ts';
import { countOf, flat, type KernelContext, type LayerDefinition } from './definition.ts';
import { bottom } from './shape-rules.ts';
import { nth } from './views.ts';

const lieOf = (c: KernelContext): Covered =>
  covered(nth(c.bottoms, 0).shape, smallTensor(c).shape, setting(c.layer, 'bias_param'));

/** Adds a second blob, or a learned one, to a blob. */
export const bias: LayerDefinition = {
  type: 'Bias',
  family: 'normalise',
  doc: 'Adds a second blob, or a bias learned for each channel.',
  paramField: 'bias_param',
  template: '',
  bottoms: { min: 1, max: 2 },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary: () => '',
  shape(c) {
    const p = setting(c.layer, 'bias_param');
    const small = smallShape(c, p, 'bias_param');
    return {
      tops: [bottom(c)],
      params: c.bottoms.length > 1 ? [] : [{ shape: small, role: 'bias', filler: p.filler }],
    };
  },
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
  forward(c) {
    const lie = lieOf(c);
    c.computeFlat(nth(c.tops, 0), (i) => add(flat(nth(c.bottoms, 0), i), smallValue(smallTensor(c), lie, i)));
  },
  backward(c) {
    const dy = nth(c.topDiffs, 0);
    const smallDiff = c.bottoms.length > 1 ? c.bottomDiffs[1] : c.paramDiffs[0];
    if (smallDiff !== undefined) sumToSmall(c, smallDiff, lieOf(c), [dy], (d) => d, 'bias');
    const target = c.bottomDiffs[0];
    if (target !== undefined) c.computeFlat(target, (i) => flat(dy, i), 'data');
  },
};
