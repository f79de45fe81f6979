/** What kernel code must know of the program around it: where buffers and scalars lie, and helper functions. */
import type { StorageType } from '../ir/expr.ts';
import type { MathFunction } from './math-functions.ts';

export interface BufferPlace {
  /** Byte address in the memory. */
  readonly address: number;
  readonly dtype: StorageType;
  /** Elements. */
  readonly size: number;
}

export interface Environment {
  buffer(id: string): BufferPlace;
  /** Byte address of a run-time scalar. */
  scalar(name: string): number;
  /** Index of a helper function, which is written on first use. */
  math(name: MathFunction): number;
  /** Bytes of memory that may be read without a fault. */
  readonly bytes: number;
  readonly relaxed: boolean;
}
