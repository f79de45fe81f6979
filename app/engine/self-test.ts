/** A small product and a small reduction whose results are known: an engine that gets them wrong is not to be trusted. */
import type { Engine } from './engine.ts';
import { EngineError } from './engine.ts';
import { acc, add, and, at, axis, f32, flatten, ge, i32, load, lt, max, mul, sub, sum } from './ir/build.ts';
import type { Program } from './ir/kernel.ts';

const [M, N, K] = [7, 9, 11];
const WINDOW = 3;

function testProgram(): Program {
  const [m, n, k, x, w] = [axis(M), axis(N), axis(K), axis(M * N), axis(WINDOW)];
  const point = flatten([M, N], [at(m), at(n)]);
  const moved = sub(add(at(x), at(w)), i32(1));
  return {
    buffers: [
      { id: 'a', dtype: 'f32', size: M * K, lifetime: 'persistent' },
      { id: 'b', dtype: 'f32', size: K * N, lifetime: 'persistent' },
      { id: 'product', dtype: 'f32', size: M * N, lifetime: 'persistent' },
      { id: 'smooth', dtype: 'f32', size: M * N, lifetime: 'persistent' },
    ],
    scalars: [],
    sequences: {
      test: [
        {
          kind: 'contract',
          label: 'self-test/product',
          batch: [],
          m: [m],
          n: [n],
          k: [k],
          a: load('a', flatten([M, K], [at(m), at(k)])),
          b: load('b', flatten([K, N], [at(k), at(n)])),
          stores: [{ buffer: 'product', index: point, value: max(acc, 0), mode: 'set' }],
        },
        {
          kind: 'compute',
          label: 'self-test/window',
          axes: [x],
          stores: [
            {
              buffer: 'smooth',
              index: at(x),
              value: mul(
                f32(0.5),
                sum([w], load('product', moved, { guard: and(ge(moved, 0), lt(moved, M * N)), otherwise: 1 })),
              ),
              mode: 'set',
            },
          ],
        },
      ],
    },
  };
}

/** Throws an EngineError('self-test') when the engine computes wrong numbers; `blame` begins and `advice` ends its sentence. */
export async function selfTest(engine: Engine, blame: string, advice: string): Promise<void> {
  const a = Float32Array.from({ length: M * K }, (_, i) => ((i * 7) % 13) - 6);
  const b = Float32Array.from({ length: K * N }, (_, i) => ((i * 5) % 11) - 5);
  // Whole numbers: the answer is exact whatever the order of the sum.
  const product = Array.from({ length: M * N }, (_, i) => {
    let total = 0;
    for (let k = 0; k < K; k++) total += (a[Math.floor(i / N) * K + k] as number) * (b[k * N + (i % N)] as number);
    return Math.max(total, 0);
  });
  const expected = product.map((v, i) => 0.5 * ((product[i - 1] ?? 1) + v + (product[i + 1] ?? 1)));

  const executable = await engine.load(testProgram());
  try {
    executable.write('a', a);
    executable.write('b', b);
    executable.run('test', {});
    const got = await executable.read('smooth');
    const wrong = expected.findIndex((v, i) => got[i] !== v);
    if (wrong >= 0)
      throw new EngineError(
        'self-test',
        `${blame} computes wrong numbers (${got[wrong]} instead of ${expected[wrong]} in a small test). ${advice}`,
      );
  } finally {
    executable.dispose();
  }
}
