/** Zoom, Fit, and the way back from positions changed by hand. */
import { useReactFlow, useViewport } from '@xyflow/react';
import { useCanvas } from './canvas-state.ts';
import { moveNodes } from './follow-document.ts';
import { NOTHING_MOVED } from './placed-graph.ts';

const DURATION = 140;

export function CanvasControls({ onFit }: { readonly onFit: () => void }) {
  const flow = useReactFlow();
  const { zoom } = useViewport();
  const isMoved = useCanvas(({ moved }) => moved.size > 0);
  return (
    <div className="canvas-controls" role="group" aria-label="View">
      {isMoved && (
        <button type="button" onClick={() => moveNodes(NOTHING_MOVED)} title="Put all nodes back in their places">
          Reset layout
        </button>
      )}
      <button type="button" aria-label="Zoom out" onClick={() => void flow.zoomOut({ duration: DURATION })}>
        −
      </button>
      <button
        type="button"
        className="canvas-zoom"
        aria-label={`Zoom is ${Math.round(zoom * 100)} %, set it to 100 %`}
        onClick={() => void flow.zoomTo(1, { duration: DURATION })}
      >
        {Math.round(zoom * 100)}%
      </button>
      <button type="button" aria-label="Zoom in" onClick={() => void flow.zoomIn({ duration: DURATION })}>
        +
      </button>
      <button type="button" onClick={onFit} title="Show the whole net (0)">
        Fit
      </button>
    </div>
  );
}
