/** What the Data tab does: choosing, reading and removing data sets. The train worker is told of the set in use. */
import { useClassify } from '../../store/classify.ts';
import { useDataset } from '../../store/dataset.ts';
import { useView } from '../../store/view.ts';
import type { OpenedDataset, WorkerFailure } from '../../workers/protocol.ts';
import type { DroppedFile } from '../dropped-files.ts';
import { attempt, data, train } from './workers.ts';

const showFailure = (failure: WorkerFailure) => useDataset.setState({ failure });

/** Opens the set last used, or the sample. */
export async function openData(): Promise<void> {
  useDataset.setState({ job: { done: 0, total: 0, what: 'Opening the data set' } });
  await take(() => data.call({ kind: 'open' }));
}

/** Reads dropped or chosen files into a set and uses it. What was there stays when that fails. */
export async function importData(files: readonly DroppedFile[]): Promise<void> {
  useView.setState({ monitorTab: 'data' });
  useDataset.setState({ failure: undefined, job: { done: 0, total: 0, what: 'Looking into the files' } });
  await take(() => data.call({ kind: 'import', files }));
}

/** Uses a set kept in this browser. */
export async function switchData(name: string): Promise<void> {
  useDataset.setState({ failure: undefined, job: { done: 0, total: 0, what: `Opening ${name}` } });
  await take(() => data.call({ kind: 'use', name }));
}

/** Stops reading; what was there stays. */
export async function cancelData(): Promise<void> {
  await attempt(() => data.call({ kind: 'cancel' }), showFailure);
}

/** Removes a set from this browser; when it was in use, the sample is opened. */
export async function removeData(name: string): Promise<void> {
  await attempt(async () => {
    const { opened, sets } = useDataset.getState();
    await data.call({ kind: 'remove', name });
    const [first] = sets;
    if (opened?.summary.name === name && first !== undefined) await switchData(first.name);
    await refreshSets();
  }, showFailure);
}

/** Gives a set of the user's another name; it is in use afterwards. */
export async function renameData(name: string, to: string): Promise<void> {
  useDataset.setState({ failure: undefined, job: { done: 0, total: 0, what: `Renaming ${name}` } });
  await take(() => data.call({ kind: 'rename', name, to }));
}

/** Makes a share of a set's training images its test images, and uses it. */
export async function holdOutData(name: string, share: number): Promise<void> {
  useDataset.setState({ failure: undefined, job: { done: 0, total: 0, what: `Dividing ${name}` } });
  await take(() => data.call({ kind: 'hold-out', name, share }));
}

async function take(open: () => Promise<OpenedDataset>): Promise<void> {
  const opened = await attempt(open, showFailure);
  useDataset.setState({ job: undefined });
  if (opened === undefined) return;
  useDataset.setState({ opened });
  useClassify.setState({ input: undefined, result: undefined, failure: undefined });
  await attempt(() => train.call({ kind: 'data', opened }), showFailure);
  await refreshSets();
}

async function refreshSets(): Promise<void> {
  await attempt(async () => {
    const sets = await data.call({ kind: 'list' });
    useDataset.setState({ sets, storage: await data.call({ kind: 'storage' }) });
  }, showFailure);
}
