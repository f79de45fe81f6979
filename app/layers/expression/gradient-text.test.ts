/** The gradient that is shown is a formula: read as one again, it gives the gradient that is computed. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../../caffe/net/build-net.ts';
import { layerTable } from '../index.ts';
import { interpretNet } from '../testing/interpreted-net.ts';
import { spreadValues } from '../testing/numeric-gradient.ts';
import { oneLayer } from '../testing/one-layer.ts';
import { formulaNet, formulas, type FormulaCase } from './formulas.testing.ts';
import { gradientText } from './gradient-text.ts';

const textOf = (one: FormulaCase): string[] => {
  const net = buildNet(formulaNet(one), { phase: 'TRAIN', layers: layerTable });
  const layer = net.layers.at(-1);
  if (layer === undefined) throw new Error('No layer.');
  return gradientText(layer.parameter, one.bottoms).split('\n');
};

describe('gradients as text', () => {
  test.each<[string, FormulaCase, readonly string[]]>([
    ['a product', { forward: 'x * y', bottoms: [[3], [3]] }, ['dx = dtop * y', 'dy = dtop * x']],
    [
      'a broadcast weight is summed',
      { forward: 'x * w', bottoms: [[2, 3]], weights: 'weight { name: "w" dim: 3 }' },
      ['dx = dtop * w', 'dw = sum(dtop * x, [0])'],
    ],
    [
      'Swish',
      { forward: 'x * sigmoid(1.702 * x)', bottoms: [[3]] },
      ['t1 = sigmoid(x * 1.702)', 'dx = dtop * (t1 + t1 * (1 - t1) * 1.702 * x)'],
    ],
    ['a choice', { forward: 'max(x, 0)', bottoms: [[3]] }, ['dx = where(0 < x, dtop, 0)']],
    [
      'a mean',
      { forward: 'm = mean(x, 1); x - m', bottoms: [[2, 4]] },
      ['m = mean(x, [1])', 'dm = sum(-dtop, [1])', 'dx = dm / 4 + dtop'],
    ],
    ['a mean alone', { forward: 'mean(x)', bottoms: [[2, 4]] }, ['r1 = mean(x, [0, 1])', 'dx = dtop / 8']],
    [
      'the largest',
      { forward: 'max(x, [1])', bottoms: [[2, 4]] },
      ['r1 = max(x, [1])', 'dx = where(x == r1, dtop, 0)'],
    ],
    ['what has no slope', { forward: 'floor(x)', bottoms: [[4]] }, ['dx = 0']],
  ])('%s', (_, one, lines) => {
    expect(textOf(one)).toEqual(lines);
  });
});

describe('read as a formula, the text gives the gradient that is computed', () => {
  test.each([
    'GELU, exact',
    'GELU by tanh',
    'Mish',
    'RMS norm',
    'Cosine similarity',
    'Huber',
    'Softsign',
    'Gaussian',
    'Log-cosh',
    'Softmax written out',
    'L2 normalise',
  ])('%s', async (name) => {
    const one = formulas[name];
    if (one === undefined) throw new Error('No such formula.');
    const { bottoms, weights = '', range = 1 } = one;
    const own = await interpretNet(`force_backward: true\n${formulaNet(one)}`);
    const fill = (shape: readonly number[], salt: number): Float64Array =>
      spreadValues(
        shape.reduce((n, d) => n * d, 1),
        range,
        salt,
      );
    const values = new Map([...own.given, ...own.outputs].map((p, salt) => [p.name, fill(p.shape, salt)]));
    const [top] = own.outputs;
    const above = values.get('top/y') ?? new Float64Array();
    const computed = own.run(new Map([...values, ['top_diff/y', above]])).get('bottom_diff/a') ?? new Float64Array();
    // The gradient from above is one more bottom.
    const forward = [...textOf(one), 'dx'].join('; ').replaceAll('dtop', `b${bottoms.length}`);
    const shapes = [...bottoms, top?.shape ?? []];
    const shown = await interpretNet(
      oneLayer('Expression', shapes, `expression_param { forward: "${forward}" ${weights} }`),
      {
        phase: 'TEST',
      },
    );
    const letter = 'abc'[bottoms.length] ?? '';
    const result = shown.run(new Map([...values, [`bottom/${letter}`, above]])).get('top/y') ?? new Float64Array();
    expect(result).toHaveLength(computed.length);
    computed.forEach((v, i) => {
      expect(result[i]).toBeCloseTo(v, 5);
    });
  });
});
