/**
 * Expression, which is Crema's own: a formula over the bottoms, with learned values and reductions. Its gradient is
 * derived from the formula; see `expression/`.
 */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import type { KernelContext, LayerDefinition } from './definition.ts';
import { operationsOf, readFormula, type Formula, type WeightShape } from './expression/formula.ts';
import { backwardKernels, forwardKernels } from './expression/kernels.ts';
import { FormulaError } from './expression/syntax.ts';

const weightsOf = (layer: LayerParameter): WeightShape[] =>
  setting(layer, 'expression_param').weight.map(({ name, dim }) => ({ name: name ?? '', shape: dim }));

/** The formula of a layer for bottoms of some shapes. Throws a FormulaError. */
export const formulaOf = (layer: LayerParameter, bottoms: readonly Shape[]): Formula =>
  readFormula(setting(layer, 'expression_param').forward ?? '', bottoms, weightsOf(layer));

const formulaIn = (c: KernelContext): Formula =>
  formulaOf(
    c.layer,
    c.bottoms.map(({ shape }) => shape),
  );

/** How much of the formula a message shows around a mistake. */
const CONTEXT = 24;

/** A mistake with its place in the formula. */
function placed(text: string, { message, span }: FormulaError): string {
  if (text.trim() === '') return 'forward is missing: write a formula such as "x * sigmoid(x)".';
  const found = text.slice(span.from, span.to);
  const where =
    found === '' || span.to - span.from === text.length
      ? `at the ${span.from === 0 ? 'formula' : 'end'}`
      : `at character ${span.from + 1}, "${found.length > CONTEXT ? `${found.slice(0, CONTEXT)}…` : found}"`;
  return `The formula in forward, ${where}: ${message}`;
}

function checkWeights(c: ShapeContext): void {
  for (const { name, shape } of weightsOf(c.layer)) {
    if (!/^[A-Za-z_]\w*$/.test(name))
      c.fail(
        name === ''
          ? 'A weight needs a name by which the formula calls it.'
          : `"${name}" is no name for a weight: use letters and digits.`,
        'expression_param.weight',
      );
    if (shape.some((d) => d < 1))
      c.fail(`The dim of weight "${name}" must be at least 1 each.`, 'expression_param.weight');
  }
}

/** Computes a formula. */
export const expression: LayerDefinition = {
  type: 'Expression',
  family: 'activation',
  doc: "Computes a formula over its bottoms, value by value and with reductions, with learned values where wanted; the gradient is derived from it. Crema's own: Caffe does not read it.",
  paramField: 'expression_param',
  template: 'expression_param {\n  forward: "x * sigmoid(1.702 * x)"\n}',
  bottoms: { min: 1, max: Infinity },
  tops: { min: 1, max: 1 },
  summary: (layer) => setting(layer, 'expression_param').forward ?? '',
  shape(c) {
    checkWeights(c);
    const { forward = '', weight } = setting(c.layer, 'expression_param');
    try {
      const { root } = formulaOf(c.layer, c.bottoms);
      const params = weight.map(({ name, dim, filler }) => ({ shape: dim, role: name ?? '', filler }));
      return { tops: [root.shape], params };
    } catch (error) {
      if (error instanceof FormulaError) return c.fail(placed(forward, error), 'expression_param.forward');
      throw error;
    }
  },
  cost(layer, bottoms) {
    try {
      return { macs: 0, other: operationsOf(formulaOf(layer, bottoms)) };
    } catch (error) {
      if (error instanceof FormulaError) return { macs: 0 };
      throw error;
    }
  },
  forward(c) {
    forwardKernels(c, formulaIn(c));
  },
  backward(c) {
    backwardKernels(c, formulaIn(c));
  },
};
