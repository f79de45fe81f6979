/** What an executable promises: order of queued work, transfers at any byte, times, bounds in flight, errors as sentences. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError, type Executable } from '../engine.ts';
import { add, at, axis, cast, load, mul, scalar } from '../ir/build.ts';
import type { Kernel, Program } from '../ir/kernel.ts';
import { openNodeEngine } from './node-device.ts';
import { PipelineCache } from './pipelines.ts';
import { noise } from '../kernel-cases/compare.ts';
import { expectSame, guarded } from './testing/compare.ts';
import type { WebGpuEngine } from './webgpu-engine.ts';
import { piecesFor, spread } from './work-estimate.ts';

let engine: WebGpuEngine;
beforeAll(async () => {
  engine = await openNodeEngine();
});
afterAll(() => {
  engine.dispose();
});

const SIZE = 21;

/** `count` adds `step` to every element of `x`; `through` goes by way of transients; `bytes` unpacks `b` into `u`. */
function counter(): Program {
  const i = axis(SIZE);
  const kernel = (label: string, buffer: string, value: Kernel['stores'][number]['value']): Kernel => ({
    kind: 'compute',
    label,
    axes: [i],
    stores: [{ buffer, index: at(i), value, mode: 'set' }],
  });
  const x = load('x', at(i));
  return {
    buffers: [
      { id: 'x', dtype: 'f32', size: SIZE, lifetime: 'persistent' },
      { id: 'b', dtype: 'u8', size: SIZE, lifetime: 'persistent' },
      { id: 'u', dtype: 'u32', size: SIZE, lifetime: 'persistent' },
      { id: 't0', dtype: 'f32', size: SIZE, lifetime: 'transient' },
      { id: 't1', dtype: 'f32', size: SIZE, lifetime: 'transient' },
      { id: 't2', dtype: 'f32', size: SIZE, lifetime: 'transient' },
    ],
    scalars: [
      { name: 'step', dtype: 'f32' },
      { name: 'factor', dtype: 'i32' },
    ],
    sequences: {
      count: [kernel('count', 'x', add(x, mul(scalar('step'), cast(scalar('factor', 'i32'), 'f32'))))],
      through: [
        kernel('double', 't0', mul(x, 2)),
        kernel('next', 't1', add(load('t0', at(i)), 1)),
        kernel('again', 't2', mul(load('t1', at(i)), 3)),
        kernel('back', 'x', load('t2', at(i))),
      ],
      bytes: [kernel('bytes', 'u', load('b', at(i), { dtype: 'u32' }))],
    },
  };
}

async function withCounter(body: (x: Executable) => Promise<void>): Promise<void> {
  await guarded(engine, async () => {
    const executable = await engine.load(counter());
    try {
      await body(executable);
    } finally {
      executable.dispose();
    }
  });
}

describe('order', () => {
  it('gives every queued run its own scalars', () =>
    withCounter(async (x) => {
      for (let k = 1; k <= 50; k++) x.run('count', { step: k, factor: 2 });
      expect([...(await x.read('x', 0, 1))]).toEqual([2550]);
    }));

  it('keeps writes, runs and reads in order', () =>
    withCounter(async (x) => {
      x.run('count', { step: 1, factor: 1 });
      const before = x.read('x');
      x.write('x', new Float32Array(SIZE).fill(10));
      x.run('count', { step: 0.5, factor: 1 });
      const after = x.read('x');
      x.run('count', { step: 100, factor: 1 });
      expect(new Set(await before)).toEqual(new Set([1]));
      expect(new Set(await after)).toEqual(new Set([10.5]));
    }));

  it('carries values through transient buffers that share memory', () =>
    withCounter(async (x) => {
      x.write('x', Float32Array.of(1, 2), 3);
      x.run('through', {});
      expect([...(await x.read('x', 2, 4))]).toEqual([3, 9, 15, 3]);
    }));
});

describe('transfers', () => {
  it('writes and reads bytes at any offset', () =>
    withCounter(async (x) => {
      const mirror = new Uint8Array(SIZE);
      const put = (at: number, ...bytes: number[]): void => {
        x.write('b', Uint8Array.from(bytes), at);
        mirror.set(bytes, at);
      };
      put(0, ...Array.from({ length: SIZE }, (_, k) => k + 1));
      put(5, 200);
      put(3, 9, 8, 7, 6, 5, 4, 3, 2, 1);
      put(20, 255);
      put(1, 77, 78);
      expect([...(await x.read('b'))]).toEqual([...mirror]);
      expect([...(await x.read('b', 3, 6))]).toEqual([...mirror.subarray(3, 9)]);
      x.run('bytes', {});
      expect([...(await x.read('u'))]).toEqual([...mirror]);
    }));

  it('takes data from shared memory and converts numbers', () =>
    withCounter(async (x) => {
      const shared = new Float32Array(new SharedArrayBuffer(8));
      shared.set([4, 5]);
      x.write('x', shared, 1);
      x.write('x', Int32Array.of(-7), 0);
      expect([...(await x.read('x', 0, 4))]).toEqual([-7, 4, 5, 0]);
    }));

  it('says what does not fit or is not there', () =>
    withCounter(async (x) => {
      expect(() => x.write('x', new Float32Array(2), SIZE - 1)).toThrow('does not fit "x", which has 21');
      expect(() => x.write('t0', new Float32Array(1))).toThrow('transient');
      expect(() => x.run('nothing', {})).toThrow('No sequence is called "nothing"');
      expect(() => x.run('count', { step: 1 })).toThrow('needs the scalar "factor"');
      await expect(x.read('x', 20, 2)).rejects.toThrow('not all in "x"');
      await expect(x.read('y')).rejects.toThrow('No buffer is called "y"');
    }));
});

describe('pace', () => {
  it('is ready when at most one run is under way, and idle when none is', () =>
    withCounter(async (x) => {
      for (let k = 0; k < 20; k++) {
        x.run('through', {});
        await x.ready();
      }
      await x.idle();
      await x.ready();
    }));

  it('times each kernel of a sequence', () =>
    withCounter(async (x) => {
      const times = await x.time('through', {});
      expect(times.map((t) => t.label)).toEqual(['double', 'next', 'again', 'back']);
      for (const t of times) expect(t.milliseconds).toBeGreaterThanOrEqual(0);
      expect([...(await x.read('x', 0, 1))]).toEqual([3]);
    }));

  it('reports progress and counts its memory', async () => {
    const seen: string[] = [];
    const x = await engine.load(counter(), { onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    // Three transients in two allocations; bytes in whole words; four scalars.
    expect(x.bytes).toBe(4 * SIZE + 24 + 4 * SIZE + 2 * 4 * SIZE + 16);
    x.dispose();
    expect(() => x.run('count', { step: 1, factor: 1 })).toThrow('disposed');
  });

  it('cuts a heavy kernel into pieces that together are the whole', async () => {
    const i = axis(1001);
    const value = mul(load('x', at(i)), 3);
    await expectSame(engine, {
      kernels: [
        { kind: 'compute', label: 'heavy', axes: [i], stores: [{ buffer: 'y', index: at(i), value, mode: 'add' }] },
      ],
      buffers: { x: noise(1001), y: noise(1001, 2) },
      schedule: { kind: 'points', workgroup: 8, guardedLoads: 'branch' },
      longestDispatch: 0.002,
      runs: 2,
    });
  });

  it('cuts workgroups evenly, with none left out', () => {
    expect(piecesFor(10, 0.3)).toEqual([{ first: 0, count: 10 }]);
    expect(piecesFor(10, 2.5).map((p) => p.count)).toEqual([4, 4, 2]);
    expect(piecesFor(3, 100)).toHaveLength(3);
    expect(piecesFor(200_000, 2).map((p) => p.count)).toEqual([65_535, 65_535, 65_535, 3_395]);
    expect(spread(65_535)).toEqual({ x: 65_535, y: 1 });
    expect(spread(65_536)).toEqual({ x: 32_768, y: 2 });
  });
});

describe('failures', () => {
  it('names the kernel and the line when a text does not compile, and forgets the failure', async () => {
    const cache = new PipelineCache(engine.device);
    const source = (wgsl: string) => ({
      label: 'conv1/forward',
      wgsl,
      buffers: [],
      usesScalars: false,
      inPieces: false,
      workgroups: 1,
    });
    const broken = source('@compute @workgroup_size(1) fn main() { let x: i32 = 1.5; }');
    const first = cache.get(broken);
    await expect(first).rejects.toThrow(EngineError);
    await expect(first).rejects.toThrow(/could not compile conv1\/forward: line 1: /);
    const second = cache.get(broken);
    expect(second).not.toBe(first);
    await expect(second).rejects.toThrow(EngineError);
    const good = source('@compute @workgroup_size(1) fn main() { }');
    expect((await cache.get(good)).pipeline).toBe((await cache.get(good)).pipeline);
  });

  it('refuses what is too large for the device, in a sentence', async () => {
    const i = axis(4);
    const program: Program = {
      buffers: [{ id: 'y', dtype: 'f32', size: 2 ** 30, lifetime: 'persistent' }],
      scalars: [],
      sequences: {
        main: [
          {
            kind: 'compute',
            label: 'fill',
            axes: [i],
            stores: [{ buffer: 'y', index: at(i), value: cast(at(i), 'f32'), mode: 'set' }],
          },
        ],
      },
    };
    await expect(engine.load(program)).rejects.toThrow(/Use a smaller batch/);
  });

  it('rejects what waits when the device is lost, and says so', async () => {
    const other = await openNodeEngine();
    const x = await other.load(counter());
    other.dispose();
    await other.device.lost;
    await expect(x.idle()).rejects.toThrow(EngineError);
    expect(() => other.load(counter())).toThrow('released');
  });
});
