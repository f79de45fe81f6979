/** What runs while the page is open: what was kept comes back, texts are analysed, engine and data are made ready. */
import { registerCommands } from '../store/commands.ts';
import { keepStore } from '../store/persist.ts';
import { curves } from '../store/curves.ts';
import { bindingsHomes, useBindings } from '../store/data-bindings.ts';
import { useDataset } from '../store/dataset.ts';
import { useDocument, type DocumentState } from '../store/document.ts';
import { useGallery } from '../store/gallery.ts';
import { startHistory } from '../store/history-store.ts';
import { restoredRun, useRun } from '../store/run.ts';
import { useView, viewHomes } from '../store/view.ts';
import { openData } from './commands/data.ts';
import { followRoute, loadGallery, openExample } from './commands/document.ts';
import { registerShellCommands, renderCommand } from './commands/shell-commands.ts';
import { refreshSnapshots } from './commands/weights.ts';
import { findEngine } from './commands/engine.ts';
import { forgetTimesWithDocument } from './commands/layer-times.ts';
import { attempt, language, train } from './commands/workers.ts';
import { keeper, newDocument } from './documents/documents.ts';
import { followKeys } from './keys/dispatch.ts';
import { routeOf } from './routes.ts';
import { followInput, followTheme } from './theme.ts';

/** Milliseconds of quiet in the text before it is analysed. */
const analysisDelay = 60;

/**
 * Brings back what was kept, or opens what the address asks for; on a first visit, the first example. The page is drawn
 * after this, so that it appears as it was left.
 */
export async function restoreSession(): Promise<void> {
  const stopView = keepStore(useView, 'crema.view', viewHomes, localStorage);
  addEventListener('pagehide', stopView, { once: true });
  const stopBindings = keepStore(useBindings, 'crema.bindings', bindingsHomes, localStorage);
  addEventListener('pagehide', stopBindings, { once: true });
  followTheme();
  followInput();
  followKeys();
  startHistory();
  keeper.start();
  addEventListener('pagehide', () => keeper.save());
  addEventListener('storage', ({ key }) => keeper.heard(key));
  registerShellCommands();

  const gallery = attempt(loadGallery);
  keeper.restore();
  const follow = async () => {
    if (routeOf(location.hash).kind === 'preset') await gallery;
    await attempt(() => followRoute(location.hash));
  };
  await follow();
  addEventListener('hashchange', () => void follow());
  if (useDocument.getState().id === '') {
    await gallery;
    const [opening] = useGallery.getState().models;
    if (opening !== undefined) await openExample(opening);
  }
  if (useDocument.getState().id === '') newDocument();
}

/** Starts what goes on in the background. */
export function startSession(): void {
  forgetTimesWithDocument();
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
    const same = state.netText === before.netText && state.solverText === before.solverText;
    if (!same || state.id !== before.id) schedule();
  });
  useDataset.subscribe((state, before) => {
    if (state.opened?.dataset !== before.opened?.dataset) schedule();
  });
  registerCommands([renderCommand(now)]);
  now();
}

/** The document that the nets on the page are of. */
let analysed = '';

async function analyse(): Promise<void> {
  const { id, netText, solverText } = useDocument.getState();
  const dataset = useDataset.getState().opened?.dataset;
  const record = recordOf(dataset);
  const testImages = dataset?.test.count;
  const answer = await language.call({ kind: 'analyse', netText, solverText, record, testImages });
  const nets: DocumentState['nets'] = { TRAIN: answer.train, TEST: answer.test };
  // The last good graph is kept while its own text has a mistake; another document's is of no use.
  const isGood = answer.train.parsed && answer.test.parsed;
  useDocument.setState({
    nets,
    solver: answer.solver,
    ...(isGood ? { goodNets: nets } : id === analysed ? {} : { goodNets: undefined }),
  });
  analysed = id;
}

function recordOf(dataset: { channels: number; height: number; width: number } | undefined): number[] | undefined {
  return dataset === undefined ? undefined : [dataset.channels, dataset.height, dataset.width];
}
