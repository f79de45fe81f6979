/** A Program as one WebAssembly module, with the places of its buffers and the steps of its sequences. */
import type { Kernel, Program } from '../ir/kernel.ts';
import { expressionsOf, visit } from '../ir/rewrite.ts';
import { bytesOf, planMemory } from '../program/memory-plan.ts';
import type { BufferPlace, Environment } from './environment.ts';
import { lowerCompute } from './lower-compute.ts';
import { contractScratch, lowerContract } from './lower-contract.ts';
import { writeMath, type MathFunction } from './math-functions.ts';
import { MICRO_SIGNATURE, writeMicroKernel } from './micro-kernel.ts';
import { ModuleBuilder, type FunctionBuilder, type Signature } from './module-builder.ts';
import { SLACK } from './vector-loads.ts';

/** One kernel of a sequence, as threads run it. */
export interface Step {
  readonly label: string;
  /** The module's exported function: first unit, last unit (exclusive), thread's own memory, 1 on a thread's first call. */
  readonly run: string;
  /** Parts that may be computed in any order, by any thread. */
  readonly units: number;
}

export interface ProgramCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly places: ReadonlyMap<string, BufferPlace>;
  /** Byte addresses of run-time scalars, and of the first: they lie side by side in the program's order. */
  readonly scalars: ReadonlyMap<string, number>;
  readonly scalarsAt: number;
  readonly sequences: Readonly<
    Record<string, { readonly steps: readonly Step[]; readonly scalars: ReadonlySet<string> }>
  >;
  /** Where the threads' own memories begin, and the bytes of each. */
  readonly scratch: { readonly start: number; readonly bytes: number };
  /** Pages (64 KiB) of memory for everything. */
  readonly pages: number;
}

export const PAGE = 65_536;
/** Windows may look a little before the first buffer. */
const LEAD = 4096;
/** Cache lines that two threads write do not meet. */
const LINE = 64;
const UNIT: Signature = { params: ['i32'], results: [] };
const RUN: Signature = { params: ['i32', 'i32', 'i32', 'i32'], results: [] };

export interface CodeOptions {
  readonly threads: number;
  readonly shared: boolean;
  readonly relaxed: boolean;
}

/** Bytes of memory that a program will have; the same as `pages` of its code. */
export function memoryNeed(program: Program, threads: number): number {
  const { end } = layOut(program);
  let scratch = 0;
  for (const kernel of Object.values(program.sequences).flat())
    if (kernel.kind === 'contract') scratch = Math.max(scratch, contractScratch(kernel));
  return pagesFor(end, align(scratch), threads) * PAGE;
}

const pagesFor = (end: number, scratch: number, threads: number): number =>
  Math.ceil((align(end + SLACK) + scratch * threads + SLACK) / PAGE);

/** Lowers a program. `onKernel` is called after each kernel. */
export function programCode(program: Program, options: CodeOptions, onKernel: () => void): ProgramCode {
  const { places, scalars, end } = layOut(program);
  const module = new ModuleBuilder();
  const micro = module.declare(MICRO_SIGNATURE);
  writeMicroKernel(micro.builder, options.relaxed);
  const helpers = new Map<MathFunction, number>();
  const math = (name: MathFunction): number => {
    const known = helpers.get(name);
    if (known !== undefined) return known;
    const params = name === 'pow' ? (['v128', 'v128'] as const) : (['v128'] as const);
    const helper = module.declare({ params, results: ['v128'] });
    helpers.set(name, helper.index);
    writeMath(name, helper.builder, math);
    return helper.index;
  };
  const environment: Environment = {
    buffer: (id) => must(places.get(id), id),
    scalar: (name) => must(scalars.get(name), name),
    math,
    bytes: end + SLACK,
    relaxed: options.relaxed,
  };
  let scratch = 0;
  let count = 0;
  const lower = (kernel: Kernel): Step => {
    const run = module.declare(RUN);
    const name = `k${count++}`;
    module.export(name, run.index);
    let units: number;
    if (kernel.kind === 'compute') {
      const unit = module.declare(UNIT);
      units = lowerCompute(kernel, unit.builder, environment);
      writeUnits(run.builder, unit.index);
    } else {
      const made = lowerContract(kernel, module, run.builder, micro.index, environment);
      units = made.units;
      scratch = Math.max(scratch, made.scratch);
    }
    onKernel();
    return { label: kernel.label, run: name, units };
  };
  const sequences = Object.fromEntries(
    Object.entries(program.sequences).map(([name, kernels]) => {
      const used = new Set<string>();
      visit(kernels.flatMap(expressionsOf), (e) => {
        if (e.op === 'scalar') used.add(e.name);
      });
      return [name, { steps: kernels.map(lower), scalars: used }];
    }),
  );
  const start = align(end + SLACK);
  const each = align(scratch);
  const pages = pagesFor(end, each, options.threads);
  return {
    bytes: module.encode({ pages, shared: options.shared }),
    places,
    scalars,
    scalarsAt: LEAD,
    sequences,
    scratch: { start, bytes: each },
    pages,
  };
}

const align = (address: number): number => Math.ceil(address / LINE) * LINE;

function must<T>(found: T | undefined, id: string): T {
  if (found === undefined) throw new Error(`"${id}" is not declared.`);
  return found;
}

/** Calls a function for every unit in a range. Units are short: V8 puts better code in place between calls. */
function writeUnits(run: FunctionBuilder, unit: number): void {
  run.code.block().loop().get(0).get(1).op('i32.ge_u').branchIf(1).get(0).call(unit);
  run.code.get(0).i32(1).op('i32.add').set(0).branch(0).end().end();
}

function layOut(program: Program): {
  places: Map<string, BufferPlace>;
  scalars: Map<string, number>;
  end: number;
} {
  const scalars = new Map(program.scalars.map(({ name }, i) => [name, LEAD + 4 * i]));
  let next = align(LEAD + 4 * program.scalars.length);
  const take = (bytes: number): number => {
    const at = next;
    next = align(next + bytes);
    return at;
  };
  const plan = planMemory(program);
  const allocations = plan.allocations.map(({ bytes }) => take(bytes));
  const places = new Map(
    program.buffers.flatMap((b): [string, BufferPlace][] => {
      const allocation = plan.placement.get(b.id);
      const address = allocation === undefined ? take(bytesOf(b)) : (allocations[allocation] as number);
      return [[b.id, { address, dtype: b.dtype, size: b.size }]];
    }),
  );
  return { places, scalars, end: next };
}
