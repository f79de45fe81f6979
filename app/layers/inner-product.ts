/** InnerProduct. Mirrors Caffe's inner_product_layer.cpp. */
import type { ParamDeclaration, Shape } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { acc, add, at, axis } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import { biasGradient } from './convolution-kernels.ts';
import { element, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { axisOf, bottom, requirePositive } from './shape-rules.ts';
import { canonical, countRange, nth, view } from './views.ts';

interface Matrix {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

function matrixOf(c: KernelContext): Matrix {
  const shape = nth(c.bottoms, 0).shape;
  const p = setting(c.layer, 'inner_product_param');
  const from = canonical(p.axis, shape.length);
  return { rows: countRange(shape, 0, from), inputs: countRange(shape, from), outputs: p.num_output ?? 0 };
}

/** Coordinates of the weight between an output and an input, as stored. */
const weightAt = (c: KernelContext, output: Expr, input: Expr): readonly Expr[] =>
  setting(c.layer, 'inner_product_param').transpose ? [input, output] : [output, input];

const as = <T extends Tensor>(t: T, ...shape: number[]): T => view(t, shape);

/** Joins every input with every output. */
export const innerProduct: LayerDefinition = {
  type: 'InnerProduct',
  family: 'connect',
  doc: 'Fully connected: each output is a learned weighted sum of all inputs.',
  paramField: 'inner_product_param',
  template:
    'param { lr_mult: 1 }\nparam { lr_mult: 2 }\ninner_product_param {\n  num_output: 10\n  weight_filler { type: "xavier" }\n  bias_filler { type: "constant" }\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'inner_product_param');
    return p.num_output === undefined ? '' : `${p.num_output}${p.transpose ? ' · transposed' : ''}`;
  },
  shape(c) {
    const p = setting(c.layer, 'inner_product_param');
    const outputs = requirePositive(c, p.num_output, 'inner_product_param.num_output');
    const shape: Shape = bottom(c);
    const from = axisOf(c, p.axis, 'inner_product_param.axis');
    const inputs = countRange(shape, from);
    const params: ParamDeclaration[] = [
      { shape: p.transpose ? [inputs, outputs] : [outputs, inputs], role: 'weights', filler: p.weight_filler },
    ];
    if (p.bias_term) params.push({ shape: [outputs], role: 'bias', filler: p.bias_filler });
    return { tops: [[...shape.slice(0, from), outputs]], params };
  },
  cost(layer, bottoms) {
    const p = setting(layer, 'inner_product_param');
    return { macs: countRange(nth(bottoms, 0), 0) * (p.num_output ?? 0) };
  },
  forward(c) {
    const { rows, inputs, outputs } = matrixOf(c);
    const [m, n, k] = [axis(rows), axis(outputs), axis(inputs)];
    const bias = c.params[1];
    c.contract({
      m: [m],
      n: [n],
      k: [k],
      a: element(as(nth(c.bottoms, 0), rows, inputs), [at(m), at(k)]),
      b: element(nth(c.params, 0), weightAt(c, at(n), at(k))),
      target: as(nth(c.tops, 0), rows, outputs),
      at: [at(m), at(n)],
      ...(bias === undefined ? {} : { value: add(acc, element(bias, [at(n)])) }),
    });
  },
  backward(c) {
    const { rows, inputs, outputs } = matrixOf(c);
    const x = as(nth(c.bottoms, 0), rows, inputs);
    const dy = as(nth(c.topDiffs, 0), rows, outputs);
    const [weightDiff, biasDiff] = c.paramDiffs;
    if (biasDiff !== undefined) biasGradient(c, dy, { outer: rows, extent: outputs, inner: 1 }, biasDiff, 'bias');
    const [r, o, i] = [axis(rows), axis(outputs), axis(inputs)];
    if (weightDiff !== undefined) {
      // n runs along the stored rows, so that neighbours are written together.
      const [ofOutput, ofInput] = [element(dy, [at(r), at(o)]), element(x, [at(r), at(i)])];
      const { transpose } = setting(c.layer, 'inner_product_param');
      c.contract(
        {
          m: [transpose ? i : o],
          n: [transpose ? o : i],
          k: [r],
          a: transpose ? ofInput : ofOutput,
          b: transpose ? ofOutput : ofInput,
          target: weightDiff,
          at: weightAt(c, at(o), at(i)),
        },
        'weights',
      );
    }
    const target = c.bottomDiffs[0];
    if (target !== undefined)
      c.contract(
        {
          m: [r],
          n: [i],
          k: [o],
          a: element(dy, [at(r), at(o)]),
          b: element(nth(c.params, 0), weightAt(c, at(o), at(i))),
          target: as(target, rows, inputs),
          at: [at(r), at(i)],
        },
        'data',
      );
  },
};
