/** The WebAssembly instructions that kernels are made of, by name: the numbers of the core, SIMD, relaxed SIMD and bulk memory specifications. */

/** One-byte instructions without immediates. */
export const PLAIN = {
  unreachable: 0x00,
  return: 0x0f,
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'f32.eq': 0x5b,
  'f32.ne': 0x5c,
  'f32.lt': 0x5d,
  'f32.gt': 0x5e,
  'f32.le': 0x5f,
  'f32.ge': 0x60,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_s': 0x6d,
  'i32.div_u': 0x6e,
  'i32.rem_s': 0x6f,
  'i32.rem_u': 0x70,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_s': 0x75,
  'i32.shr_u': 0x76,
  'f32.abs': 0x8b,
  'f32.neg': 0x8c,
  'f32.floor': 0x8e,
  'f32.sqrt': 0x91,
  'f32.add': 0x92,
  'f32.sub': 0x93,
  'f32.mul': 0x94,
  'f32.div': 0x95,
  'f32.min': 0x96,
  'f32.max': 0x97,
  'f32.convert_i32_s': 0xb2,
  'f32.convert_i32_u': 0xb3,
  'i32.reinterpret_f32': 0xbc,
  'f32.reinterpret_i32': 0xbe,
} as const;

/** Instructions behind the prefix 0xfc. */
export const SATURATING = { 'i32.trunc_sat_f32_s': 0, 'i32.trunc_sat_f32_u': 1 } as const;

/** Loads and stores with a memory operand (one byte). */
export const MEMORY = {
  'i32.load': 0x28,
  'f32.load': 0x2a,
  'i32.load8_u': 0x2d,
  'i32.store': 0x36,
  'f32.store': 0x38,
} as const;

/** Loads and stores of vectors, behind the prefix 0xfd. */
export const VECTOR_MEMORY = {
  'v128.load': 0,
  'v128.load32_splat': 9,
  'v128.store': 11,
  'v128.load32_zero': 92,
} as const;

/** Vector loads and stores of one lane, behind the prefix 0xfd; the lane follows the memory operand. */
export const LANE_MEMORY = { 'v128.load32_lane': 86, 'v128.store32_lane': 90 } as const;

/** Vector instructions with a lane number, behind the prefix 0xfd. */
export const LANE = {
  'i32x4.extract_lane': 27,
  'i32x4.replace_lane': 28,
  'f32x4.extract_lane': 31,
  'f32x4.replace_lane': 32,
} as const;

/** Vector instructions without immediates, behind the prefix 0xfd. */
export const VECTOR = {
  'i32x4.splat': 17,
  'f32x4.splat': 19,
  'i32x4.eq': 55,
  'i32x4.ne': 56,
  'i32x4.lt_s': 57,
  'i32x4.lt_u': 58,
  'i32x4.gt_s': 59,
  'i32x4.le_s': 61,
  'i32x4.le_u': 62,
  'f32x4.eq': 65,
  'f32x4.ne': 66,
  'f32x4.lt': 67,
  'f32x4.gt': 68,
  'f32x4.le': 69,
  'v128.not': 77,
  'v128.and': 78,
  'v128.andnot': 79,
  'v128.or': 80,
  'v128.xor': 81,
  'v128.bitselect': 82,
  'f32x4.floor': 104,
  'f32x4.nearest': 106,
  'i16x8.extend_low_i8x16_u': 137,
  'i32x4.abs': 160,
  'i32x4.neg': 161,
  'i32x4.extend_low_i16x8_u': 169,
  'i32x4.shl': 171,
  'i32x4.shr_s': 172,
  'i32x4.shr_u': 173,
  'i32x4.add': 174,
  'i32x4.sub': 177,
  'i32x4.mul': 181,
  'i32x4.min_s': 182,
  'i32x4.min_u': 183,
  'i32x4.max_s': 184,
  'i32x4.max_u': 185,
  'f32x4.abs': 224,
  'f32x4.neg': 225,
  'f32x4.sqrt': 227,
  'f32x4.add': 228,
  'f32x4.sub': 229,
  'f32x4.mul': 230,
  'f32x4.div': 231,
  'f32x4.min': 232,
  'f32x4.max': 233,
  'f32x4.pmin': 234,
  'f32x4.pmax': 235,
  'i32x4.trunc_sat_f32x4_s': 248,
  'i32x4.trunc_sat_f32x4_u': 249,
  'f32x4.convert_i32x4_s': 250,
  'f32x4.convert_i32x4_u': 251,
  /** Relaxed SIMD: only where `supportsRelaxedSimd` says so. */
  'f32x4.relaxed_madd': 0x105,
} as const;

export type PlainOp = keyof typeof PLAIN;
export type SaturatingOp = keyof typeof SATURATING;
export type MemoryOp = keyof typeof MEMORY;
export type VectorMemoryOp = keyof typeof VECTOR_MEMORY;
export type LaneMemoryOp = keyof typeof LANE_MEMORY;
export type LaneOp = keyof typeof LANE;
export type VectorOp = keyof typeof VECTOR;

/** Any instruction that takes its operands from the stack alone. */
export type StackOp = PlainOp | SaturatingOp | VectorOp;
