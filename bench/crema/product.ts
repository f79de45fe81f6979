/** A plain matrix product as a Program: what an engine does at its best, beside which everything else is measured. */
import { acc, at, axis, flatten, load } from '../../app/engine/ir/build.ts';
import type { Program } from '../../app/engine/ir/kernel.ts';
import type { Engine } from '../../app/engine/engine.ts';

/** c = a · b, all of them size × size. */
function productProgram(size: number): Program {
  const [m, n, k] = [axis(size), axis(size), axis(size)];
  return {
    buffers: ['a', 'b', 'c'].map((id) => ({ id, dtype: 'f32', size: size * size, lifetime: 'persistent' })),
    scalars: [],
    sequences: {
      main: [
        {
          kind: 'contract',
          label: 'product',
          batch: [],
          m: [m],
          n: [n],
          k: [k],
          a: load('a', flatten([size, size], [at(m), at(k)])),
          b: load('b', flatten([size, size], [at(k), at(n)])),
          stores: [{ buffer: 'c', index: flatten([size, size], [at(m), at(n)]), value: acc, mode: 'set' }],
        },
      ],
    },
  };
}

/** Milliseconds that products take in a turn. */
const TURN = 250;

export interface Product {
  /** GFLOPS of a number of products one upon the other; as many as take a while, if no number is given. */
  rate(count?: number): Promise<number>;
}

/** A product made ready on an engine, as fast as the engine can be tuned to do it. */
export async function openProduct(engine: Engine, size: number): Promise<Product> {
  const program = productProgram(size);
  await engine.tune?.(program);
  const executable = await engine.load(program);
  for (const id of ['a', 'b'])
    executable.write(
      id,
      Float32Array.from({ length: size * size }, (_, i) => ((i * 7) % 13) / 13),
    );
  let usual = 3;
  return {
    rate: async (count = usual) => {
      const start = performance.now();
      for (let i = 0; i < count; i++) executable.run('main', {});
      await executable.idle();
      const milliseconds = performance.now() - start;
      usual = Math.max(1, Math.round((TURN * count) / milliseconds));
      return (2 * size ** 3 * count) / milliseconds / 1e6;
    },
  };
}

/** Size of the product that an engine is held against: always the same, large enough for it, and over in well under a second. */
function peakSize({ info }: Engine): number {
  if (info.kind !== 'webgpu') return 1024;
  return info.software ? 512 : 2048;
}

/** The product that an engine is held against, warmed up: compilers replace code only after a while. */
export async function openPeak(engine: Engine): Promise<Product> {
  const product = await openProduct(engine, peakSize(engine));
  const began = performance.now();
  while (performance.now() - began < TURN) await product.rate(1);
  await product.rate(3);
  return product;
}
