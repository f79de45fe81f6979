/** Embed. Mirrors Caffe's embed_layer.cpp; an integer without a vector gives zeros, where Caffe stops. */
import type { ParamDeclaration } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, and, at, axis, cast, eq, ge, lt } from '../engine/ir/build.ts';
import { biasGradient } from './convolution-kernels.ts';
import { countOf, element, type LayerDefinition } from './definition.ts';
import { labelAt } from './loss-normalization.ts';
import { bottom, requirePositive } from './shape-rules.ts';
import { nth, view } from './views.ts';

/** A learned vector for each integer. */
export const embed: LayerDefinition = {
  type: 'Embed',
  family: 'connect',
  doc: 'Looks up a learned vector for each integer, as for words.',
  paramField: 'embed_param',
  template: 'embed_param {\n  input_dim: 1000\n  num_output: 64\n  weight_filler { type: "xavier" }\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  noGradientBottoms: [0],
  summary(layer) {
    const p = setting(layer, 'embed_param');
    return `${p.input_dim ?? '?'} → ${p.num_output ?? '?'}`;
  },
  shape(c) {
    const p = setting(c.layer, 'embed_param');
    const outputs = requirePositive(c, p.num_output, 'embed_param.num_output');
    const inputs = requirePositive(c, p.input_dim, 'embed_param.input_dim');
    const params: ParamDeclaration[] = [{ shape: [inputs, outputs], role: 'vectors', filler: p.weight_filler }];
    if (p.bias_term) params.push({ shape: [outputs], role: 'bias', filler: p.bias_filler });
    return { tops: [[...bottom(c), outputs]], params };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const [words, vectors, bias] = [nth(c.bottoms, 0), nth(c.params, 0), c.params[1]];
    const [inputs, outputs] = [nth(vectors.shape, 0), nth(vectors.shape, 1)];
    c.compute(view(nth(c.tops, 0), [countOf(words.shape), outputs]), (i, o) => {
      const word = labelAt(words, i);
      const vector = element(vectors, [word, o], { guard: and(ge(word, 0), lt(word, inputs)) });
      return bias === undefined ? vector : add(vector, element(bias, [o]));
    });
  },
  backward(c) {
    const words = nth(c.bottoms, 0);
    const count = countOf(words.shape);
    const { shape } = nth(c.params, 0);
    const [inputs, outputs] = [nth(shape, 0), nth(shape, 1)];
    const dy = view(nth(c.topDiffs, 0), [count, outputs]);
    const [vectorDiff, biasDiff] = c.paramDiffs;
    if (biasDiff !== undefined) biasGradient(c, dy, { outer: count, extent: outputs, inner: 1 }, biasDiff, 'bias');
    if (vectorDiff === undefined) return;
    // Each vector gathers the gradients of the places that name it: a product with a matrix of zeros and ones.
    const [word, o, i] = [axis(inputs), axis(outputs), axis(count)];
    c.contract(
      {
        m: [word],
        n: [o],
        k: [i],
        a: cast(eq(labelAt(words, at(i)), at(word)), 'f32'),
        b: element(dy, [at(i), at(o)]),
        target: vectorDiff,
        at: [at(word), at(o)],
      },
      'vectors',
    );
  },
};
