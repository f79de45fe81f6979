/** The functions that WebAssembly lacks, over their whole range, in units in the last place of an f32. */
import { expect, it } from 'vitest';
import * as ir from '../ir/build.ts';
import type { Expr } from '../ir/expr.ts';
import { createWasmEngine } from './wasm-engine.ts';

/** Values of functions of x (and of y = a fixed exponent) at many points. */
async function evaluate(x: Float32Array, f: (x: Expr) => Expr): Promise<Float32Array> {
  const engine = await createWasmEngine();
  const i = ir.axis(x.length);
  const executable = await engine.load({
    buffers: ['x', 'y'].map((id) => ({ id, dtype: 'f32', size: x.length, lifetime: 'persistent' })),
    scalars: [],
    sequences: {
      main: [
        {
          kind: 'compute',
          label: 'f',
          axes: [i],
          stores: [{ buffer: 'y', index: ir.at(i), value: f(ir.load('x', ir.at(i))), mode: 'set' }],
        },
      ],
    },
  });
  executable.write('x', x);
  executable.run('main', {});
  const y = (await executable.read('y')) as Float32Array;
  engine.dispose();
  return y;
}

/** Largest error in units in the last place of the exact value. */
function worst(x: Float32Array, got: Float32Array, exact: (x: number) => number): number {
  let largest = 0;
  x.forEach((v, i) => {
    const wanted = exact(v);
    const unit = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(wanted))) - 23);
    largest = Math.max(largest, Math.abs((got[i] as number) - wanted) / unit);
  });
  return largest;
}

const spread = (from: number, to: number, count = 20_001): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const powersOf = (base: number, from: number, to: number, count = 20_001): Float32Array =>
  Float32Array.from(spread(from, to, count), (e) => base ** e);

it('exp', async () => {
  const x = spread(-87, 88.7);
  expect(worst(x, await evaluate(x, ir.exp), Math.exp)).toBeLessThan(2);
  const tiny = spread(-103, -87);
  expect(worst(tiny, await evaluate(tiny, ir.exp), Math.exp)).toBeLessThan(2);
});

it('log', async () => {
  const x = powersOf(2, -148, 127.9);
  expect(worst(x, await evaluate(x, ir.log), Math.log)).toBeLessThan(1.5);
  const near = spread(0.5, 2);
  expect(worst(near, await evaluate(near, ir.log), Math.log)).toBeLessThan(1.5);
});

it('tanh', async () => {
  const x = spread(-12, 12);
  expect(worst(x, await evaluate(x, ir.tanh), Math.tanh)).toBeLessThan(4);
  const small = powersOf(10, -30, 0);
  expect(worst(small, await evaluate(small, ir.tanh), Math.tanh)).toBeLessThan(4);
});

it('pow', async () => {
  // The error grows with the exponent of the result: half a unit of y·log x each.
  const x = powersOf(2, -20, 20);
  const got = await evaluate(x, (v) => ir.pow(v, -0.75));
  x.forEach((v, i) => {
    const wanted = v ** -0.75;
    expect(Math.abs((got[i] as number) - wanted) / wanted).toBeLessThan(2e-6);
  });
});
