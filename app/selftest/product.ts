/** A square matrix product: how fast an engine is where it matters most, and whether the result is right to the last bit. */
import type { Engine, Executable } from '../engine/engine.ts';
import { acc, at, axis, flatten, load } from '../engine/ir/build.ts';
import type { Program } from '../engine/ir/kernel.ts';
import type { ProductResult } from './result.ts';

/** How long to measure, in milliseconds. */
export interface ProductBounds {
  /** The largest product that may be expected to take no longer than this is the one that counts. */
  readonly longest: number;
  /** Of each of the stretches that are timed, at least. */
  readonly stretch: number;
  /** Sizes, from small to large. */
  readonly sizes: readonly number[];
}

/** About two seconds for a fast engine, and no more than about six for a slow one. */
export const productBounds: ProductBounds = { longest: 1200, stretch: 250, sizes: [128, 256, 512, 1024] };

const stretches = 3;
const mostRuns = 4096;
/** Elements of the result that are computed here again. */
const checks = 2048;

/** Times the largest product that the engine does within the bounds; at least the smallest of them. */
export async function timeProduct(engine: Engine, bounds: ProductBounds = productBounds): Promise<ProductResult> {
  let result: ProductResult | undefined;
  for (const size of bounds.sizes) {
    const expected = result === undefined ? 0 : (2 * size ** 3) / (result.gflops * 1e6);
    if (expected > bounds.longest) break;
    const last = size === bounds.sizes.at(-1);
    // The smaller ones only tell whether the next may be tried.
    result = await timeSize(engine, size, bounds.stretch, last || 8 * expected > bounds.longest);
  }
  if (result === undefined) throw new RangeError('There is no size to time.');
  return result;
}

async function timeSize(engine: Engine, size: number, stretch: number, thorough: boolean): Promise<ProductResult> {
  const [a, b] = [operand(size, 7, 13), operand(size, 5, 11)];
  const executable = await engine.load(productProgram(size));
  try {
    executable.write('a', a);
    executable.write('b', b);
    // The first run makes the code ready.
    await timeRuns(executable, 1);
    let runs = 1;
    let time = await timeRuns(executable, runs);
    while (time < stretch && runs < mostRuns) {
      runs = Math.min(mostRuns, Math.max(2 * runs, Math.ceil((runs * stretch) / Math.max(time, 0.1))));
      time = await timeRuns(executable, runs);
    }
    const times = [time];
    while (thorough && times.length < stretches) times.push(await timeRuns(executable, runs));
    times.sort((x, y) => x - y);
    const median = times[times.length >> 1] ?? time;
    const wrong = countWrong(a, b, await executable.read('c'), size);
    const checked = Math.min(checks, size * size);
    return { size, gflops: (runs * 2 * size ** 3) / median / 1e6, runs, wrong, checked };
  } finally {
    executable.dispose();
  }
}

/** Milliseconds of some runs, one after the other. */
async function timeRuns(executable: Executable, runs: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    await executable.ready();
    executable.run('product', {});
  }
  await executable.idle();
  return performance.now() - start;
}

/** Small whole numbers: every sum is exact in f32, in whatever order it is taken. */
function operand(size: number, step: number, modulus: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => ((i * step) % modulus) - (modulus >> 1));
}

function countWrong(a: Float32Array, b: Float32Array, c: ArrayLike<number>, size: number): number {
  const total = size * size;
  const count = Math.min(checks, total);
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const point = Math.floor((i * total) / count + (i % (total / count)));
    const [row, column] = [Math.floor(point / size), point % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += (a[row * size + k] as number) * (b[k * size + column] as number);
    if (c[point] !== sum) wrong++;
  }
  return wrong;
}

function productProgram(size: number): Program {
  const [m, n, k] = [axis(size), axis(size), axis(size)];
  const square = [size, size];
  return {
    buffers: ['a', 'b', 'c'].map((id) => ({ id, dtype: 'f32', size: size * size, lifetime: 'persistent' })),
    scalars: [],
    sequences: {
      product: [
        {
          kind: 'contract',
          label: 'product',
          batch: [],
          m: [m],
          n: [n],
          k: [k],
          a: load('a', flatten(square, [at(m), at(k)])),
          b: load('b', flatten(square, [at(k), at(n)])),
          stores: [{ buffer: 'c', index: flatten(square, [at(m), at(n)]), value: acc, mode: 'set' }],
        },
      ],
    },
  };
}
