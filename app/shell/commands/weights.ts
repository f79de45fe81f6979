/** Snapshots, and weights from files: loading, listing, downloading, removing. */
import { isHdf5 } from '../../formats/hdf5-file.ts';
import { WorkerError } from '../../workers/failure.ts';
import { useDocument } from '../../store/document.ts';
import { useGallery } from '../../store/gallery.ts';
import { useRun } from '../../store/run.ts';
import { useView } from '../../store/view.ts';
import type { WorkerFailure } from '../../workers/protocol.ts';
import { download } from './download.ts';
import { start } from './run.ts';
import { startWeights } from './start-weights.ts';
import { attempt, train } from './workers.ts';

const showFailure = (weightsFailure: WorkerFailure) => useRun.setState({ weightsFailure });

/**
 * Loads weights in any form, or resumes from a `.solverstate` and the `.caffemodel` beside it (or both as `.h5`). Files are
 * handed to the worker as they are: they may be larger than what a page has room for. Shows the Snapshots tab.
 */
export async function loadWeightFiles(files: readonly File[]): Promise<void> {
  useView.setState({ monitorTab: 'snapshots' });
  useRun.setState({ weightsFailure: undefined });
  await attempt(async () => {
    const state = files.find(({ name }) => /\.solverstate(\.h5)?$/i.test(name));
    const model = files.find((file) => file !== state);
    if (state !== undefined) {
      const weights = model ?? startWeights.get();
      if (weights === undefined) {
        throw new WorkerError({
          code: 'weights',
          message: `${state.name} holds the solver's history but no weights: choose the .caffemodel of the same iteration together with it.`,
        });
      }
      await start({ weights, solverState: state });
    } else if (model !== undefined) {
      await loadWeights(model.name, model);
    }
  }, showFailure);
}

/** Loads the trained weights that come with the example on the page. */
export async function loadExampleWeights(): Promise<void> {
  const { models, opened } = useGallery.getState();
  const file = models.find(({ name }) => name === opened)?.files.weights;
  if (file === undefined) return;
  await attempt(async () => {
    const answer = await fetch(`models/${file}`);
    if (!answer.ok)
      throw new WorkerError({ code: 'weights', message: `${file} could not be fetched (${answer.status}).` });
    await loadWeights(file.split('/').at(-1) ?? file, await answer.blob());
  }, showFailure);
}

/** Puts weights into the net of the page, and has the next run start with them. */
export async function loadWeights(name: string, file: Blob): Promise<void> {
  const { netText } = useDocument.getState();
  const report = await named(name, () => train.call({ kind: 'load-weights', netText, file }));
  startWeights.set(file);
  useRun.setState({ startingPoint: { name, report }, hasWeights: true });
}

/** Asks the worker for the list of snapshots. */
export async function refreshSnapshots(): Promise<void> {
  await attempt(async () => {
    const snapshots = await train.call({ kind: 'snapshots' });
    useRun.setState({ snapshots: [...snapshots].sort((a, b) => b.when - a.when) });
  });
}

/** Removes a snapshot from this browser. */
export async function removeSnapshot(name: string): Promise<void> {
  await attempt(async () => {
    await train.call({ kind: 'remove-snapshot', name });
    const { lastSnapshot } = useRun.getState();
    if (lastSnapshot?.name === name) useRun.setState({ lastSnapshot: undefined });
    await refreshSnapshots();
  });
}

/** Downloads one file of a snapshot. */
export async function downloadSnapshot(name: string, extension: 'caffemodel' | 'solverstate'): Promise<void> {
  await attempt(async () => {
    const files = await train.call({ kind: 'snapshot-files', name });
    download(`${name}.${extension}${isHdf5(files[extension]) ? '.h5' : ''}`, files[extension]);
  });
}

/** The worker does not know the file's name: a sentence about it begins with the name. */
async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkerError) || error.failure.code === 'bug') throw error;
    throw new WorkerError({ ...error.failure, message: `${name}: ${error.failure.message}` }, { cause: error });
  }
}
