/** Compute kernels that every engine is held to the interpreter with: every operation, guards, bytes, in-place, reductions. */
import { describe, it } from 'vitest';
import * as ir from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { Kernel, Store } from '../ir/kernel.ts';
import { noise, type Case, type Check } from './compare.ts';

const { at, axis, f32, i32, load, u32 } = ir;
const set = (buffer: string, index: Expr, value: Expr): Store => ({ buffer, index, value, mode: 'set' });
const compute = (axes: readonly Axis[], ...stores: Store[]): Kernel => ({
  kind: 'compute',
  label: 'test',
  axes,
  stores,
});

/** y[i] = f(x[i]) over all elements, stored as the type that f gives. */
function elementwise(x: Case['buffers'][string] & object, f: (x: Expr) => Expr): Case {
  const i = axis(x.length);
  const dtype = x instanceof Float32Array ? 'f32' : x instanceof Int32Array ? 'i32' : 'u32';
  const value = f(load('x', at(i), { dtype }));
  const y =
    value.dtype === 'i32' ? new Int32Array(x.length) : value.dtype === 'u32' ? new Uint32Array(x.length) : x.length;
  return { kernels: [compute([i], set('y', at(i), value))], buffers: { x, y } };
}

const reals = Float32Array.of(-3.5, -1, -0.5, -0.01, 0, 1e-3, 0.25, 0.999, 1, 2.5, 7, 40, -40, 88, -88, 0.05, -0.099);
const positive = Float32Array.of(1e-20, 1e-3, 0.5, 0.999, 1, 1.001, 2, 10, 1e3, 3e30);
const whole = Int32Array.of(-2147483648, -100, -33, -32, -9, -8, -7, -1, 0, 1, 2, 7, 8, 31, 33, 2147483647);
const natural = Uint32Array.of(0, 1, 2, 3, 31, 32, 33, 0x7fffffff, 0x80000000, 0xdeadbeef, 0xffffffff);

/** The cases as tests; `check` runs one on the engine and in the interpreter. */
export function describeComputeKernels(check: Check): void {
  describe('operations', () => {
    const unary: Record<string, Case> = {
      neg: elementwise(reals, ir.neg),
      'neg of i32': elementwise(whole.slice(1), ir.neg),
      'neg of u32': elementwise(natural, ir.neg),
      exp: {
        ...elementwise(
          reals.filter((v) => v < 20),
          ir.exp,
        ),
        tolerance: 1e-6,
      },
      log: { ...elementwise(positive, ir.log), tolerance: 1e-6 },
      sqrt: { ...elementwise(positive.slice(0, 9), ir.sqrt), tolerance: 1e-6 },
      abs: elementwise(reals, ir.abs),
      'abs of i32': elementwise(whole.slice(1), ir.abs),
      tanh: { ...elementwise(reals, ir.tanh), tolerance: 1e-6 },
      'tanh of large numbers': elementwise(Float32Array.of(1e3, -1e3, 3e38, -3e38, 1e10), ir.tanh),
      'tanh of small numbers': { ...elementwise(Float32Array.of(1e-3, -2e-4, 1e-5), ir.tanh), tolerance: 1e-6 },
      floor: elementwise(reals, ir.floor),
      bits: elementwise(Float32Array.of(1, -1, 0.5, Infinity, -Infinity, 3e38), ir.bits),
      not: elementwise(reals, (x) => ir.select(ir.not(ir.lt(x, 0)), x, 5)),
      'f32 to i32': elementwise(reals, (x) => ir.cast(x, 'i32')),
      'f32 to u32': elementwise(positive.slice(0, 9), (x) => ir.cast(x, 'u32')),
      'i32 to f32': elementwise(whole, (x) => ir.cast(x, 'f32')),
      'i32 to u32': elementwise(whole, (x) => ir.cast(x, 'u32')),
      'u32 to f32': elementwise(natural, (x) => ir.cast(x, 'f32')),
      'u32 to i32': elementwise(natural, (x) => ir.cast(x, 'i32')),
      'bool to i32': elementwise(whole, (x) => ir.cast(ir.lt(x, 3), 'i32')),
      'bool to f32': elementwise(whole, (x) => ir.cast(ir.le(x, 7), 'f32')),
    };
    const against = (f: (x: Expr, y: Expr) => Expr, b: number): Case => elementwise(reals, (x) => f(x, f32(b)));
    const signed = (f: (x: Expr) => Expr): Case => elementwise(whole, f);
    const unsigned = (f: (x: Expr) => Expr): Case => elementwise(natural, f);
    const binary: Record<string, Case> = {
      add: against(ir.add, 1.25),
      sub: against(ir.sub, 1.25),
      mul: against(ir.mul, -3),
      div: against(ir.div, 3),
      min: against(ir.min, 0.5),
      max: against(ir.max, 0.5),
      pow: { ...elementwise(positive.slice(1, 9), (x) => ir.pow(x, -0.75)), tolerance: 3e-6 },
      'pow of zero': elementwise(Float32Array.of(0, 0, 1), (x) => ir.pow(x, 1.5)),
      lt: elementwise(reals, (x) => ir.select(ir.lt(x, 0.25), 1, 2)),
      le: elementwise(reals, (x) => ir.select(ir.le(x, 0.25), 1, 2)),
      eq: elementwise(reals, (x) => ir.select(ir.eq(x, 0.25), 1, 2)),
      ne: elementwise(reals, (x) => ir.select(ir.ne(x, 0.25), 1, 2)),
      and: elementwise(reals, (x) => ir.select(ir.and(ir.lt(x, 1), ir.lt(-1, x)), 1, 2)),
      or: elementwise(reals, (x) => ir.select(ir.or(ir.lt(x, -1), ir.lt(1, x)), 1, 2)),
      'i32 add wraps': signed((x) => ir.add(x, i32(2147483647))),
      'i32 mul wraps': signed((x) => ir.mul(x, 123457)),
      'i32 mul of two variables': signed((x) => ir.mul(x, ir.add(x, 3))),
      'i32 min': signed((x) => ir.min(x, -8)),
      'i32 max': signed((x) => ir.max(x, -8)),
      'floordiv by 7': signed((x) => ir.floordiv(x, 7)),
      'floordiv by 8': signed((x) => ir.floordiv(x, 8)),
      'mod by 7': signed((x) => ir.mod(x, 7)),
      'mod by 8': signed((x) => ir.mod(x, 8)),
      'u32 add wraps': unsigned((x) => ir.add(x, u32(0xffffff00))),
      'u32 sub wraps': unsigned((x) => ir.sub(x, load('x', 2, { dtype: 'u32' }))),
      'u32 mul wraps': unsigned((x) => ir.mul(x, 2654435761)),
      'u32 floordiv': unsigned((x) => ir.floordiv(x, 10)),
      'u32 mod': unsigned((x) => ir.mod(x, 10)),
      'u32 and': unsigned((x) => ir.and(x, u32(0xff00ff))),
      'u32 or': unsigned((x) => ir.or(x, u32(0xff00ff))),
      xor: unsigned((x) => ir.xor(x, 0xff00ff)),
      shl: unsigned((x) => ir.shl(x, 5)),
      shr: unsigned((x) => ir.shr(x, 5)),
      'u32 compare': unsigned((x) => ir.cast(ir.lt(x, u32(0x80000000)), 'u32')),
    };
    for (const [name, test] of Object.entries({ ...unary, ...binary }))
      it(name, async () => {
        await check(test);
      });

    it('finds numbers that are not finite by their bits', async () => {
      const x = Float32Array.of(1, NaN, Infinity, -Infinity, 0, 3e38);
      const finite = (v: Expr): Expr => ir.ne(ir.and(ir.bits(v), u32(0x7f800000)), u32(0x7f800000));
      await check(elementwise(x, (v) => ir.cast(finite(v), 'i32')));
    });

    it('keeps NaN and infinity in tanh, exp and sums', async () => {
      await check(elementwise(Float32Array.of(NaN, Infinity, -Infinity), (x) => ir.tanh(x)));
      await check(elementwise(Float32Array.of(200, -200, Infinity, -Infinity), (x) => ir.exp(x)));
      await check(elementwise(Float32Array.of(1, -Infinity, Infinity), (x) => ir.add(x, 1)));
    });

    it('lets what is no number pass where values are limited', async () => {
      const x = Float32Array.of(NaN, Infinity, -Infinity, -1, 0.5, 7);
      await check(elementwise(x, (v) => ir.max(v, 0)));
      await check(elementwise(x, (v) => ir.min(ir.max(0, v), 6)));
    });

    it('writes the extremes of each type', async () => {
      await check(elementwise(whole, (x) => ir.max(x, -2147483648)));
      await check(elementwise(natural, (x) => ir.min(x, 4294967295)));
      await check(elementwise(reals, (x) => ir.max(x, -3.4028234663852886e38)));
      await check(elementwise(reals, (x) => ir.add(x, 1e-40)));
    });
  });

  describe('indices', () => {
    it('takes flat points apart and puts them together', async () => {
      const [n, c, h, w] = [axis(3), axis(1), axis(5), axis(7)];
      const transposed = ir.flatten([7, 3, 5], [at(w), at(n), at(h)]);
      const straight = ir.flatten([3, 1, 5, 7], [at(n), at(c), at(h), at(w)]);
      const perPlane = ir.flatten([5, 7], [at(h), at(w)]);
      const value = ir.add(ir.add(load('x', straight), load('p', perPlane)), load('q', at(n)));
      await check({
        kernels: [compute([n, c, h, w], set('y', transposed, value), set('z', straight, ir.neg(value)))],
        buffers: { x: noise(105), p: noise(35, 2), q: noise(3, 3), y: 105, z: 105 },
      });
    });

    it('stores a strided region and adds to another', async () => {
      const [i, j] = [axis(4), axis(5)];
      const region = ir.add(ir.flatten([4, 9], [at(i), ir.add(at(j), 3)]), 2);
      const value = load('x', ir.flatten([4, 5], [at(i), at(j)]));
      await check({
        kernels: [compute([i, j], set('y', region, value), { buffer: 'z', index: region, value, mode: 'add' })],
        buffers: { x: noise(20), y: noise(40, 2), z: noise(40, 3) },
        runs: 2,
      });
    });

    it('never reads where a guard fails', async () => {
      const i = axis(20);
      const moved = ir.sub(at(i), 6);
      const inRange = ir.and(ir.ge(moved, 0), ir.lt(moved, 9));
      await check({
        kernels: [
          compute(
            [i],
            set('y', at(i), load('x', moved, { guard: inRange, otherwise: -7 })),
            set('z', at(i), load('x', moved, { guard: inRange, otherwise: -Infinity })),
          ),
        ],
        buffers: { x: noise(9), y: 20, z: 20 },
      });
    });

    it('gathers through indices and skips negative ones', async () => {
      const i = axis(8);
      const row = load('rows', at(i), { dtype: 'i32' });
      await check({
        kernels: [compute([i], set('y', at(i), load('x', row, { guard: ir.ge(row, 0) })))],
        buffers: { rows: Int32Array.of(3, 0, -1, 4, 4, -9, 2, 1), x: noise(5), y: 8 },
      });
    });

    it('reads packed bytes', async () => {
      const i = axis(13);
      const byte = ir.cast(load('bytes', at(i), { dtype: 'u32' }), 'f32');
      await check({
        kernels: [compute([i], set('y', at(i), ir.mul(byte, 0.5)))],
        buffers: { bytes: Uint8Array.from({ length: 13 }, (_, k) => k * 21), y: 13 },
      });
    });

    it('works in place and swaps two buffers at one point', async () => {
      const i = axis(33);
      const [x, y] = [load('x', at(i)), load('y', at(i))];
      await check({
        kernels: [compute([i], set('x', at(i), ir.mul(y, 2)), set('y', at(i), ir.add(x, 1)))],
        buffers: { x: noise(33), y: noise(33, 2) },
        runs: 3,
      });
    });

    it('computes long rows', async () => {
      const i = axis(65_535 * 4 + 9);
      await check({
        kernels: [compute([i], set('y', at(i), at(i)))],
        buffers: { y: new Int32Array(i.extent) },
      });
    });

    it('writes a shared node once, however often it is used', async () => {
      const i = axis(5);
      let value: Expr = load('x', at(i));
      let index: Expr = at(i);
      for (let k = 0; k < 60; k++) {
        value = ir.mul(ir.add(value, value), 0.5);
        index = ir.mod(ir.add(index, index), 5);
      }
      await check({
        kernels: [compute([i], set('y', at(i), ir.add(value, load('x', index))))],
        buffers: { x: noise(5), y: 5 },
      });
    });
  });

  describe('scalars', () => {
    it('reads each type of scalar', async () => {
      const i = axis(6);
      const [rate, shift, mask] = [ir.scalar('rate'), ir.scalar('shift', 'i32'), ir.scalar('mask', 'u32')];
      await check({
        kernels: [
          compute(
            [i],
            set('y', at(i), ir.mul(load('x', at(i)), rate)),
            set('s', at(i), ir.add(at(i), shift)),
            set('m', at(i), ir.xor(ir.cast(at(i), 'u32'), mask)),
          ),
        ],
        buffers: { x: noise(6), y: 6, s: new Int32Array(6), m: new Uint32Array(6) },
        scalars: {
          unused: { dtype: 'f32', value: 9 },
          rate: { dtype: 'f32', value: 0.1 },
          shift: { dtype: 'i32', value: -5 },
          mask: { dtype: 'u32', value: 0xfffffff0 },
          more: { dtype: 'u32', value: 1 },
        },
      });
    });
  });

  describe('reductions', () => {
    const rows = 5;
    for (const extent of [1, 3, 17, 33, 65])
      it(`sums, multiplies and finds extremes over ${extent}`, async () => {
        const [i, k] = [axis(rows), axis(extent)];
        const x = load('x', ir.flatten([rows, extent], [at(i), at(k)]));
        await check({
          kernels: [
            compute(
              [i],
              set('sum', at(i), ir.sum([k], x)),
              set('prod', at(i), ir.reduce('prod', [k], ir.add(x, 1.5))),
              set('max', at(i), ir.reduce('max', [k], x)),
              set('min', at(i), ir.reduce('min', [k], x)),
              set('where', at(i), ir.reduce('argmax', [k], x)),
            ),
          ],
          buffers: {
            x: noise(rows * extent),
            sum: rows,
            prod: rows,
            max: rows,
            min: rows,
            where: new Int32Array(rows),
          },
          tolerance: 1e-5,
        });
      });

    it('reduces integers', async () => {
      const [i, k] = [axis(3), axis(7)];
      const index = ir.flatten([3, 7], [at(i), at(k)]);
      const [x, u] = [load('x', index, { dtype: 'i32' }), load('u', index, { dtype: 'u32' })];
      await check({
        kernels: [
          compute(
            [i],
            set('sum', at(i), ir.sum([k], x)),
            set('max', at(i), ir.reduce('max', [k], x)),
            set('where', at(i), ir.reduce('argmax', [k], x)),
            set('low', at(i), ir.reduce('min', [k], u)),
          ),
        ],
        buffers: {
          x: Int32Array.from({ length: 21 }, (_, v) => -1000 + ((v * 37) % 19)),
          u: Uint32Array.from({ length: 21 }, (_, v) => 4294967295 - ((v * 37) % 19)),
          sum: new Int32Array(3),
          max: new Int32Array(3),
          where: new Int32Array(3),
          low: new Uint32Array(3),
        },
      });
    });

    it('takes the first of equal largest values, over several axes', async () => {
      const [i, y, x] = [axis(4), axis(3), axis(5)];
      const v = load('x', ir.flatten([4, 3, 5], [at(i), at(y), at(x)]));
      const data = Float32Array.from({ length: 60 }, (_, k) => (k * 7) % 4);
      data.fill(-Infinity, 45);
      await check({
        kernels: [compute([i], set('where', at(i), ir.reduce('argmax', [y, x], v)))],
        buffers: { x: data, where: new Int32Array(4) },
      });
    });

    it('nests reductions, shares them and keeps them out of loops (softmax)', async () => {
      const [n, c] = [axis(7), axis(10)];
      const score = (k: Axis): Expr => load('x', ir.flatten([7, 10], [at(n), at(k)]));
      const [out, d] = [axis(10), axis(10)];
      const largest = ir.reduce('max', [d], score(d));
      const total = ir.sum([c], ir.exp(ir.sub(score(c), largest)));
      const p = ir.div(ir.exp(ir.sub(score(out), largest)), total);
      const k = axis(3);
      const nested = ir.sum(
        [k],
        ir.mul(ir.cast(at(k), 'f32'), ir.sum([c], ir.mul(score(c), ir.cast(ir.add(at(k), at(c)), 'f32')))),
      );
      await check({
        kernels: [
          compute([n, out], set('y', ir.flatten([7, 10], [at(n), at(out)]), p)),
          compute([n], set('z', at(n), nested)),
        ],
        buffers: { x: noise(70), y: 70, z: 7 },
        tolerance: 1e-5,
      });
    });

    it('pools windows that reach over the edge', async () => {
      const [c, y, x, ky, kx] = [axis(3), axis(4), axis(4), axis(3), axis(3)];
      const row = ir.sub(ir.add(ir.mul(at(y), 2), at(ky)), 1);
      const column = ir.sub(ir.add(ir.mul(at(x), 2), at(kx)), 1);
      const guard = ir.and(ir.ge(row, 0), ir.lt(row, 7), ir.ge(column, 0), ir.lt(column, 7));
      const index = ir.flatten([3, 7, 7], [at(c), row, column]);
      const out = ir.flatten([3, 4, 4], [at(c), at(y), at(x)]);
      const window = (otherwise: number): Expr => load('x', index, { guard, otherwise });
      await check({
        kernels: [
          compute(
            [c, y, x],
            set('max', out, ir.reduce('max', [ky, kx], window(-Infinity))),
            set('where', out, ir.reduce('argmax', [ky, kx], window(-Infinity))),
            set('sum', out, ir.sum([ky, kx], window(0))),
          ),
        ],
        buffers: { x: noise(147), max: 48, where: new Int32Array(48), sum: 48 },
      });
    });
  });
}
