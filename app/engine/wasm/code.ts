/** Instructions as bytes: the body of a function, or a piece of one that is put into its place later. */
import {
  LANE,
  LANE_MEMORY,
  MEMORY,
  PLAIN,
  SATURATING,
  VECTOR,
  VECTOR_MEMORY,
  type LaneMemoryOp,
  type LaneOp,
  type MemoryOp,
  type PlainOp,
  type SaturatingOp,
  type StackOp,
  type VectorMemoryOp,
  type VectorOp,
} from './opcodes.ts';

export type ValueType = 'i32' | 'f32' | 'v128';

export const TYPE_BYTE: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** Appends an unsigned number in LEB128. */
export function pushUnsigned(bytes: number[], value: number): void {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

function pushSigned(bytes: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return;
    }
    bytes.push(low | 0x80);
  }
}

const scratch = new DataView(new ArrayBuffer(4));
const BLOCK_VOID = 0x40;
const NATURAL: Readonly<Record<MemoryOp | VectorMemoryOp | LaneMemoryOp, number>> = {
  'i32.load': 2,
  'f32.load': 2,
  'i32.load8_u': 0,
  'i32.store': 2,
  'f32.store': 2,
  // Vectors lie at any element: a natural alignment of four bytes is all that is promised.
  'v128.load': 2,
  'v128.store': 2,
  'v128.load32_splat': 2,
  'v128.load32_zero': 0,
  'v128.load32_lane': 2,
  'v128.store32_lane': 2,
};

/** A growing run of instructions. Every method appends one and returns the code, so that they chain. */
export class Code {
  readonly bytes: number[] = [];

  /** Appends another piece. */
  append(other: Code): this {
    for (const byte of other.bytes) this.bytes.push(byte);
    return this;
  }

  op(name: StackOp): this {
    if (name in PLAIN) this.bytes.push(PLAIN[name as PlainOp]);
    else if (name in SATURATING) this.bytes.push(0xfc, SATURATING[name as SaturatingOp]);
    else {
      this.bytes.push(0xfd);
      pushUnsigned(this.bytes, VECTOR[name as VectorOp]);
    }
    return this;
  }

  get(local: number): this {
    return this.withIndex(0x20, local);
  }

  set(local: number): this {
    return this.withIndex(0x21, local);
  }

  tee(local: number): this {
    return this.withIndex(0x22, local);
  }

  call(index: number): this {
    return this.withIndex(0x10, index);
  }

  i32(value: number): this {
    this.bytes.push(0x41);
    pushSigned(this.bytes, value);
    return this;
  }

  f32(value: number): this {
    scratch.setFloat32(0, value, true);
    this.bytes.push(0x43);
    for (let i = 0; i < 4; i++) this.bytes.push(scratch.getUint8(i));
    return this;
  }

  /** Four lanes of 32 bits. */
  v128(lanes: readonly [number, number, number, number]): this {
    this.bytes.push(0xfd);
    pushUnsigned(this.bytes, 12);
    for (const lane of lanes) {
      scratch.setInt32(0, lane | 0, true);
      for (let i = 0; i < 4; i++) this.bytes.push(scratch.getUint8(i));
    }
    return this;
  }

  /** Lanes of 32 bits picked from two vectors: 0 to 3 of the first, 4 to 7 of the second. */
  shuffle(lanes: readonly [number, number, number, number]): this {
    this.bytes.push(0xfd, 13);
    for (const lane of lanes) for (let i = 0; i < 4; i++) this.bytes.push(lane * 4 + i);
    return this;
  }

  lane(name: LaneOp, lane: number): this {
    this.bytes.push(0xfd, LANE[name], lane);
    return this;
  }

  memory(name: MemoryOp | VectorMemoryOp, offset: number): this {
    if (name in MEMORY) this.bytes.push(MEMORY[name as MemoryOp]);
    else {
      this.bytes.push(0xfd);
      pushUnsigned(this.bytes, VECTOR_MEMORY[name as VectorMemoryOp]);
    }
    this.bytes.push(NATURAL[name]);
    pushUnsigned(this.bytes, offset);
    return this;
  }

  laneMemory(name: LaneMemoryOp, offset: number, lane: number): this {
    this.bytes.push(0xfd);
    pushUnsigned(this.bytes, LANE_MEMORY[name]);
    this.bytes.push(NATURAL[name]);
    pushUnsigned(this.bytes, offset);
    this.bytes.push(lane);
    return this;
  }

  block(): this {
    this.bytes.push(0x02, BLOCK_VOID);
    return this;
  }

  loop(): this {
    this.bytes.push(0x03, BLOCK_VOID);
    return this;
  }

  /** Pops a condition. */
  if(result?: ValueType): this {
    this.bytes.push(0x04, result === undefined ? BLOCK_VOID : TYPE_BYTE[result]);
    return this;
  }

  else(): this {
    this.bytes.push(0x05);
    return this;
  }

  end(): this {
    this.bytes.push(0x0b);
    return this;
  }

  branchIf(depth: number): this {
    return this.withIndex(0x0d, depth);
  }

  branch(depth: number): this {
    return this.withIndex(0x0c, depth);
  }

  /** Picks the first of two i32 or f32 where the condition is not zero. */
  select(): this {
    this.bytes.push(0x1b);
    return this;
  }

  private withIndex(byte: number, index: number): this {
    this.bytes.push(byte);
    pushUnsigned(this.bytes, index);
    return this;
  }
}
