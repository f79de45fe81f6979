/** The engine's side of the contract: order, copies, failures, and the same bits from any number of threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../engine.ts';
import * as ir from '../ir/build.ts';
import type { Axis } from '../ir/expr.ts';
import type { Program } from '../ir/kernel.ts';
import { noise } from '../kernel-cases/compare.ts';
import { openNodeWasmEngine } from './node-wasm.ts';
import { describeEngines } from './testing/engines.ts';
import type { WasmEngine } from './wasm-engine.ts';

const { acc, at, axis, flatten, load } = ir;

/** `double`: y = 2·x + y; `gather`: y = x[rows]. */
function doubling(size: number): Program {
  const [i, j] = [axis(size), axis(size)];
  return {
    buffers: [
      { id: 'x', dtype: 'f32', size, lifetime: 'persistent' },
      { id: 'y', dtype: 'f32', size, lifetime: 'persistent' },
      { id: 'rows', dtype: 'i32', size, lifetime: 'persistent' },
      { id: 'middle', dtype: 'f32', size, lifetime: 'transient' },
    ],
    scalars: [{ name: 'factor', dtype: 'f32' }],
    sequences: {
      double: [
        {
          kind: 'compute',
          label: 'first',
          axes: [i],
          stores: [
            { buffer: 'middle', index: at(i), value: ir.mul(load('x', at(i)), ir.scalar('factor')), mode: 'set' },
          ],
        },
        {
          kind: 'compute',
          label: 'second',
          axes: [j],
          stores: [{ buffer: 'y', index: at(j), value: load('middle', at(j)), mode: 'add' }],
        },
      ],
      gather: [
        {
          kind: 'compute',
          label: 'gather',
          axes: [i],
          stores: [{ buffer: 'y', index: at(i), value: load('x', load('rows', at(i), { dtype: 'i32' })), mode: 'set' }],
        },
      ],
    },
  };
}

describeEngines((engine) => {
  it('carries out writes, runs and reads in order, and copies what it is given', async () => {
    const executable = await engine().load(doubling(9000));
    const x = new Float32Array(9000).fill(1);
    executable.write('x', x);
    executable.run('double', { factor: 2 });
    x.fill(10);
    executable.write('x', x);
    x.fill(NaN);
    executable.run('double', { factor: 3 });
    const first = executable.read('y', 8990, 10);
    executable.write('y', new Float32Array(5), 8995);
    executable.run('double', { factor: 0 });
    expect([...(await first)]).toEqual(new Array<number>(10).fill(32));
    expect([...(await executable.read('y', 8990, 10))]).toEqual([32, 32, 32, 32, 32, 0, 0, 0, 0, 0]);
    executable.dispose();
  });

  it('keeps the promises of ready and idle', async () => {
    const executable = await engine().load(doubling(100));
    for (let i = 0; i < 300; i++) {
      await executable.ready();
      executable.run('double', { factor: 1 });
    }
    await executable.idle();
    executable.dispose();
  });

  it('times each kernel', async () => {
    const executable = await engine().load(doubling(100));
    const times = await executable.time('double', { factor: 1 });
    expect(times.map((t) => t.label)).toEqual(['first', 'second']);
    expect(times.every((t) => t.milliseconds >= 0)).toBe(true);
    executable.dispose();
  });

  it('keeps two programs apart', async () => {
    const [a, b] = [await engine().load(doubling(50)), await engine().load(doubling(60))];
    a.write('x', new Float32Array(50).fill(1));
    b.write('x', new Float32Array(60).fill(2));
    for (const executable of [a, b, a]) executable.run('double', { factor: 1 });
    expect((await a.read('y'))[49]).toBe(2);
    expect((await b.read('y'))[59]).toBe(2);
    a.dispose();
    b.dispose();
  });

  it('says what is wrong', async () => {
    const executable = await engine().load(doubling(10));
    expect(() => {
      executable.run('triple', {});
    }).toThrow('No sequence is called "triple"');
    expect(() => {
      executable.run('double', {});
    }).toThrow('needs the scalar "factor"');
    expect(() => {
      executable.write('z', new Float32Array(1));
    }).toThrow('No buffer is called "z"');
    expect(() => {
      executable.write('middle', new Float32Array(1));
    }).toThrow('transient');
    expect(() => {
      executable.write('x', new Float32Array(3), 8);
    }).toThrow('does not fit');
    await expect(executable.read('x', 5, 6)).rejects.toThrow('not all in "x"');
    executable.dispose();
    expect(() => {
      executable.run('double', { factor: 1 });
    }).toThrow('disposed');
  });

  it('tells of a kernel that fails, and computes nothing after it', async () => {
    const executable = await engine().load(doubling(10_000));
    executable.write('rows', new Int32Array(10_000).fill(2 ** 29));
    executable.run('gather', {});
    await expect(executable.idle()).rejects.toThrow(EngineError);
    executable.run('double', { factor: 1 });
    await expect(executable.read('y')).rejects.toThrow('memory access out of bounds');
    executable.dispose();
    // Others are not harmed.
    const other = await engine().load(doubling(10));
    other.run('double', { factor: 1 });
    await other.idle();
    other.dispose();
  });
});

/** A layer of everything: a window product with a long k in blocks, a reduction along rows, one across. */
function mixed(): Program {
  const [n, f, y, x, c, ky, kx] = [6, 5, 9, 9, 60, 5, 5].map(axis) as Seven;
  const [row, column] = [ir.sub(ir.add(at(y), at(ky)), 2), ir.sub(ir.add(at(x), at(kx)), 2)];
  const guard = ir.and(ir.ge(row, 0), ir.lt(row, 9), ir.ge(column, 0), ir.lt(column, 9));
  const [rowOut, all, channel, image, place] = [axis(30), axis(81), axis(5), axis(6), axis(81)];
  const buffer = (id: string, size: number): Program['buffers'][number] => ({
    id,
    dtype: 'f32',
    size,
    lifetime: 'persistent',
  });
  return {
    buffers: [
      buffer('x', 6 * 60 * 81),
      buffer('w', 5 * 60 * 25),
      buffer('y', 6 * 5 * 81),
      buffer('rows', 30),
      buffer('channels', 5),
    ],
    scalars: [],
    sequences: {
      main: [
        {
          kind: 'contract',
          label: 'conv',
          batch: [],
          m: [f],
          n: [n, y, x],
          k: [c, ky, kx],
          a: load('w', flatten([5, 60, 5, 5], [f, c, ky, kx].map(at))),
          b: load('x', flatten([6, 60, 9, 9], [at(n), at(c), row, column]), { guard }),
          stores: [{ buffer: 'y', index: flatten([6, 5, 9, 9], [n, f, y, x].map(at)), value: acc, mode: 'set' }],
        },
        {
          kind: 'compute',
          label: 'rows',
          axes: [rowOut],
          stores: [
            {
              buffer: 'rows',
              index: at(rowOut),
              value: ir.sum([all], ir.exp(load('y', flatten([30, 81], [at(rowOut), at(all)])))),
              mode: 'set',
            },
          ],
        },
        {
          kind: 'compute',
          label: 'channels',
          axes: [channel],
          stores: [
            {
              buffer: 'channels',
              index: at(channel),
              value: ir.sum([image, place], load('y', flatten([6, 5, 81], [at(image), at(channel), at(place)]))),
              mode: 'add',
            },
          ],
        },
      ],
    },
  };
}

type Seven = [Axis, Axis, Axis, Axis, Axis, Axis, Axis];

describe('the same bits', () => {
  const engines: WasmEngine[] = [];
  beforeAll(async () => {
    for (const threads of [1, 2, 3]) engines.push(await openNodeWasmEngine({ threads }));
  });
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  it('from one, two and three threads, again and again', async () => {
    const program = mixed();
    const seen = new Set<string>();
    for (const engine of [...engines, ...engines]) {
      const executable = await engine.load(program);
      executable.write('x', noise(6 * 60 * 81));
      executable.write('w', noise(5 * 60 * 25, 2));
      for (let i = 0; i < 5; i++) executable.run('main', {});
      const parts = [];
      for (const id of ['y', 'rows', 'channels'])
        parts.push(Buffer.from((await executable.read(id)).buffer as ArrayBuffer).toString('base64'));
      seen.add(parts.join());
      executable.dispose();
    }
    expect(seen.size).toBe(1);
  });
});
