/**
 * Kernels that look at blobs and parameters as a pass goes by, one number each: for `debug_info`, as Caffe's
 * `Net::ForwardDebugInfo` and `BackwardDebugInfo` print them, and for finding where numbers stopped being finite. A net that
 * is compiled without them has none of this.
 */
import { abs, and, at, axis, bits, div, f32, i32, load, mul, ne, select, sum, u32 } from '../engine/ir/build.ts';
import type { Expr } from '../engine/ir/expr.ts';
import type { Kernel } from '../engine/ir/kernel.ts';

/** What a probe measures: the mean of absolute values, or how many values are infinite or no number. */
export type ProbeKind = 'mean' | 'broken';

/** What one probe looks at, by the names that the user gave. */
export interface Probe {
  readonly pass: 'forward' | 'backward';
  readonly layer: string;
  readonly layerType: string;
  readonly what: 'top' | 'bottom' | 'param';
  /** Blob, or parameter: its shared name or its position. */
  readonly name: string;
  readonly count: number;
}

/** A learnable parameter's sums, which Caffe prints over all parameters after a backward pass. */
export interface ParameterSums {
  /** Places in the buffer of Σ|w|, Σ|∂w|, Σw², Σ∂w². */
  readonly data: number;
  readonly diff: number;
  readonly dataSquares: number;
  readonly diffSquares: number;
}

/** Probes of a net: the number of `all[i]` stands at place `i` of the buffer. */
export interface CompiledProbes {
  readonly buffer: string;
  readonly size: number;
  readonly all: readonly Probe[];
  readonly sums: readonly ParameterSums[];
}

/** Is an f32 neither infinite nor NaN? By its bits, since shaders may assume that there is no NaN. */
export const isFinite = (x: Expr): Expr => ne(and(bits(x), u32(0x7f800000)), u32(0x7f800000));

const measure = (kind: ProbeKind, x: Expr): Expr => (kind === 'mean' ? abs(x) : select(isFinite(x), 0, 1));

/** Collects probes, and gives their kernels. */
export class Probes {
  private readonly all: Probe[] = [];
  private readonly sums: ParameterSums[] = [];
  private places = 0;
  private readonly buffer: string;
  private readonly kind: ProbeKind;
  private readonly emit: (kernel: Kernel) => void;

  constructor(buffer: string, kind: ProbeKind, emit: (kernel: Kernel) => void) {
    this.buffer = buffer;
    this.kind = kind;
    this.emit = emit;
  }

  /** Looks at a buffer as it is at this point of the pass. */
  look(buffer: string, probe: Probe): void {
    this.all.push(probe);
    const label = `${probe.layer}/${probe.pass}/probe ${probe.what} ${probe.name}`;
    this.reduce(label, buffer, probe.count, (x) => measure(this.kind, x), this.kind === 'mean' ? probe.count : 1);
  }

  /** Sums of a parameter and its gradient; after all probes. */
  total(data: string, diff: string, count: number): void {
    const square = (x: Expr): Expr => mul(x, x);
    const one = (buffer: string, of: (x: Expr) => Expr): number => this.reduce(`${data}/total`, buffer, count, of, 1);
    this.sums.push({
      data: one(data, abs),
      diff: one(diff, abs),
      dataSquares: one(data, square),
      diffSquares: one(diff, square),
    });
  }

  finish(): CompiledProbes {
    return { buffer: this.buffer, size: Math.max(1, this.places), all: this.all, sums: this.sums };
  }

  private reduce(label: string, buffer: string, count: number, of: (x: Expr) => Expr, by: number): number {
    const i = axis(count);
    const place = this.places++;
    const total = sum([i], of(load(buffer, at(i))));
    this.emit({
      kind: 'compute',
      label,
      axes: [],
      stores: [{ buffer: this.buffer, index: i32(place), value: by === 1 ? total : div(total, f32(by)), mode: 'set' }],
    });
    return place;
  }
}

/** A flag that stays up once a value was infinite or no number: what it holds next, given a value. */
export const raised = (flag: string, values: number, value: (index: Expr) => Expr): Expr => {
  const i = axis(values);
  const broken = sum([i], select(isFinite(value(at(i))), 0, 1));
  return select(ne(broken, 0), 1, load(flag, i32(0)));
};
