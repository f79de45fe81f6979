/** What the Export menu does. */
import { curves } from '../../store/curves.ts';
import { curvesCsv } from '../../store/curves-csv.ts';
import { useDocument } from '../../store/document.ts';
import { isActive, useRun } from '../../store/run.ts';
import { download } from './download.ts';
import { attempt, train } from './workers.ts';

export type ExportKind = 'caffemodel' | 'solverstate' | 'network' | 'solver' | 'curves';

/** Makes a file and downloads it, named as Caffe names it. */
export async function exportFile(kind: ExportKind): Promise<void> {
  const { name, netText, solverText } = useDocument.getState();
  switch (kind) {
    case 'network':
      download(`${name}.prototxt`, netText);
      return;
    case 'solver':
      download(`${name}_solver.prototxt`, solverText);
      return;
    case 'curves':
      download(`${name}_curves.csv`, curvesCsv(curves));
      return;
    case 'caffemodel':
      await attempt(async () => {
        const weights = await train.call({ kind: 'weights' });
        download(`${name}_iter_${useRun.getState().iteration}.caffemodel`, weights);
      });
      return;
    case 'solverstate':
      await attempt(async () => {
        const { state, lastSnapshot } = useRun.getState();
        const snapshot = isActive(state) ? await train.call({ kind: 'snapshot' }) : lastSnapshot;
        if (snapshot === undefined) return;
        const files = await train.call({ kind: 'snapshot-files', name: snapshot.name });
        download(`${snapshot.name}.solverstate`, files.solverstate);
      });
  }
}
