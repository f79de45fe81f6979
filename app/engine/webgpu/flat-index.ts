/**
 * The output axes of a compute kernel, which are all in one number: that of the invocation's point. Coordinates are
 * divided out only where an index needs them alone; where an index holds them together just as the number does (as
 * elementwise kernels do), the number itself is used.
 */
import type { Axis } from '../ir/expr.ts';
import type { Linear } from './linear.ts';

export class FlatIndex {
  private readonly axes: readonly Axis[];
  private readonly name: string;
  /** Points between neighbours along each axis. */
  private readonly strides: readonly number[];

  /** Axes, row-major, of the number called `name`. */
  constructor(axes: readonly Axis[], name: string) {
    this.axes = axes;
    this.name = name;
    const strides: number[] = [];
    let stride = 1;
    for (let d = axes.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= (axes[d] as Axis).extent;
    }
    this.strides = strides;
  }

  /** What stands for an axis in a sum until the whole sum is known; undefined for an axis of another kind. */
  placeholder(axis: Axis): string | undefined {
    const d = this.axes.findIndex((a) => a.id === axis.id);
    return d < 0 ? undefined : `@${d}`;
  }

  /** Puts names in the place of placeholders; `define` names a text outside all loops. */
  resolve(linear: Linear, define: (text: string) => string): Linear {
    const terms = new Map([...linear.terms].filter(([name]) => !name.startsWith('@')));
    if (terms.size === linear.terms.size) return linear;
    const put = (name: string, coefficient: number): void => {
      const there = terms.get(name)?.coefficient ?? 0;
      terms.set(name, { coefficient: (there + coefficient) | 0, depth: 0 });
    };
    const coefficient = (d: number): number => linear.terms.get(`@${d}`)?.coefficient ?? 0;
    // An axis of extent 1 is always 0, so only the others matter.
    const real = this.axes.map((_, d) => d).filter((d) => (this.axes[d] as Axis).extent > 1);
    const last = real.at(-1);
    const unit = last === undefined ? 0 : coefficient(last);
    let together = real.length;
    while (together > 0 && unit !== 0) {
      const d = real[together - 1] as number;
      if (coefficient(d) !== unit * (this.strides[d] as number)) break;
      together--;
    }
    const merged = real.length - together > 1;
    for (const d of merged ? real.slice(0, together) : real) {
      if (coefficient(d) !== 0) put(this.coordinate(d, define), coefficient(d));
    }
    if (merged) put(this.from(real[together] as number, define), unit);
    return { constant: linear.constant, terms };
  }

  /** The part of the number that axis `d` and those after it make up. */
  private from(d: number, define: (text: string) => string): string {
    const outermost = this.axes.slice(0, d).every((a) => a.extent === 1);
    const span = (this.strides[d] as number) * (this.axes[d] as Axis).extent;
    return outermost ? this.name : define(`${this.name} % ${span}`);
  }

  private coordinate(d: number, define: (text: string) => string): string {
    const stride = this.strides[d] as number;
    const part = this.from(d, define);
    return stride > 1 ? define(`${part} / ${stride}`) : part;
  }
}
