/** Types of values.js, which Crema's side of the comparison reads too. */
import type { Plan } from '../crema/plan.ts';

export function parameter(plan: Plan, index: number): Float32Array;
export function bytes(plan: Plan): Uint8Array;
export function labels(plan: Plan): Int32Array;
export const RATE: number;
export const MOMENTUM: number;
