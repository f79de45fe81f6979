/** Formulas: what they mean, their gradients against differences, built-in layers as judges, and mistakes with their place. */
import { afterAll, describe, expect, test } from 'vitest';
import { buildNet } from '../../caffe/net/build-net.ts';
import { openNodeWasmEngine } from '../../engine/wasm/node-wasm.ts';
import { layerTable } from '../index.ts';
import { expectLikeReference } from '../testing/engine-case.ts';
import { interpretNet } from '../testing/interpreted-net.ts';
import { checkGradients, spreadValues } from '../testing/numeric-gradient.ts';
import { oneLayer } from '../testing/one-layer.ts';
import { formulaNet, formulas } from './formulas.testing.ts';

describe('gradients against differences', () => {
  test.each(Object.entries(formulas))('%s', async (_, one) => {
    expect(await checkGradients(formulaNet(one), one)).toBeGreaterThan(0);
  });
});

describe('on the processor', () => {
  const engine = openNodeWasmEngine({ threads: 2 });
  afterAll(async () => {
    (await engine).dispose();
  });
  test.each(Object.entries(formulas))('%s', async (_, one) => {
    await expectLikeReference(await engine, { ...one, net: formulaNet(one) });
  });
});

describe('the built-in layer gives the same', () => {
  const pairs = Object.entries(formulas).flatMap(([name, one]) =>
    one.same === undefined ? [] : [[name, one, one.same] as const],
  );
  test.each(pairs)('%s', async (_, one, [type, settings = '']) => {
    const [own, known] = await Promise.all(
      [formulaNet(one), oneLayer(type, one.bottoms, settings)].map((net) =>
        interpretNet(`force_backward: true\n${net}`),
      ),
    );
    if (own === undefined || known === undefined) throw new Error('No nets.');
    const values = new Map(
      [...known.given, ...known.outputs.filter((o) => o.lossWeight === 0)].map(({ name, shape }, salt) => [
        name.replace('top/', 'top_diff/'),
        spreadValues(
          shape.reduce((n, d) => n * d, 1),
          one.range ?? 1,
          salt,
        ),
      ]),
    );
    const [ours, theirs] = [own.run(values), known.run(values)];
    for (const [name, expected] of theirs)
      expected.forEach((v, i) => {
        expect(ours.get(name)?.[i], name).toBeCloseTo(v, 9);
      });
  });
});

async function valueOf(forward: string, bottoms: Readonly<Record<string, readonly number[]>>, shapes?: number[][]) {
  const given = Object.entries(bottoms);
  const net = await interpretNet(
    oneLayer('Expression', shapes ?? given.map(([, v]) => [v.length]), `expression_param { forward: "${forward}" }`),
    { phase: 'TEST' },
  );
  const results = net.run(new Map(given.map(([name, v]) => [`bottom/${name}`, v])));
  return { shape: net.outputs[0]?.shape, values: [...(results.get('top/y') ?? [])] };
}

describe('what a formula means', () => {
  test.each<[string, number]>([
    ['2 + 3 * 4 - x * 0', 14],
    ['-x ** 2', -9],
    ['2 ** 3 ** 2 + 0 * x', 512],
    ['2 ** -1 + 0 * x', 0.5],
    ['(1 + 2) / 4 + 0 * x', 0.75],
    ['x > 2 ? 10 : 20', 10],
    ['x > 2 and x < 3', 0],
    ['not (x > 2) || x == 3', 1],
    ['.5e1 + 1.e0 + x', 9],
    ['floor(-x / 2) + ceil(-x / 2) + round(x / 2)', -1],
    ['sign(-x) + sign(x * 0) + abs(-x)', 2],
    ['max(1, x, 2) + min(4, x) + maximum(x, 7)', 13],
    ['erf(x) - 0.9999779095030014', 0],
    ['sin(x) ** 2 + cos(x) ** 2', 1],
    ['sin(100 * x) - sin(100 * x + 2 * pi)', 0],
    ['half = x / 2; twice = 2 * x; twice - half', 4.5],
    ['std(x) + var(x) + sum(x) + mean(x)', 6],
  ])('%s of 3 is %d', async (forward, expected) => {
    expect((await valueOf(forward, { a: [3] })).values[0]).toBeCloseTo(expected, 6);
  });

  test('shapes broadcast as in NumPy, reductions keep their axes unless told otherwise', async () => {
    const rows = { a: [1, 2, 3, 4, 5, 6], b: [10, 20] };
    const shapes = [
      [2, 3],
      [2, 1],
    ];
    expect(await valueOf('x + y', rows, shapes)).toEqual({ shape: [2, 3], values: [11, 12, 13, 24, 25, 26] });
    expect(await valueOf('sum(x, 1) * y', rows, shapes)).toEqual({ shape: [2, 1], values: [60, 300] });
    expect(await valueOf('sum(x, axis=1, keepdims=false) + y', rows, shapes)).toEqual({
      shape: [2, 2],
      values: [16, 25, 26, 35],
    });
    expect(await valueOf('mean(x) * y', rows, shapes)).toEqual({ shape: [2, 1], values: [35, 70] });
    expect(await valueOf('max(x, [0])', rows, shapes)).toEqual({ shape: [1, 3], values: [4, 5, 6] });
  });

  test('a sum of exponentials does not overflow, however it is written', async () => {
    const scores = { a: [900, 901, -900] };
    for (const forward of ['log(sum(exp(x)))', 'logsumexp(x)', 's = sum(exp(x)); log(s)'])
      expect((await valueOf(forward, scores)).values[0]).toBeCloseTo(901 + Math.log1p(Math.exp(-1)), 9);
    for (const forward of ['exp(x) / sum(exp(x), 0)', 'softmax(x, 0)', 'e = exp(x - max(x)); e / sum(e, 0)'])
      expect((await valueOf(forward, scores)).values[1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 9);
  });
});

test('a blob that is given twice has the gradient of both', async () => {
  const net = `layer { name: "in" type: "Input" top: "a" input_param { shape { dim: 3 } } }
    layer { name: "op" type: "Expression" bottom: "a" bottom: "a" top: "t" expression_param { forward: "x * y * y" } }`;
  expect(await checkGradients(net)).toBe(3);
});

test('of equal largest values the first has the gradient', async () => {
  const net = await interpretNet(
    `force_backward: true\n${oneLayer('Expression', [[2, 3]], 'expression_param { forward: "max(x, [1])" }')}`,
  );
  const results = net.run(
    new Map([
      ['bottom/a', [1, 5, 5, 7, 2, 7]],
      ['top_diff/y', [10, 20]],
    ]),
  );
  expect([...(results.get('bottom_diff/a') ?? [])]).toEqual([0, 10, 0, 20, 0, 0]);
});

test('one kernel forward and one for each gradient where nothing is reduced', async () => {
  const { compileNet } = await import('../../compiler/compile-net.ts');
  const { singleProgram } = await import('../../compiler/compile-training.ts');
  const { definitionOf } = await import('../index.ts');
  const one = formulas['GELU by tanh'];
  if (one === undefined) throw new Error('No such formula.');
  const net = buildNet(`force_backward: true\n${formulaNet(one)}`, { phase: 'TRAIN', layers: layerTable });
  const compiled = compileNet(net, definitionOf, {
    prefix: 'test',
    backward: true,
    keepGradients: ['a'],
    hostGradients: ['y'],
  });
  expect(singleProgram(compiled).sequences['run']?.map(({ label }) => label)).toEqual(['op/forward', 'op/backward/x']);
});

describe('mistakes are told with their place', () => {
  test.each<[string, string]>([
    ['', 'forward is missing: write a formula'],
    ['x * sigmod(x)', 'at character 5, "sigmod(x)": There is no function "sigmod": did you mean sigmoid?'],
    ['x + q', 'at character 5, "q": There is nothing called "q": there are x, b0, y, b1'],
    ['x +', 'at the end: The formula ends where a value should stand'],
    ['(x + 1', 'A ")" is missing for the "(" at character 1: the formula ends.'],
    ['x $ 2', 'at character 3, "$": "$" means nothing'],
    ['x y', 'at character 3, "y": "y" does not follow on'],
    ['exp(x, y)', 'exp takes 1 value, not 2.'],
    ['sum(x, 2)', 'at character 8, "2": There is no axis 2: this value has 2 axes (2×3), 0 to 1 or -1 to -2.'],
    ['sum(x, y)', 'An axis is a whole number'],
    ['sum(x, axes=1)', 'sum has no argument "axes": it takes axis and keepdims.'],
    ['x + y', '2×3 and 4 do not go together: counted from the last axis, extents must be equal or 1, and 3 meets 4.'],
    ['x = 2; x', 'The name "x" is taken already'],
    ['x + exp', 'exp is a function: write exp(…).'],
    ['1 / 0 * x', '"1 / 0" is not a finite number.'],
    ['sum(x, keepdims=maybe)', 'keepdims of sum is true or false, not "maybe".'],
  ])('%s', (forward, words) => {
    const text = oneLayer('Expression', [[2, 3], [4]], `expression_param { forward: "${forward}" }`);
    const net = buildNet(text, { phase: 'TRAIN', layers: layerTable });
    const errors = net.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
  });
});
