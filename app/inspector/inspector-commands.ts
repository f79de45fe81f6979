/** What the inspector adds to the page's commands, and the ways between it and the graph. */
import { registerCommands } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { useView } from '../store/view.ts';
import { useInspector } from './inspector-state.ts';

/** Adds the inspector's commands; returns the function that takes them away. */
export function registerInspectorCommands(): () => void {
  return registerCommands([
    {
      id: 'graph.rename',
      title: 'Rename the selected layer',
      group: 'Graph',
      keys: ['F2'],
      scope: 'graph',
      unavailable: () => {
        const { length } = useDocument.getState().selection;
        if (length === 1) return undefined;
        return length === 0 ? 'Select a layer first.' : 'Select one layer only: each needs a name of its own.';
      },
      run: () => {
        useView.getState().setPanelClosed('inspector', false);
        useInspector.setState({ tab: 'settings', nameWanted: true });
      },
    },
  ]);
}

/** Takes the keyboard to the selected node of the graph, or to the graph itself. */
export function focusGraph(): void {
  const graph = document.querySelector<HTMLElement>('section[aria-label="Network graph"]');
  const [first] = useDocument.getState().selection;
  const node = first && graph?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(first)}"]`);
  (node || graph)?.focus({ preventScroll: true });
}
