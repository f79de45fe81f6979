/** The page: a bar on top, the editor, the graph and the selected layer below it, and the monitor at the foot. */
import { Tooltip } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { Monitor } from './monitor/Monitor.tsx';
import { Bar } from './shell/Bar.tsx';
import { DropZone } from './shell/DropZone.tsx';
import { LayerDetails } from './shell/LayerDetails.tsx';
import { Notices } from './shell/Notices.tsx';
import { useDocument } from './store/document.ts';
import { useView } from './store/view.ts';
import './shell/shell.css';

// Monaco and React Flow are large: the page stands before they are there.
const EditorPanel = lazy(() => import('./editor/EditorPanel.tsx').then((m) => ({ default: m.EditorPanel })));
const CanvasPanel = lazy(() => import('./canvas/CanvasPanel.tsx').then((m) => ({ default: m.CanvasPanel })));

/** The whole page. */
export function App() {
  return (
    <Tooltip.Provider delayDuration={400}>
      <div className="page">
        <Bar />
        <Notices />
        <Panels />
        <DropZone />
      </div>
    </Tooltip.Provider>
  );
}

function Panels() {
  const hasSelection = useDocument((state) => state.selection.length > 0);
  const { setPanelSizes } = useView.getState();
  return (
    <Group orientation="vertical" className="page-panels" onLayoutChanged={(layout) => setPanelSizes('page', layout)}>
      <Panel id="work" minSize={200} {...keptSize('page', 'work')}>
        <Group orientation="horizontal" onLayoutChanged={(layout) => setPanelSizes('work', layout)}>
          <Panel id="editor" minSize={240} {...keptSize('work', 'editor', '28%')} className="panel">
            <Suspense fallback={<div className="panel-loading">Loading the editor</div>}>
              <EditorPanel />
            </Suspense>
          </Panel>
          <Separator className="separator separator-column" aria-label="Width of the editor" />
          <Panel id="canvas" minSize={280} className="panel panel-canvas">
            <Suspense fallback={<div className="panel-loading">Loading the graph</div>}>
              <CanvasPanel />
            </Suspense>
          </Panel>
          {hasSelection && (
            <>
              <Separator className="separator separator-column" aria-label="Width of the layer's details" />
              <Panel id="details" minSize={220} maxSize={440} {...keptSize('work', 'details', 272)} className="panel">
                <LayerDetails />
              </Panel>
            </>
          )}
        </Group>
      </Panel>
      <Separator className="separator separator-row" aria-label="Height of the monitor" />
      <Panel id="monitor" minSize={180} {...keptSize('page', 'monitor', 288)} className="panel">
        <Monitor />
      </Panel>
    </Group>
  );
}

/** The size a panel had at the last visit, else what it starts with. */
function keptSize(group: string, panel: string, fallback?: string | number): { defaultSize?: string | number } {
  const kept = useView.getState().panelSizes[group]?.[panel];
  const defaultSize = kept === undefined ? fallback : `${kept}%`;
  return defaultSize === undefined ? {} : { defaultSize };
}
