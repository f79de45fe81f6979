/**
 * Expressions as JavaScript closures, in double precision: the slow, plain reading of the tensor language that every
 * other back end is held against. Loads are bounds-checked, and shared subexpressions are computed once for each value
 * of the axes they depend on (a hash or a softmax would otherwise take time exponential in its depth).
 */
import { foldBinary } from '../ir/build.ts';
import type { Axis, BinaryOp, Expr, Reducer } from '../ir/expr.ts';
import { key } from '../ir/key.ts';
import { children } from '../ir/rewrite.ts';

/** Contents of a buffer: f32 is kept in double precision. */
export type Storage = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** A compiled expression: its value at the current values of the axes. A bool is 0 or 1. */
export type Evaluate = () => number;

/** Runs a body once for every point of some axes, row-major. */
export type Loop = (body: () => void) => void;

/**
 * State that the closures of one kernel share: axis values, run-time scalars, the contract's accumulator, and a clock
 * that says when each axis last moved, by which remembered values are known to be stale.
 */
export class Scope {
  readonly label: string;
  readonly storage: ReadonlyMap<string, Storage>;
  scalars: Readonly<Record<string, number>> = {};
  acc = 0;
  private readonly slots = new Map<number, number>();
  private readonly values: number[] = [0, 0];
  /** Entry 0 is the run itself (what depends on no axis changes only there), entry 1 the accumulator. */
  private readonly moved: number[] = [0, 0];
  private clock = 0;
  private readonly compiled = new Map<number, Evaluate>();
  private readonly dependencies = new Map<number, ReadonlySet<number>>();

  constructor(label: string, storage: ReadonlyMap<string, Storage>) {
    this.label = label;
    this.storage = storage;
  }

  /** Starts a run: every remembered value is stale. */
  begin(scalars: Readonly<Record<string, number>>): void {
    this.scalars = scalars;
    this.moved[0] = ++this.clock;
  }

  /** The contract's sum for the stores that are evaluated next. */
  setAccumulator(value: number): void {
    this.acc = value;
    this.moved[ACC_SLOT] = ++this.clock;
  }

  /** A loop over all the axes, row-major. */
  loop(axes: readonly Axis[]): Loop {
    return axes.reduceRight<Loop>(
      (inner, a) => {
        const slot = this.slot(a);
        const { values, moved } = this;
        return (body) => {
          for (let i = 0; i < a.extent; i++) {
            values[slot] = i;
            moved[slot] = ++this.clock;
            inner(body);
          }
        };
      },
      (body) => {
        body();
      },
    );
  }

  /** The expression as a closure. */
  compile(e: Expr): Evaluate {
    const id = key(e);
    const known = this.compiled.get(id);
    if (known !== undefined) return known;
    const plain = this.compileNode(e);
    const made =
      e.op === 'const' || e.op === 'axis' || e.op === 'scalar' || e.op === 'acc' ? plain : this.remember(e, plain);
    this.compiled.set(id, made);
    return made;
  }

  /** The buffer's contents; an error where the program does not declare it. */
  buffer(name: string): Storage {
    const storage = this.storage.get(name);
    if (storage === undefined) throw new Error(`${this.label}: no buffer is called "${name}".`);
    return storage;
  }

  /** Axis values at this moment, for error messages. */
  where(): string {
    const parts = [...this.slots].map(([id, slot]) => `axis ${id} = ${this.values[slot]}`);
    return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  }

  private slot(a: Axis): number {
    let slot = this.slots.get(a.id);
    if (slot === undefined) {
      slot = this.slots.size + FIRST_AXIS_SLOT;
      this.slots.set(a.id, slot);
      this.values[slot] = 0;
      this.moved[slot] = 0;
    }
    return slot;
  }

  /** Slots that the expression's value depends on: its free axes and the accumulator, or the run alone. */
  private slotsOf(e: Expr): ReadonlySet<number> {
    const id = key(e);
    const known = this.dependencies.get(id);
    if (known !== undefined) return known;
    const slots = new Set<number>();
    if (e.op === 'axis') slots.add(this.slot(e.axis));
    if (e.op === 'acc') slots.add(ACC_SLOT);
    for (const child of children(e)) for (const slot of this.slotsOf(child)) slots.add(slot);
    if (e.op === 'reduce') for (const a of e.axes) slots.delete(this.slot(a));
    this.dependencies.set(id, slots);
    return slots;
  }

  /** Computes anew only when an axis that the value depends on has moved since. */
  private remember(e: Expr, compute: Evaluate): Evaluate {
    const { moved } = this;
    const slots = [...this.slotsOf(e)];
    let stamp = -1;
    let value = 0;
    if (slots.length <= 1) {
      const slot = slots[0] ?? 0;
      return () => {
        const now = Math.max(moved[0] as number, moved[slot] as number);
        if (now !== stamp) {
          value = compute();
          stamp = now;
        }
        return value;
      };
    }
    return () => {
      let now = moved[0] as number;
      for (const slot of slots) {
        const at = moved[slot] as number;
        if (at > now) now = at;
      }
      if (now !== stamp) {
        value = compute();
        stamp = now;
      }
      return value;
    };
  }

  private compileNode(e: Expr): Evaluate {
    switch (e.op) {
      case 'const': {
        const { value } = e;
        return () => value;
      }
      case 'axis': {
        const slot = this.slot(e.axis);
        const { values } = this;
        return () => values[slot] as number;
      }
      case 'scalar': {
        const { name, dtype } = e;
        return () => {
          const value = this.scalars[name];
          if (value === undefined) throw new Error(`${this.label}: no value was given for the scalar "${name}".`);
          return dtype === 'u32' ? value >>> 0 : dtype === 'i32' ? value | 0 : value;
        };
      }
      case 'acc':
        return () => this.acc;
      case 'load':
        return this.compileLoad(e);
      case 'unary':
        return compileUnary(e, this.compile(e.a));
      case 'binary':
        return compileBinary(e.fn, e.a.dtype, this.compile(e.a), this.compile(e.b));
      case 'select': {
        const cond = this.compile(e.cond);
        const a = this.compile(e.a);
        const b = this.compile(e.b);
        return () => (cond() !== 0 ? a() : b());
      }
      case 'cast':
        return compileCast(e.a.dtype, e.dtype, this.compile(e.a));
      case 'reduce':
        return this.compileReduce(e.reducer, e.dtype, e.axes, this.compile(e.body));
    }
  }

  private compileLoad(e: Expr & { op: 'load' }): Evaluate {
    const storage = this.buffer(e.buffer);
    const index = this.compile(e.index);
    const read: Evaluate = () => {
      const i = index();
      const value = storage[i];
      if (value === undefined)
        throw new Error(
          `${this.label} reads "${e.buffer}" at ${i}, which has ${storage.length} elements${this.where()}.`,
        );
      return value;
    };
    if (e.guard === undefined) return read;
    const guard = this.compile(e.guard);
    const { otherwise } = e;
    return () => (guard() !== 0 ? read() : otherwise);
  }

  private compileReduce(reducer: Reducer, dtype: string, axes: readonly Axis[], body: Evaluate): Evaluate {
    const loop = this.loop(axes);
    const integer = dtype === 'u32' ? (x: number): number => x >>> 0 : (x: number): number => x | 0;
    let total = 0;
    let best = 0;
    let position = 0;
    // Reductions of one kernel nest but never interleave, except with themselves through their own body, which holds
    // other reductions only: so each may keep its running value in variables of its own.
    switch (reducer) {
      case 'sum': {
        const step = dtype === 'f32' ? () => void (total += body()) : () => void (total = integer(total + body()));
        return () => {
          total = 0;
          loop(step);
          return total;
        };
      }
      case 'prod': {
        const step =
          dtype === 'f32' ? () => void (total *= body()) : () => void (total = integer(Math.imul(total, body())));
        return () => {
          total = 1;
          loop(step);
          return total;
        };
      }
      case 'max':
      case 'min': {
        const pick = reducer === 'max' ? Math.max : Math.min;
        const step = (): void => {
          total = pick(total, body());
        };
        return () => {
          total = reducer === 'max' ? -Infinity : Infinity;
          loop(step);
          return total;
        };
      }
      case 'argmax': {
        const step = (): void => {
          const value = body();
          if (position === 0 || value > total) {
            total = value;
            best = position;
          }
          position++;
        };
        return () => {
          best = 0;
          position = 0;
          loop(step);
          return best;
        };
      }
    }
  }
}

const ACC_SLOT = 1;
const FIRST_AXIS_SLOT = 2;

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

function compileUnary(e: Expr & { op: 'unary' }, a: Evaluate): Evaluate {
  switch (e.fn) {
    case 'neg':
      if (e.dtype === 'i32') return () => -a() | 0;
      if (e.dtype === 'u32') return () => -a() >>> 0;
      return () => -a();
    case 'exp':
      return () => Math.exp(a());
    case 'log':
      return () => Math.log(a());
    case 'sqrt':
      return () => Math.sqrt(a());
    case 'abs':
      return e.dtype === 'i32' ? () => Math.abs(a()) | 0 : () => Math.abs(a());
    case 'tanh':
      return () => Math.tanh(a());
    case 'floor':
      return () => Math.floor(a());
    case 'not':
      return () => (a() === 0 ? 1 : 0);
    case 'bits':
      return () => {
        asFloat[0] = a();
        return asBits[0] as number;
      };
  }
}

function compileBinary(fn: BinaryOp, dtype: Expr['dtype'], a: Evaluate, b: Evaluate): Evaluate {
  // The common operations get closures of their own; the rest share the table that constants fold by.
  if (dtype === 'f32') {
    switch (fn) {
      case 'add':
        return () => a() + b();
      case 'sub':
        return () => a() - b();
      case 'mul':
        return () => a() * b();
      default:
        break;
    }
  }
  if (dtype === 'i32') {
    switch (fn) {
      case 'add':
        return () => (a() + b()) | 0;
      case 'sub':
        return () => (a() - b()) | 0;
      case 'mul':
        return () => Math.imul(a(), b());
      default:
        break;
    }
  }
  switch (fn) {
    case 'and':
      if (dtype === 'bool') return () => (a() !== 0 && b() !== 0 ? 1 : 0);
      break;
    case 'or':
      if (dtype === 'bool') return () => (a() !== 0 || b() !== 0 ? 1 : 0);
      break;
    case 'lt':
      return () => (a() < b() ? 1 : 0);
    case 'le':
      return () => (a() <= b() ? 1 : 0);
    default:
      break;
  }
  return () => foldBinary(fn, a(), b(), dtype);
}

/** As WGSL converts: f32 to an integer truncates and stays within the type. */
function compileCast(from: Expr['dtype'], to: Expr['dtype'], a: Evaluate): Evaluate {
  if (from === 'f32') {
    const low = to === 'u32' ? 0 : -(2 ** 31);
    const high = to === 'u32' ? 2 ** 32 - 1 : 2 ** 31 - 1;
    return () => {
      const value = Math.trunc(a());
      return Number.isNaN(value) ? 0 : Math.min(high, Math.max(low, value)) + 0;
    };
  }
  if (to === 'u32') return () => a() >>> 0;
  if (to === 'i32') return () => a() | 0;
  return a;
}
