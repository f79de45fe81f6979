/** The commands of the page as a whole: documents, files, export, view, run, help. Views register their own. */
import { PLAIN_SOLVER } from '../../caffe/solver/plain-solver.ts';
import { registerCommands, type Command } from '../../store/commands.ts';
import { curves } from '../../store/curves.ts';
import { useDataset } from '../../store/dataset.ts';
import { useDocument } from '../../store/document.ts';
import { useHistory } from '../../store/history-store.ts';
import { listSteps, obstacleOf } from '../../store/readiness.ts';
import { isActive, runActions, useRun, type RunAction } from '../../store/run.ts';
import { useView, type MonitorTab, type ThemeChoice } from '../../store/view.ts';
import type { EngineChoice } from '../../workers/protocol.ts';
import { openDialog } from '../dialogs.ts';
import { deleteDocument, duplicateDocument, newDocument } from '../documents/documents.ts';
import { panelCommands } from '../panels.ts';
import { chooseEngine } from './engine.ts';
import { exportFile, type ExportKind } from './exports.ts';
import { openFiles, saveTextInFront } from './files.ts';
import { noTimes, timeLayers } from './layer-times.ts';
import { showPhase } from './phase.ts';
import { doRunAction } from './run.ts';
import { copyLink } from './share.ts';

const documentCommands: readonly Command[] = [
  {
    id: 'document.new',
    title: 'New document',
    group: 'Document',
    keys: ['Mod+Alt+N'],
    scope: 'everywhere',
    run: newDocument,
  },
  {
    id: 'document.open',
    title: 'Open a file…',
    group: 'Document',
    keys: ['Mod+O'],
    scope: 'everywhere',
    run: () => void openFiles(),
  },
  {
    id: 'document.gallery',
    title: 'Open a network of the gallery…',
    group: 'Document',
    run: () => openDialog('gallery'),
  },
  {
    id: 'document.save',
    title: 'Save the text in front to a file',
    group: 'Document',
    keys: ['Mod+S'],
    scope: 'everywhere',
    run: () => void saveTextInFront(),
  },
  {
    id: 'document.save-as',
    title: 'Save the text in front as another file…',
    group: 'Document',
    keys: ['Mod+Shift+S'],
    scope: 'everywhere',
    run: () => void saveTextInFront(true),
  },
  { id: 'document.link', title: 'Copy a link to the whole document', group: 'Document', run: () => void copyLink() },
  { id: 'document.duplicate', title: 'Duplicate the document', group: 'Document', run: duplicateDocument },
  {
    id: 'document.rename',
    title: 'Rename the document',
    group: 'Document',
    run: () => document.querySelector<HTMLInputElement>('.document-name')?.select(),
  },
  { id: 'document.delete', title: 'Delete the document', group: 'Document', run: deleteDocument },
];

const noWeights = () => (useRun.getState().hasWeights ? undefined : 'There are no weights yet: train, or load some.');

function noState(): string | undefined {
  const { state, lastSnapshot } = useRun.getState();
  return isActive(state) || lastSnapshot !== undefined ? undefined : 'There is no solver state yet: train first.';
}

const noCurves = () => (curves.empty ? 'There are no curves yet: train first.' : undefined);

/** What can be exported, with why it cannot be now. */
const EXPORTS: readonly (readonly [ExportKind, string, (() => string | undefined)?])[] = [
  ['network', 'Export the network as .prototxt'],
  ['solver', 'Export the solver as .prototxt'],
  ['caffemodel', 'Export the weights as .caffemodel', noWeights],
  ['solverstate', 'Export the solver state as .solverstate', noState],
  ['curves', 'Export the curves as .csv', noCurves],
  ['onnx', 'Export the trained network as ONNX', noWeights],
  ['safetensors', 'Export the weights as safetensors', noWeights],
  ['npz', 'Export the weights as NumPy .npz', noWeights],
  ['h5', 'Export the weights as .caffemodel.h5', noWeights],
  ['pytorch', 'Train elsewhere: a PyTorch project', noWeights],
  ['caffe', 'Train elsewhere: a Caffe folder', noWeights],
  ['verify', 'Verify elsewhere: a bundle for OpenCV', noWeights],
];

const exportCommands = EXPORTS.map(([kind, title, unavailable]): Command => ({
  id: `export.${kind}`,
  title,
  group: 'Document',
  ...(unavailable === undefined ? {} : { unavailable }),
  run: () => void exportFile(kind),
}));

/** A node that has the focus may go with the change: the keyboard is to stay on the canvas. */
function stayOnCanvas(): void {
  document.activeElement?.closest<HTMLElement>('section.canvas')?.focus({ preventScroll: true });
}

const historyCommands: readonly Command[] = [
  {
    id: 'edit.undo',
    title: 'Undo',
    group: 'Edit',
    keys: ['Mod+Z'],
    unavailable: () => (useHistory.getState().past.length === 0 ? 'There is nothing to undo.' : undefined),
    run: () => {
      stayOnCanvas();
      useDocument.getState().undo();
    },
  },
  {
    id: 'edit.redo',
    title: 'Redo',
    group: 'Edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    unavailable: () => (useHistory.getState().future.length === 0 ? 'There is nothing to do again.' : undefined),
    run: () => {
      stayOnCanvas();
      useDocument.getState().redo();
    },
  },
];

const textCommands: readonly Command[] = [
  {
    id: 'text.plain-solver',
    title: 'Put in a plain solver',
    group: 'Text',
    unavailable: () =>
      useDocument.getState().solverText.trim() === '' ? undefined : 'The document has a solver already.',
    run: () => {
      const { solverText, applyEdits } = useDocument.getState();
      const range = { start: 0, end: solverText.length };
      applyEdits('solver', [{ range, text: PLAIN_SOLVER }], 'Put in a plain solver');
      useView.getState().reveal?.('solver', { start: 0, end: 0 });
    },
  },
];

/** Reads the texts at once, without waiting for a pause in the typing: the habit of netscope's users. */
export const renderCommand = (run: () => void): Command => ({
  id: 'text.render',
  title: 'Render the graph now',
  group: 'Text',
  keys: ['Shift+Enter'],
  scope: 'editor',
  run,
});

const TABS: Readonly<Record<MonitorTab, string>> = {
  charts: 'Charts',
  cost: 'Cost',
  data: 'Data',
  classify: 'Classify',
  snapshots: 'Snapshots',
  log: 'Log',
  problems: 'Problems',
};

const THEMES: Readonly<Record<ThemeChoice, string>> = { system: "the system's", light: 'the light', dark: 'the dark' };

const viewCommands: readonly Command[] = [
  ...panelCommands,
  ...(['network', 'solver'] as const).map((text): Command => ({
    id: `view.text-${text}`,
    title: `Show the ${text} as text`,
    group: 'View',
    run: () => {
      useView.getState().showText(text);
      useView.getState().reveal?.(text, { start: 0, end: 0 });
    },
  })),
  ...Object.entries(TABS).map(([tab, title]): Command => ({
    id: `view.monitor-${tab}`,
    title: `Show ${title}`,
    group: 'View',
    run: () => useView.getState().showMonitor(tab as MonitorTab),
  })),
  ...(['TRAIN', 'TEST'] as const).map((phase): Command => ({
    id: `view.phase-${phase.toLowerCase()}`,
    title: `Show the ${phase} phase`,
    group: 'View',
    run: () => showPhase(phase),
  })),
  {
    id: 'view.phase-deploy',
    title: 'Show the net as it is used after training',
    group: 'View',
    run: () => showPhase('DEPLOY'),
  },
  {
    id: 'view.log-loss',
    title: 'Draw the loss on a logarithmic scale, or no longer',
    group: 'View',
    run: () => {
      useView.setState(({ logLoss }) => ({ logLoss: !logLoss }));
      useView.getState().showMonitor('charts');
    },
  },
  {
    id: 'view.whole-run',
    title: 'Draw the charts over the whole run, or so far',
    group: 'View',
    run: () => {
      useView.setState(({ wholeRun }) => ({ wholeRun: !wholeRun }));
      useView.getState().showMonitor('charts');
    },
  },
  ...Object.entries(THEMES).map(([theme, title]): Command => ({
    id: `view.theme-${theme}`,
    title: `Use ${title} theme`,
    group: 'View',
    unavailable: () => (useView.getState().theme === theme ? 'This is the theme in use.' : undefined),
    run: () => useView.getState().setTheme(theme as ThemeChoice),
  })),
];

const RUN_TITLES: Readonly<Record<RunAction, { readonly title: string; readonly keys?: readonly string[] }>> = {
  train: { title: 'Train from the start', keys: ['Mod+Enter'] },
  continue: { title: 'Continue from the last snapshot', keys: ['Mod+Shift+Enter'] },
  pause: { title: 'Pause the run', keys: ['Mod+Enter'] },
  resume: { title: 'Resume the run', keys: ['Mod+Enter'] },
  step: { title: 'Run one iteration' },
  snapshot: { title: 'Take a snapshot' },
  stop: { title: 'Stop the run and keep a snapshot' },
  reset: { title: 'Forget this run and its weights' },
};

/** Why an action of the run is not possible now. */
function noAction(action: RunAction): string | undefined {
  const run = useRun.getState();
  if (!runActions(run).includes(action)) {
    return isActive(run.state) ? 'A run is under way.' : 'There is no run for it: train first.';
  }
  if (action !== 'train' && action !== 'continue') return undefined;
  return obstacleOf(listSteps({ document: useDocument.getState(), dataset: useDataset.getState(), run }), run.engine);
}

const runCommands = Object.entries(RUN_TITLES).map(([action, { title, keys }]): Command => ({
  id: `run.${action}`,
  title,
  group: 'Run',
  ...(keys === undefined ? {} : { keys }),
  unavailable: () => noAction(action as RunAction),
  run: () => void doRunAction(action as RunAction),
}));

const ENGINES: Readonly<Record<EngineChoice, string>> = {
  auto: 'Train on the fastest engine there is',
  webgpu: 'Train on the graphics processor (WebGPU)',
  wasm: 'Train on the processor',
};

const engineCommands = Object.entries(ENGINES).map(([engine, title]): Command => ({
  id: `run.engine-${engine}`,
  title,
  group: 'Run',
  unavailable: () => {
    if (isActive(useRun.getState().state)) return 'Stop the run first.';
    return useView.getState().engineChoice === engine ? 'This is the engine chosen.' : undefined;
  },
  run: () => void chooseEngine(engine as EngineChoice),
}));

const timeCommand: Command = {
  id: 'run.time-layers',
  title: 'Measure the time of each layer',
  group: 'Run',
  unavailable: noTimes,
  run: () => void timeLayers(),
};

const helpCommands: readonly Command[] = [
  {
    id: 'help.palette',
    title: 'All commands',
    group: 'Help',
    keys: ['Mod+K', 'Mod+Shift+P'],
    scope: 'everywhere',
    run: () => openDialog('palette'),
  },
  { id: 'help.shortcuts', title: 'Keyboard shortcuts', group: 'Help', keys: ['?'], run: () => openDialog('shortcuts') },
  {
    id: 'help.selftest',
    title: 'Test the engines of this browser',
    group: 'Help',
    run: () => void window.open('#/selftest', '_blank', 'noopener'),
  },
];

/** All of them. */
export const shellCommands: readonly Command[] = [
  ...documentCommands,
  ...exportCommands,
  ...historyCommands,
  ...textCommands,
  ...viewCommands,
  ...runCommands,
  ...engineCommands,
  timeCommand,
  ...helpCommands,
];

/** Registers them for as long as the page is open. */
export function registerShellCommands(): void {
  registerCommands(shellCommands);
}
