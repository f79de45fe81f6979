/** Curves of a run that was made elsewhere, put beside the page's own: taking them in, keeping them, taking them away. */
import { readCurves, type RunCurves } from '../../formats/curve-files.ts';
import { comparedCurves, useCompared } from '../../store/compared.ts';
import { useView } from '../../store/view.ts';
import { WorkerError } from '../../workers/failure.ts';
import { attempt, train } from './workers.ts';

/** More than any log of a run has; a larger file is something else. */
const LARGEST = 256 << 20;

/** Shows the curves of files on the charts (Caffe's two tables of a log belong together), and keeps them with the run. */
export async function compareWith(files: readonly File[]): Promise<void> {
  await attempt(async () => {
    const [first] = files;
    if (first === undefined) return;
    const found: RunCurves[] = [];
    for (const file of files) {
      const curves = file.size > LARGEST ? undefined : readCurves(await file.text());
      if (curves === undefined)
        throw new WorkerError({
          code: 'dataset',
          message: `${file.name} holds no curves: choose losses.csv of an exported project, a table that Crema exported, or Caffe's log.`,
        });
      found.push(curves);
    }
    const trained = found.find(({ train: { iteration } }) => iteration.length > 0) ?? found[0];
    const tested = found.find(({ test: { iteration } }) => iteration.length > 0) ?? found[0];
    if (trained === undefined || tested === undefined) return;
    const curves = { train: trained.train, test: tested.test };
    show(first.name, curves);
    useView.setState({ monitorTab: 'charts' });
    await train.call({ kind: 'keep-compared', compared: { name: first.name, curves } });
  });
}

/** Takes the other run off the charts. */
export async function stopComparing(): Promise<void> {
  hideCompared();
  await attempt(() => train.call({ kind: 'keep-compared', compared: undefined }));
}

/** Clears the charts of the other run; what is kept of it stays. */
export function hideCompared(): void {
  comparedCurves.clear();
  useCompared.setState({ name: undefined });
}

let restored: Promise<unknown> | undefined;

/** Brings back what an earlier visit compared with, once. */
export function restoreCompared(): void {
  restored ??= attempt(async () => {
    const compared = await train.call({ kind: 'compared' });
    if (compared !== undefined && useCompared.getState().name === undefined) show(compared.name, compared.curves);
  });
}

function show(name: string, curves: RunCurves): void {
  comparedCurves.restore(curves);
  useCompared.setState({ name });
}
