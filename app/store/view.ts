/**
 * What the page shows and how: theme, panels, tabs. Nothing here is undone by Ctrl+Z and nothing of it is the document.
 * Views also meet here: the editor leaves `reveal` for whoever has a place in the text to show.
 */
import type { EngineChoice } from '../workers/protocol.ts';
import { create } from 'zustand';
import type { Range } from '../caffe/diagnostics.ts';
import type { TextName } from './document.ts';
import type { Homes } from './persist.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type MonitorTab = 'charts' | 'cost' | 'data' | 'classify' | 'snapshots' | 'log' | 'problems';

/** The panels around the canvas, which can be put away. */
export type PanelName = 'editor' | 'inspector' | 'monitor';

/** Sizes of resizable panels in percent of their group, by group, then by panel. */
export type PanelSizes = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface ViewState {
  readonly theme: ThemeChoice;
  /** The theme shown: `theme`, with the system's put in. */
  readonly shownTheme: 'light' | 'dark';
  readonly panelSizes: PanelSizes;
  /** Panels that are put away. */
  readonly closedPanels: readonly PanelName[];
  readonly monitorTab: MonitorTab;
  /** The text in front in the editor. */
  readonly editorText: TextName;
  /** Weight of the past in the smoothed loss, 0 (none) to 0.999. */
  readonly smoothing: number;
  readonly logLoss: boolean;
  /** Whether the charts' x axis goes to `max_iter` instead of ending with the last iteration. */
  readonly wholeRun: boolean;
  /** Shows a place in a text and puts the cursor there; set by the editor while it is on the page. */
  readonly reveal: ((text: TextName, range: Range) => void) | undefined;
  /** The graph shows the net for inference instead of that of the phase. */
  readonly deploy: boolean;
  /** The engine that the user wants. */
  readonly engineChoice: EngineChoice;
  /** Whether kernels are tuned for the adapter before a run. */
  readonly tuneKernels: boolean;
  readonly setPanelClosed: (panel: PanelName, closed: boolean) => void;
  readonly setTheme: (theme: ThemeChoice) => void;
  readonly showMonitor: (tab: MonitorTab) => void;
  readonly showText: (text: TextName) => void;
  readonly setPanelSizes: (group: string, sizes: Readonly<Record<string, number>>) => void;
}

/** Where each value of the view lives. */
export const viewHomes: Homes<ViewState> = {
  theme: 'local',
  shownTheme: 'memory',
  panelSizes: 'local',
  closedPanels: 'local',
  monitorTab: 'local',
  editorText: 'local',
  smoothing: 'local',
  logLoss: 'local',
  wholeRun: 'local',
  reveal: 'memory',
  deploy: 'memory',
  engineChoice: 'local',
  tuneKernels: 'local',
};

export const useView = create<ViewState>()((set) => ({
  theme: 'system',
  shownTheme: 'light',
  panelSizes: {},
  closedPanels: [],
  monitorTab: 'charts',
  editorText: 'network',
  smoothing: 0.9,
  logLoss: false,
  wholeRun: false,
  reveal: undefined,
  deploy: false,
  engineChoice: 'auto',
  tuneKernels: true,
  setTheme: (theme) => set({ theme }),
  showMonitor: (monitorTab) => set((state) => ({ monitorTab, closedPanels: without(state.closedPanels, 'monitor') })),
  showText: (editorText) => set((state) => ({ editorText, closedPanels: without(state.closedPanels, 'editor') })),
  setPanelClosed: (panel, closed) =>
    set(({ closedPanels }) => ({
      closedPanels: closed ? [...without(closedPanels, panel), panel] : without(closedPanels, panel),
    })),
  setPanelSizes: (group, sizes) => set((state) => ({ panelSizes: { ...state.panelSizes, [group]: sizes } })),
}));

/** The list without a panel: the same list where it has none, so that nobody is told of a change. */
function without(panels: readonly PanelName[], panel: PanelName): readonly PanelName[] {
  return panels.includes(panel) ? panels.filter((other) => other !== panel) : panels;
}
