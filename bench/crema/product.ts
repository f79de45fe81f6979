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

export interface Product {
  readonly size: number;
  /** GFLOPS of a number of products one upon the other; as many as take a while, if no number is given. */
  rate(count?: number): Promise<number>;
  dispose(): void;
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
    size,
    rate: async (count = usual) => {
      const start = performance.now();
      for (let i = 0; i < count; i++) executable.run('main', {});
      await executable.idle();
      const milliseconds = performance.now() - start;
      usual = Math.max(1, Math.round((TURN * count) / milliseconds));
      return (2 * size ** 3 * count) / milliseconds / 1e6;
    },
    dispose: () => executable.dispose(),
  };
}

/** Sizes that a product may have: a small one keeps a fast device waiting for the next. */
const SIZES = [512, 1024, 2048, 4096];
/** A product this long in milliseconds is long enough. */
const LONG = 20;
/** Milliseconds that products take in a turn. */
const TURN = 250;

/** The smallest product that takes the engine a while, after some that do not count. */
export async function longProduct(engine: Engine): Promise<Product> {
  for (const size of SIZES) {
    const product = await openProduct(engine, size);
    // Compilers replace code only after a while.
    const began = performance.now();
    while (performance.now() - began < TURN) await product.rate(1);
    const milliseconds = (2 * size ** 3) / (await product.rate(3)) / 1e6;
    if (milliseconds > LONG || size === SIZES.at(-1)) return product;
    product.dispose();
  }
  throw new Error('There is no size to try.');
}
