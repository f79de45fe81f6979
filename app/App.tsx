/** The page: a bar on top, the editor, the graph and the selected layer below it, and the monitor at the foot. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import { lazy, Suspense, useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { Group, Panel, Separator, type PanelImperativeHandle, type PanelSize } from 'react-resizable-panels';
import { registerInspectorCommands } from './inspector/inspector-commands.ts';
import { LayerInspector } from './inspector/LayerInspector.tsx';
import { Monitor } from './monitor/Monitor.tsx';
import { Bar } from './shell/Bar.tsx';
import { Dialogs } from './shell/Dialogs.tsx';
import { DropZone } from './shell/DropZone.tsx';
import { HistoryNote } from './shell/HistoryNote.tsx';
import { Notices } from './shell/Notices.tsx';
import { togglePanel } from './shell/panels.ts';
import { useDocument } from './store/document.ts';
import { useView, type PanelName } from './store/view.ts';
import './shell/shell.css';

// Monaco and React Flow are large: the page stands before they are there.
const EditorPanel = lazy(() => import('./editor/EditorPanel.tsx').then((m) => ({ default: m.EditorPanel })));
const CanvasPanel = lazy(() => import('./canvas/CanvasPanel.tsx').then((m) => ({ default: m.CanvasPanel })));

/** Height of the monitor that is put away, in pixels: its tabs stay, and bring it back. */
const TABS_HEIGHT = 36;

/** The whole page. */
export function App() {
  return (
    <Tooltip.Provider delayDuration={400}>
      <div className="page">
        <Bar />
        <Notices />
        <Panels />
        <HistoryNote />
        <DropZone />
        <Dialogs />
      </div>
    </Tooltip.Provider>
  );
}

function Panels() {
  useEffect(registerInspectorCommands, []);
  const hasSelection = useDocument((state) => state.selection.length > 0);
  const closed = useView((state) => state.closedPanels);
  const { setPanelSizes } = useView.getState();
  const editor = useCollapsible('editor');
  const monitor = useCollapsible('monitor');
  return (
    <Group
      orientation="vertical"
      className="page-panels"
      onLayoutChanged={(layout) => isOpen(monitor) && setPanelSizes('page', layout)}
    >
      <Panel id="work" minSize={200} {...keptSize('page', 'work')}>
        <Group orientation="horizontal" onLayoutChanged={(layout) => isOpen(editor) && setPanelSizes('work', layout)}>
          <Panel
            id="editor"
            minSize={240}
            collapsible
            {...keptSize('work', 'editor', '28%')}
            {...editor}
            className="panel"
          >
            <Suspense fallback={<div className="panel-loading">Loading the editor</div>}>
              <EditorPanel />
            </Suspense>
          </Panel>
          <Divider of="editor" label="Width of the editor" />
          <Panel id="canvas" minSize={280} className="panel panel-canvas">
            <Suspense fallback={<div className="panel-loading">Loading the graph</div>}>
              <CanvasPanel />
            </Suspense>
            {closed.includes('editor') && <Reopen panel="editor" />}
            {closed.includes('inspector') && hasSelection && <Reopen panel="inspector" />}
          </Panel>
          {hasSelection && !closed.includes('inspector') && (
            <>
              <Divider of="inspector" label="Width of the layer's details" />
              <Panel id="details" minSize={220} maxSize={440} {...keptSize('work', 'details', 272)} className="panel">
                <Stop name="inspector">
                  <LayerInspector />
                </Stop>
              </Panel>
            </>
          )}
        </Group>
      </Panel>
      <Divider of="monitor" label="Height of the monitor" across />
      <Panel
        id="monitor"
        minSize={180}
        collapsible
        collapsedSize={TABS_HEIGHT}
        {...keptSize('page', 'monitor', 288)}
        {...monitor}
        className="panel"
        // A tab of the monitor that is put away brings it back.
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest('[role="tab"]') !== null)
            useView.getState().setPanelClosed('monitor', false);
        }}
      >
        <Monitor />
      </Panel>
    </Group>
  );
}

interface DividerProps {
  readonly of: PanelName;
  readonly label: string;
  /** Whether it lies across the page. */
  readonly across?: boolean;
}

/** Between two panels: dragged, moved with the arrow keys, and double-clicked to put the panel away or bring it back. */
function Divider({ of, label, across = false }: DividerProps) {
  return (
    <Separator
      className={`separator separator-${across ? 'row' : 'column'}`}
      aria-label={label}
      onDoubleClick={() => togglePanel(of)}
    />
  );
}

/** The way back to a panel that is put away, at the edge where it was. */
function Reopen({ panel }: { readonly panel: 'editor' | 'inspector' }) {
  const isLeft = panel === 'editor';
  const Icon = isLeft ? ChevronRight : ChevronLeft;
  return (
    <button
      type="button"
      className={`panel-reopen panel-reopen-${isLeft ? 'left' : 'right'}`}
      aria-label={`Show the ${panel}`}
      title={`Show the ${panel}`}
      onClick={() => useView.getState().setPanelClosed(panel, false)}
    >
      <Icon aria-hidden />
    </button>
  );
}

/** A panel that the keyboard can be sent to. */
function Stop({ name, children }: { readonly name: PanelName; readonly children: ReactNode }) {
  return (
    <div className="panel-stop" data-panel-stop={name} tabIndex={-1}>
      {children}
    </div>
  );
}

interface Collapsible {
  readonly panelRef: RefObject<PanelImperativeHandle | null>;
  readonly onResize: (size: PanelSize, id: unknown, before: PanelSize | undefined) => void;
}

/** Sizes are kept while all is open: they are what a panel comes back to. */
const isOpen = ({ panelRef }: Collapsible): boolean => panelRef.current?.isCollapsed() === false;

/** Keeps a panel put away, or open, as the view says; and the view as the panel is, once it is dragged. */
function useCollapsible(panel: PanelName): Collapsible {
  const panelRef = useRef<PanelImperativeHandle>(null);
  const isClosed = useView((state) => state.closedPanels.includes(panel));
  useEffect(() => {
    const handle = panelRef.current;
    if (handle === null || handle.isCollapsed() === isClosed) return;
    if (isClosed) handle.collapse();
    else handle.expand();
  }, [isClosed]);
  return {
    panelRef,
    onResize: (_size, _id, before) => {
      const now = panelRef.current?.isCollapsed();
      // The first size is the kept one, before the view has had its say.
      if (before === undefined || now === undefined) return;
      if (now !== useView.getState().closedPanels.includes(panel)) useView.getState().setPanelClosed(panel, now);
    },
  };
}

/** The size a panel had at the last visit, else what it starts with. */
function keptSize(group: string, panel: string, fallback?: string | number): { defaultSize?: string | number } {
  const kept = useView.getState().panelSizes[group]?.[panel];
  const defaultSize = kept === undefined ? fallback : `${kept}%`;
  return defaultSize === undefined ? {} : { defaultSize };
}
