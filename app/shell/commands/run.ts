/** What the run's buttons do. Failures are shown with the run. */
import { curves } from '../../store/curves.ts';
import { useDocument } from '../../store/document.ts';
import { initialRun, startRun, startedRun, useRun, type RunAction } from '../../store/run.ts';
import { useView } from '../../store/view.ts';
import type { RunSpec, WorkerFailure } from '../../workers/protocol.ts';
import { hideCompared } from './compare.ts';
import { startWeights } from './start-weights.ts';
import { attempt, train } from './workers.ts';

const showFailure = (failure: WorkerFailure) => useRun.setState({ failure });

/** Does one of the run's actions. */
export function doRunAction(action: RunAction): Promise<unknown> {
  switch (action) {
    case 'train':
      return startTraining();
    case 'continue': {
      const { lastSnapshot } = useRun.getState();
      return lastSnapshot === undefined ? Promise.resolve() : continueFrom(lastSnapshot.name);
    }
    case 'pause':
    case 'resume':
    case 'step':
    case 'stop':
      return attempt(() => train.call({ kind: action }), showFailure);
    case 'snapshot':
      return attempt(() => train.call({ kind: 'snapshot' }), showFailure);
    case 'reset':
      return resetRun();
  }
}

/** Starts anew: from the loaded weights where there are some, else from the net's fillers. */
export function startTraining(): Promise<void> {
  const weights = startWeights.get();
  return start(weights === undefined ? {} : { weights });
}

/** Goes on from a snapshot with the losses an unbroken run would have had. */
export async function continueFrom(name: string): Promise<void> {
  const files = await attempt(() => train.call({ kind: 'snapshot-files', name }), showFailure);
  if (files !== undefined) await start({ weights: files.caffemodel, solverState: files.solverstate });
}

/** Starts with the page's texts and these weights and state. When that fails, curves and figures of the last run stay. */
export async function start(from: Pick<RunSpec, 'weights' | 'solverState'>): Promise<void> {
  const { netText, solverText } = useDocument.getState();
  const before = useRun.getState();
  useRun.setState({ ...startRun(), maxIter: before.maxIter });
  useView.setState({ monitorTab: 'charts' });
  const started = await attempt(
    () => train.call({ kind: 'start', spec: { netText, solverText, tune: useView.getState().tuneKernels, ...from } }),
    (failure) => {
      const { engine, snapshots, log } = useRun.getState();
      useRun.setState({ ...before, engine, snapshots, log, failure, state: 'failed', job: undefined });
    },
  );
  if (started === undefined) return;
  // The answer comes before the first loss.
  if (from.solverState === undefined) curves.clear();
  else curves.continueFrom(started.iteration);
  const { startingPoint } = before;
  useRun.setState({
    ...startedRun(started),
    ...(from.solverState === undefined && startingPoint !== undefined && started.copy !== undefined
      ? { startingPoint: { ...startingPoint, report: started.copy } }
      : {}),
  });
}

/** Forgets the run and its weights; snapshots stay. */
async function resetRun(): Promise<void> {
  await attempt(async () => {
    await train.call({ kind: 'reset' });
    curves.clear();
    startWeights.clear();
    hideCompared();
    const { engine, snapshots } = useRun.getState();
    useRun.setState({ ...initialRun, engine, snapshots });
  }, showFailure);
}
