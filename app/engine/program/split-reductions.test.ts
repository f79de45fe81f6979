import { describe, expect, test } from 'vitest';
import * as b from '../ir/build.ts';
import type { Axis, Expr, Reducer } from '../ir/expr.ts';
import type { BufferDeclaration, Kernel, Program } from '../ir/kernel.ts';
import { extentOf, outputAxes } from '../ir/kernel.ts';
import { uniformOf } from '../ir/random.ts';
import { loadsOf } from '../ir/rewrite.ts';
import { verifyProgram } from '../ir/verify.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';
import { SPLIT_DEFAULTS, splitReductions } from './split-reductions.ts';

const buffer = (id: string, size: number): BufferDeclaration => ({ id, dtype: 'f32', size, lifetime: 'persistent' });
const program = (kernel: Kernel, buffers: readonly BufferDeclaration[]): Program => ({
  buffers,
  scalars: [],
  sequences: { run: [kernel] },
});
const kernelsOf = (p: Program): readonly Kernel[] => p.sequences['run'] ?? [];

async function results(p: Program): Promise<readonly number[]> {
  verifyProgram(p);
  const executable = await createReferenceEngine({ checkRaces: true }).load(p);
  p.buffers
    .filter((d) => d.lifetime === 'persistent')
    .forEach((d, stream) => {
      executable.write(
        d.id,
        Float32Array.from({ length: d.size }, (_, i) => -0.1 - uniformOf(3, 0, stream, i)),
      );
    });
  executable.run('run', {});
  return [...executable.storage('out')];
}

async function expectSame(p: Program, split: Program): Promise<void> {
  const [expected, got] = [await results(p), await results(split)];
  expected.forEach((v, i) => {
    expect(Math.abs(v - (got[i] as number))).toBeLessThanOrEqual(1e-10 * Math.abs(v));
  });
}

const reduction = (length: readonly number[], outputs: number, reducer: Reducer, value: (e: Expr) => Expr): Program => {
  const axes = length.map(b.axis);
  const out = b.axis(outputs);
  const size = extentOf(axes);
  const index = b.flatten([...length, outputs], [...axes.map(b.at), b.at(out)]);
  return program(
    {
      kind: 'compute',
      label: 'r',
      axes: outputs > 1 ? [out] : [],
      stores: [
        {
          buffer: 'out',
          index: b.at(out),
          value: b.mul(b.reduce(reducer, axes, value(b.load('x', index))), 2),
          mode: 'set',
        },
      ],
    },
    [buffer('x', size * outputs), buffer('out', outputs)],
  );
};

describe('a reduction with few results', () => {
  test.each<[string, Program, number[][]]>([
    ['splits along the outermost axis', reduction([100, 1024], 32, 'sum', (e) => e), [[100, 32], [32]]],
    ['splits evenly where a divisor is near', reduction([7, 5000], 32, 'sum', (e) => e), [[7, 20, 32], [32]]],
    ['splits again when the parts are many', reduction([1 << 16], 1, 'sum', (e) => e), [[1024], [16], []]],
    ['pads what does not divide', reduction([4099], 2, 'sum', b.exp), [[64, 2], [2]]],
    ['pads a maximum', reduction([4099], 2, 'max', (e) => e), [[64, 2], [2]]],
    ['pads a minimum of positive numbers', reduction([4099], 2, 'min', b.neg), [[64, 2], [2]]],
    ['pads a product', reduction([4099], 2, 'prod', (e) => b.add(b.mul(e, 1e-4), 1)), [[64, 2], [2]]],
  ])('%s', async (_, whole, axes) => {
    const split = splitReductions(whole);
    expect(kernelsOf(split).map((k) => outputAxes(k).map((a) => a.extent))).toEqual(axes);
    await expectSame(whole, split);
  });

  test('and another of the same length are computed in one pass', async () => {
    const [out, i, j] = [b.axis(2), b.axis(5000), b.axis(5000)];
    const [x, y] = [i, j].map((a) => b.load('x', b.add(b.mul(b.at(a), 2), b.at(out)))) as [Expr, Expr];
    const value = b.div(b.sum([i], b.mul(x, x)), b.reduce('min', [j], y));
    const whole = program(
      { kind: 'compute', label: 'r', axes: [out], stores: [{ buffer: 'out', index: b.at(out), value, mode: 'set' }] },
      [buffer('x', 10000), buffer('out', 2)],
    );
    const split = splitReductions(whole);
    expect(kernelsOf(split).map((k) => k.stores.length)).toEqual([2, 1]);
    await expectSame(whole, split);
  });
  test('adds no guard where it divides', () => {
    const split = splitReductions(reduction([7, 5000], 32, 'sum', (e) => e));
    const loads = kernelsOf(split).flatMap((k) => loadsOf(k.stores.map((s) => s.value)));
    expect(loads.every((l) => l.guard === undefined)).toBe(true);
  });
  test.each<[string, Program]>([
    ['short', reduction([1000], 1, 'sum', (e) => e)],
    ['with many results', reduction([2048], 4096, 'sum', (e) => e)],
    ['for a position', reduction([5000], 1, 'argmax', (e) => e)],
  ])('%s stays whole', (_, whole) => {
    expect(splitReductions(whole)).toEqual(whole);
  });
});

const product = (k: readonly Axis[], value: (acc: Expr, m: Expr) => Expr): Program => {
  const [m, n] = [b.axis(32), b.axis(20)];
  const [depth, kAt] = [k.map((a) => a.extent), k.map(b.at)];
  return program(
    {
      kind: 'contract',
      label: 'c',
      batch: [],
      m: [m],
      n: [n],
      k,
      a: b.load('x', b.flatten([32, ...depth], [b.at(m), ...kAt])),
      // Not 0 for a padded element, nor finite.
      b: b.div(1, b.load('y', b.flatten([...depth, 20], [...kAt, b.at(n)]))),
      stores: [
        {
          buffer: 'out',
          index: b.flatten([32, 20], [b.at(m), b.at(n)]),
          value: value(b.acc, b.at(m)),
          mode: 'add',
        },
      ],
    },
    [buffer('x', 32 * extentOf(k)), buffer('y', 20 * extentOf(k)), buffer('out', 32 * 20), buffer('bias', 32)],
  );
};

describe('a product with few tiles', () => {
  const epilogue = (acc: Expr, m: Expr): Expr => b.tanh(b.add(b.mul(acc, 1e-3), b.load('bias', m)));

  test.each<[string, Program, number[], number[]]>([
    ['splits along the outermost k', product([b.axis(100), b.axis(60)], epilogue), [25, 32, 20], [4, 60]],
    ['pads what does not divide', product([b.axis(1601)], epilogue), [6, 32, 20], [267]],
  ])('%s', async (_, whole, outputs, k) => {
    const split = splitReductions(whole);
    const [parts, last] = kernelsOf(split);
    expect(kernelsOf(split)).toHaveLength(2);
    expect(parts && outputAxes(parts).map((a) => a.extent)).toEqual(outputs);
    expect(parts?.kind === 'contract' && parts.k.map((a) => a.extent)).toEqual(k);
    expect(last?.label).toBe('c');
    await expectSame(whole, split);
  });
  test('and a short k stays whole', () => {
    const whole = product([b.axis(500)], epilogue);
    expect(splitReductions(whole)).toEqual(whole);
  });
  test('or enough tiles stays whole', () => {
    const whole = product([b.axis(1600)], epilogue);
    expect(splitReductions(whole, { ...SPLIT_DEFAULTS, tileEdge: 2 })).toEqual(whole);
  });
});
