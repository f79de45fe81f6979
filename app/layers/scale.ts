/** Scale. Mirrors Caffe's scale_layer.cpp, with its inner Bias layer where bias_term is set. */
import type { ParamDeclaration } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, mul } from '../engine/ir/build.ts';
import { covered, smallShape, smallTensor, smallValue, sumToSmall, type Covered } from './broadcast.ts';
import { countOf, flat, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { bottom } from './shape-rules.ts';
import { nth } from './views.ts';

const lieOf = (c: KernelContext): Covered =>
  covered(nth(c.bottoms, 0).shape, smallTensor(c).shape, setting(c.layer, 'scale_param'));

const biasOf = (c: KernelContext): Tensor | undefined =>
  setting(c.layer, 'scale_param').bias_term ? nth(c.params, c.params.length - 1) : undefined;

/** Multiplies a blob by a second or by learned factors. */
export const scale: LayerDefinition = {
  type: 'Scale',
  family: 'normalise',
  doc: 'Multiplies by a second blob, or by factors learned for each channel, and may add a learned bias.',
  paramField: 'scale_param',
  template: 'scale_param {\n  bias_term: true\n}',
  bottoms: { min: 1, max: 2 },
  tops: { min: 1, max: 1 },
  inPlace: true,
  summary: (layer) => (setting(layer, 'scale_param').bias_term ? 'bias' : ''),
  shape(c) {
    const p = setting(c.layer, 'scale_param');
    const small = smallShape(c, p, 'scale_param');
    const params: ParamDeclaration[] = [];
    if (c.bottoms.length === 1)
      params.push({ shape: small, role: 'scale', ...(p.filler === undefined ? { initial: 1 } : { filler: p.filler }) });
    if (p.bias_term) params.push({ shape: small, role: 'bias', filler: p.bias_filler });
    return { tops: [bottom(c)], params };
  },
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 0)) }),
  forward(c) {
    const [small, bias, lie] = [smallTensor(c), biasOf(c), lieOf(c)];
    c.computeFlat(nth(c.tops, 0), (i) => {
      const product = mul(flat(nth(c.bottoms, 0), i), smallValue(small, lie, i));
      return bias === undefined ? product : add(product, smallValue(bias, lie, i));
    });
  },
  backward(c) {
    const lie = lieOf(c);
    const [x, dy] = [nth(c.bottoms, 0), nth(c.topDiffs, 0)];
    const biasDiff = biasOf(c) === undefined ? undefined : c.paramDiffs[c.paramDiffs.length - 1];
    if (biasDiff !== undefined) sumToSmall(c, biasDiff, lie, [dy], (d) => d, 'bias');
    const smallDiff = c.bottoms.length > 1 ? c.bottomDiffs[1] : c.paramDiffs[0];
    if (smallDiff !== undefined) sumToSmall(c, smallDiff, lie, [dy, x], (d, v) => mul(d, v), 'scale');
    const target = c.bottomDiffs[0];
    if (target !== undefined)
      c.computeFlat(target, (i) => mul(flat(dy, i), smallValue(smallTensor(c), lie, i)), 'data');
  },
};
