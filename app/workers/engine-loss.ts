/** When the engine is lost under a run: whether the run may go on by itself, and what is said. */
import type { SnapshotInfo, WorkerFailure } from './protocol.ts';

/** Times that a run goes on from one snapshot by itself: what is lost at the same place again is lost for a reason. */
const MOST_TRIES = 2;

/** Counts how often a run was taken up from one place. */
export class Recovery {
  private iteration = -1;
  private tries = 0;

  /** Notes a try from a snapshot at an iteration; false when there were enough. */
  mayTry(iteration: number): boolean {
    this.tries = iteration === this.iteration ? this.tries + 1 : 1;
    this.iteration = iteration;
    return this.tries <= MOST_TRIES;
  }
}

/** What happened, as a sentence. */
export const gone = (reason: string): string =>
  `The device that computed went away (${reason.trim().replace(/[.!]$/, '')}).`;

/** The failure of a run that does not go on by itself; `why` is the reason where it was tried. */
export function lostFailure(reason: string, last: SnapshotInfo | undefined, why?: string): WorkerFailure {
  const advice =
    last === undefined
      ? 'There is no snapshot of the run: press Train to start again. With snapshot in the solver a run goes on from its last one by itself.'
      : `Continue from ${last.name} in the Snapshots tab; if it happens again, use a smaller batch or the processor.`;
  const tried = why === undefined ? '' : ` The run could not go on by itself: ${why}`;
  return { code: 'engine', message: `${gone(reason)}${tried} ${advice}` };
}
