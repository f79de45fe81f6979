/** Which transient buffers may share device memory: whole allocations, shared by buffers that are never alive together. */
import type { BufferDeclaration, Program } from '../ir/kernel.ts';
import { buffersNamed } from '../ir/rewrite.ts';

/** One piece of device memory. */
export interface Allocation {
  readonly bytes: number;
}

export interface MemoryPlan {
  /** Memory for the transient buffers. */
  readonly allocations: readonly Allocation[];
  /** The allocation (index into `allocations`) of every transient buffer. */
  readonly placement: ReadonlyMap<string, number>;
  /** Most bytes of transient buffers alive at one moment: no plan can need less. */
  readonly peakBytes: number;
}

/** Bytes that a buffer takes: 4 an element, or 1 for u8, in whole words. */
export const bytesOf = (buffer: BufferDeclaration): number =>
  buffer.dtype === 'u8' ? Math.ceil(buffer.size / 4) * 4 : buffer.size * 4;

/** First and last kernel of a sequence that uses a buffer. */
interface Lifetime {
  readonly sequence: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Places the transient buffers of a program. Buffers share an allocation only when no kernel of any sequence runs while
 * both are alive, its first and last user included: what a kernel reads and what it writes never share.
 */
export function planMemory(program: Program): MemoryPlan {
  const transients = program.buffers.filter((d) => d.lifetime === 'transient');
  const lifetimes = lifetimesOf(program, new Set(transients.map((d) => d.id)));
  const allocations: { bytes: number; tenants: string[] }[] = [];
  const placement = new Map<string, number>();
  // Largest first: then an allocation that is free is large enough, and the last one made is the tightest.
  for (const d of transients.toSorted((p, q) => bytesOf(q) - bytesOf(p))) {
    const own = lifetimes.get(d.id) ?? [];
    let at = allocations.findLastIndex((a) => a.tenants.every((id) => !overlap(own, lifetimes.get(id) ?? [])));
    if (at < 0) at = allocations.push({ bytes: bytesOf(d), tenants: [] }) - 1;
    allocations[at]?.tenants.push(d.id);
    placement.set(d.id, at);
  }
  return {
    allocations: allocations.map(({ bytes }) => ({ bytes })),
    placement,
    peakBytes: peak(program, transients, lifetimes),
  };
}

function lifetimesOf(program: Program, transients: ReadonlySet<string>): Map<string, Lifetime[]> {
  const all = new Map<string, Lifetime[]>();
  for (const [sequence, kernels] of Object.entries(program.sequences)) {
    const here = new Map<string, { first: number; last: number }>();
    kernels.forEach((kernel, at) => {
      for (const id of buffersNamed(kernel))
        if (transients.has(id)) here.set(id, { first: here.get(id)?.first ?? at, last: at });
    });
    for (const [id, span] of here) all.set(id, [...(all.get(id) ?? []), { sequence, ...span }]);
  }
  return all;
}

const overlap = (p: readonly Lifetime[], q: readonly Lifetime[]): boolean =>
  p.some((x) => q.some((y) => x.sequence === y.sequence && x.first <= y.last && y.first <= x.last));

function peak(
  program: Program,
  transients: readonly BufferDeclaration[],
  lifetimes: ReadonlyMap<string, readonly Lifetime[]>,
): number {
  let most = 0;
  for (const [sequence, kernels] of Object.entries(program.sequences)) {
    const change = new Float64Array(kernels.length + 1);
    for (const d of transients)
      for (const l of lifetimes.get(d.id) ?? []) {
        if (l.sequence !== sequence) continue;
        change[l.first] = (change[l.first] as number) + bytesOf(d);
        change[l.last + 1] = (change[l.last + 1] as number) - bytesOf(d);
      }
    let alive = 0;
    for (const by of change) most = Math.max(most, (alive += by));
  }
  return most;
}
