import { describe, expect, test } from 'vitest';
import * as b from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { BufferDeclaration, Kernel, Program, Store } from '../ir/kernel.ts';
import { printKernel } from '../ir/print.ts';
import { verifyProgram } from '../ir/verify.ts';
import { fuse } from './fuse.ts';

const [N, C, H, W] = [2, 3, 4, 5];
const SIZE = N * C * H * W;
const buffers: BufferDeclaration[] = [
  ...['x', 'y', 'out', 'other'].map((id): BufferDeclaration => ({
    id,
    dtype: 'f32',
    size: SIZE,
    lifetime: 'persistent',
  })),
  ...['t', 'u'].map((id): BufferDeclaration => ({ id, dtype: 'f32', size: SIZE, lifetime: 'transient' })),
  { id: 'w', dtype: 'f32', size: C * C, lifetime: 'persistent' },
  { id: 'bias', dtype: 'f32', size: C, lifetime: 'persistent' },
];

function fused(...kernels: Kernel[]): string[] {
  const program: Program = { buffers, scalars: [], sequences: { run: kernels } };
  verifyProgram(program);
  const result = fuse(program);
  verifyProgram(result);
  return (result.sequences['run'] ?? []).map(printKernel);
}

const flat = (label: string, output: string, value: (i: Expr) => Expr, mode: Store['mode'] = 'set'): Kernel => {
  const i = b.axis(SIZE);
  return {
    kind: 'compute',
    label,
    axes: [i],
    stores: [{ buffer: output, index: b.at(i), value: value(b.at(i)), mode }],
  };
};

const image = (label: string, output: string, value: (i: Expr, c: Expr) => Expr): Kernel => {
  const axes = [N, C, H, W].map(b.axis) as [Axis, Axis, Axis, Axis];
  const index = b.flatten([N, C, H, W], axes.map(b.at));
  return {
    kind: 'compute',
    label,
    axes,
    stores: [{ buffer: output, index, value: value(index, b.at(axes[1])), mode: 'set' }],
  };
};

/** A 1×1 convolution of x, as layers write it. */
function convolution(output: string): Kernel {
  const [m, n, y, x, k] = [b.axis(C), b.axis(N), b.axis(H), b.axis(W), b.axis(C)];
  return {
    kind: 'contract',
    label: 'conv',
    batch: [],
    m: [m],
    n: [n, y, x],
    k: [k],
    a: b.load('w', b.flatten([C, C], [b.at(m), b.at(k)])),
    b: b.load('x', b.flatten([N, C, H, W], [b.at(n), b.at(k), b.at(y), b.at(x)])),
    stores: [
      {
        buffer: output,
        index: b.flatten([N, C, H, W], [b.at(n), b.at(m), b.at(y), b.at(x)]),
        value: b.add(b.acc, b.load('bias', b.at(m))),
        mode: 'set',
      },
    ],
  };
}

const relu = (from: string, to: string): Kernel => flat('relu', to, (i) => b.max(b.load(from, i), 0));

describe('folds', () => {
  test('an activation into a convolution', () => {
    expect(fused(convolution('t'), relu('t', 'out'))).toEqual([
      [
        'conv + relu: contract i < 3, j < 2, k < 4, l < 5',
        '  acc = sum(p < 3: (w[i * 3 + p]) * (x[j * 60 + (p * 20 + (k * 5 + l))]))',
        '  out[j * 60 + (i * 20 + (k * 5 + l))] = max(acc + bias[i], 0)',
      ].join('\n'),
    ]);
  });
  test('a kernel over image axes into a convolution, with plain indices', () => {
    const [text] = fused(
      convolution('t'),
      image('scale', 'out', (i, c) => b.mul(b.load('t', i), b.load('bias', c))),
    );
    expect(text).toContain('= (acc + bias[i]) * bias[i]');
  });
  test('a kernel over image axes into a flat one, which takes its axes', () => {
    const [text, ...rest] = fused(
      flat('sum', 't', (i) => b.add(b.load('x', i), b.load('y', i))),
      image('bias', 'out', (i, c) => b.add(b.load('t', i), b.load('bias', c))),
    );
    expect(rest).toEqual([]);
    expect(text).toContain('compute i < 2, j < 3, k < 4, l < 5');
    expect(text).not.toMatch(/\/\/|%/);
  });
  test('a chain into one', () => {
    expect(
      fused(
        flat('a', 't', (i) => b.mul(b.load('x', i), 2)),
        flat('b', 'u', (i) => b.add(b.load('t', i), b.load('y', i))),
        flat('c', 'out', (i) => b.tanh(b.load('u', i))),
      ),
    ).toEqual(['a + b + c: compute i < 120\n  out[i] = tanh(x[i] * 2 + y[i])']);
  });
  test('a residual sum into the later of its producers', () => {
    const kernels = fused(
      flat('a', 't', (i) => b.mul(b.load('x', i), 2)),
      convolution('u'),
      flat('sum', 'out', (i) => b.add(b.load('t', i), b.load('u', i))),
    );
    expect(kernels.map((k) => k.split(':')[0])).toEqual(['a', 'conv + sum']);
  });
  test('gradients that are added up', () => {
    expect(
      fused(
        flat('a', 't', (i) => b.mul(b.load('x', i), 2)),
        flat('b', 't', (i) => b.load('y', i), 'add'),
        flat('c', 'out', (i) => b.neg(b.load('t', i))),
      ),
    ).toEqual(['a + b + c: compute i < 120\n  out[i] = -(x[i] * 2 + y[i])']);
  });
  test('two results of one pass, when more than one kernel reads', () => {
    expect(
      fused(
        flat('a', 't', (i) => b.exp(b.load('x', i))),
        flat('b', 'out', (i) => b.neg(b.load('t', i))),
        image('window', 'other', (i) => b.load('t', b.mod(b.add(i, 1), SIZE))),
      ),
    ).toEqual([
      'a + b: compute i < 120\n  t[i] = exp(x[i])\n  out[i] = -exp(x[i])',
      expect.stringContaining('window: compute'),
    ]);
  });
  test('an update in place', () => {
    expect(
      fused(
        flat('a', 't', (i) => b.mul(b.load('x', i), 3)),
        flat('b', 't', (i) => b.max(b.load('t', i), 0)),
        flat('c', 'out', (i) => b.load('t', i)),
      ),
    ).toEqual(['a + b + c: compute i < 120\n  out[i] = max(x[i] * 3, 0)']);
  });
});

describe('does not fold', () => {
  const a = flat('a', 't', (i) => b.mul(b.load('x', i), 2));
  test.each<[string, Kernel[]]>([
    ['a read at other indices', [a, flat('b', 'out', (i) => b.load('t', b.mod(b.add(i, 1), SIZE)))]],
    ['a guarded read', [a, flat('b', 'out', (i) => b.load('t', i, { guard: b.lt(i, b.i32(7)) }))]],
    [
      'a reduction over what is read',
      [
        a,
        image('b', 'out', (i, c) => {
          const k = b.axis(20);
          return b.add(b.load('y', i), b.sum([k], b.load('t', b.add(b.mul(c, 20), b.at(k)))));
        }),
      ],
    ],
    [
      'past a kernel that changes what it reads',
      [
        a,
        flat('x', 'y', (i) => b.load('t', b.mod(b.add(i, 1), SIZE))),
        flat('x2', 'x', (i) => b.load('other', b.mod(b.add(i, 1), SIZE))),
        flat('b', 'out', (i) => b.add(b.load('t', i), b.load('y', b.mod(b.add(i, 2), SIZE)))),
      ],
    ],
    ['into a product that reads what it writes', [convolution('t'), flat('b', 'x', (i) => b.load('t', i))]],
  ])('%s', (_, kernels) => {
    expect(fused(...kernels)).toEqual(kernels.map(printKernel));
  });
});
