/** Contracts that every engine is held to the interpreter with: odd extents, windows, batches, epilogues. */
import { describe } from 'vitest';
import * as ir from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { ContractKernel, Store } from '../ir/kernel.ts';
import { noise, type Case } from './compare.ts';

const { acc, at, axis, flatten, load } = ir;

interface Parts {
  readonly batch?: readonly Axis[];
  readonly m: readonly Axis[];
  readonly n: readonly Axis[];
  readonly k: readonly Axis[];
  readonly a: Expr;
  readonly b: Expr;
  readonly stores: readonly Store[];
}

const contract = (parts: Parts): ContractKernel => ({ kind: 'contract', label: 'test', batch: [], ...parts });
const set = (buffer: string, index: Expr, value: Expr): Store => ({ buffer, index, value, mode: 'set' });

/** y = a·bᵀ or a·b, with row-major operands. */
export function product(M: number, N: number, K: number, transposed: boolean): Case {
  const [m, n, k] = [axis(M), axis(N), axis(K)];
  return {
    kernels: [
      contract({
        m: [m],
        n: [n],
        k: [k],
        a: load('a', flatten([M, K], [at(m), at(k)])),
        b: load('b', transposed ? flatten([N, K], [at(n), at(k)]) : flatten([K, N], [at(k), at(n)])),
        stores: [set('y', flatten([M, N], [at(m), at(n)]), acc)],
      }),
    ],
    buffers: { a: noise(M * K), b: noise(K * N, 2), y: M * N },
  };
}

type Eight = [Axis, Axis, Axis, Axis, Axis, Axis, Axis, Axis];

interface Window {
  readonly images: number;
  readonly channels: number;
  readonly size: number;
  readonly filters: number;
  readonly kernel: number;
  readonly pad: number;
  readonly stride: number;
}

const outputOf = (w: Window): number => Math.floor((w.size + 2 * w.pad - w.kernel) / w.stride) + 1;

/** A padded window of an image buffer. */
function windowLoad(w: Window, n: Expr, c: Expr, y: Expr, x: Expr, ky: Expr, kx: Expr): Expr {
  const row = ir.sub(ir.add(ir.mul(y, w.stride), ky), w.pad);
  const column = ir.sub(ir.add(ir.mul(x, w.stride), kx), w.pad);
  const guard = ir.and(ir.ge(row, 0), ir.lt(row, w.size), ir.ge(column, 0), ir.lt(column, w.size));
  return load('x', flatten([w.images, w.channels, w.size, w.size], [n, c, row, column]), { guard });
}

/** Convolution forward with bias and ReLU; the image is inside m, n or the batch. */
function forward(w: Window, layout: 'pixels in m' | 'pixels in n, image in batch'): Case {
  const out = outputOf(w);
  const [n, f, y, x] = [axis(w.images), axis(w.filters), axis(out), axis(out)];
  const [c, ky, kx] = [axis(w.channels), axis(w.kernel), axis(w.kernel)];
  const image = windowLoad(w, at(n), at(c), at(y), at(x), at(ky), at(kx));
  const weight = load('w', flatten([w.filters, w.channels, w.kernel, w.kernel], [at(f), at(c), at(ky), at(kx)]));
  const index = flatten([w.images, w.filters, out, out], [at(n), at(f), at(y), at(x)]);
  const value = ir.max(ir.add(acc, load('bias', at(f))), 0);
  const common = { k: [c, ky, kx], stores: [set('y', index, value)] };
  return {
    kernels: [
      layout === 'pixels in m'
        ? contract({ m: [n, y, x], n: [f], a: image, b: weight, ...common })
        : contract({ batch: [n], m: [f], n: [y, x], a: weight, b: image, ...common }),
    ],
    buffers: {
      x: noise(w.images * w.channels * w.size ** 2),
      w: noise(w.filters * w.channels * w.kernel ** 2, 2),
      bias: noise(w.filters, 3),
      y: w.images * w.filters * out ** 2,
    },
  };
}

/** Gradient of the weights: a long k over images and pixels. */
function weightGradient(w: Window): Case {
  const out = outputOf(w);
  const [n, f, y, x] = [axis(w.images), axis(w.filters), axis(out), axis(out)];
  const [c, ky, kx] = [axis(w.channels), axis(w.kernel), axis(w.kernel)];
  return {
    kernels: [
      contract({
        m: [f],
        n: [c, ky, kx],
        k: [n, y, x],
        a: load('dy', flatten([w.images, w.filters, out, out], [at(n), at(f), at(y), at(x)])),
        b: windowLoad(w, at(n), at(c), at(y), at(x), at(ky), at(kx)),
        stores: [
          {
            buffer: 'dw',
            index: flatten([w.filters, w.channels, w.kernel, w.kernel], [at(f), at(c), at(ky), at(kx)]),
            value: acc,
            mode: 'add',
          },
        ],
      }),
    ],
    buffers: {
      x: noise(w.images * w.channels * w.size ** 2),
      dy: noise(w.images * w.filters * out ** 2, 2),
      dw: noise(w.filters * w.channels * w.kernel ** 2, 3),
    },
  };
}

/** Gradient of the image in gather form: the windows that cover a pixel, found by divisibility. */
function dataGradient(w: Window): Case {
  const out = outputOf(w);
  const [n, c, y, x] = [axis(w.images), axis(w.channels), axis(w.size), axis(w.size)];
  const [f, ky, kx] = [axis(w.filters), axis(w.kernel), axis(w.kernel)];
  const along = (p: Axis, k: Axis): { position: Expr; guard: Expr } => {
    const shifted = ir.sub(ir.add(at(p), w.pad), at(k));
    const position = ir.floordiv(shifted, w.stride);
    return {
      position,
      guard: ir.and(ir.eq(ir.mod(shifted, w.stride), 0), ir.ge(position, 0), ir.lt(position, out)),
    };
  };
  const [v, h] = [along(y, ky), along(x, kx)];
  const dy = load('dy', flatten([w.images, w.filters, out, out], [at(n), at(f), v.position, h.position]), {
    guard: ir.and(v.guard, h.guard),
  });
  return {
    kernels: [
      contract({
        m: [n, y, x],
        n: [c],
        k: [f, ky, kx],
        a: dy,
        b: load('w', flatten([w.filters, w.channels, w.kernel, w.kernel], [at(f), at(c), at(ky), at(kx)])),
        stores: [set('dx', flatten([w.images, w.channels, w.size, w.size], [at(n), at(c), at(y), at(x)]), acc)],
      }),
    ],
    buffers: {
      dy: noise(w.images * w.filters * out ** 2),
      w: noise(w.filters * w.channels * w.kernel ** 2, 2),
      dx: w.images * w.channels * w.size ** 2,
    },
  };
}

/** The cases as tests; `test` makes one or several of a case (for an engine with schedules, one for each). */
export function describeContracts(test: (name: string, make: () => Case) => void): void {
  describe('products', () => {
    const extents = [1, 3, 17, 33, 65];
    extents.forEach((M, i) => {
      const N = extents[(i + 2) % 5] as number;
      const K = extents[(i + 4) % 5] as number;
      test(`${M} × ${N} over ${K}`, () => product(M, N, K, i % 2 === 0));
    });
    test('64 × 32 over 32, all even', () => product(64, 32, 32, false));

    // Several blocks of k, of rows and of columns, none of them full.
    test('139 × 71 over 2301', () => product(139, 71, 2301, false));
    test('700 × 9 over 1100, transposed', () => product(700, 9, 1100, true));
    test('5 × 600 over 1500', () => product(5, 600, 1500, true));

    test('batch, several axes each, bias and ReLU', () => {
      const [g, h, m0, m1, n0, n1, k0, k1] = [2, 3, 3, 4, 2, 5, 3, 7].map(axis) as Eight;
      const a = load('a', flatten([3, 2, 3, 3, 4, 7], [at(k0), at(g), at(h), at(m0), at(m1), at(k1)]));
      const b = load('b', flatten([2, 2, 5, 7, 3], [at(g), at(n0), at(n1), at(k1), at(k0)]));
      const out = flatten([5, 2, 3, 4, 2, 3], [at(n1), at(g), at(m0), at(m1), at(n0), at(h)]);
      const biased = ir.add(acc, load('bias', flatten([3, 4], [at(m0), at(m1)])));
      return {
        kernels: [
          contract({
            batch: [g, h],
            m: [m0, m1],
            n: [n0, n1],
            k: [k0, k1],
            a,
            b,
            stores: [set('y', out, ir.max(biased, 0)), { buffer: 'z', index: out, value: biased, mode: 'add' }],
          }),
        ],
        buffers: { a: noise(1512), b: noise(420, 2), bias: noise(12, 3), y: 720, z: noise(720, 4) },
        runs: 2,
      };
    });

    test('expressions as operands, a residual in place, a scalar', () => {
      const [m, n, k] = [axis(9), axis(10), axis(12)];
      const point = flatten([9, 10], [at(m), at(n)]);
      return {
        kernels: [
          contract({
            m: [m],
            n: [n],
            k: [k],
            a: ir.max(load('a', flatten([9, 12], [at(m), at(k)])), 0),
            b: ir.mul(load('b', flatten([12, 10], [at(k), at(n)])), load('gain', at(k))),
            stores: [set('y', point, ir.add(load('y', point), ir.mul(acc, ir.scalar('rate'))))],
          }),
        ],
        buffers: { a: noise(108), b: noise(120, 2), gain: noise(12, 3), y: noise(90, 4) },
        scalars: { rate: { dtype: 'f32', value: -0.3 } },
        runs: 2,
      };
    });
  });

  describe('convolutions', () => {
    const odd: Window = { images: 2, channels: 3, size: 9, filters: 5, kernel: 3, pad: 1, stride: 2 };
    const even: Window = { images: 2, channels: 4, size: 8, filters: 8, kernel: 5, pad: 2, stride: 1 };
    const seven: Window = { images: 3, channels: 2, size: 7, filters: 6, kernel: 3, pad: 1, stride: 1 };
    const deep: Window = { images: 5, channels: 70, size: 6, filters: 3, kernel: 5, pad: 2, stride: 1 };
    const wide: Window = { images: 1, channels: 1, size: 40, filters: 2, kernel: 2, pad: 0, stride: 1 };
    for (const [name, w] of Object.entries({ odd, even, seven, deep, wide })) {
      test(`forward, ${name}, pixels in m`, () => forward(w, 'pixels in m'));
      test(`forward, ${name}, pixels in n`, () => forward(w, 'pixels in n, image in batch'));
      test(`weight gradient, ${name}`, () => weightGradient(w));
      test(`data gradient, ${name}`, () => dataGradient(w));
    }
  });
}
