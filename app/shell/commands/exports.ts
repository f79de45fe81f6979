/** What the Export menu does. */
import { curves } from '../../store/curves.ts';
import { curvesCsv } from '../../store/curves-csv.ts';
import { useDocument } from '../../store/document.ts';
import { isActive, useRun } from '../../store/run.ts';
import { useExporting } from '../../store/exporting.ts';
import type { ExportRequest } from '../../workers/protocol.ts';
import { download } from './download.ts';
import { attempt, train } from './workers.ts';

/** Forms that the worker makes for other programs. */
export type ForeignForm = ExportRequest['form'];

export type ExportKind = 'caffemodel' | 'solverstate' | 'network' | 'solver' | 'curves' | ForeignForm;

/** Stops the export under way. */
export async function cancelExport(): Promise<void> {
  await attempt(() => train.call({ kind: 'cancel-export' }));
}

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
      return;
    default:
      await attempt(async () => {
        useExporting.setState({ job: { what: 'Starting', done: 0, total: 0 } });
        try {
          const file = await train.call({ kind: 'export', form: kind, name, netText, solverText });
          download(file.name, file.content);
        } finally {
          useExporting.setState({ job: undefined });
        }
      });
  }
}
