/** What runs while the page is open: what was kept comes back, texts are analysed, engine and data are made ready. */
import { registerCommands } from '../store/commands.ts';
import { keepStore } from '../store/persist.ts';
import { curves } from '../store/curves.ts';
import { useDataset } from '../store/dataset.ts';
import { useDocument, type DocumentState } from '../store/document.ts';
import { galleryHomes, useGallery } from '../store/gallery.ts';
import { restoredRun, useRun } from '../store/run.ts';
import { useView, viewHomes } from '../store/view.ts';
import { openData } from './commands/data.ts';
import { loadGallery, openExample } from './commands/document.ts';
import { refreshSnapshots } from './commands/weights.ts';
import { findEngine } from './commands/engine.ts';
import { attempt, language, train } from './commands/workers.ts';
import { followKeys } from './keys/dispatch.ts';
import { historyCommands } from './keys/history-commands.ts';
import { followInput, followTheme } from './theme.ts';

/** Milliseconds of quiet in the text before it is analysed. */
const analysisDelay = 60;

/** Brings back what was kept. The page is drawn after this, so that it appears as it was left. */
export async function restoreSession(): Promise<void> {
  const stops = [
    keepStore(useView, 'crema.view', viewHomes, localStorage),
    keepStore(useGallery, 'crema.gallery', galleryHomes, localStorage),
    keepStore(
      useDocument,
      'crema.document',
      {
        name: 'local',
        netText: 'local',
        solverText: 'local',
        phase: 'memory',
        nets: 'memory',
        goodNets: 'memory',
        solver: 'memory',
        selection: 'memory',
      },
      localStorage,
    ),
  ];
  addEventListener('pagehide', () => stops.forEach((stop) => stop()), { once: true });
  followTheme();
  followInput();
  registerCommands(historyCommands);
  followKeys();
  await attempt(async () => {
    await loadGallery();
    const { netText, solverText } = useDocument.getState();
    const [opening] = useGallery.getState().models;
    if (netText === '' && solverText === '' && opening !== undefined) await openExample(opening);
  });
}

/** Starts what goes on in the background. */
export function startSession(): void {
  analyseTexts();
  void openData();
  void findEngine();
  void restoreRun();
}

/** The last run's curves and snapshots; the worker classifies with the last snapshot's weights. */
async function restoreRun(): Promise<void> {
  await attempt(async () => {
    const restored = await train.call({ kind: 'restore' });
    if (restored !== undefined) {
      curves.restore(restored.curves);
      useRun.setState(restoredRun(restored));
    }
    await refreshSnapshots();
  });
}

/** Analyses the texts now and whenever they, or the size of the data set's images, change. */
function analyseTexts(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    void attempt(analyse);
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(now, analysisDelay);
  };
  useDocument.subscribe((state, before) => {
    if (state.netText !== before.netText || state.solverText !== before.solverText) schedule();
  });
  useDataset.subscribe((state, before) => {
    if (state.opened?.dataset !== before.opened?.dataset) schedule();
  });
  registerCommands([
    {
      id: 'text.render',
      title: 'Render the graph now',
      group: 'Graph',
      keys: ['Shift+Enter'],
      scope: 'editor',
      run: now,
    },
  ]);
  now();
}

async function analyse(): Promise<void> {
  const { netText, solverText } = useDocument.getState();
  const dataset = useDataset.getState().opened?.dataset;
  const record = recordOf(dataset);
  const testImages = dataset?.test.count;
  const answer = await language.call({ kind: 'analyse', netText, solverText, record, testImages });
  const nets: DocumentState['nets'] = { TRAIN: answer.train, TEST: answer.test };
  useDocument.setState({
    nets,
    solver: answer.solver,
    ...(answer.train.parsed && answer.test.parsed ? { goodNets: nets } : {}),
  });
}

function recordOf(dataset: { channels: number; height: number; width: number } | undefined): number[] | undefined {
  return dataset === undefined ? undefined : [dataset.channels, dataset.height, dataset.width];
}
