/** Padded copies: legal, without guards left in products, and the same numbers in the interpreter. */
import { describe, expect, it } from 'vitest';
import * as ir from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { Program } from '../ir/kernel.ts';
import { loadsOf } from '../ir/rewrite.ts';
import { verifyProgram } from '../ir/verify.ts';
import { noise } from '../kernel-cases/compare.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';
import { padWindows } from './pad-windows.ts';

interface Shape {
  readonly images: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: number;
  readonly kernel: number;
  readonly pad: number;
  readonly stride: number;
  readonly dilation: number;
}

/** A convolution of two groups of images: the image number is the sum of two axes. */
function convolution(s: Shape, outside = 0): Program {
  const out = Math.floor((s.size + 2 * s.pad - s.dilation * (s.kernel - 1) - 1) / s.stride) + 1;
  const [half, n, f, y, x] = [2, s.images, s.filters, out, out].map(ir.axis) as [Axis, Axis, Axis, Axis, Axis];
  const [c, ky, kx] = [s.channels, s.kernel, s.kernel].map(ir.axis) as [Axis, Axis, Axis];
  const place = (o: Axis, k: Axis): Expr =>
    ir.sub(ir.add(ir.mul(ir.at(o), s.stride), ir.mul(ir.at(k), s.dilation)), s.pad);
  const [row, column] = [place(y, ky), place(x, kx)];
  const guard = ir.and(ir.ge(row, 0), ir.lt(row, s.size), ir.ge(column, 0), ir.lt(column, s.size));
  const image = ir.add(ir.mul(ir.at(half), s.images), ir.at(n));
  const buffer = (id: string, size: number): Program['buffers'][number] => ({
    id,
    dtype: 'f32',
    size,
    lifetime: 'persistent',
  });
  return {
    buffers: [
      buffer('x', 2 * s.images * s.channels * s.size ** 2),
      buffer('w', s.filters * s.channels * s.kernel ** 2),
      buffer('y', 2 * s.images * s.filters * out ** 2),
    ],
    scalars: [],
    sequences: {
      main: [
        {
          kind: 'contract',
          label: 'conv',
          batch: [half],
          m: [f],
          n: [n, y, x],
          k: [c, ky, kx],
          a: ir.load('w', ir.flatten([s.filters, s.channels, s.kernel, s.kernel], [f, c, ky, kx].map(ir.at))),
          b: ir.load('x', ir.flatten([2 * s.images, s.channels, s.size, s.size], [image, ir.at(c), row, column]), {
            guard,
            otherwise: outside,
          }),
          stores: [
            {
              buffer: 'y',
              index: ir.flatten([2 * s.images, s.filters, out, out], [image, ir.at(f), ir.at(y), ir.at(x)]),
              value: ir.acc,
              mode: 'set',
            },
          ],
        },
      ],
    },
  };
}

async function run(program: Program): Promise<ArrayLike<number>> {
  const executable = await createReferenceEngine({ checkRaces: true }).load(program);
  program.buffers
    .filter((d) => d.lifetime === 'persistent' && d.id !== 'y')
    .forEach((d, seed) => {
      executable.write(d.id, noise(d.size, seed + 1));
    });
  executable.run('main', {});
  return executable.read('y');
}

const base: Shape = { images: 2, channels: 3, filters: 2, size: 9, kernel: 5, pad: 2, stride: 1, dilation: 1 };

describe('padded copies', () => {
  it.each([
    ['a plain window', base, 0],
    ['a stride', { ...base, stride: 2, pad: 3 }, 0],
    ['a dilation', { ...base, kernel: 3, dilation: 2 }, 0],
    ['another value outside', base, -7],
  ])('%s', async (_, shape, outside) => {
    const program = convolution(shape, outside);
    const padded = padWindows(program);
    verifyProgram(padded);
    const kernels = padded.sequences['main'] ?? [];
    expect(kernels.map((k) => k.label)).toEqual(['conv, padded', 'conv']);
    const product = kernels[1];
    if (product?.kind !== 'contract') throw new Error('The product is gone.');
    expect(loadsOf([product.a, product.b]).every((l) => l.guard === undefined)).toBe(true);
    expect(await run(padded)).toEqual(await run(program));
  });

  it('leaves alone what is read once', () => {
    const program = convolution({ ...base, kernel: 1, pad: 1 });
    expect(padWindows(program).sequences['main']).toHaveLength(1);
  });
});
