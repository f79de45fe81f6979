/** The panels around the canvas, which can be put away: their commands, and the way from one to the next by keyboard. */
import type { Command } from '../store/commands.ts';
import { useView, type PanelName } from '../store/view.ts';

const TITLES: Readonly<Record<PanelName, { readonly title: string; readonly keys: readonly string[] }>> = {
  editor: { title: 'the editor', keys: ['Mod+B'] },
  inspector: { title: 'the inspector', keys: ['Mod+I'] },
  monitor: { title: 'the monitor', keys: ['Mod+J'] },
};

/** Opens a panel that is put away, or puts it away. */
export function togglePanel(panel: PanelName): void {
  const { closedPanels, setPanelClosed } = useView.getState();
  setPanelClosed(panel, !closedPanels.includes(panel));
}

/** What F6 goes through, in order, and what takes the focus there. */
const STOPS = [
  '.bar .document-name',
  '.editor .native-edit-context, .editor .inputarea',
  'section.canvas .react-flow__node[tabindex="0"], section.canvas',
  '[data-panel-stop="inspector"]',
  '.monitor [role="tab"][aria-selected="true"]',
] as const;

function goToPanel(step: 1 | -1): void {
  const active = document.activeElement;
  const areas = ['.bar', '.editor', 'section.canvas', '[data-panel-stop="inspector"]', '.monitor'];
  const at = areas.findIndex((area) => active?.closest(area) !== null && active !== null);
  for (let i = 1; i <= STOPS.length; i++) {
    const index = (Math.max(at, step === 1 ? -1 : 0) + step * i + 2 * STOPS.length) % STOPS.length;
    const stop = [...document.querySelectorAll<HTMLElement>(STOPS[index] as string)].find(isShown);
    if (stop === undefined) continue;
    stop.focus();
    return;
  }
}

const isShown = (element: HTMLElement): boolean => element.getClientRects().length > 0;

/** Showing and hiding panels, and going from panel to panel. */
export const panelCommands: readonly Command[] = [
  ...Object.entries(TITLES).map(([panel, { title, keys }]): Command => ({
    id: `view.${panel}`,
    title: `Show or hide ${title}`,
    group: 'View',
    keys,
    scope: 'everywhere',
    run: () => togglePanel(panel as PanelName),
  })),
  {
    id: 'view.next-panel',
    title: 'Go to the next panel',
    group: 'View',
    keys: ['F6'],
    scope: 'everywhere',
    run: () => goToPanel(1),
  },
  {
    id: 'view.previous-panel',
    title: 'Go to the panel before',
    group: 'View',
    keys: ['Shift+F6'],
    scope: 'everywhere',
    run: () => goToPanel(-1),
  },
];
