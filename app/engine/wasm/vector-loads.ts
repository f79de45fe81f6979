/** Loads of four neighbours: one instruction where they lie side by side, lane by lane where they do not. */
import { sub } from '../ir/build.ts';
import type { Expr } from '../ir/expr.ts';
import { rangeOf } from '../ir/range.ts';
import { constantOf, type Value } from './blocks.ts';
import type { Code } from './code.ts';
import { bitsOf, type Emitter } from './emitter.ts';
import { apply, combineScalars } from './scalar-operations.ts';
import { strideAlong, sumOf } from './strides.ts';

/** Bytes that a load may reach past the last element it was asked for. */
export const SLACK = 64;

/** As `strideAlong`, for the lane axis. */
const laneStride = (em: Emitter, e: Expr): number | undefined => (em.lane === undefined ? 0 : strideAlong(e, em.lane));

/** The parts of a guard that are the same for all lanes, and those that are not. */
function splitGuard(em: Emitter, guard: Expr): { readonly same: Expr[]; readonly own: Expr[] } {
  const same: Expr[] = [];
  const own: Expr[] = [];
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === 'binary' && e.fn === 'and' && e.dtype === 'bool') {
      walk(e.a);
      walk(e.b);
    } else (em.varies(e) ? own : same).push(e);
  };
  walk(guard);
  return { same, own };
}

/** Whether every index that the expression can take may be read, wanted or not. */
function mayBeRead(em: Emitter, index: Expr, buffer: string): boolean {
  const range = rangeOf(index);
  if (range === undefined) return false;
  const { address, dtype } = em.environment.buffer(buffer);
  const width = dtype === 'u8' ? 1 : 4;
  return address + range.min * width >= 0 && address + range.max * width + SLACK <= em.environment.bytes;
}

export function vectorLoad(em: Emitter, e: Expr & { op: 'load' }): Value {
  const { dtype } = em.environment.buffer(e.buffer);
  const guard = e.guard === undefined ? undefined : splitGuard(em, e.guard);
  const stride = laneStride(em, e.index);
  const single = guard !== undefined && guard.own.length > 0;
  if (stride === undefined || (single && !mayBeRead(em, e.index, e.buffer))) return gather(em, e);
  const { base, offset } = em.address(e.index, e.buffer);
  const fetch = fetcher(dtype === 'u8', stride);
  if (fetch === undefined) return gather(em, e);
  const pair = stride === 2 && dtype !== 'u8' && mayBeRead(em, e.index, e.buffer) ? everySecond(em, e) : undefined;

  const condition = guard?.same
    .map((g) => em.scalar(g))
    .sort((p, q) => p.depth - q.depth)
    .reduce<Value | undefined>(
      (all, g) => (all === undefined ? g : combineScalars(em, 'and', 'bool', all, g)),
      undefined,
    );
  const otherwise = e.dtype === 'f32' ? bitsOf(e.otherwise) : e.otherwise;
  const loaded =
    pair !== undefined
      ? where(em, condition === undefined ? undefined : em.spread(condition, true), pair, otherwise)
      : condition === undefined
        ? em.define(`load ${dtype === 'u8'} ${stride} ${offset}`, 'v128', [base], (code, push) => {
            fetch(
              code,
              () => {
                push(base);
              },
              offset,
            );
          })
        : em.define(
            `guarded load ${dtype === 'u8'} ${stride} ${offset} ${otherwise}`,
            'v128',
            [base, condition],
            (code, push) => {
              push(condition);
              code.if('v128');
              fetch(
                code,
                () => {
                  push(base);
                },
                offset,
              );
              code.else().v128([otherwise, otherwise, otherwise, otherwise]).end();
            },
          );
  if (!single) return loaded;
  const mask = guard.own
    .map((g) => em.vector(g))
    .sort((p, q) => p.depth - q.depth)
    .reduce((all, g) => apply(em, 'v128.and', 'v128', all, g));
  return where(em, mask, loaded, otherwise);
}

/** Lanes where a mask holds; the other value elsewhere. */
function where(em: Emitter, mask: Value | undefined, loaded: Value, otherwise: number): Value {
  if (mask === undefined) return loaded;
  if (otherwise === 0) return apply(em, 'v128.and', 'v128', loaded, mask);
  const instead = em.lanes('i32', otherwise);
  return em.define('bitselect', 'v128', [mask, loaded, instead], (code, push) => {
    push(loaded);
    push(instead);
    push(mask);
    code.op('v128.bitselect');
  });
}

/**
 * Every second element, from two whole vectors that start at an even distance: neighbours of the other parity, and
 * windows that overlap, share them.
 */
function everySecond(em: Emitter, e: Expr & { op: 'load' }): Value {
  const odd = sumOf(e.index).constant & 1;
  const { base, offset } = em.address(odd === 0 ? e.index : sub(e.index, 1), e.buffer);
  const halves = [0, 16].map((further) =>
    em.define(`load false 1 ${offset + further}`, 'v128', [base], (code, push) => {
      push(base);
      code.memory('v128.load', offset + further);
    }),
  ) as [Value, Value];
  return em.define(`every second ${odd}`, 'v128', halves, (code, push) => {
    push(halves[0]);
    push(halves[1]);
    code.shuffle([odd, 2 + odd, 4 + odd, 6 + odd]);
  });
}

type Fetch = (code: Code, pushBase: () => void, offset: number) => void;

/** Instructions that load lanes so far apart; undefined where lane by lane is as good. */
function fetcher(bytes: boolean, stride: number): Fetch | undefined {
  if (bytes) {
    if (stride !== 1) return undefined;
    return (code, base, offset) => {
      base();
      code.memory('v128.load32_zero', offset).op('i16x8.extend_low_i8x16_u').op('i32x4.extend_low_i16x8_u');
    };
  }
  if (stride === 0)
    return (code, base, offset) => {
      base();
      code.memory('v128.load32_splat', offset);
    };
  if (stride === 1)
    return (code, base, offset) => {
      base();
      code.memory('v128.load', offset);
    };
  if (stride === 2)
    return (code, base, offset) => {
      base();
      code.memory('v128.load', offset);
      base();
      code.memory('v128.load', offset + 16).shuffle([0, 2, 4, 6]);
    };
  if (stride > 0)
    return (code, base, offset) => {
      base();
      base();
      base();
      base();
      code.memory('v128.load32_zero', offset);
      for (let lane = 1; lane < 4; lane++) code.laneMemory('v128.load32_lane', offset + lane * stride * 4, lane);
    };
  return undefined;
}

/** Each lane on its own, read only where its guard holds. */
function gather(em: Emitter, e: Expr & { op: 'load' }): Value {
  const { dtype, address } = em.environment.buffer(e.buffer);
  const index = em.vector(e.index);
  const guard = e.guard === undefined ? undefined : em.vector(e.guard);
  const float = dtype === 'f32';
  const shift = dtype === 'u8' ? 0 : 2;
  const otherwise = constantOf(e.otherwise, float ? 'f32' : 'i32');
  return em.define(
    `gather ${e.buffer} ${e.otherwise}`,
    'v128',
    guard === undefined ? [index] : [index, guard],
    (code, push) => {
      code.v128([0, 0, 0, 0]);
      for (let lane = 0; lane < 4; lane++) {
        if (guard !== undefined) {
          push(guard);
          code.lane('i32x4.extract_lane', lane).if(float ? 'f32' : 'i32');
        }
        push(index);
        code.lane('i32x4.extract_lane', lane).i32(shift).op('i32.shl');
        code.memory(dtype === 'u8' ? 'i32.load8_u' : float ? 'f32.load' : 'i32.load', address);
        if (guard !== undefined) {
          code.else();
          push(otherwise);
          code.end();
        }
        code.lane(float ? 'f32x4.replace_lane' : 'i32x4.replace_lane', lane);
      }
    },
  );
}
