import { describe, expect, test } from 'vitest';
import * as b from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ComputeKernel, ContractKernel, Kernel, Program } from '../ir/kernel.ts';
import type { Storage } from './compile-expression.ts';
import { evaluateKernel } from './interpret-kernel.ts';
import { createReferenceEngine } from './reference-engine.ts';

const compute = (axes: readonly Axis[], value: Expr, buffer = 'out'): ComputeKernel => ({
  kind: 'compute',
  label: 'test/forward',
  axes,
  stores: [
    {
      buffer,
      index: b.flatten(
        axes.map((a) => a.extent),
        axes.map(b.at),
      ),
      value,
      mode: 'set',
    },
  ],
});

/** Runs a kernel that writes `out` and returns what it holds. */
function run(kernel: Kernel, out: Storage, inputs: Record<string, Storage> = {}, scalars = {}): number[] {
  evaluateKernel(kernel, new Map([['out', out], ...Object.entries(inputs)]), scalars, { checkRaces: true });
  return [...out];
}

const one = (value: Expr, inputs: Record<string, Storage> = {}, scalars = {}): number => {
  const out =
    value.dtype === 'i32' ? new Int32Array(1) : value.dtype === 'u32' ? new Uint32Array(1) : new Float64Array(1);
  return run(compute([], value), out, inputs, scalars)[0] as number;
};

describe('values', () => {
  const x = (v: number): [Expr, Record<string, Storage>] => [b.load('x', 0), { x: Float64Array.of(v) }];
  const u = b.load('u', 0, { dtype: 'u32' });
  const i = b.load('i', 0, { dtype: 'i32' });

  test.each<[string, Expr, number]>([
    ['u32 product wraps', b.mul(u, b.u32(0x9e3779b1)), Math.imul(0xdeadbeef, 0x9e3779b1) >>> 0],
    [
      'u32 product of constants wraps',
      b.mul(b.mul(u, b.u32(0x85ebca6b)), b.u32(0xc2b2ae35)),
      Number((0xdeadbeefn * 0x85ebca6bn * 0xc2b2ae35n) % 2n ** 32n),
    ],
    ['u32 sum wraps', b.add(u, b.u32(0x80000000)), 0x5eadbeef],
    ['u32 difference wraps', b.sub(b.u32(0), u), 0x21524111],
    ['u32 shift left drops bits', b.shl(u, b.u32(8)), 0xadbeef00],
    ['u32 shift right is logical', b.shr(u, b.u32(28)), 0xd],
    ['u32 exclusive or', b.xor(u, b.u32(0xffffffff)), 0x21524110],
    ['i32 floordiv rounds down', b.floordiv(i, 4), -2],
    ['i32 mod is not negative', b.mod(i, 4), 3],
    ['i32 to f32', b.cast(i, 'f32'), -5],
    ['i32 to u32 keeps bits', b.cast(i, 'u32'), 0xfffffffb],
  ])('%s', (_, expression, expected) => {
    expect(one(expression, { u: Uint32Array.of(0xdeadbeef), i: Int32Array.of(-5) })).toBe(expected);
  });

  test('f32 to integer truncates towards zero', () => {
    const [e, inputs] = x(-2.7);
    expect(one(b.cast(e, 'i32'), inputs)).toBe(-2);
    expect(one(b.cast(e, 'u32'), inputs)).toBe(0);
  });
  test('bits are those of the f32', () => {
    const [e, inputs] = x(1);
    expect(one(b.bits(e), inputs)).toBe(0x3f800000);
    expect(one(b.bits(e), { x: Float64Array.of(Infinity) })).toBe(0x7f800000);
  });
  test('scalars come from the run', () => {
    expect(one(b.mul(b.scalar('lr'), 2), {}, { lr: 0.25 })).toBe(0.5);
    expect(() => one(b.mul(b.scalar('lr'), 2))).toThrow('test/forward: no value was given for the scalar "lr".');
  });
  test('a value shared many times is computed once', () => {
    let h: Expr = b.load('u', 0, { dtype: 'u32' });
    for (let round = 0; round < 64; round++) h = b.xor(b.mul(h, b.u32(0x9e3779b1)), b.shr(h, b.u32(15)));
    const start = performance.now();
    one(h, { u: Uint32Array.of(1) });
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('reductions', () => {
  const [r, c, k] = [b.axis(2), b.axis(3), b.axis(3)];
  const data = { x: Float64Array.of(1, 5, 2, -3, 5, 4) };
  const element = b.load('x', b.flatten([2, 3], [b.at(r), b.at(c)]));

  test.each<[string, Expr, number[]]>([
    ['sum', b.sum([c], element), [8, 6]],
    ['max', b.reduce('max', [c], element), [5, 5]],
    ['min', b.reduce('min', [c], element), [1, -3]],
    ['prod', b.reduce('prod', [c], element), [10, -60]],
    [
      'a reduction used inside the body of another',
      b.sum([k], b.mul(b.cast(b.at(k), 'f32'), b.sum([c], element))),
      [24, 18],
    ],
  ])('%s', (_, value, expected) => {
    expect(run(compute([r], value), new Float64Array(2), data)).toEqual(expected);
  });
  test('argmax takes the first of equals', () => {
    expect(run(compute([], b.reduce('argmax', [r, c], element)), new Int32Array(1), data)).toEqual([1]);
  });
});

describe('bounds', () => {
  const a = b.axis(4);
  const shifted = b.sub(b.at(a), b.i32(1));

  test('an unguarded load outside names kernel, buffer and index', () => {
    expect(() => run(compute([a], b.load('x', shifted)), new Float64Array(4), { x: new Float64Array(4) })).toThrow(
      /test\/forward reads "x" at -1, which has 4 elements/,
    );
  });
  test('a guarded load reads only where its guard holds', () => {
    const value = b.load('x', shifted, { guard: b.le(b.i32(0), shifted), otherwise: 9 });
    expect(run(compute([a], value), new Float64Array(4), { x: Float64Array.of(1, 2, 3, 4) })).toEqual([9, 1, 2, 3]);
  });
  test('a store outside fails', () => {
    expect(() => run(compute([a], b.f32(1)), new Float64Array(3))).toThrow(/writes "out" at 3/);
  });
  test('two points that write one element are found', () => {
    const kernel: ComputeKernel = {
      ...compute([a], b.f32(1)),
      stores: [{ buffer: 'out', index: b.floordiv(b.at(a), 2), value: b.f32(1), mode: 'add' }],
    };
    expect(() => run(kernel, new Float64Array(4))).toThrow(/writes "out" at 0 twice/);
  });
  test('an unknown buffer fails', () => {
    expect(() => run(compute([a], b.load('y', 0)), new Float64Array(4))).toThrow('no buffer is called "y"');
  });
});

test('all values of a point are computed before any is stored', () => {
  const kernel: ComputeKernel = {
    kind: 'compute',
    label: 'swap',
    axes: [],
    stores: [
      { buffer: 'x', index: b.i32(0), value: b.load('y', 0), mode: 'set' },
      { buffer: 'y', index: b.i32(0), value: b.load('x', 0), mode: 'set' },
    ],
  };
  const x = Float64Array.of(1);
  const y = Float64Array.of(2);
  evaluateKernel(
    kernel,
    new Map([
      ['x', x],
      ['y', y],
    ]),
  );
  expect([x[0], y[0]]).toEqual([2, 1]);
});

test('a batched contract with an epilogue equals the plain loops', () => {
  const [g, m, n, k] = [b.axis(2), b.axis(3), b.axis(4), b.axis(5)];
  const kernel: ContractKernel = {
    kind: 'contract',
    label: 'product',
    batch: [g],
    m: [m],
    n: [n],
    k: [k],
    a: b.load('a', b.flatten([2, 3, 5], [b.at(g), b.at(m), b.at(k)])),
    b: b.load('b', b.flatten([2, 5, 4], [b.at(g), b.at(k), b.at(n)])),
    stores: [
      {
        buffer: 'out',
        index: b.flatten([2, 3, 4], [b.at(g), b.at(m), b.at(n)]),
        value: b.add(b.acc, b.load('bias', b.at(n))),
        mode: 'add',
      },
    ],
  };
  const a = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const right = Float64Array.from({ length: 40 }, (_, i) => Math.cos(i));
  const bias = Float64Array.of(10, 20, 30, 40);
  const out = new Float64Array(24).fill(1);
  const expected: number[] = [];
  for (let G = 0; G < 2; G++)
    for (let M = 0; M < 3; M++)
      for (let N = 0; N < 4; N++) {
        let total = 0;
        for (let K = 0; K < 5; K++)
          total += (a[(G * 3 + M) * 5 + K] as number) * (right[(G * 5 + K) * 4 + N] as number);
        expected.push(1 + (total + (bias[N] as number)));
      }
  run(kernel, out, { a, b: right, bias });
  out.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i] as number, 12);
  });
});

describe('engine', () => {
  const a = b.axis(3);
  const program: Program = {
    buffers: [
      { id: 'in', dtype: 'u8', size: 3, lifetime: 'persistent' },
      { id: 'mid', dtype: 'f32', size: 3, lifetime: 'transient' },
      { id: 'out', dtype: 'f32', size: 3, lifetime: 'persistent' },
    ],
    scalars: [{ name: 'scale', dtype: 'f32' }],
    sequences: {
      step: [
        compute([a], b.mul(b.cast(b.load('in', b.at(a), { dtype: 'u32' }), 'f32'), b.scalar('scale')), 'mid'),
        compute([a], b.add(b.load('mid', b.at(a)), 1)),
      ],
      half: [compute([], b.f32(7), 'mid'), compute([a], b.load('mid', b.at(a)))],
    },
  };

  test('writes, runs and reads', async () => {
    const run = await createReferenceEngine().load(program);
    run.write('in', Uint8Array.of(7), 1);
    run.run('step', { scale: 0.5 });
    expect(await run.read('out')).toEqual(Float32Array.of(1, 4.5, 1));
    expect(await run.read('out', 1, 1)).toEqual(Float32Array.of(4.5));
    expect(run.bytes).toBe(3 + 24 + 24);
  });
  test('a program that is not legal is refused', async () => {
    const bad: Program = { ...program, sequences: { run: [compute([a], b.load('mid', b.at(a)))] } };
    await expect(createReferenceEngine().load(bad)).rejects.toThrow('reads "mid" before "run" has written it');
  });
  test('what this run did not write of a transient shows as NaN', async () => {
    const run = await createReferenceEngine().load(program);
    run.run('step', { scale: 1 });
    run.run('half', {});
    expect(await run.read('out')).toEqual(Float32Array.of(7, NaN, NaN));
  });
  test('the host cannot reach a transient, nor write past the end', async () => {
    const run = await createReferenceEngine().load(program);
    expect(() => {
      run.write('mid', Float32Array.of(1));
    }).toThrow('transient');
    expect(() => {
      run.write('in', Uint8Array.of(1, 2), 2);
    }).toThrow('does not fit "in"');
    await expect(run.read('out', 2, 2)).rejects.toThrow('not all in "out"');
    expect(() => {
      run.run('nothing', {});
    }).toThrow('No sequence is called "nothing".');
  });
});
