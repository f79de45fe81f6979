/** Runs a kernel in double precision on plain arrays, checking every index that it reads or writes. */
import type { ComputeKernel, ContractKernel, Kernel, Store } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { Evaluate, Storage } from './compile-expression.ts';
import { Scope } from './compile-expression.ts';

export interface InterpreterOptions {
  /** Also fails when two points of a kernel write one element, which engines would do in no fixed order. */
  readonly checkRaces?: boolean;
}

/** A kernel bound to its buffers: runs it once with these run-time scalars. */
export type RunKernel = (scalars: Readonly<Record<string, number>>) => void;

/** Products of a contract are taken in pieces of at most this many operand elements, to bound memory. */
const OPERAND_ELEMENTS = 1 << 22;

/**
 * Prepares a kernel to run on buffers. Throws an Error naming kernel, buffer and index when, at run time, an unguarded
 * load or a store is out of bounds.
 */
export function compileKernel(
  kernel: Kernel,
  storage: ReadonlyMap<string, Storage>,
  options: InterpreterOptions = {},
): RunKernel {
  return kernel.kind === 'compute'
    ? compileCompute(kernel, storage, options)
    : compileContract(kernel, storage, options);
}

/** Runs a kernel once; see `compileKernel`. */
export function evaluateKernel(
  kernel: Kernel,
  storage: ReadonlyMap<string, Storage>,
  scalars: Readonly<Record<string, number>> = {},
  options: InterpreterOptions = {},
): void {
  compileKernel(kernel, storage, options)(scalars);
}

function compileCompute(
  kernel: ComputeKernel,
  storage: ReadonlyMap<string, Storage>,
  options: InterpreterOptions,
): RunKernel {
  const scope = new Scope(kernel.label, storage);
  const loop = scope.loop(kernel.axes);
  const stores = new Stores(scope, kernel.stores, options);
  return (scalars) => {
    scope.begin(scalars);
    stores.begin();
    loop(() => {
      stores.write();
    });
  };
}

function compileContract(
  kernel: ContractKernel,
  storage: ReadonlyMap<string, Storage>,
  options: InterpreterOptions,
): RunKernel {
  const scope = new Scope(kernel.label, storage);
  const rows = extentOf(kernel.m);
  const columns = extentOf(kernel.n);
  const depth = extentOf(kernel.k);
  const [batch, m, n, k] = [kernel.batch, kernel.m, kernel.n, kernel.k].map((axes) => scope.loop(axes)) as [
    Loop,
    Loop,
    Loop,
    Loop,
  ];
  const a = scope.compile(kernel.a);
  const b = scope.compile(kernel.b);
  const stores = new Stores(scope, kernel.stores, options);
  // Whole rows of k, so many rows of a (and columns of b) at a time.
  const band = Math.max(1, Math.floor(OPERAND_ELEMENTS / depth));
  const sums = new Float64Array(rows * columns);

  const operand = (from: number, count: number, outer: Loop, value: Evaluate): Float64Array => {
    const out = new Float64Array(count * depth);
    let row = 0;
    outer(() => {
      if (row >= from && row < from + count) {
        let at = (row - from) * depth;
        k(() => {
          out[at++] = value();
        });
      }
      row++;
    });
    return out;
  };

  const product = (): void => {
    for (let j0 = 0; j0 < columns; j0 += band) {
      const jn = Math.min(band, columns - j0);
      const right = operand(j0, jn, n, b);
      for (let i0 = 0; i0 < rows; i0 += band) {
        const rowsHere = Math.min(band, rows - i0);
        const left = operand(i0, rowsHere, m, a);
        for (let i = 0; i < rowsHere; i++)
          for (let j = 0; j < jn; j++) {
            let total = 0;
            const p = i * depth;
            const q = j * depth;
            for (let t = 0; t < depth; t++) total += (left[p + t] as number) * (right[q + t] as number);
            sums[(i0 + i) * columns + j0 + j] = total;
          }
      }
    }
  };

  return (scalars) => {
    scope.begin(scalars);
    stores.begin();
    batch(() => {
      product();
      let point = 0;
      m(() => {
        n(() => {
          scope.setAccumulator(sums[point++] as number);
          stores.write();
        });
      });
    });
  };
}

type Loop = ReturnType<Scope['loop']>;

interface CompiledStore {
  readonly buffer: string;
  readonly target: Storage;
  readonly add: boolean;
  readonly index: Evaluate;
  readonly value: Evaluate;
  /** Elements written in this run, when races are looked for; shared by the stores of a buffer. */
  readonly written: Uint8Array | undefined;
}

/** The stores of a kernel at one point: all values are computed before any is written. */
class Stores {
  private readonly scope: Scope;
  private readonly stores: readonly CompiledStore[];
  private readonly indices: Float64Array;
  private readonly values: Float64Array;

  constructor(scope: Scope, stores: readonly Store[], options: InterpreterOptions) {
    this.scope = scope;
    const written = new Map<string, Uint8Array>();
    this.stores = stores.map((s) => {
      const target = scope.buffer(s.buffer);
      if (options.checkRaces === true && !written.has(s.buffer)) written.set(s.buffer, new Uint8Array(target.length));
      return {
        buffer: s.buffer,
        target,
        add: s.mode === 'add',
        index: scope.compile(s.index),
        value: scope.compile(s.value),
        written: written.get(s.buffer),
      };
    });
    this.indices = new Float64Array(stores.length);
    this.values = new Float64Array(stores.length);
  }

  begin(): void {
    for (const s of this.stores) s.written?.fill(0);
  }

  write(): void {
    const { stores, indices, values } = this;
    for (let s = 0; s < stores.length; s++) {
      const store = stores[s] as CompiledStore;
      indices[s] = store.index();
      values[s] = store.value();
    }
    for (let s = 0; s < stores.length; s++) {
      const store = stores[s] as CompiledStore;
      const i = indices[s] as number;
      if (i < 0 || i >= store.target.length)
        throw new Error(
          `${this.scope.label} writes "${store.buffer}" at ${i}, which has ${store.target.length} elements${this.scope.where()}.`,
        );
      if (store.written !== undefined) {
        if (store.written[i] === 1)
          throw new Error(`${this.scope.label} writes "${store.buffer}" at ${i} twice${this.scope.where()}.`);
        store.written[i] = 1;
      }
      if (store.add) store.target[i] = (store.target[i] as number) + (values[s] as number);
      else store.target[i] = values[s] as number;
    }
  }
}
