import { describe, expect, test } from 'vitest';
import * as b from './build.ts';
import type { Axis, Expr } from './expr.ts';
import type { BufferDeclaration, ComputeKernel, ContractKernel, Kernel, Program } from './kernel.ts';
import { verify, verifyProgram } from './verify.ts';

const declare = (id: string, size: number, more: Partial<BufferDeclaration> = {}): BufferDeclaration => ({
  id,
  dtype: 'f32',
  size,
  lifetime: 'persistent',
  ...more,
});
const buffers = new Map(
  [
    declare('x', 12),
    declare('out', 12),
    declare('t', 12, { lifetime: 'transient' }),
    declare('bytes', 12, { dtype: 'u8' }),
    declare('ints', 12, { dtype: 'i32' }),
    ...Array.from({ length: 9 }, (_, i) => declare(`b${i}`, 12)),
  ].map((d) => [d.id, d]),
);

const [i, j, k] = [b.axis(3), b.axis(4), b.axis(5)];
const index = b.flatten([3, 4], [b.at(i), b.at(j)]);
const compute = (value: Expr, more: Partial<ComputeKernel> = {}): ComputeKernel => ({
  kind: 'compute',
  label: 'L',
  axes: [i, j],
  stores: [{ buffer: 'out', index, value, mode: 'set' }],
  ...more,
});
const contract = (more: Partial<ContractKernel> = {}): ContractKernel => ({
  kind: 'contract',
  label: 'C',
  batch: [],
  m: [i],
  n: [j],
  k: [k],
  a: b.load('x', b.add(b.at(i), b.at(k))),
  b: b.load('b0', b.add(b.at(j), b.at(k))),
  stores: [{ buffer: 'out', index, value: b.max(b.acc, 0), mode: 'set' }],
  ...more,
});
const x = b.load('x', index);

test('legal kernels pass', () => {
  const inner = b.sum([k], b.mul(b.load('x', b.at(k)), b.reduce('max', [b.axis(2)], b.f32(1))));
  for (const kernel of [
    compute(x),
    compute(b.add(inner, b.cast(b.load('bytes', index, { dtype: 'u32' }), 'f32'))),
    compute(b.mul(b.load('out', index), 0.9)),
    contract(),
  ])
    expect(() => {
      verify(kernel, buffers);
    }).not.toThrow();
});

const raw = (fields: object): Expr => fields as Expr;

describe('what is not legal gets a sentence', () => {
  test.each<[Kernel, RegExp]>([
    [compute(b.load('nothing', index)), /^L: loads from "nothing", which is not declared/],
    [compute(b.load('ints', index)), /loads "ints" as f32; it holds i32, which loads as i32/],
    [compute(b.load('bytes', index)), /loads "bytes" as f32; it holds u8, which loads as u32/],
    [compute(b.cast(x, 'i32')), /stores i32 to "out", which holds f32/],
    [compute(x, { stores: [] }), /must store something/],
    [compute(x, { axes: [i, j, i] }), /axis \d+ is used twice/],
    [compute(b.load('x', b.at(k))), /value of the store to "out" uses an axis \(\d+, of 5\) that is not in its scope/],
    [compute(b.sum([j], x)), /reduces over axis \d+, which is already running there/],
    [compute(b.acc), /uses acc, which only/],
    [contract({ a: b.load('x', b.at(j)) }), /operand a uses an axis/],
    [contract({ b: b.load('x', b.at(i)) }), /operand b uses an axis/],
    [contract({ a: b.acc }), /operand a uses acc/],
    [contract({ a: b.load('out', b.at(i)) }), /writes "out", which its product reads/],
    [contract({ stores: [{ buffer: 'out', index, value: b.load('x', b.at(k)), mode: 'set' }] }), /not in its scope/],
    [compute(b.load('out', b.at(i))), /reads "out" at an index other than/],
    [compute(b.sumOf(Array.from({ length: 8 }, (_, n) => b.load(`b${n}`, index)))), /names 9 buffers .*at most 8/],
    [
      compute(x, { stores: [{ buffer: 'out', index: b.at(i), value: x, mode: 'set' }] }),
      /does not depend on an output axis of 4/,
    ],
    [compute(b.load('x', b.add(index, 12))), /loads "x" \(12 elements\) always out of range/],
    [compute(b.u32(1), { stores: [{ buffer: 'bytes', index, value: b.u32(1), mode: 'set' }] }), /holds bytes/],
    [compute(raw({ op: 'binary', dtype: 'f32', fn: 'add', a: x, b: b.i32(1) })), /add of f32 and i32/],
    [compute(raw({ op: 'unary', dtype: 'f32', fn: 'exp', a: b.at(i) })), /exp takes f32, not i32/],
    [compute(raw({ op: 'const', dtype: 'f32', value: NaN })), /not a constant of type f32/],
  ])('%#', (kernel, message) => {
    expect(() => {
      verify(kernel, buffers);
    }).toThrow(message);
  });
});

describe('programs', () => {
  const to = (buffer: string, value: Expr, axes: readonly Axis[] = [i, j]): ComputeKernel =>
    compute(value, { axes, label: buffer, stores: [{ buffer, index, value, mode: 'set' }] });
  const program = (kernels: readonly Kernel[], more: Partial<Program> = {}): Program => ({
    buffers: [...buffers.values()],
    scalars: [{ name: 'lr', dtype: 'f32' }],
    sequences: { run: kernels },
    ...more,
  });
  const legal = program([to('t', b.mul(x, b.scalar('lr'))), to('out', b.load('t', index))]);

  test('a legal one passes', () => {
    expect(() => {
      verifyProgram(legal);
    }).not.toThrow();
  });
  test.each<[Program, string]>([
    [program([to('out', b.load('t', index))]), 'out reads "t" before "run" has written it.'],
    [program([{ ...to('t', x), stores: [{ buffer: 't', index, value: x, mode: 'add' }] }]), 't reads "t" before'],
    [program([to('t', b.mul(x, b.scalar('momentum')))]), 'the scalar "momentum" is not declared as f32.'],
    [program([], { buffers: [declare('x', 1), declare('x', 1)] }), 'Buffer "x" is declared twice.'],
    [program([], { buffers: [declare('x', 0)] }), 'positive whole number of elements'],
  ])('%#', (bad, message) => {
    expect(() => {
      verifyProgram(bad);
    }).toThrow(message);
  });
});
