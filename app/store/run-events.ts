/**
 * Takes the train worker's events into the stores. Progress comes up to sixty times a second: the points go straight into
 * the curves, the figures wait a tenth of a second and only the newest are shown, since nobody reads faster.
 */
import type { TrainEvent } from '../workers/protocol.ts';
import { useExporting } from './exporting.ts';
import { curves, type CurveStore } from './curves.ts';
import { remark } from './notices.ts';
import { reduceRun, useRun, type RunValues } from './run.ts';

/** Where events go; tests pass their own. */
export interface EventTargets {
  readonly curves: Pick<CurveStore, 'addTraining' | 'addTest' | 'continueFrom'>;
  readonly get: () => RunValues;
  readonly set: (values: Partial<RunValues>) => void;
  /** Tells the person in a sentence. */
  readonly say: (message: string) => void;
  /** Calls back once, soon. */
  readonly soon: (callback: () => void) => void;
}

/** Makes the function that takes one event after the other. */
export function eventTaker(targets: EventTargets): (event: TrainEvent) => void {
  let waiting: (TrainEvent & { kind: 'progress' }) | undefined;
  const flush = () => {
    if (waiting === undefined) return;
    const event = waiting;
    waiting = undefined;
    targets.set(reduceRun(targets.get(), event));
  };
  return (event) => {
    if (event.kind === 'progress') {
      targets.curves.addTraining(event.iteration, event.losses, event.rates);
      if (waiting === undefined) targets.soon(flush);
      waiting = event;
      return;
    }
    if (event.kind === 'exporting') {
      const { what, done, total } = event;
      // One that has been cancelled may still say a word.
      if (useExporting.getState().job !== undefined) useExporting.setState({ job: { what, done, total } });
      return;
    }
    // What happened before the event is shown before it.
    flush();
    if (event.kind === 'resumed') {
      targets.curves.continueFrom(event.started.iteration);
      targets.say(event.message);
    }
    if (event.kind === 'tested') targets.curves.addTest(event.iteration, event.loss, event.accuracy);
    targets.set(reduceRun(targets.get(), event));
  };
}

/** Takes an event into the page's stores. */
export const takeTrainEvent = eventTaker({
  curves,
  get: useRun.getState,
  set: useRun.setState,
  say: remark,
  soon: (callback) => void setTimeout(callback, 100),
});
