/** From the kernels as layers write them to the kernels that run: the same values in fewer passes, with enough parallel work. */
import type { Kernel, Program } from '../ir/kernel.ts';
import { buffersNamed, buffersRead } from '../ir/rewrite.ts';
import { fuse } from './fuse.ts';
import type { SplitOptions } from './split-reductions.ts';
import { SPLIT_DEFAULTS, splitReductions } from './split-reductions.ts';

/**
 * Drops what nobody reads, folds elementwise kernels into their producers, and splits long reductions. Persistent
 * buffers end up with the same contents (up to rounding of split sums); transient buffers may be gone.
 */
export function optimise(program: Program, split: SplitOptions = SPLIT_DEFAULTS): Program {
  return dropUnusedBuffers(splitReductions(dropDead(fuse(dropDead(program))), split));
}

/** Without stores to transient buffers that no later kernel of the sequence reads, and kernels left with none. */
export function dropDead(program: Program): Program {
  const transient = new Set(program.buffers.filter((d) => d.lifetime === 'transient').map((d) => d.id));
  const sequences = Object.fromEntries(
    Object.entries(program.sequences).map(([name, kernels]) => [name, dropDeadIn(kernels, transient)]),
  );
  return { ...program, sequences };
}

function dropDeadIn(kernels: readonly Kernel[], transient: ReadonlySet<string>): Kernel[] {
  const readLater = new Set<string>();
  const kept: Kernel[] = [];
  for (const kernel of kernels.toReversed()) {
    const stores = kernel.stores.filter((s) => !transient.has(s.buffer) || readLater.has(s.buffer));
    if (stores.length === 0) continue;
    const live: Kernel = { ...kernel, stores };
    for (const id of buffersRead(live)) readLater.add(id);
    kept.push(live);
  }
  return kept.reverse();
}

function dropUnusedBuffers(program: Program): Program {
  const used = new Set(
    Object.values(program.sequences)
      .flat()
      .flatMap((k) => [...buffersNamed(k)]),
  );
  return { ...program, buffers: program.buffers.filter((d) => d.lifetime === 'persistent' || used.has(d.id)) };
}
