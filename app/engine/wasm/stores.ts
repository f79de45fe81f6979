/** Writes the values of one point, or of four neighbours: all are computed before any is stored, since kernels may work in place. */
import type { Store } from '../ir/kernel.ts';
import type { Value } from './blocks.ts';
import type { Address, Emitter } from './emitter.ts';
import { combineScalars } from './scalar-operations.ts';
import { strideAlong } from './strides.ts';
import { combineVectors } from './vector-operations.ts';

/** The stores of one point. */
export function storeScalars(em: Emitter, stores: readonly Store[]): void {
  const ready = stores.map((s) => ({ s, value: em.scalar(s.value), address: em.address(s.index, s.buffer) }));
  const { code } = em.blocks;
  for (const { s, value, address } of ready) {
    const float = s.value.dtype === 'f32';
    em.blocks.push(code, address.base);
    if (s.mode === 'add') {
      em.blocks.push(code, address.base).memory(float ? 'f32.load' : 'i32.load', address.offset);
      em.blocks.push(code, value).op(float ? 'f32.add' : 'i32.add');
    } else em.blocks.push(code, value);
    code.memory(float ? 'f32.store' : 'i32.store', address.offset);
  }
}

/**
 * The stores of four neighbours along the lane axis. Where the lane axis was taken apart into phases, one list of
 * stores for each: neighbours of all phases are interleaved where they lie side by side.
 */
export function storeVectors(em: Emitter, phases: readonly (readonly Store[])[]): void {
  const ready = phases.map((stores) =>
    stores.map((s) => {
      const value = em.vector(s.value);
      const stride = em.lane === undefined ? undefined : strideAlong(s.index, em.lane);
      return stride === undefined
        ? { s, value, stride, index: em.vector(s.index) }
        : { s, value, stride, address: em.address(s.index, s.buffer) };
    }),
  );
  const [even, odd] = ready;
  (even ?? []).forEach((store, i) => {
    const other = odd?.[i];
    if (
      ready.length === 2 &&
      other !== undefined &&
      'address' in store &&
      'address' in other &&
      store.stride === 2 &&
      other.stride === 2 &&
      store.address?.base === other.address?.base &&
      other.address?.offset === (store.address?.offset ?? 0) + 4
    ) {
      storeInterleaved(em, store.s, store.address, store.value, other.value);
      return;
    }
    for (const phase of ready) {
      const one = phase[i];
      if (one === undefined) continue;
      if (one.stride === undefined) scatter(em, one.s, one.index, one.value);
      else if (one.stride === 1) storeRow(em, one.s, one.address, 0, one.value);
      else storeApart(em, one.s, one.address, one.stride, one.value);
    }
  });
}

/** Four neighbours that lie side by side. */
function storeRow(em: Emitter, s: Store, { base, offset }: Address, further: number, value: Value): void {
  const { blocks } = em;
  const { code } = blocks;
  blocks.push(code, base);
  if (s.mode === 'add') {
    blocks.push(code, base).memory('v128.load', offset + further);
    blocks.push(code, value).op(s.value.dtype === 'f32' ? 'f32x4.add' : 'i32x4.add');
  } else blocks.push(code, value);
  code.memory('v128.store', offset + further);
}

function storeInterleaved(em: Emitter, s: Store, address: Address, even: Value, odd: Value): void {
  for (const half of [0, 1] as const) {
    const order = half === 0 ? ([0, 4, 1, 5] as const) : ([2, 6, 3, 7] as const);
    const woven = em.define(`weave ${half}`, 'v128', [even, odd], (code, push) => {
      push(even);
      push(odd);
      code.shuffle(order);
    });
    storeRow(em, s, address, 16 * half, woven);
  }
}

/** Four neighbours a fixed distance apart. */
function storeApart(em: Emitter, s: Store, { base, offset }: Address, stride: number, value: Value): void {
  const { blocks } = em;
  const { code } = blocks;
  const fixedPlaces = stride > 0;
  const place = (lane: number): number => offset + lane * stride * 4;
  const pushBase = (lane: number): void => {
    blocks.push(code, base);
    if (!fixedPlaces) code.i32(place(lane)).op('i32.add');
  };
  const at = (lane: number): number => (fixedPlaces ? place(lane) : 0);
  let whole = value;
  if (s.mode === 'add') {
    const local = blocks.local('v128');
    code.v128([0, 0, 0, 0]).set(local);
    for (let lane = 0; lane < 4; lane++) {
      pushBase(lane);
      code.get(local).laneMemory('v128.load32_lane', at(lane), lane).set(local);
    }
    const old: Value = { type: 'v128', depth: blocks.depth, local, constant: 0 };
    whole = combineVectors(em, 'add', s.value.dtype, old, value);
  }
  for (let lane = 0; lane < 4; lane++) {
    pushBase(lane);
    blocks.push(code, whole).laneMemory('v128.store32_lane', at(lane), lane);
  }
}

/** Four neighbours anywhere. */
function scatter(em: Emitter, s: Store, index: Value, value: Value): void {
  const { blocks } = em;
  const { code } = blocks;
  const float = s.value.dtype === 'f32';
  const { address } = em.environment.buffer(s.buffer);
  for (let lane = 0; lane < 4; lane++) {
    const at = em.define(`place ${lane}`, 'i32', [index], (c, push) => {
      push(index);
      c.lane('i32x4.extract_lane', lane).i32(2).op('i32.shl');
    });
    const one = em.define(`lane ${lane} ${float}`, float ? 'f32' : 'i32', [value], (c, push) => {
      push(value);
      c.lane(float ? 'f32x4.extract_lane' : 'i32x4.extract_lane', lane);
    });
    let result = one;
    if (s.mode === 'add') {
      const local = blocks.local(float ? 'f32' : 'i32');
      blocks
        .push(code, at)
        .memory(float ? 'f32.load' : 'i32.load', address)
        .set(local);
      const old: Value = { type: float ? 'f32' : 'i32', depth: blocks.depth, local, constant: 0 };
      result = combineScalars(em, 'add', s.value.dtype, old, one);
    }
    blocks.push(code, at);
    blocks.push(code, result).memory(float ? 'f32.store' : 'i32.store', address);
  }
}
